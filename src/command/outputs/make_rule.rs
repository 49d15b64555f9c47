//! A rule that tells make which files a build reads, in a form that ninja (`deps = gcc`) understands too.

use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

/// The parts of the rule that are known before the build.
#[derive(Debug, Default)]
pub(crate) struct MakeRule {
    /// Targets as they appear in the rule.
    targets: Vec<Vec<u8>>,
    /// Adds a rule without prerequisites for each file. If such a file is deleted, make continues and learns from the
    /// next build that it is no longer needed. A compiler's rule leaves out its own source, but this rule is for a
    /// whole build, which sources join and leave.
    phony: bool,
}

/// A file that no makefile can name.
#[derive(Debug)]
pub(crate) struct NoName(PathBuf);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartOfRule {
    Target,
    FirstPrerequisite,
    Prerequisite,
}

impl MakeRule {
    /// Creates it from targets in makefile syntax and from files.
    pub(crate) fn new(words: &[OsString], files: &[&Path], phony: bool) -> Result<Self, NoName> {
        refuse_archives(files)?;
        let words = words.iter().map(|word| Ok(word.as_bytes().to_owned()));
        let targets = words.chain(files.iter().map(|file| word(file, PartOfRule::Target)));
        Ok(Self { targets: targets.collect::<Result<_, _>>()?, phony })
    }

    /// The rule for a build that reads these files, some of which are missing.
    pub(crate) fn text(&self, files: &[PathBuf], missing: &[PathBuf]) -> Result<Vec<u8>, NoName> {
        refuse_archives(files)?;
        let mut text = self.targets.join(&b" "[..]);
        text.push(b':');
        let mut place = PartOfRule::FirstPrerequisite;
        for file in files {
            text.extend_from_slice(b" \\\n  ");
            text.extend(word(file, place)?);
            place = PartOfRule::Prerequisite;
        }
        text.push(b'\n');
        for file in if self.phony { files } else { missing } {
            text.extend(empty_rule(file)?);
        }
        Ok(text)
    }
}

/// Whether a text that [`MakeRule::text`] gave earlier has an empty rule for each of these files. If they are missing,
/// make has nothing else to make them by.
pub(crate) fn has_empty_rules(text: &[u8], files: &[PathBuf]) -> bool {
    files.iter().all(|file| empty_rule(file).is_ok_and(|rule| text.contains_str(rule)))
}

fn empty_rule(file: &Path) -> Result<Vec<u8>, NoName> {
    Ok([b"\n", &word(file, PartOfRule::Target)?[..], b":\n"].concat())
}

/// A file name as make reads it back. The rules were found by experiments with GNU make 4.3, whose manual has only
/// some of them.
fn word(file: &Path, place: PartOfRule) -> Result<Vec<u8>, NoName> {
    let name = file.as_os_str().as_bytes();
    if !has_a_word(name, place) {
        return Err(NoName(file.to_owned()));
    }
    let mut word = Vec::with_capacity(name.len() + 8);
    if is_like_syntax(name) {
        word.extend_from_slice(b"./");
    }
    for byte in name {
        match byte {
            // It is a pattern only in a target.
            b' ' | b'#' | b':' | b'*' | b'?' | b'[' => escape(&mut word),
            b'%' if place == PartOfRule::Target => escape(&mut word),
            b'$' => word.push(b'$'),
            _ => {}
        }
        word.push(*byte);
    }
    Ok(word)
}

/// Adds a backslash for the next character, and doubles backslashes that would otherwise capture it.
fn escape(word: &mut Vec<u8>) {
    let before = word.iter().rev().take_while(|byte| **byte == b'\\').count();
    word.extend(std::iter::repeat_n(b'\\', before + 1));
}

/// Whether make could read a name as part of its own language. `./` does not help, because make and ninja remove it
/// from file names. A stranger's source that includes `private` and then `SHELL=./x` would otherwise choose make's
/// shell, and one that includes `!=touch x` would run that.
fn is_like_syntax(name: &[u8]) -> bool {
    // No directive or modifier contains a dot or a slash. Operators begin with other characters.
    let is_bare = !name.iter().any(|byte| b"./".contains(byte));
    let is_ordinary = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./".contains(byte) || !byte.is_ascii();
    is_bare || !name.first().is_some_and(is_ordinary)
}

fn has_a_word(name: &[u8], place: PartOfRule) -> bool {
    let ends_the_line = |byte: &u8| byte.is_ascii_control() || b";|".contains(byte);
    // `t: a=b` sets a variable, even with backslashes.
    let sets_a_variable = place != PartOfRule::Prerequisite && name.contains(&b'=');
    // `t&:` is a grouped rule.
    let is_syntax = place == PartOfRule::Target && name.ends_with(b"&");
    // Each of them halves backslashes in its own way.
    let is_a_riddle = name.contains(&b'\\') && name.iter().any(|byte| b"*?[".contains(byte));
    // make removes `./` first.
    let mut begin = name;
    while let Some(rest) = begin.strip_prefix(b"./") {
        begin = rest.trim_start_with(|c| c == '/');
    }
    let is_home = begin.starts_with(b"~");
    !(name.is_empty()
        || is_home
        || is_special(begin)
        || is_suffix_rule(begin)
        || name.iter().any(ends_the_line)
        || name.ends_with(b" ")
        || name.ends_with(b"\\")
        || sets_a_variable
        || is_syntax
        || is_a_riddle)
}

/// Whether it is a special target of some make, such as `.IGNORE`. They all begin with a dot and capitals, and POSIX
/// reserves such names.
fn is_special(name: &[u8]) -> bool {
    let word = name.strip_prefix(b".").unwrap_or_default().split(|byte| *byte == b'.').next().unwrap_or_default();
    !word.is_empty() && word.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}

/// The suffixes that make knows by itself.
const SUFFIXES: [&str; 36] = [
    "out", "a", "ln", "o", "c", "cc", "C", "cpp", "p", "f", "F", "m", "r", "y", "l", "ym", "yl", "s", "S", "mod",
    "sym", "def", "h", "info", "dvi", "tex", "texinfo", "texi", "txinfo", "w", "ch", "web", "sh", "elc", "el", "lm",
];

/// Whether it may be the target of a suffix rule that make has by itself, such as `.c` or `.sh.o`. If there is no such file,
/// make runs the rule's commands. `./` does not help.
fn is_suffix_rule(name: &[u8]) -> bool {
    let suffixes = name.strip_prefix(b".").map(|rest| rest.split(|byte| *byte == b'.'));
    let is_suffix = |word: &[u8]| SUFFIXES.iter().any(|suffix| suffix.as_bytes() == word);
    suffixes.is_some_and(|suffixes| suffixes.clone().count() <= 2 && suffixes.into_iter().all(is_suffix))
}

/// `a(b)` is a member of an archive; so are all words from `a(b` to `c)`.
fn refuse_archives(files: &[impl AsRef<Path>]) -> Result<(), NoName> {
    let names = || files.iter().map(|file| file.as_ref().as_os_str().as_bytes());
    let closing = files.iter().zip(names()).find(|(_, name)| name.ends_with(b")"));
    match closing {
        Some((file, _)) if names().any(|name| name.contains(&b'(')) => Err(NoName(file.as_ref().to_owned())),
        _ => Ok(()),
    }
}

impl fmt::Display for NoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a makefile cannot contain the file name {:?}", self.0.to_string_lossy())
    }
}

impl std::error::Error for NoName {}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(targets: &[&str], files: &[&str], phony: bool) -> String {
        let targets: Vec<_> = targets.iter().map(Path::new).collect();
        let files: Vec<_> = files.iter().map(PathBuf::from).collect();
        let rule = MakeRule::new(&[], &targets, phony).unwrap();
        String::from_utf8(rule.text(&files, &[]).unwrap()).unwrap()
    }

    #[test]
    fn one_rule_has_all() {
        assert_eq!(text(&["a.gb", "a.sym"], &["a.asm", "b.inc"], false), "a.gb a.sym: \\\n  a.asm \\\n  b.inc\n");
        assert_eq!(text(&["a.gb"], &[], true), "a.gb:\n");
        assert_eq!(
            text(&["a.gb"], &["a.asm", "b 100%.inc"], true),
            "a.gb: \\\n  a.asm \\\n  b\\ 100%.inc\n\na.asm:\n\nb\\ 100\\%.inc:\n"
        );
    }

    #[test]
    fn a_missing_file_has_an_empty_rule_that_is_found_again() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let rule = MakeRule::new(&["t".into()], &[], false).unwrap();
        let text = rule.text(&paths(&["a b.asm", "b.asm", "c.inc"]), &paths(&["a b.asm", "c.inc"])).unwrap();
        assert_eq!(text, b"t: \\\n  a\\ b.asm \\\n  b.asm \\\n  c.inc\n\na\\ b.asm:\n\nc.inc:\n");
        for (names, found) in [(&["c.inc", "a b.asm"][..], true), (&["b.asm"], false), (&["c.inc", "d"], false)] {
            assert_eq!(has_empty_rules(&text, &paths(names)), found, "{names:?}");
        }
    }

    #[test]
    fn targets_of_the_user_are_as_they_are() {
        let rule = MakeRule::new(&["$(OUT) x:".into()], &[Path::new("$ y")], false).unwrap();
        assert_eq!(rule.text(&[], &[]).unwrap(), b"$(OUT) x: ./$$\\ y:\n");
    }

    #[test]
    fn a_name_that_no_makefile_can_contain_is_refused() {
        let has = |name: &str, place| word(Path::new(name), place).is_ok();
        for name in [
            "",
            "a\nb",
            "a\tb",
            "a;b",
            "a|b",
            "a ",
            "a\\",
            "a\\*",
            "~a",
            ".//./~a",
            ".PHONY",
            ".//./.A_B.c",
            ".c",
            "./.sh.o",
        ] {
            for place in [PartOfRule::Target, PartOfRule::FirstPrerequisite, PartOfRule::Prerequisite] {
                assert!(!has(name, place), "{name}");
            }
        }
        assert!(
            !has("a=b", PartOfRule::Target)
                && !has("a=b", PartOfRule::FirstPrerequisite)
                && has("a=b", PartOfRule::Prerequisite)
        );
        assert!(!has("a&", PartOfRule::Target) && has("a&", PartOfRule::Prerequisite));
        for (files, refused) in
            [(["a(b)", "c"], true), (["a(b", "c)"], true), (["a", "c)"], false), (["(a", "b"], false)]
        {
            assert_eq!(MakeRule::default().text(&files.map(PathBuf::from), &[]).is_err(), refused, "{files:?}");
        }
        assert_eq!(NoName("a\nb".into()).to_string(), "a makefile cannot contain the file name \"a\\nb\"");
    }
}
