//! Expands `\1`, `\#`, `\<name>` and `\@`.

use std::rc::Rc;

use bstr::ByteSlice;

use super::{Asm, Done, begins_identifier};
use crate::asm::input::Arguments;
use crate::asm::names::Spelling;
use crate::asm::symbols::Value;
use crate::asm::warnings::Warning;
use crate::files::Content;

/// The maximum nesting of interpolations and macro arguments, whatever `-r` says. Reading them recurses.
pub(super) const DEEPEST_INTERPOLATION: usize = 500;

/// Whether a backslash and this byte refer to a macro's arguments or `\@`.
pub(crate) fn is_macro_byte(byte: u8) -> bool {
    matches!(byte, b'@' | b'#' | b'<' | b'1'..=b'9')
}

/// The text that replaces `\1` and the like.
pub(crate) struct Substitute {
    pub text: Content,
    pub start: usize,
    pub end: usize,
}

impl Asm<'_> {
    /// Expands a backslash and this byte, which have been read. None after an error.
    pub(crate) fn substitute(&mut self, byte: u8) -> Done<Option<Substitute>> {
        match byte {
            b'@' => Ok(self.unique_id()),
            b'#' => {
                let all = self.all_arguments();
                if let Some(Substitute { text, .. }) = &all {
                    let len = text.len();
                    self.check_text(len)?;
                    self.work(len)?;
                }
                Ok(all)
            }
            b'<' => self.nested_argument(),
            digit => {
                let index = i64::from(digit - b'0');
                Ok(self.arguments("\\", digit.into()).and_then(|arguments| self.argument(&arguments, index)))
            }
        }
    }

    /// The arguments of the current macro. Reports an error if there is none.
    fn arguments(&mut self, before: &str, what: char) -> Option<Rc<Arguments>> {
        let arguments = self.input.context().arguments.clone();
        if arguments.is_none() {
            self.error("outside-macro", format!("`{before}{what}` cannot be used outside of a macro"));
        }
        arguments
    }

    fn argument(&mut self, arguments: &Arguments, index: i64) -> Option<Substitute> {
        let shift = arguments.shift.get();
        let count = arguments.count();
        let position = match index {
            0 => {
                self.error("macro-argument", "Macro arguments are counted from 1");
                return None;
            }
            1.. => usize::try_from(index - 1).ok().filter(|&index| index < count).map(|index| index + shift),
            _ => usize::try_from(-index).ok().filter(|&back| back <= count).map(|back| arguments.bounds.len() - back),
        };
        let bounds = position.and_then(|position| arguments.bounds(position));
        let Some((start, end)) = bounds else {
            let shown = if (1..=9).contains(&index) { format!("\\{index}") } else { format!("\\<{index}>") };
            let (are, plural) = if count == 1 { ("is", "") } else { ("are", "s") };
            let text = format!("Macro argument `{shown}` not defined: there {are} {count} argument{plural}");
            self.error("macro-argument", text);
            return None;
        };
        Some(Substitute { text: arguments.text().clone(), start, end })
    }

    fn unique_id(&mut self) -> Option<Substitute> {
        let Some(cell) = self.input.context().unique else {
            self.error("outside-macro", "`\\@` cannot be used outside of a macro or a loop");
            return None;
        };
        if self.input.unique[cell] == 0 {
            self.unique_ids += 1;
            self.input.unique[cell] = self.unique_ids;
        }
        let text: Content = format!("_u{}", self.input.unique[cell]).into_bytes().into();
        Some(Substitute { start: 0, end: text.len(), text })
    }

    fn all_arguments(&mut self) -> Option<Substitute> {
        let arguments = self.arguments("\\", '#')?;
        let mut text = Vec::new();
        for index in arguments.shift.get()..arguments.bounds.len() {
            if let Some(argument) = arguments.get(index) {
                if index > arguments.shift.get() {
                    text.push(b',');
                }
                text.extend_from_slice(argument);
                // Without another comma, a last empty argument would be lost.
                if argument.is_empty() && index + 1 == arguments.bounds.len() {
                    text.push(b',');
                }
            }
        }
        Some(Substitute { start: 0, end: text.len(), text: text.into() })
    }

    /// Like [`bracketed_argument`](Self::bracketed_argument). Its number may itself need a macro argument.
    fn nested_argument(&mut self) -> Done<Option<Substitute>> {
        if self.lexer.interpolations > DEEPEST_INTERPOLATION {
            return Err(self.recursion_limit(" by macro arguments"));
        }
        self.check_stack()?;
        self.lexer.interpolations += 1;
        let argument = self.bracketed_argument();
        self.lexer.interpolations -= 1;
        argument
    }

    /// Reads a number or a symbol's name, and `>`, after `\<`. After an error, the rest is read as text.
    fn bracketed_argument(&mut self) -> Done<Option<Substitute>> {
        let negative = self.peek_char()? == Some(b'-');
        if negative {
            self.input.advance(1);
        }
        let index = match self.peek_char()? {
            Some(byte) if byte.is_ascii_digit() => match self.bracketed_number(negative)? {
                Some(index) => Some(index),
                None => return Ok(None),
            },
            _ if negative => {
                self.error("bracketed-argument", "A bracketed macro argument has no digits after its minus sign");
                return Ok(None);
            }
            Some(b'#') => {
                self.input.advance(1);
                if !self.peek_char()?.is_some_and(begins_identifier) {
                    self.error("bracketed-argument", "A bracketed macro argument has no name after its `#`");
                    return Ok(None);
                }
                self.bracketed_name(true)?
            }
            Some(byte) if begins_identifier(byte) => self.bracketed_name(false)?,
            Some(b'>') => {
                self.input.advance(1);
                self.error("bracketed-argument", "Empty bracketed macro argument");
                return Ok(None);
            }
            _ => None,
        };
        match self.peek_char()? {
            Some(b'>') => self.input.advance(1),
            None | Some(b'\n' | b'\r') => {
                self.error("bracketed-argument", "Unterminated bracketed macro argument");
                return Ok(None);
            }
            Some(byte) => {
                let byte = byte.escape_ascii();
                self.error("bracketed-argument", format!("Invalid character `{byte}` in bracketed macro argument"));
                return Ok(None);
            }
        }
        let Some(index) = index else { return Ok(None) };
        let arguments = self.arguments(&format!("\\<{index}"), '>');
        Ok(arguments.and_then(|arguments| self.argument(&arguments, index)))
    }

    fn bracketed_number(&mut self, negative: bool) -> Done<Option<i64>> {
        let mut number = 0_u32;
        let mut too_large = false;
        while let Some(byte) = self.peek_char()?.filter(|&byte| byte.is_ascii_digit() || byte == b'_') {
            self.poll()?;
            if byte != b'_' {
                let longer = number.checked_mul(10).and_then(|number| number.checked_add(u32::from(byte - b'0')));
                too_large |= longer.is_none();
                number = longer.unwrap_or_default();
            }
            self.input.advance(1);
        }
        if too_large {
            self.warn(Warning::LargeConstant, "The number of a macro argument is too large, and counts as 0");
            number = 0;
        }
        let number = if negative { -i64::from(number) } else { number.into() };
        if i32::try_from(number).is_err() {
            self.error("bracketed-argument", "The number of a macro argument is too large");
            return Ok(None);
        }
        Ok(Some(number))
    }

    fn bracketed_name(&mut self, raw: bool) -> Done<Option<i64>> {
        let (name, spelling) = self.spelling()?;
        if let (Spelling::Keyword(keyword), false) = (spelling, raw) {
            self.error("bracketed-argument", format!("`{}` is a keyword, not a symbol", keyword.text()));
            return Ok(None);
        }
        let name = self.resolve(name)?;
        let problem = match self.symbol_value(name) {
            Some(Value::Number(value)) => return Ok(Some(value.into())),
            Some(_) => "is not a number",
            None => "has no known value",
        };
        self.error("bracketed-argument", format!("`{}` {problem}", self.names.get(name).as_bstr()));
        Ok(None)
    }
}
