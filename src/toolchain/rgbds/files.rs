//! The files that the tools read by name. `rgbasm` lists them. `rgblink` and `rgbfix` do not, so they are found in the
//! arguments.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::flags::Flags;
use super::getopt::{RGBASM, RGBFIX, RGBLINK, Syntax, Word};
use super::script;
use crate::request::{MissingFiles, Request};

/// The target in the rules that `rgbasm` writes. Only this module sees them.
const TARGET: &str = "o";

/// The arguments that make `rgbasm` list the files it reads, except `-M` and its output.
pub(super) fn arguments(missing: MissingFiles) -> Vec<&'static str> {
    // Two arguments, because RGBDS reads `-MTx` as `-M Tx`.
    let mut arguments = vec!["-MT", TARGET];
    match missing {
        MissingFiles::Refused => {}
        MissingFiles::Stop => arguments.push("-MG"),
        MissingFiles::Continue => arguments.push("-MC"),
    }
    arguments
}

/// The files in the rules that `rgbasm` wrote. It writes one rule for each use, and escapes nothing.
pub(super) fn of_assembly(rules: &[u8]) -> Vec<PathBuf> {
    let between = format!("\n{TARGET}: ");
    let rules = rules.strip_suffix(b"\n").unwrap_or(rules);
    let Some(rules) = rules.strip_prefix(&between.as_bytes()[1..]) else { return Vec::new() };
    let files = rules.split_str(&between);
    // Standard input has no name.
    files.filter(|file| *file != b"-").map(|file| OsStr::from_bytes(file).into()).collect()
}

/// The files that a request's options and `flags` name: files of arguments, objects among the linker's flags, the linker
/// script and the files that it includes, the overlay, the logo.
pub(super) fn of_options(request: &Request, flags: &Flags) -> Vec<PathBuf> {
    let link = &request.link;
    let mut files = Vec::new();
    let (mut script, mut overlay, mut logo) = (link.script.clone(), link.overlay.clone(), None);
    for word in words(&RGBASM, &flags.assembler) {
        if let Word::AtFile(file) = word {
            files.push(file.into());
        }
    }
    for word in words(&RGBLINK, &flags.linker) {
        match word {
            Word::AtFile(file) | Word::Operand(file) => files.push(file.into()),
            // The last value counts.
            Word::Value('l', path) => script = Some(path.into()),
            Word::Value('O', path) => overlay = Some(path.into()),
            Word::Value(..) | Word::Switch(_) => {}
        }
    }
    files.extend(script.iter().flat_map(|path| script::files(path)));
    files.extend(overlay);
    for word in request.fix.iter().flat_map(|_| words(&RGBFIX, &flags.fixer)) {
        match word {
            Word::AtFile(file) => files.push(file.into()),
            Word::Value('L', path) => logo = Some(path.into()),
            Word::Value(..) | Word::Switch(_) | Word::Operand(_) => {}
        }
    }
    files.extend(logo);
    files
}

/// The arguments. A file of arguments is followed by the arguments in it.
pub(super) fn words(syntax: &Syntax, arguments: &[OsString]) -> Vec<Word> {
    let (mut words, mut seen) = (Vec::new(), HashSet::new());
    // In reverse order: the next argument is at the end.
    let mut ahead = syntax.read(arguments);
    ahead.reverse();
    while let Some(word) = ahead.pop() {
        if let Word::AtFile(file) = &word {
            // A file that includes itself would never end. rgbasm and the others do not end either.
            if !seen.insert(file.clone()) {
                continue;
            }
            ahead.extend(syntax.read(&arguments_in(file.as_ref())).into_iter().rev());
        }
        words.push(word);
    }
    words
}

/// The arguments in a file. Spaces and tabs separate them, there is no quoting, and lines that begin with `#` are
/// comments (`rgbasm(1)`, "At-files"). A carriage return also ends a line, and a NUL ends its argument.
fn arguments_in(path: &Path) -> Vec<OsString> {
    let text = script::read(path);
    let lines = text.split(|byte| b"\n\r".contains(byte)).filter(|line| !line.trim_ascii_start().starts_with(b"#"));
    let words = lines.flat_map(|line| line.fields_with(|c| matches!(c, ' ' | '\t')));
    words.map(|word| OsStr::from_bytes(word.split(|byte| *byte == 0).next().unwrap_or_default()).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{FixOptions, Input};

    #[test]
    fn a_rule_has_a_name_and_nothing_but_that() {
        let rules = b"o: game.asm\no: a b $x: y.inc\no: -\no: two\nlines\no: game.asm\n";
        assert_eq!(of_assembly(rules), ["game.asm", "a b $x: y.inc", "two\nlines", "game.asm"].map(Path::new));
        assert_eq!(of_assembly(b"o: -\n"), Vec::<PathBuf>::new());
        assert_eq!(of_assembly(b""), Vec::<PathBuf>::new());
    }

    #[test]
    fn the_last_of_each_option_counts() {
        let mut request = Request::new([Input::Object("given.o".into())]);
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        request.link.script = Some("first.link".into());
        request.link.overlay = Some("base.gb".into());
        assert_eq!(of_options(&request, &Flags::default()), ["first.link", "base.gb"].map(Path::new));
        let linker = words("more.o -dOother.gb --linkerscript=second.link -p 0");
        let flags = Flags { linker, fixer: words("-v -L old.1bpp -p 0xFF --logo new.1bpp"), ..Flags::default() };
        request.fix = Some(FixOptions::none());
        assert_eq!(of_options(&request, &flags), ["more.o", "second.link", "other.gb", "new.1bpp"].map(Path::new));
    }

    #[test]
    fn arguments_in_files_count() {
        let dir = tempfile::tempdir().unwrap();
        let [outer, inner] = ["outer", "inner"].map(|name| dir.path().join(name));
        let at = |path: &Path| OsString::from_iter([OsStr::new("@"), path.as_os_str()]);
        std::fs::write(&inner, format!("-l y.link {}", at(&outer).display())).unwrap();
        std::fs::write(&outer, format!("# -O x.gb\n\n -O\tz.gb {}\n", at(&inner).display())).unwrap();
        let flags = Flags { linker: vec![at(&outer)], ..Flags::default() };
        assert_eq!(of_options(&Request::new([]), &flags), [outer, inner, "y.link".into(), "z.gb".into()]);
    }

    #[test]
    fn files_of_arguments_may_name_each_other_to_any_depth() {
        let dir = tempfile::tempdir().unwrap();
        let path = |number: u32| dir.path().join(number.to_string());
        let depth = 10_000;
        for number in 0..depth {
            std::fs::write(path(number), format!("@{}", path(number + 1).display())).unwrap();
        }
        let flags = Flags { linker: vec![format!("@{}", path(0).display()).into()], ..Flags::default() };
        assert!(of_options(&Request::new([]), &flags).into_iter().eq((0..=depth).map(path)));
    }
}
