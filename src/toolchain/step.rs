//! The input and the outcome of a step.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};
use program::{Printed, RegularFile};

use crate::error::{Cause, Fault};
use crate::messages::Said;
use crate::object::Object;
use crate::request::{Input, Request};

/// A source to assemble.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its text.
    pub text: Text<'a>,
    /// The name of its object. No file of that name is made.
    pub object: &'a Path,
}

/// The text of a source.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// In this file.
    File(&'a Path),
    /// Here, for the assembler's standard input.
    Stdin(&'a [u8]),
}

/// How much of a source is searched for INCLUDEs, in bytes.
const SEARCHED: u64 = 1 << 20;

/// The size of an included file, in bytes. Those of games have 3 to 7 KiB on average.
const INCLUDED: u64 = 4 << 10;

/// The most included files that are looked into, to guess how much work a source is.
const LOOKED_INTO: usize = 8;

/// The files that the lines of a text INCLUDE: what is between the first quotes behind the word.
fn includes(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    const WORD: &[u8] = b"INCLUDE";
    text.lines().filter_map(|line| {
        let (word, name) = line.trim_ascii_start().split_at_checked(WORD.len())?;
        word.eq_ignore_ascii_case(WORD).then(|| name.split_str("\"").nth(1).unwrap_or_default())
    })
}

impl Source<'_> {
    /// The name in messages.
    pub fn name(&self) -> String {
        match self.text {
            Text::File(path) => path.to_string_lossy().into_owned(),
            Text::Stdin(_) => "-".to_owned(),
        }
    }

    /// A guess of how much work it is, to compare it with others: its size, and that of what it includes, which is often most
    /// of it. Only the first few included files are looked into, and only if `look_into_includes`; any other counts as a
    /// file of usual size, and so does one that is only in a directory of `-I`.
    pub(crate) fn effort(&self, look_into_includes: bool) -> u64 {
        let read = |path: &Path| RegularFile::open(path).and_then(|file| file.read(SEARCHED));
        let text = match self.text {
            Text::File(path) => Cow::Owned(read(path).unwrap_or_default()),
            Text::Stdin(text) => Cow::Borrowed(text),
        };
        let names = |text: &[u8]| includes(text).map(BString::from).collect::<Vec<_>>();
        let mut left = if look_into_includes { LOOKED_INTO } else { 0 };
        let mut included = VecDeque::from(names(&text));
        let mut effort = self.size();
        while left > 0
            && let Some(name) = included.pop_front()
        {
            left -= 1;
            match name.to_path().map(read) {
                Ok(Ok(text)) => {
                    effort += text.len() as u64;
                    included.extend(names(&text));
                }
                _ => effort += INCLUDED,
            }
        }
        effort + included.len() as u64 * INCLUDED
    }

    /// Its size in bytes, without the files that it includes; 0 if it cannot be found out.
    pub fn size(&self) -> u64 {
        match self.text {
            Text::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Text::Stdin(text) => text.len() as u64,
        }
    }
}

/// An object to link.
#[derive(Clone, Copy, Debug)]
pub enum Linkable<'a> {
    /// A file.
    File(&'a Path),
    /// An object in memory, and its name.
    Assembled(&'a Path, &'a Object),
}

/// The outcome of a step, successful or not.
///
/// A step without messages is just a product ([`Outcome::done`]), or a plain `Result` turned `into()` an outcome.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The text that the source prints with `PRINT` and `PRINTLN`.
    pub stdout: Printed,
    /// Warnings and errors.
    pub said: Said,
    /// The files that the step used, as far as it reports them, in order, once for each use.
    pub used: Vec<PathBuf>,
    /// The product, or the reason why there is none.
    pub result: Result<T, Fault>,
}

impl<T> Outcome<T> {
    /// The outcome of a step that succeeded without messages.
    pub fn done(product: T) -> Self {
        Self { stdout: Printed::default(), said: Said::default(), used: Vec::new(), result: Ok(product) }
    }
}

impl<T, E: Into<Cause>> From<Result<T, E>> for Outcome<T> {
    fn from(result: Result<T, E>) -> Self {
        let result = result.map_err(|cause| Fault::Broken(cause.into()));
        Self { stdout: Printed::default(), said: Said::default(), used: Vec::new(), result }
    }
}

/// The sources, each with the name of its object.
pub(crate) fn sources<'a>(
    request: &'a Request,
    objects: impl IntoIterator<Item = &'a PathBuf>,
) -> impl Iterator<Item = Source<'a>> {
    let texts = request.inputs.iter().filter_map(|input| match input {
        Input::Source(path) => Some(Text::File(path)),
        Input::Stdin(text) => Some(Text::Stdin(text)),
        Input::Object(_) => None,
    });
    texts.zip(objects).map(|(text, object)| Source { text, object })
}

/// All objects, given or just assembled, in the order of the inputs.
pub(crate) fn in_link_order<'a>(request: &'a Request, assembled: &'a [(PathBuf, Object)]) -> Vec<Linkable<'a>> {
    let mut assembled = assembled.iter();
    let objects = request.inputs.iter().map(|input| match input {
        Input::Object(path) => Some(Linkable::File(path)),
        Input::Source(_) | Input::Stdin(_) => assembled.next().map(|(name, object)| Linkable::Assembled(name, object)),
    });
    objects.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_source_includes_is_work_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("main.asm");
        let effort = |text| Source { text, object: Path::new("main.o") }.effort(true);
        let text = b"; INCLUDE\nINCLUDE \"a\"\r\n\tinclude \"b\"\nINC\n nop\nINCLUDE";
        std::fs::write(&path, text).unwrap();
        for source in [Text::File(&path), Text::Stdin(text)] {
            assert_eq!(effort(source), text.len() as u64 + 3 * INCLUDED);
        }
        assert_eq!(effort(Text::File(dir.path())), dir.path().metadata().unwrap().len());
        assert_eq!(effort(Text::File(&dir.path().join("missing"))), 0);
    }

    #[test]
    fn the_first_included_files_are_looked_into() {
        let dir = tempfile::tempdir().unwrap();
        let include = |name: &str| format!("INCLUDE \"{}\"\n", dir.path().join(name).display());
        let (inner, outer) = (include("inner").repeat(100), include("inner"));
        std::fs::write(dir.path().join("inner"), &inner).unwrap();
        std::fs::write(dir.path().join("outer"), &outer).unwrap();
        let text = include("outer");
        let source = Source { text: Text::Stdin(text.as_bytes()), object: Path::new("main.o") };
        let inners = LOOKED_INTO - 1;
        let read = text.len() + outer.len() + inners * inner.len();
        let unread = (1 + inners * 99) as u64;
        assert_eq!(source.effort(true), read as u64 + unread * INCLUDED);
        assert_eq!(source.effort(false), source.size() + INCLUDED);
    }
}
