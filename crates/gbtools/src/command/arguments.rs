//! Splits a command line into options and operands, with RGBDS's rules: short options can be combined, long options
//! take one dash or two and may be shortened to any unambiguous prefix, `--` ends the options, and `@file` inserts
//! arguments from a file.

use std::vec;

use bstr::{BStr, BString, ByteSlice};

use super::misuse::Misuse;
use crate::files::Files;
use crate::files::reason;
use crate::near::nearest;
use crate::until::Until;

/// The limit on the size of all `@file`s together.
const LONGEST_AT_FILES: u64 = 16 << 20;
/// The limit on nested `@file`s. Without it, files that name each other would never end.
const DEEPEST_AT_FILE: usize = 64;

/// An option that a tool knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The letter, or an empty string.
    short: &'static str,
    /// The long name, or an empty string.
    long: &'static str,
    takes_value: bool,
    /// For an option that only older releases have: the message that says so.
    gone: Option<&'static str>,
}

/// An option without a value.
pub(super) const fn flag(short: &'static str, long: &'static str) -> Known {
    Known { short, long, takes_value: false, gone: None }
}

/// An option with a value.
pub(super) const fn value(short: &'static str, long: &'static str) -> Known {
    Known { short, long, takes_value: true, gone: None }
}

/// An option of an older release, and the message about it.
pub(super) const fn gone(short: &'static str, words: &'static str) -> Known {
    Known { short, long: "", takes_value: false, gone: Some(words) }
}

/// An argument.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// An option: its letter (its long name if it has no letter) and its value, which is empty if it takes none.
    Option(&'static str, BString),
    /// An argument that is not an option.
    Operand(BString),
}

/// The arguments that have not been read yet.
pub(super) struct Arguments<'a> {
    known: &'static [Known],
    files: &'a dyn Files,
    until: &'a dyn Until,
    /// The command line, and the `@file`s that are being read, innermost last.
    scopes: Vec<Scope>,
    /// How many more bytes may be read from `@file`s.
    at_file_bytes: u64,
}

struct Scope {
    words: vec::IntoIter<BString>,
    /// The rest of an argument that combines short options.
    cluster: BString,
    /// Set after `--` or `-`: all further arguments are operands.
    operands_only: bool,
}

impl Scope {
    fn new(words: Vec<BString>) -> Self {
        Self { words: words.into_iter(), cluster: BString::default(), operands_only: false }
    }

    fn short(&mut self, known: &[Known]) -> Result<Word, Misuse> {
        let cluster = std::mem::take(&mut self.cluster);
        let (start, end, letter) = cluster.char_indices().next().unwrap_or_default();
        let unrecognized = |hint| Misuse::Unrecognized(format!("-{cluster}").into(), hint);
        let known =
            known.iter().find(|known| !known.short.is_empty() && known.short.as_bytes() == &cluster[start..end]);
        let known = known.ok_or_else(|| unrecognized(String::new()))?;
        if let Some(words) = known.gone {
            return Err(unrecognized(format!(" ({words})")));
        }
        if !known.takes_value {
            self.cluster = cluster[end..].into();
            return Ok(Word::Option(known.short, BString::default()));
        }
        let value = if end < cluster.len() { Some(cluster[end..].into()) } else { self.words.next() };
        value.map(|value| Word::Option(known.short, value)).ok_or_else(|| Misuse::NoValue(format!("-{letter}")))
    }

    fn long(&mut self, known: Known, value: Option<&BStr>) -> Result<Word, Misuse> {
        let Known { short, long, takes_value, .. } = known;
        let name = if short.is_empty() { long } else { short };
        match value {
            Some(_) if !takes_value => Err(Misuse::UnwantedValue(format!("--{long}"))),
            Some(value) => Ok(Word::Option(name, value.to_owned())),
            None if !takes_value => Ok(Word::Option(name, BString::default())),
            None => {
                let value = self.words.next();
                value.map(|value| Word::Option(name, value)).ok_or_else(|| Misuse::NoValue(format!("--{long}")))
            }
        }
    }
}

/// The options that match the start of a long name.
enum Found {
    One(Known),
    Several,
    None,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(
        words: Vec<BString>,
        known: &'static [Known],
        files: &'a dyn Files,
        until: &'a dyn Until,
    ) -> Self {
        Self { known, files, until, scopes: vec![Scope::new(words)], at_file_bytes: LONGEST_AT_FILES }
    }

    /// The next argument.
    pub(super) fn next(&mut self) -> Result<Option<Word>, Misuse> {
        while let Some(scope) = self.scopes.last_mut() {
            if !scope.cluster.is_empty() {
                return scope.short(self.known).map(Some);
            }
            let Some(word) = scope.words.next() else {
                self.scopes.pop();
                continue;
            };
            if scope.operands_only {
                return Ok(Some(Word::Operand(word)));
            }
            match word.as_slice() {
                b"--" => scope.operands_only = true,
                // RGBDS reads no options after `-`.
                b"-" => {
                    scope.operands_only = true;
                    return Ok(Some(Word::Operand(word)));
                }
                [b'-', b'-', name @ ..] => {
                    let (name, value) = split(name);
                    return match self.find_long(name) {
                        Found::One(known) => self.scope().long(known, value).map(Some),
                        Found::Several => Err(Misuse::Ambiguous(word)),
                        Found::None => {
                            let names = self.known.iter().filter(|known| !known.long.is_empty());
                            let near = nearest(name, names.map(|known| known.long.as_bytes()));
                            let hint = near.map_or_else(String::new, |near| format!(" (did you mean '--{near}'?)"));
                            Err(Misuse::Unrecognized(word, hint))
                        }
                    };
                }
                [b'-', cluster @ ..] => {
                    let (name, value) = split(cluster);
                    if let Found::One(known) = self.find_long(name)
                        && !self.is_letter(name)
                    {
                        return self.scope().long(known, value).map(Some);
                    }
                    self.scope().cluster = cluster.into();
                }
                [b'@', path @ ..] => self.enter(path.into())?,
                _ => return Ok(Some(Word::Operand(word))),
            }
        }
        Ok(None)
    }

    fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("a word has just come from it")
    }

    /// Whether this is the letter of a short option.
    fn is_letter(&self, name: &[u8]) -> bool {
        self.known.iter().any(|known| known.short.as_bytes() == name)
    }

    fn find_long(&self, name: &[u8]) -> Found {
        let mut found = Found::None;
        for &known in
            self.known.iter().filter(|known| known.long.as_bytes().starts_with(name) && !known.long.is_empty())
        {
            if known.long.as_bytes() == name {
                return Found::One(known);
            }
            found = if matches!(found, Found::None) { Found::One(known) } else { Found::Several };
        }
        found
    }

    /// Continues with the arguments in a file.
    fn enter(&mut self, path: BString) -> Result<(), Misuse> {
        if self.scopes.len() > DEEPEST_AT_FILE {
            return Err(Misuse::AtFilesTooDeep(path));
        }
        match self.files.read(&path.to_path_lossy(), self.at_file_bytes, self.until) {
            Ok(content) => {
                self.at_file_bytes = self.at_file_bytes.saturating_sub(content.len() as u64);
                self.scopes.push(Scope::new(words(&content)));
            }
            Err(error) => return Err(Misuse::AtFile(path, reason(&error))),
        }
        Ok(())
    }
}

/// Splits `name=value`.
fn split(text: &[u8]) -> (&BStr, Option<&BStr>) {
    match text.split_once_str("=") {
        Some((name, value)) => (name.as_bstr(), Some(value.as_bstr())),
        None => (text.as_bstr(), None),
    }
}

/// The words of an `@file`. Lines that begin with `#` are comments. A carriage return also ends a line, and a NUL ends
/// its word.
fn words(content: &[u8]) -> Vec<BString> {
    let is_blank = |letter: char| matches!(letter, ' ' | '\t');
    let lines = content.split(|byte| b"\n\r".contains(byte));
    let lines = lines.filter(|line| !line.trim_start_with(is_blank).starts_with(b"#"));
    let words = lines.flat_map(|line| line.fields_with(is_blank));
    words.map(|word| word.split(|byte| *byte == 0).next().unwrap_or_default().into()).collect()
}

#[cfg(test)]
mod tests {
    use bstr::BString;

    use super::{Arguments, Known, Misuse, Word, flag, value, words};
    use crate::files::InMemory;
    use crate::until::Never;

    const KNOWN: &[Known] = &[
        flag("v", "verbose"),
        flag("V", "version"),
        value("t", "title"),
        value("M", "map"),
        flag("", "MG"),
        value("", "color"),
    ];

    /// Options as `letter=value`, operands as they are.
    fn parsed(line: &str) -> Result<Vec<String>, Misuse> {
        let mut files = InMemory::default();
        files.add("args", *b" # -no\n-v # \t-t\r\nx\n-- -t @more");
        files.add("end", *b"-t");
        files.add("loop", *b"@loop");
        let words = line.split(' ').map(BString::from).collect();
        let (mut arguments, mut found) = (Arguments::new(words, KNOWN, &files, &Never), Vec::new());
        while let Some(word) = arguments.next()? {
            found.push(match word {
                Word::Option(name, value) => format!("{name}={value}"),
                Word::Operand(operand) => operand.to_string(),
            });
        }
        Ok(found)
    }

    #[test]
    fn options_can_be_written_in_many_ways() {
        for (line, expected) in [
            ("-vt x y", "v= t=x y"),
            ("-vtx y", "v= t=x y"),
            ("--title=x --tit x -title=x -ti x", "t=x t=x t=x t=x"),
            ("-t=x", "t==x"),
            ("-verb -vV", "v= v= V="),
            ("-MG -Mx -M x --MG", "MG= M=x M=x MG="),
            ("--color - -c always", "color=- color=always"),
            ("-t -v", "t=-v"),
            ("x -v y", "x v= y"),
        ] {
            assert_eq!(parsed(line).unwrap().join(" "), expected, "{line}");
        }
    }

    #[test]
    fn after_two_dashes_or_one_alone_nothing_is_an_option() {
        assert_eq!(parsed("-v -- -v @args").unwrap(), ["v=", "-v", "@args"]);
        assert_eq!(parsed("-v - -v --").unwrap(), ["v=", "-", "-v", "--"]);
    }

    #[test]
    fn an_at_file_is_a_command_line_of_its_own() {
        assert_eq!(parsed("@args -v").unwrap(), ["v=", "#", "t=x", "-t", "@more", "v="]);
        assert_eq!(parsed("-t @args").unwrap(), ["t=@args"]);
        assert_eq!(parsed("@end x"), Err(Misuse::NoValue("-t".into())));
        assert_eq!(parsed("@loop"), Err(Misuse::AtFilesTooDeep("loop".into())));
        assert!(matches!(parsed("@none"), Err(Misuse::AtFile(..))));
    }

    #[test]
    fn lines_and_words_of_an_at_file_end_as_in_rgbds() {
        assert_eq!(words(b"# x\r-a\tb\0c\r\t# d\r\ne\n#"), ["-a", "b", "e"]);
    }

    #[test]
    fn at_files_share_a_size_limit() {
        let mut files = InMemory::default();
        files.add("large", vec![b'x'; 1 << 20]);
        let words = vec![BString::from("@large"); 17];
        let mut arguments = Arguments::new(words, KNOWN, &files, &Never);
        for _ in 0..16 {
            assert!(matches!(arguments.next(), Ok(Some(Word::Operand(_)))));
        }
        assert!(matches!(arguments.next(), Err(Misuse::AtFile(..))));
    }

    #[test]
    fn a_wrong_option_is_named_as_it_was_written() {
        assert_eq!(parsed("-vxy"), Err(Misuse::Unrecognized("-xy".into(), String::new())));
        assert_eq!(parsed("--nope=1"), Err(Misuse::Unrecognized("--nope=1".into(), String::new())));
        assert_eq!(parsed("--ver"), Err(Misuse::Ambiguous("--ver".into())));
        assert_eq!(parsed("-vt"), Err(Misuse::NoValue("-t".into())));
        assert_eq!(parsed("--tit"), Err(Misuse::NoValue("--title".into())));
        assert_eq!(parsed("-version=1"), Err(Misuse::UnwantedValue("--version".into())));
    }
}
