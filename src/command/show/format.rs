//! The formats in which a build is reported on standard error: for people, editors, programs and CI. A format returns
//! bytes; `console` and the commands write them.

mod github;
mod human;
mod json;
mod short;
mod snippet;

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use rgbpipe::Messages;
use rgbpipe::diagnostics::{Diagnostic, Frame, Piece};
use rgbpipe::usage::Bank;

pub(crate) use self::snippet::Sources;

use crate::cli::MessageFormat;
use crate::outputs::output::Output;
use crate::show::bars;
use crate::show::command_line::command_line;
use crate::show::harmless::for_logs;
use crate::show::printed::omission;
use crate::show::words;

/// One format.
pub(crate) trait Format: fmt::Debug + Sync {
    /// A tool is about to run with this command.
    fn command(&self, argv: &[OsString]) -> Vec<u8> {
        command_line(argv)
    }

    /// Whether a person reads it. A person needs each fact only once.
    fn is_for_people(&self) -> bool {
        true
    }

    /// A tool has printed this.
    fn messages(&self, messages: &Messages) -> Vec<u8>;

    /// A note of rgbpipe itself.
    fn note(&self, words: &str) -> Vec<u8>;

    /// rgbpipe fails, for this reason.
    fn failure(&self, words: &str) -> Vec<u8>;

    /// The artifacts have been written.
    ///
    /// # Errors
    /// A tar cannot be created again.
    fn written(&self, outputs: &[Output]) -> anyhow::Result<Vec<u8>> {
        let _ = outputs;
        Ok(Vec::new())
    }

    /// How full each bank is.
    fn usage(&self, banks: &[Bank], is_coloured: bool) -> Vec<u8> {
        if banks.is_empty() {
            return self.note("all banks are empty");
        }
        bars::draw(banks, bars::columns(), is_coloured).into_bytes()
    }

    /// The command has finished.
    fn finished(&self, finish: &Finish) -> Vec<u8> {
        let _ = finish;
        Vec::new()
    }
}

/// How a command ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish {
    pub(crate) exit_status: u8,
    pub(crate) took: Duration,
    /// The toolchain that it used, unless it failed earlier.
    pub(crate) toolchain: Option<&'static str>,
}

impl MessageFormat {
    pub(crate) fn format(self) -> &'static dyn Format {
        match self {
            Self::Human => &human::Human { sources: None },
            Self::Short => &short::Short,
            Self::Json => &json::Json,
            Self::Github => &github::Github,
        }
    }
}

/// The format for people, with source lines.
pub(crate) fn with_snippets(sources: Sources<'_>) -> impl Format {
    human::Human { sources: Some(sources) }
}

/// Puts each diagnostic on its own line, and leaves everything else unchanged.
fn by_lines(format: &dyn Format, messages: &Messages, line: impl Fn(&Diagnostic) -> Vec<u8>) -> Vec<u8> {
    let mut text = for_logs(messages.stdout.bytes.clone());
    for piece in messages.pieces() {
        end_line(&mut text);
        match piece {
            Piece::Diagnostic(diagnostic) => text.extend(line(&diagnostic)),
            Piece::Other(bytes) => text.extend(for_logs(bytes)),
        }
    }
    end_line(&mut text);
    let step = words::step(&messages.step);
    for words in [messages.stdout.omitted, messages.omitted()].into_iter().filter_map(|bytes| omission(bytes, &step)) {
        text.extend(format.note(&words));
    }
    text
}

/// The place that a message names and, if that is in a macro, the one that uses it: the first outward that is in no macro itself.
fn places(diagnostic: &Diagnostic) -> Vec<&Frame> {
    match &diagnostic.backtrace[..] {
        [innermost, callers @ .., outermost] if innermost.inside.is_some() => {
            let the_use = callers.iter().find(|frame| frame.inside.is_none());
            vec![innermost, the_use.unwrap_or(outermost)]
        }
        frames => frames.iter().take(1).collect(),
    }
}

/// Joins several lines into one.
fn one_line(text: &str) -> String {
    let lines: Vec<_> = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// Ends the last line, so that what follows starts on a new one.
fn end_line(text: &mut Vec<u8>) {
    if text.last().is_some_and(|byte| *byte != b'\n') {
        text.push(b'\n');
    }
}
