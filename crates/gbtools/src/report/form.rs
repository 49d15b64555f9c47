//! The printed form of messages. It is that of RGBDS, so editors recognize it.
//!
//! ```text
//! error: `x` already defined
//!     at macros.inc::twice(3)
//!     <- main.asm(12)
//!     while expanding symbol `again`
//!     and also:
//!     at main.asm(2)
//! ```

use std::num::NonZeroU32;

use bstr::{BString, ByteVec};

use super::{Backtrace, Diagnostic, FrameName, Severity};

/// The settings of `-B` and `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The maximum number of frames to print.
    pub most_frames: Option<NonZeroU32>,
    /// Print quiet frames too.
    pub quiet_frames: bool,
    /// Print a backtrace in one line.
    pub collapsed: bool,
    /// Use terminal colours.
    pub colored: bool,
}

/// A printed line of a backtrace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFrame {
    /// The name, such as `main.asm::REPT~2`.
    pub name: BString,
    /// The line number. None for a definition by `-D`.
    pub line: Option<u32>,
}

impl Form {
    /// Prints a message and a newline.
    pub fn print(self, message: &Diagnostic, to: &mut Vec<u8>) {
        let (color, severity) = match message.severity {
            Severity::Warning => (Color::Warning, "warning: "),
            Severity::Error => (Color::Error, "error: "),
            Severity::Fatal => (Color::Error, "FATAL: "),
        };
        self.colored(to, color, severity);
        to.push_str(&message.text);
        if let Some(flag) = message.flag {
            let switch = if message.severity == Severity::Warning { "-W" } else { "-Werror=" };
            self.colored(to, color, format!(" [{switch}{flag}]"));
        }
        to.push(b'\n');
        for (index, place) in message.places.iter().enumerate() {
            match (index, &message.others) {
                (1, Some(others)) => to.push_str(format!("    {}:\n", others.heading)),
                (0, _) | (_, Some(_)) => {}
                (_, None) => to.push_str("    and also:\n"),
            }
            self.backtrace(place, to);
            if index == 0 {
                self.expanding(message, to);
            }
        }
        if let Some(more) = message.others.as_ref().map(|others| others.more).filter(|&more| more > 0) {
            to.push_str(format!("    ...and {more} more\n"));
        }
    }

    /// Prints the symbols that were being expanded.
    fn expanding(self, message: &Diagnostic, to: &mut Vec<u8>) {
        for symbol in &message.expanding {
            self.colored(to, Color::Line, "    while expanding symbol `");
            self.colored(to, Color::Name, symbol);
            self.colored(to, Color::Line, "`");
            to.push(b'\n');
        }
    }

    /// Prints the last line of a run with errors, such as `Assembly aborted with 1 error`.
    pub fn ending(self, text: &str, hint: &str, to: &mut Vec<u8>) {
        self.colored(to, Color::Error, text);
        self.colored(to, Color::Hint, hint);
        to.push(b'\n');
    }

    /// Prints the output of `-v`.
    pub fn verbose(self, text: &[u8], to: &mut Vec<u8>) {
        self.colored(to, Color::Verbose, text);
    }

    fn backtrace(self, place: &Backtrace, to: &mut Vec<u8>) {
        let frames = place.shown(self.quiet_frames);
        let most = self.most_frames.map_or(frames.len(), |most| most.get() as usize).min(frames.len());
        let (first, last) = (most - most / 2, frames.len() - most / 2);
        let mut lines = Vec::with_capacity(most + 1);
        for (index, frame) in frames.iter().enumerate() {
            if index < first || index >= last {
                let mut line = Vec::from(if index == 0 { "at " } else { "<- " });
                self.colored(&mut line, Color::Name, &frame.name);
                if let Some(number) = frame.line {
                    self.colored(&mut line, Color::Line, format!("({number})"));
                }
                lines.push(line);
            } else if index == first {
                let (arrow, dots) = (if self.collapsed { "<- " } else { "" }, if most > 1 { "..." } else { "" });
                lines.push(format!("{arrow}...{} more{dots}", last - first).into());
            }
        }
        if !lines.is_empty() {
            to.push_str("    ");
            to.push_str(lines.join(if self.collapsed { " " } else { "\n    " }.as_bytes()));
            to.push(b'\n');
        }
    }

    fn colored(self, to: &mut Vec<u8>, color: Color, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        if self.colored && !text.is_empty() {
            to.push_str(format!("\x1b[{}m", color as u8));
            to.push_str(text);
            to.push_str("\x1b[m");
        } else {
            to.push_str(text);
        }
    }
}

/// The colours, by terminal number.
#[derive(Clone, Copy)]
enum Color {
    Error = 91,
    Warning = 93,
    Name = 96,
    Line = 36,
    Hint = 31,
    Verbose = 35,
}

impl Backtrace {
    /// The printed lines, with or without quiet frames.
    ///
    /// A loop takes its name from the next printed frame. A quiet loop passes its line on to that frame, so the line
    /// shown is the one in the loop's body.
    pub fn shown(&self, with_quiet: bool) -> Vec<ShownFrame> {
        let mut shown = Vec::with_capacity(self.frames.len());
        let mut handed_up = None;
        for frame in &self.frames {
            let line = handed_up.take().unwrap_or(frame.line);
            if with_quiet || !frame.quiet {
                shown.push((&frame.name, line));
            } else if matches!(frame.name, FrameName::Loop(_)) {
                handed_up = Some(line);
            }
        }
        let mut around = BString::default();
        let mut frames = Vec::with_capacity(shown.len());
        for (name, line) in shown.into_iter().rev() {
            let line = match name {
                FrameName::Source(name) => {
                    around.clone_from(name);
                    Some(line)
                }
                FrameName::Loop(iteration) => {
                    around.push_str(format!("::REPT~{iteration}"));
                    Some(line)
                }
                FrameName::CommandLine => {
                    around = "<command-line>".into();
                    None
                }
            };
            frames.push(ShownFrame { name: around.clone(), line });
        }
        frames.reverse();
        frames
    }
}

#[cfg(test)]
mod tests;
