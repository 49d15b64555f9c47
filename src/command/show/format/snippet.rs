//! The source lines that a message is about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use bstr::ByteSlice;
use rgbpipe::diagnostics::{Diagnostic, Frame};

/// What is read of one file, in bytes: lines further on are not shown.
const LIMIT: u64 = 4 << 20;

/// What is read of all files that one tool's messages are about.
const LIMIT_OF_ALL: u64 = 16 << 20;

/// How many messages of one tool have their lines shown: as many as RGBDS has errors before it gives up on a terminal. No
/// more are read by anyone, and to draw them takes longer than to print them.
const MOST: usize = 100;

/// What rgbasm calls standard input.
const STDIN: &str = "<stdin>";

/// What is looked at of one line, in bytes: far more than any terminal is wide.
const LONGEST: usize = 4096;

/// Where lines come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources<'a> {
    /// The text of `<stdin>`.
    pub(crate) stdin: Option<&'a [u8]>,
    /// Nothing but what is at these paths is read: where a source must not read a file, its messages must not make
    /// rgbpipe show it.
    pub(crate) within: Option<&'a [PathBuf]>,
}

/// Shows lines of files; each is read once, whatever it is called.
pub(super) struct Snippets<'a> {
    sources: &'a Sources<'a>,
    files: HashMap<PathBuf, Lines<'a>>,
    /// What may still be read.
    left: u64,
    /// How many messages' lines may still be shown.
    messages_left: usize,
}

impl<'a> Snippets<'a> {
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, files: HashMap::new(), left: LIMIT_OF_ALL, messages_left: MOST }
    }

    /// The line where it is, and, if that is in a macro, the line where it all begins. Empty where there is none to show.
    pub(super) fn of(&mut self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
        if self.messages_left == 0 {
            return String::new();
        }
        let frames = match &diagnostic.backtrace[..] {
            [innermost, .., outermost] if innermost.inside.is_some() => vec![innermost, outermost],
            frames => frames.iter().take(1).collect(),
        };
        let lines = frames.iter().filter_map(|frame| Some((name(frame), frame.line, self.line(frame)?)));
        let lines: Vec<_> = lines.collect();
        let snippets = lines.iter().map(|(file, number, text)| {
            let snippet = Snippet::source(text).line_start(usize::try_from(*number).unwrap_or_default());
            // The message has just named the file, unless there are two.
            let snippet = if frames.len() > 1 { snippet.path(file) } else { snippet };
            snippet.annotation(AnnotationKind::Visible.span(0..0))
        });
        if lines.is_empty() {
            return String::new();
        }
        self.messages_left -= 1;
        renderer.render(&[Group::with_level(Level::ERROR).elements(snippets)]) + "\n"
    }

    /// Whatever there is to say against showing it, there is no line then.
    fn line(&mut self, frame: &Frame) -> Option<String> {
        let index = usize::try_from(frame.line).ok()?.checked_sub(1)?;
        let file = match self.files.entry(itself(&frame.file)?) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let text = self.sources.text(new.key(), self.left.min(LIMIT)).unwrap_or_default();
                if let Cow::Owned(text) = &text {
                    self.left -= text.len() as u64;
                }
                new.insert(Lines::of(text))
            }
        };
        let line = file.get(index).filter(|line| !line.trim_ascii().is_empty())?;
        Some(printable(&line[..line.len().min(LONGEST)].to_str_lossy()))
    }
}

/// Standard input, or a file's real path.
fn itself(path: &Path) -> Option<PathBuf> {
    if path == Path::new(STDIN) { Some(path.to_owned()) } else { fs::canonicalize(path).ok() }
}

impl Sources<'_> {
    /// No more than `limit` bytes of it.
    fn text(&self, real: &Path, limit: u64) -> Option<Cow<'_, [u8]>> {
        if real == Path::new(STDIN) {
            return self.stdin.map(Cow::Borrowed);
        }
        // Of a pipe there is nothing left to read, a device may never end, and some of the kernel's files wait for more.
        fs::metadata(real).ok().filter(|metadata| metadata.is_file() && metadata.len() > 0)?;
        let is_within = |dir: &PathBuf| fs::canonicalize(dir).is_ok_and(|dir| real.starts_with(dir));
        if self.within.is_some_and(|dirs| !dirs.iter().any(is_within)) {
            return None;
        }
        let mut text = Vec::new();
        File::open(real).ok()?.take(limit).read_to_end(&mut text).ok()?;
        Some(text.into())
    }
}

/// A text whose lines are found at once: a thousand messages may be about its last one.
struct Lines<'a> {
    text: Cow<'a, [u8]>,
    /// Where each line begins, up to 4 GiB.
    begins: Vec<u32>,
}

impl<'a> Lines<'a> {
    fn of(text: Cow<'a, [u8]>) -> Self {
        let begins = text.lines_with_terminator().scan(0, |end, line| {
            let begin = u32::try_from(*end).ok();
            *end += line.len();
            begin
        });
        let begins = begins.collect();
        Self { text, begins }
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        let begin = usize::try_from(*self.begins.get(index)?).ok()?;
        self.text[begin..].lines().next()
    }
}

fn name(frame: &Frame) -> String {
    frame.file.to_string_lossy().replace(char::is_control, "\u{FFFD}")
}

/// Without the control characters of Unicode's C1, which can steer a terminal. (The renderer sees to the others.)
fn printable(text: &str) -> String {
    text.replace(|char: char| char.is_control() && !char.is_ascii(), "\u{FFFD}")
}
