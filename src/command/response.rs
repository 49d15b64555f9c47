//! Response files: `@FILE` on the command line stands for the words in FILE.
//!
//! As for RGBDS 1.0 (`rgbasm(1)`), with quotes besides: words are separated by blanks and newlines, a `#` where a word
//! would begin starts a comment, and quotes and backslashes are those of a shell. Nothing else is expanded. `--` ends it,
//! so that what comes after can have any name.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::failure::Refusal;

/// How deep files may name files: more is one that names itself.
const MAX_DEPTH: usize = 16;

/// The command line with the words of every response file in its place.
pub(crate) fn expand(argv: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, Refusal> {
    let mut argv = argv.into_iter();
    let mut expanded = Vec::from_iter(argv.next());
    add(&mut argv, 0, &mut expanded)?;
    Ok(expanded)
}

/// Adds words, or what they stand for. Whether there may be response files in what comes after them.
fn add(words: &mut dyn Iterator<Item = OsString>, depth: usize, expanded: &mut Vec<OsString>) -> Result<bool, Refusal> {
    while let Some(word) = words.next() {
        let goes_on = if let Some(path) = word.as_bytes().strip_prefix(b"@") {
            add(&mut read(Path::new(OsStr::from_bytes(path)), depth)?, depth + 1, expanded)?
        } else {
            expanded.push(word);
            expanded.last().is_some_and(|word| word != "--")
        };
        if !goes_on {
            expanded.extend(words);
            return Ok(false);
        }
    }
    Ok(true)
}

/// The words of a response file.
fn read(path: &Path, depth: usize) -> Result<impl Iterator<Item = OsString>, Refusal> {
    let refused = |cause: String| Refusal::ResponseFile { path: path.to_owned(), cause };
    if depth == MAX_DEPTH {
        return Err(refused(format!("response files name each other, {MAX_DEPTH} deep; does one name itself?")));
    }
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let words = shell_words::split(&text.replace("\r\n", "\n")).map_err(|error| refused(error.to_string()))?;
    Ok(words.into_iter().map(OsString::from))
}
