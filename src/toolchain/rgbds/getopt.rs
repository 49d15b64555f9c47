//! Reads arguments as the RGBDS tools do: with a `getopt_long_only(3)` that accepts operands anywhere.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::role::Role;

/// The options that any release of a tool has.
pub(super) struct Syntax {
    /// The letters of the options, as for `getopt(3)`: a colon follows if the option takes a value.
    letters: &'static str,
    /// The long options, each with its letter.
    names: &'static [(&'static str, char)],
}

/// One of the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// An option that takes a value, by its letter.
    Value(char, OsString),
    /// An option without a value, by its letter.
    Switch(char),
    /// A file.
    Operand(OsString),
    /// `@FILE`, a file with more arguments (since RGBDS 1.0).
    AtFile(OsString),
}

/// `rgbasm(1)`. `color` has no letter, so `#` represents it.
pub(super) static RGBASM: Syntax = Syntax {
    letters: "B:b:D:Eg:HhI:i:LlM:o:P:p:Q:r:s:VvW:wX:#:",
    names: &[
        ("backtrace", 'B'),
        ("binary-digits", 'b'),
        ("color", '#'),
        ("define", 'D'),
        ("dependfile", 'M'),
        ("export-all", 'E'),
        ("gfx-chars", 'g'),
        ("help", 'h'),
        ("include", 'I'),
        ("max-errors", 'X'),
        ("output", 'o'),
        ("pad-value", 'p'),
        ("preinclude", 'P'),
        ("q-precision", 'Q'),
        ("recursion-depth", 'r'),
        ("state", 's'),
        ("verbose", 'v'),
        ("version", 'V'),
        ("warning", 'W'),
    ],
};

/// `rgblink(1)`.
pub(super) static RGBLINK: Syntax = Syntax {
    letters: "B:dhl:Mm:n:O:o:p:S:s:tVvW:wx#:",
    names: &[
        ("backtrace", 'B'),
        ("color", '#'),
        ("dmg", 'd'),
        ("help", 'h'),
        ("linkerscript", 'l'),
        ("map", 'm'),
        ("no-sym-in-map", 'M'),
        ("nopad", 'x'),
        ("output", 'o'),
        ("overlay", 'O'),
        ("pad", 'p'),
        ("scramble", 'S'),
        ("smart", 's'),
        ("sym", 'n'),
        ("tiny", 't'),
        ("verbose", 'v'),
        ("version", 'V'),
        ("warning", 'W'),
        ("wramx", 'w'),
    ],
};

/// `rgbfix(1)`.
pub(super) static RGBFIX: Syntax = Syntax {
    letters: "Ccf:hi:jk:L:l:m:n:Oo:p:r:st:VvW:w#:",
    names: &[
        ("color", '#'),
        ("color-compatible", 'c'),
        ("color-only", 'C'),
        ("fix-spec", 'f'),
        ("game-id", 'i'),
        ("help", 'h'),
        ("logo", 'L'),
        ("mbc-type", 'm'),
        ("new-licensee", 'k'),
        ("non-japanese", 'j'),
        ("old-licensee", 'l'),
        ("output", 'o'),
        ("overwrite", 'O'),
        ("pad-value", 'p'),
        ("ram-size", 'r'),
        ("rom-version", 'n'),
        ("sgb-compatible", 's'),
        ("title", 't'),
        ("validate", 'v'),
        ("version", 'V'),
        ("warning", 'W'),
    ],
};

impl Syntax {
    pub(super) fn of(role: Role) -> &'static Self {
        match role {
            Role::Assembler => &RGBASM,
            Role::Linker => &RGBLINK,
            Role::Fixer => &RGBFIX,
        }
    }

    /// The options, operands and files of arguments in `arguments`, in order. Options that no release has are left out,
    /// because the tool itself complains about them.
    pub(super) fn read(&self, arguments: &[OsString]) -> Vec<Word> {
        let mut words = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let bytes = argument.as_bytes();
            if bytes == b"--" {
                words.extend(arguments.by_ref().cloned().map(Word::Operand));
            } else if let Some(file) = bytes.strip_prefix(b"@") {
                words.push(Word::AtFile(OsStr::from_bytes(file).to_owned()));
            } else if bytes.len() < 2 || bytes[0] != b'-' {
                words.push(Word::Operand(argument.clone()));
            } else {
                let (switches, last) = self.options(bytes);
                words.extend(switches.into_iter().map(Word::Switch));
                words.extend(last.map(|(letter, glued)| {
                    let value = glued.map(OsStr::to_owned).or_else(|| arguments.next().cloned());
                    value.map_or(Word::Switch(letter), |value| Word::Value(letter, value))
                }));
            }
        }
        words
    }

    /// The options in one argument: the switches, then the option that takes a value, and its value if it is in the
    /// same argument.
    fn options<'a>(&self, argument: &'a [u8]) -> (Vec<char>, Option<(char, Option<&'a OsStr>)>) {
        // A long name may be abbreviated, and may have a single dash.
        let name = argument.strip_prefix(b"--").unwrap_or(&argument[1..]);
        let (name, value) = match name.iter().position(|byte| *byte == b'=') {
            Some(end) => (&name[..end], Some(OsStr::from_bytes(&name[end + 1..]))),
            None => (name, None),
        };
        let is_letter = !argument.starts_with(b"--") && name.len() == 1 && self.takes_value(name[0].into()).is_some();
        if let Some(letter) = self.long(name).filter(|_| !is_letter) {
            return match self.takes_value(letter) {
                Some(true) => (Vec::new(), Some((letter, value))),
                _ => (vec![letter], None),
            };
        }
        let mut switches = Vec::new();
        if argument.starts_with(b"--") {
            return (switches, None);
        }
        for (index, byte) in argument.iter().enumerate().skip(1) {
            let letter = char::from(*byte);
            match self.takes_value(letter) {
                Some(true) => {
                    let glued = Some(OsStr::from_bytes(&argument[index + 1..])).filter(|value| !value.is_empty());
                    return (switches, Some((letter, glued)));
                }
                Some(false) => switches.push(letter),
                None => {}
            }
        }
        (switches, None)
    }

    /// The option of this letter as the manual writes it: `-X, --max-errors`.
    pub(super) fn words(&self, letter: char) -> String {
        let long = self.names.iter().find(|(_, its)| *its == letter).map(|(name, _)| format!("--{name}"));
        let short = (letter != '#').then(|| format!("-{letter}"));
        short.into_iter().chain(long).collect::<Vec<_>>().join(", ")
    }

    /// The letter of the long option with this name, or of the only one that begins with it.
    fn long(&self, name: &[u8]) -> Option<char> {
        let mut matching = self.names.iter().filter(|(long, _)| long.as_bytes().starts_with(name));
        let exact = self.names.iter().find(|(long, _)| long.as_bytes() == name);
        exact.or_else(|| matching.next().filter(|_| matching.next().is_none())).map(|(_, letter)| *letter)
    }

    /// Whether the option with this letter takes a value. `None` if there is no such option.
    fn takes_value(&self, letter: char) -> Option<bool> {
        let rest = self.letters.split_once(letter).filter(|_| letter != ':')?.1;
        Some(rest.starts_with(':'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<String> {
        let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
        let words = RGBLINK.read(&arguments).into_iter().map(|word| match word {
            Word::Value(letter, value) => format!("{letter} {}", value.display()),
            Word::Switch(letter) => format!("-{letter}"),
            Word::Operand(operand) => operand.display().to_string(),
            Word::AtFile(file) => format!("at {}", file.display()),
        });
        words.collect()
    }

    #[test]
    fn options_are_found_however_they_are_written() {
        for line in [
            "-l x",
            "-lx",
            "-tlx",
            "-tl x",
            "--linkerscript x",
            "--linkerscript=x",
            "--linker x",
            "-linkerscript x",
            "-link=x",
            "-d -t --wramx -l x",
            "--li x",
            "-l",
        ] {
            let mut words = read(line);
            assert_eq!(words.pop().as_deref(), Some(if line == "-l" { "-l" } else { "l x" }), "{line}");
            let switches: &[&str] = match line {
                "-tlx" | "-tl x" => &["-t"],
                "-d -t --wramx -l x" => &["-d", "-t", "-w"],
                _ => &[],
            };
            assert_eq!(words, switches, "{line}");
        }
        assert_eq!(read("-n l -O=x -pl"), ["n l", "O =x", "p l"]);
    }

    #[test]
    fn words_other_than_options_are_operands() {
        assert_eq!(read("a.o -p 1 @more - -- -l @x"), ["a.o", "p 1", "at more", "-", "-l", "@x"]);
        // An invalid letter, an ambiguous name, an option without its value, and an empty argument.
        assert_eq!(read("-: --ver x"), ["x"]);
        assert_eq!(read("--over x -dt y"), ["O x", "-d", "-t", "y"]);
        assert_eq!(RGBLINK.read(&[OsString::new()]), [Word::Operand(OsString::new())]);
    }

    #[test]
    fn errors_name_both_forms_of_an_option() {
        assert_eq!([RGBASM.words('X'), RGBASM.words('#'), RGBFIX.words('w')], ["-X, --max-errors", "--color", "-w"]);
    }

    #[test]
    fn every_long_option_has_a_letter() {
        for syntax in [&RGBASM, &RGBLINK, &RGBFIX] {
            for (name, letter) in syntax.names {
                assert!(syntax.takes_value(*letter).is_some(), "{name}");
            }
        }
    }
}
