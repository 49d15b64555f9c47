//! Reads arguments as the RGBDS tools do: by a `getopt_long_only(3)` that takes operands anywhere.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// The options of a tool, of all its releases.
pub(super) struct Syntax {
    /// Each option's letter, and a colon after it if it takes a value, as for `getopt(3)`.
    letters: &'static str,
    /// The long options, each with its letter.
    names: &'static [(&'static str, char)],
}

/// One of the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// An option that takes a value, by its letter.
    Value(char, OsString),
    /// A file.
    Operand(OsString),
    /// `@FILE`, a file with more arguments (since RGBDS 1.0).
    AtFile(OsString),
}

/// `rgbasm(1)`. (`color` has no letter: `#` stands for one.)
pub(super) const RGBASM: Syntax = Syntax {
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
pub(super) const RGBLINK: Syntax = Syntax {
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
pub(super) const RGBFIX: Syntax = Syntax {
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
    /// The options with a value, the operands and the files of arguments among `arguments`, in order. What no release knows is left out: the
    /// tool complains about it.
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
            } else if let Some((letter, glued)) = self.option(bytes) {
                let value = glued.map(OsStr::to_owned).or_else(|| arguments.next().cloned());
                words.extend(value.map(|value| Word::Value(letter, value)));
            }
        }
        words
    }

    /// The option in this argument that takes a value, and the value, if that is in the same argument.
    fn option<'a>(&self, argument: &'a [u8]) -> Option<(char, Option<&'a OsStr>)> {
        let glued = |value: &'a [u8]| Some(OsStr::from_bytes(value)).filter(|value| !value.is_empty());
        // A long name may be cut short, and may have a single dash.
        let name = argument.strip_prefix(b"--").unwrap_or(&argument[1..]);
        let (name, value) = match name.iter().position(|byte| *byte == b'=') {
            Some(end) => (&name[..end], Some(OsStr::from_bytes(&name[end + 1..]))),
            None => (name, None),
        };
        let is_letter = !argument.starts_with(b"--") && name.len() == 1 && self.takes_value(name[0].into()).is_some();
        if let Some(letter) = self.long(name).filter(|_| !is_letter) {
            return (self.takes_value(letter) == Some(true)).then_some((letter, value));
        }
        if argument.starts_with(b"--") {
            return None;
        }
        let (index, letter) =
            argument.iter().enumerate().skip(1).find(|(_, byte)| self.takes_value((**byte).into()) == Some(true))?;
        Some((char::from(*letter), glued(&argument[index + 1..])))
    }

    /// The letter of the one long option that is called, or that begins, like this.
    fn long(&self, name: &[u8]) -> Option<char> {
        let mut matching = self.names.iter().filter(|(long, _)| long.as_bytes().starts_with(name));
        let exact = self.names.iter().find(|(long, _)| long.as_bytes() == name);
        exact.or_else(|| matching.next().filter(|_| matching.next().is_none())).map(|(_, letter)| *letter)
    }

    /// Whether the option of this letter, if it is one, takes a value.
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
            let expected: &[&str] = if line == "-l" { &[] } else { &["l x"] };
            assert_eq!(read(line), expected, "{line}");
        }
        assert_eq!(read("-n l -O=x -pl"), ["n l", "O =x", "p l"]);
    }

    #[test]
    fn what_is_no_option_is_an_operand() {
        assert_eq!(read("a.o -p 1 @more - -- -l @x"), ["a.o", "p 1", "at more", "-", "-l", "@x"]);
        // A letter that is no option, a name that could be two, an option without a value, nothing at all.
        assert_eq!(read("-: --ver x"), ["x"]);
        assert_eq!(read("--over x -dt y"), ["O x", "y"]);
        assert_eq!(RGBLINK.read(&[OsString::new()]), [Word::Operand(OsString::new())]);
    }

    #[test]
    fn every_long_option_has_a_letter() {
        for syntax in [RGBASM, RGBLINK, RGBFIX] {
            for (name, letter) in syntax.names {
                assert!(syntax.takes_value(*letter).is_some(), "{name}");
            }
        }
    }
}
