//! OPT, PUSHO and POPO.

use bstr::{BStr, ByteSlice};

use super::{Asm, Done};
use crate::asm::hints::dropped;
use crate::asm::input::Arguments;
use crate::asm::lexer::RawArguments;

impl Asm<'_> {
    pub(super) fn opt(&mut self) -> Done {
        self.skip();
        let arguments = self.raw_arguments(RawArguments::Opt)?;
        if arguments.bounds.is_empty() {
            return Err(self.unexpected("an option"));
        }
        self.set_options(&arguments)?;
        self.end_of_line()
    }

    pub(super) fn pusho(&mut self) -> Done {
        self.skip();
        let arguments = self.raw_arguments(RawArguments::Opt)?;
        self.check_open(self.pushed_settings.len(), "PUSHO")?;
        self.pushed_settings.push(self.settings.clone());
        self.set_options(&arguments)?;
        self.end_of_line()
    }

    pub(super) fn popo(&mut self) -> Done {
        self.skip();
        match self.pushed_settings.pop() {
            Some(settings) => self.settings = settings,
            None => self.error("empty-option-stack", "POPO without a PUSHO"),
        }
        self.end_of_line()
    }

    fn set_options(&mut self, arguments: &Arguments) -> Done {
        for index in 0..arguments.bounds.len() {
            if let Some(option) = arguments.get(index) {
                self.set_option(option)?;
            }
        }
        Ok(())
    }

    /// Sets an option: an optional dash, a letter and a value.
    fn set_option(&mut self, option: &[u8]) -> Done {
        let text = option.strip_prefix(b"-").unwrap_or(option);
        let Some((&letter, value)) = text.split_first() else {
            self.error("invalid-opt", "OPT with an empty option");
            return Ok(());
        };
        let value = value.trim_start_with(|c| c == ' ' || c == '\t').as_bstr();
        match letter {
            b'b' => match digits::<2>(value, |digit, at| (b'0' + at) == digit || !matches!(digit, b'0' | b'1')) {
                Some(digits) => self.settings.binary = digits,
                None => self.bad_option('b', value, "two different digits"),
            },
            b'g' => match digits::<4>(value, |digit, at| (b'0' + at) == digit || !matches!(digit, b'0'..=b'3')) {
                Some(digits) => self.settings.graphics = digits,
                None => self.bad_option('g', value, "four different digits"),
            },
            b'p' => match number(value).and_then(|value| u8::try_from(value).ok()) {
                Some(pad) => self.settings.pad = pad,
                None => self.bad_option('p', value, "a byte"),
            },
            b'Q' => {
                match number(value.strip_prefix(b".").unwrap_or(value)).and_then(|value| u8::try_from(value).ok()) {
                    Some(precision @ 1..=31) => self.settings.precision = precision,
                    _ => self.bad_option('Q', value, "a number of bits between 1 and 31"),
                }
            }
            b'r' => match number(value) {
                Some(depth) => return self.set_depth(depth),
                None => self.bad_option('r', value, "a number"),
            },
            b'W' => {
                if value.is_empty() {
                    self.bad_option('W', value, "a warning flag");
                } else if let Err(problem) = self.settings.warnings.set(value) {
                    self.report.message(problem.diagnostic());
                }
            }
            _ => {
                let shown = char::from(letter).escape_default();
                self.error_or_dropped("invalid-opt", format!("OPT has no option `{shown}`"), dropped::option(text));
            }
        }
        Ok(())
    }

    fn set_depth(&mut self, depth: u32) -> Done {
        let now = self.input.contexts.len() - 1;
        self.settings.depth = depth;
        if now > depth as usize {
            return Err(self.recursion_limit(", which OPT has just lowered"));
        }
        Ok(())
    }

    fn bad_option(&mut self, letter: char, value: &BStr, wanted: &str) {
        self.error("invalid-opt", format!("OPT {letter} needs {wanted}, not \"{value}\""));
    }
}

/// Parses digits, all different. A character that is a digit anyway may only keep its own value.
fn digits<const N: usize>(value: &BStr, allowed: impl Fn(u8, u8) -> bool) -> Option<[u8; N]> {
    let digits: [u8; N] = value.as_bytes().try_into().ok()?;
    let good = |(at, &digit): (usize, &u8)| {
        (digit.is_ascii_alphanumeric() || matches!(digit, b'.' | b'#' | b'@'))
            && !digits[..at].contains(&digit)
            && allowed(digit, u8::try_from(at).unwrap_or(u8::MAX))
    };
    digits.iter().enumerate().all(good).then_some(digits)
}

/// Parses a number, with one of the prefixes of a source.
fn number(value: &[u8]) -> Option<u32> {
    let (base, digits) = match value {
        [b'$', digits @ ..] | [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'&', digits @ ..] | [b'0', b'o' | b'O', digits @ ..] => (8, digits),
        [b'%', digits @ ..] | [b'0', b'b' | b'B', digits @ ..] => (2, digits),
        digits => (10, digits),
    };
    let digits = digits.to_str().ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, base).ok()
}
