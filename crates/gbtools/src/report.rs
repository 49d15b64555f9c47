//! Messages as data.
//!
//! A tool hands each message to its caller's [`Report`] when it arises, in order with what the source prints. Words and
//! places are fields; the form in which people and editors know them from RGBDS comes last.

pub mod codes;
pub mod form;
pub mod warnings;

use std::ops::Range;

use bstr::BString;

/// Takes what a tool has to say, in order.
pub trait Report {
    /// A message.
    fn message(&mut self, message: Diagnostic);

    /// What the source itself prints (PRINT and PRINTLN), for standard output.
    fn print(&mut self, text: &[u8]);
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The result can be used.
    Warning,
    /// There will be no result. Work goes on, to find more.
    Error,
    /// Work ends here.
    Fatal,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is. A warning that `-Werror` has raised is an error with a flag.
    pub severity: Severity,
    /// The warning flag, without `-W`, for a message that is a warning by nature.
    pub flag: Option<&'static str>,
    /// What is wrong, as one of the words in [`codes`]: `undefined-symbol`.
    pub code: &'static str,
    /// What is wrong, in a sentence without a full stop. Not always UTF-8: it may quote the source.
    pub text: BString,
    /// Where. The first is where it was noticed; a second is the other place that matters. None for what has no place.
    pub places: Vec<Backtrace>,
    /// What the places behind the first are, if a message may have many.
    pub others: Option<Others>,
    /// What was being expanded there, innermost first: names of EQUS symbols and interpolations.
    pub expanding: Vec<BString>,
    /// Which bytes it is about of the line that the first place's first frame names, if that is known.
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

/// What the places of a message behind the first have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Others {
    /// In words without a colon.
    pub heading: String,
    /// How many more there are.
    pub more: usize,
}

/// A place in the source, and how the assembler came there: innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backtrace {
    /// Never empty for a place in a source.
    pub frames: Vec<Frame>,
}

/// One file, macro call or loop iteration of a [`Backtrace`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub name: FrameName,
    /// The line there, from 1: for an outer frame that of the call, for a loop's surroundings that of its start. 0 before the
    /// first line.
    pub line: u32,
    /// Marked with `?` in the source: left out when printed, unless all frames are asked for.
    pub quiet: bool,
}

/// What a [`Frame`] is. How it is shown depends on the frames around it: see [`Backtrace::shown`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameName {
    /// A file, such as `main.asm`, or a macro by its full name, such as `macros.inc::say`.
    Source(BString),
    /// A loop, in this iteration, from 1.
    Loop(u32),
    /// What `-D` defined. It has no lines.
    CommandLine,
}

/// Keeps all that a tool has to say, for a caller that looks at it afterwards.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// The messages, in order.
    pub messages: Vec<Diagnostic>,
    /// What the source printed.
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
