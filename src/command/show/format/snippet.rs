//! The source lines that a message is about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use bstr::ByteSlice;
use rgbpipe::diagnostics::{Diagnostic, Frame};
use rgbpipe::program::{Place, RegularFile};

use super::places;

/// How many bytes of one file are read. Lines beyond that are not shown.
const LIMIT: u64 = 4 << 20;

/// How many bytes are read in total for the messages of one tool.
const LIMIT_OF_ALL: u64 = 16 << 20;

/// How many messages of one tool get source lines: as many as RGBDS prints errors on a terminal before it gives up.
/// Nobody reads more, and rendering them takes longer than printing them.
const MOST: usize = 100;

/// rgbasm's name for standard input.
const STDIN: &str = "<stdin>";

/// How many bytes of one line are considered: far more than any terminal is wide.
const LONGEST: usize = 4096;

/// The places that lines come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources<'a> {
    /// The text of `<stdin>`.
    pub(crate) stdin: Option<&'a [u8]>,
    /// Only files below these paths are read. If a source must not read a file, its messages must not make rgbpipe
    /// show it.
    pub(crate) within: Option<&'a [Place]>,
}

/// Shows lines of files. Each file is read only once, even if it has several names.
pub(super) struct Snippets<'a> {
    sources: &'a Sources<'a>,
    /// By device and number; standard input has none.
    files: HashMap<Option<(u64, u64)>, Lines<'a>>,
    /// How many bytes may still be read.
    left: u64,
    /// How many messages may still get source lines.
    messages_left: usize,
}

impl<'a> Snippets<'a> {
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, files: HashMap::new(), left: LIMIT_OF_ALL, messages_left: MOST }
    }

    /// The line that the message names and, if that is in a macro, the line that uses it: the nearest outer line that
    /// is not itself in a macro. Empty if no line can be shown.
    pub(super) fn of(&mut self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
        if self.messages_left == 0 {
            return String::new();
        }
        let frames = places(diagnostic);
        let mut range = diagnostic.range.clone();
        let lines = frames.iter().filter_map(|frame| {
            // It is about the first one.
            let range = range.take();
            let line = self.line(frame)?;
            Some((name(frame), frame.line, printable(line), range.and_then(|range| shown_range(line, range))))
        });
        let lines: Vec<_> = lines.collect();
        let snippets = lines.iter().map(|(file, number, text, range)| {
            let snippet = Snippet::source(text).line_start(usize::try_from(*number).unwrap_or_default());
            // The message has just named the file, unless there are two.
            let snippet = if frames.len() > 1 { snippet.path(file) } else { snippet };
            snippet.annotation(match range {
                Some(range) => AnnotationKind::Primary.span(range.clone()),
                None => AnnotationKind::Visible.span(0..0),
            })
        });
        if lines.is_empty() {
            return String::new();
        }
        self.messages_left -= 1;
        renderer.render(&[Group::with_level(Level::ERROR).elements(snippets)]) + "\n"
    }

    /// Returns nothing if there is any reason not to show the line.
    fn line(&mut self, frame: &Frame) -> Option<&[u8]> {
        let index = usize::try_from(frame.line).ok()?.checked_sub(1)?;
        let open = if frame.file == Path::new(STDIN) { None } else { Some(self.sources.open(&frame.file)?) };
        let file = match self.files.entry(open.as_ref().map(RegularFile::identity)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let text = match open {
                    None => self.sources.stdin.map(Cow::Borrowed),
                    Some(file) => file.read(self.left.min(LIMIT)).ok().map(Cow::Owned),
                };
                let text = text.unwrap_or_default();
                if let Cow::Owned(text) = &text {
                    self.left -= text.len() as u64;
                }
                new.insert(Lines::of(text))
            }
        };
        let line = file.get(index).filter(|line| !line.trim_ascii().is_empty())?;
        Some(&line[..line.len().min(LONGEST)])
    }
}

impl Sources<'_> {
    /// Opens a file that a message names. A pipe has been consumed and a device may never end, so neither is read. What
    /// counts is the file that was opened, because somebody may exchange directories and links at any time.
    fn open(&self, path: &Path) -> Option<RegularFile> {
        let file = RegularFile::open(path).ok()?;
        self.within.is_none_or(|places| file.is_within(places)).then_some(file)
    }
}

/// A text with an index of its lines, because a thousand messages may be about its last one.
struct Lines<'a> {
    text: Cow<'a, [u8]>,
    /// The start of each line, up to 4 GiB.
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

/// Converts a range of the line to a range of the line as it is shown.
fn shown_range(line: &[u8], range: Range<u32>) -> Option<Range<usize>> {
    let whole = printable(line);
    let shown = |end: u32| {
        let before = printable(line.get(..usize::try_from(end).ok()?)?).len();
        whole.is_char_boundary(before).then_some(before)
    };
    Some(shown(range.start)?..shown(range.end)?)
}

/// Removes Unicode's C1 control characters, which can control a terminal. The renderer handles the others.
fn printable(line: &[u8]) -> String {
    let text = line.to_str_lossy();
    text.replace(|char: char| char.is_control() && !char.is_ascii(), "\u{FFFD}")
}
