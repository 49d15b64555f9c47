//! The messages of the built-in toolchain, as data.

use std::path::PathBuf;

use bstr::ByteSlice;
use gbtools::report::form::{Form, ShownFrame};
use gbtools::report::{self, Backtrace, FrameName, Report};

use crate::diagnostics::{Diagnostic, Frame, Piece, Severity};
use crate::error::Fault;
use crate::messages::{Said, has_room};
use crate::role::Role;
use crate::toolchain::Outcome;
use crate::toolchain::rgbds::messages::pieces;
use program::Printed;

/// How many bytes are kept of what a source prints, and of the messages: 16 MiB each, the same as for a program.
const KEPT: usize = 16 << 20;

/// Collects the messages of one step.
#[derive(Debug)]
pub(super) struct Collector {
    role: Role,
    pub(super) form: Form,
    /// Put what a source prints among the messages.
    one_stream: bool,
    stdout: Printed,
    pieces: Vec<Piece>,
    /// The size of all pieces, in bytes.
    size: usize,
    /// How many bytes of messages were dropped.
    omitted: u64,
}

impl Collector {
    pub(super) fn new(role: Role, one_stream: bool) -> Self {
        Self {
            role,
            form: Form::default(),
            one_stream,
            stdout: Printed::default(),
            pieces: Vec::new(),
            size: 0,
            omitted: 0,
        }
    }

    /// Adds output of the source itself.
    pub(super) fn printed(&mut self, text: &[u8]) {
        self.print(text);
    }

    /// Adds printed text other than messages, such as the usage of a tool.
    pub(super) fn text(&mut self, text: &[u8]) {
        for piece in pieces(self.role, text) {
            self.add(piece);
        }
    }

    /// Adds the last line of a step, which says how it ended.
    pub(super) fn ending(&mut self, text: &str, hint: &str) {
        let mut line = Vec::new();
        self.form.ending(text, hint, &mut line);
        self.add(Piece::Other(line));
    }

    pub(super) fn finish<T>(self, used: Vec<PathBuf>, result: Result<T, Fault>) -> Outcome<T> {
        let said = Said::Data { pieces: self.pieces, omitted: self.omitted };
        Outcome { stdout: self.stdout, said, used, result }
    }

    fn add(&mut self, piece: Piece) {
        let size = piece.bytes().len();
        if size == 0 {
            return;
        }
        if self.size + size > KEPT {
            self.omitted += size as u64;
            return;
        }
        let has_room = has_room(self.pieces.len(), piece.is_error());
        match (self.pieces.last_mut(), piece) {
            (Some(Piece::Other(last)), Piece::Other(more)) => last.extend(more),
            _ if !has_room => {
                self.omitted += size as u64;
                return;
            }
            (_, piece) => self.pieces.push(piece),
        }
        self.size += size;
    }
}

impl Report for Collector {
    fn message(&mut self, message: report::Diagnostic) {
        let mut rendered = Vec::new();
        self.form.print(&message, &mut rendered);
        let (severity, switch) = match message.severity {
            report::Severity::Warning => (Severity::Warning, "-W"),
            report::Severity::Error => (Severity::Error, "-Werror="),
            report::Severity::Fatal => (Severity::Fatal, "-Werror="),
        };
        let has_room = has_room(self.pieces.len(), severity > Severity::Warning);
        if !has_room || self.size + rendered.len() > KEPT {
            self.omitted += rendered.len() as u64;
            return;
        }
        // It is about a line that is not shown if the first frame is not; a quiet loop's line is shown as that of its file.
        let first = message.places.first().and_then(|place| place.frames.first());
        let is_shown =
            |frame: &report::Frame| self.form.quiet_frames || !frame.quiet || matches!(frame.name, FrameName::Loop(_));
        let range = message.range.filter(|_| first.is_some_and(is_shown));
        let mut places = message.places.iter().map(|place| self.frames(place));
        self.add(Piece::Diagnostic(Diagnostic {
            role: self.role,
            severity,
            code: Some(message.code),
            flag: message.flag.map(|flag| format!("{switch}{flag}")),
            text: message.text.to_str_lossy().into_owned(),
            backtrace: places.next().unwrap_or_default(),
            range,
            also: places.collect(),
            expanding: message.expanding.iter().map(ToString::to_string).collect(),
            rendered,
        }));
    }

    fn print(&mut self, text: &[u8]) {
        if self.one_stream {
            self.add(Piece::Other(text.to_owned()));
        } else {
            let kept = text.len().min(KEPT - self.stdout.bytes.len());
            self.stdout.bytes.extend_from_slice(&text[..kept]);
            self.stdout.omitted += (text.len() - kept) as u64;
        }
    }
}

impl Collector {
    fn frames(&self, place: &Backtrace) -> Vec<Frame> {
        place.shown(self.form.quiet_frames).iter().map(frame).collect()
    }
}

fn frame(shown: &ShownFrame) -> Frame {
    Frame::named(&shown.name, shown.line.unwrap_or_default())
}
