//! Response files: `@FILE` on the command line is replaced by the words in FILE.
//!
//! This is the format of RGBDS 1.0 (`rgbasm(1)`) plus quotes. Words are separated by spaces and newlines, a `#` at the
//! start of a word begins a comment, and quotes and backslashes work as in a shell. Nothing else is expanded. Nothing
//! is replaced after `--`, so that a file can have any name. An option's value is not replaced either: in `--asm-flags
//! @FILE`, it is for rgbasm.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::values::duration;
use super::waiting::Waiting;
use crate::ending::Refusal;

/// The maximum nesting depth. Beyond it, a file probably names itself.
const MAX_DEPTH: usize = 16;

/// The maximum number of files read, counting repeats: nested files can multiply.
const MAX_FILES: usize = 4096;

/// The maximum number of bytes read in total: more than any system accepts as a command line.
const MAX_BYTES: u64 = 16 << 20;

/// Replaces every response file on the command line by its words. Returns all words, and the files.
pub(crate) fn expand(argv: impl IntoIterator<Item = OsString>) -> Result<(Vec<OsString>, Vec<PathBuf>), Refusal> {
    let mut argv = argv.into_iter();
    let words = Vec::from_iter(argv.next());
    let waiting = Waiting::default();
    let mut expansion = Expansion { words, waiting, files: Vec::new(), bytes_left: MAX_BYTES };
    expansion.add(&mut argv, 0)?;
    Ok((expansion.words, expansion.files))
}

/// The time limit for reading response files, if there are any: `--timeout` among the words that are known before.
pub(crate) fn timeout(argv: &[OsString]) -> Option<Duration> {
    argv.iter().find(|word| word.as_bytes().starts_with(b"@"))?;
    let mut words = argv.iter().take_while(|word| *word != "--").map(|word| word.to_str().unwrap_or_default());
    let mut found = None;
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        if name.len() >= SHORTEST.len() && "--timeout".starts_with(name) {
            found = value.or_else(|| words.next()).and_then(|value| duration(value).ok());
        }
    }
    found.filter(|timeout| !timeout.is_zero())
}

/// The shortest form of `--timeout`; `--ti` may be `--tiny`.
const SHORTEST: &str = "--tim";

struct Expansion {
    words: Vec<OsString>,
    waiting: Waiting,
    files: Vec<PathBuf>,
    bytes_left: u64,
}

impl Expansion {
    /// Adds words, with response files replaced. Returns whether response files may follow.
    fn add(&mut self, words: &mut dyn Iterator<Item = OsString>, depth: usize) -> Result<bool, Refusal> {
        while let Some(word) = words.next() {
            let goes_on = if let Some(path) = word.as_bytes().strip_prefix(b"@")
                && !self.waiting.after(&self.words)
            {
                let mut read = self.read(Path::new(OsStr::from_bytes(path)), depth)?;
                self.add(&mut read, depth + 1)?
            } else {
                let goes_on = word != "--";
                self.words.push(word);
                goes_on
            };
            if !goes_on {
                self.words.extend(words);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the words of a response file.
    fn read(&mut self, path: &Path, depth: usize) -> Result<impl Iterator<Item = OsString> + use<>, Refusal> {
        let refused = |cause: String| Refusal::ResponseFile { path: path.to_owned(), cause };
        if depth == MAX_DEPTH {
            return Err(refused(format!("response files name each other, {MAX_DEPTH} deep; does one name itself?")));
        }
        if self.files.len() == MAX_FILES {
            return Err(refused(format!("more than {MAX_FILES} response files")));
        }
        self.files.push(path.to_owned());
        let mut text = String::new();
        let file = File::open(path).map_err(|error| refused(error.to_string()))?;
        file.take(self.bytes_left + 1).read_to_string(&mut text).map_err(|error| refused(error.to_string()))?;
        self.bytes_left = self
            .bytes_left
            .checked_sub(text.len() as u64)
            .ok_or_else(|| refused(format!("more than {} MiB of response files", MAX_BYTES >> 20)))?;
        let words = shell_words::split(&text.replace("\r\n", "\n")).map_err(|error| refused(error.to_string()))?;
        Ok(words.into_iter().map(OsString::from))
    }
}
