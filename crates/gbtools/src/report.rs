//! Messages as data.
//!
//! A tool hands each message to the caller's [`Report`] at once, in order with the text that the source prints. A
//! message has its text and places in fields. [`form`] turns it into the printed form of RGBDS, which people and
//! editors know.

pub mod codes;
pub mod form;
pub mod warnings;

use std::ops::Range;
use std::path::Path;

use bstr::BString;

/// Receives messages and printed text, in order.
pub trait Report {
    /// A message.
    fn message(&mut self, message: Diagnostic);

    /// Receives the text that the source prints (PRINT and PRINTLN), for standard output.
    fn print(&mut self, text: &[u8]);

    /// The source and each file that it uses, when it uses it, or a missing file that is allowed. Most callers look at the
    /// list afterwards.
    fn uses(&mut self, _path: &Path) {}
}

/// The severity of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The result is usable.
    Warning,
    /// There will be no result. The tool continues, to find more errors.
    Error,
    /// The tool stops here.
    Fatal,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The severity. A warning that `-Werror` turned into an error is an error with a flag.
    pub severity: Severity,
    /// The warning flag without `-W`. None for a message that was never a warning.
    pub flag: Option<&'static str>,
    /// A stable name for the kind of message, one of [`codes`]: `undefined-symbol`.
    pub code: &'static str,
    /// The message: a sentence without a full stop. It may quote the source, so it is not always UTF-8.
    pub text: BString,
    /// The place of the problem, and then other places that matter. Empty if the message has no place.
    pub places: Vec<Backtrace>,
    /// For a message with many places, a description of those after the first.
    pub others: Option<Others>,
    /// The names of EQUS symbols and interpolations that were being expanded, innermost first.
    pub expanding: Vec<BString>,
    /// The part of the line that the message is about, in bytes, if it is known. The line is that of the first place's
    /// first frame.
    pub range: Option<Range<u32>>,
}

impl Diagnostic {
    /// A message without a flag or a place.
    pub fn new(severity: Severity, code: &'static str, text: impl Into<BString>) -> Self {
        debug_assert!(codes::is_known(code), "the code `{code}` is not in the list of codes");
        Self {
            severity,
            flag: None,
            code,
            text: text.into(),
            places: Vec::new(),
            others: None,
            expanding: Vec::new(),
            range: None,
        }
    }
}

/// Describes the places of a message after the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Others {
    /// A heading without a colon.
    pub heading: String,
    /// How many more places are not listed.
    pub more: usize,
}

/// A place in the source, and the calls that lead to it, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backtrace {
    /// At least one frame, if the place is in a source.
    pub frames: Vec<Frame>,
}

/// One file, macro call or loop iteration of a [`Backtrace`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// File, macro or loop.
    pub name: FrameName,
    /// The line, counted from 1, or 0 before the first line. In an outer frame it is the line of the call. In the frame
    /// around a loop it is the line where the loop starts.
    pub line: u32,
    /// Marked with `?` in the source. Such a frame is printed only if all frames are asked for.
    pub quiet: bool,
}

/// The name of a [`Frame`]. Its printed form depends on the frames around it: see [`Backtrace::shown`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameName {
    /// A file, such as `main.asm`, or a macro with its full name, such as `macros.inc::say`.
    Source(BString),
    /// This iteration of a loop, counted from 1.
    Loop(u32),
    /// A definition by `-D`. It has no lines.
    CommandLine,
}

/// Collects messages and printed text, for callers that look at them afterwards.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// The messages, in order.
    pub messages: Vec<Diagnostic>,
    /// The text that the source printed.
    pub printed: Vec<u8>,
}

impl Report for Collected {
    fn message(&mut self, message: Diagnostic) {
        self.messages.push(message);
    }

    fn print(&mut self, text: &[u8]) {
        self.printed.extend_from_slice(text);
    }
}
