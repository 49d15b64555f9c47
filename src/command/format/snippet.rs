//! The source lines that a message is about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use bstr::ByteSlice;
use rgbpipe::diagnostics::{Diagnostic, Frame};

/// What is read of one file, in bytes: lines further on are not shown.
const LIMIT: u64 = 4 << 20;

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

/// Shows lines of files; each is read once.
pub(super) struct Snippets<'a> {
    sources: &'a Sources<'a>,
    files: HashMap<PathBuf, Lines<'a>>,
}

impl<'a> Snippets<'a> {
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, files: HashMap::new() }
    }

    /// The line where it is, and, if that is in a macro, the line where it all begins. Empty where there is none to show.
    pub(super) fn of(&mut self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
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
        renderer.render(&[Group::with_level(Level::ERROR).elements(snippets)]) + "\n"
    }

    /// Whatever there is to say against showing it, there is no line then.
    fn line(&mut self, frame: &Frame) -> Option<String> {
        let index = usize::try_from(frame.line).ok()?.checked_sub(1)?;
        let sources = self.sources;
        let lines = |path: &PathBuf| Lines::of(sources.text(path).unwrap_or_default());
        let file = self.files.entry(frame.file.clone()).or_insert_with_key(lines);
        let line = file.get(index).filter(|line| !line.trim_ascii().is_empty())?;
        Some(printable(&line[..line.len().min(LONGEST)].to_str_lossy()))
    }
}

impl Sources<'_> {
    fn text(&self, path: &Path) -> Option<Cow<'_, [u8]>> {
        if path == Path::new("<stdin>") {
            return self.stdin.map(Cow::Borrowed);
        }
        // Of a pipe there is nothing left to read, and a device may never end.
        fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let real = fs::canonicalize(path).ok()?;
        let is_within = |dir: &PathBuf| fs::canonicalize(dir).is_ok_and(|dir| real.starts_with(dir));
        if self.within.is_some_and(|dirs| !dirs.iter().any(is_within)) {
            return None;
        }
        let mut text = Vec::new();
        File::open(real).ok()?.take(LIMIT).read_to_end(&mut text).ok()?;
        Some(text.into())
    }
}

/// A text whose lines are found at once: a thousand messages may be about its last one.
struct Lines<'a> {
    text: Cow<'a, [u8]>,
    /// Where each line begins.
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: Cow<'a, [u8]>) -> Self {
        let begins = text.lines_with_terminator().scan(0, |end, line| {
            let begin = *end;
            *end += line.len();
            Some(begin)
        });
        let begins = begins.collect();
        Self { text, begins }
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        self.text[*self.begins.get(index)?..].lines().next()
    }
}

fn name(frame: &Frame) -> String {
    frame.file.to_string_lossy().replace(char::is_control, "\u{FFFD}")
}

/// Without the control characters of Unicode's C1, which can steer a terminal. (The renderer sees to the others.)
fn printable(text: &str) -> String {
    text.replace(|char: char| char.is_control() && !char.is_ascii(), "\u{FFFD}")
}
