//! What a step has to say, and who hears of it while a build runs.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;

use bstr::BStr;

use crate::diagnostics::{Diagnostic, Piece};
use crate::program::Printed;
use crate::role::Step;

/// What one step had to say.
#[derive(Clone)]
pub struct Messages {
    /// The step.
    pub step: Step,
    /// What the source itself prints: `PRINTLN`.
    pub stdout: Printed,
    /// Warnings and errors.
    pub said: Said,
    /// Whether the step succeeded.
    pub success: bool,
}

/// Warnings and errors, in the form in which a toolchain has them. By default there are none.
#[derive(Clone)]
pub enum Said {
    /// As a program printed them on standard error, and what reads that when somebody asks.
    Printed(Printed, Reader),
    /// As data.
    Data {
        /// In order.
        pieces: Vec<Piece>,
        /// How many bytes more of them there were, which are not kept.
        omitted: u64,
    },
}

/// Takes a printed text apart. The bytes of the pieces, one after the other, are those that were printed.
pub type Reader = fn(&[u8]) -> Box<dyn Iterator<Item = Piece> + '_>;

impl Default for Said {
    fn default() -> Self {
        Self::Data { pieces: Vec::new(), omitted: 0 }
    }
}

impl Messages {
    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.stdout.bytes.is_empty() && self.text().is_empty()
    }

    /// Warnings and errors as text.
    pub fn text(&self) -> Cow<'_, [u8]> {
        match &self.said {
            Said::Printed(printed, _) => Cow::Borrowed(&printed.bytes),
            Said::Data { pieces, .. } => pieces.iter().flat_map(Piece::bytes).copied().collect(),
        }
    }

    /// How many bytes more were printed than are kept.
    pub fn omitted(&self) -> u64 {
        match &self.said {
            Said::Printed(printed, _) => printed.omitted,
            Said::Data { omitted, .. } => *omitted,
        }
    }

    /// Warnings and errors one by one, and what else was said: there may be millions of them.
    pub fn pieces(&self) -> Box<dyn Iterator<Item = Piece> + '_> {
        match &self.said {
            Said::Printed(printed, read) => read(&printed.bytes),
            Said::Data { pieces, .. } => Box::new(pieces.iter().cloned()),
        }
    }

    /// The diagnostics alone.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let diagnostic = |piece| match piece {
            Piece::Diagnostic(diagnostic) => Some(diagnostic),
            Piece::Other(_) => None,
        };
        self.pieces().filter_map(diagnostic).collect()
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, stdout, said, success } = self;
        f.debug_struct("Messages")
            .field("step", step)
            .field("stdout", &BStr::new(&stdout.bytes))
            .field("said", said)
            .field("success", success)
            .finish()
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Printed(printed, _) => f.debug_tuple("Printed").field(&BStr::new(&printed.bytes)).finish(),
            Self::Data { pieces, .. } => f.debug_tuple("Data").field(pieces).finish(),
        }
    }
}

/// Hears of a running build. Calls may come from several threads, one at a time for `messages`.
pub trait Reporter: Sync {
    /// A step is about to be done; on files one would type this for it. A toolchain without commands does not call it.
    fn command(&self, argv: &[OsString]) {
        let _ = argv;
    }

    /// A step is done that had something to say. In the order of the sources, then the link, then the fix, whatever
    /// order they ended in.
    fn messages(&self, messages: &Messages) {
        let _ = messages;
    }

    /// `done` of `total` sources are assembled.
    fn progress(&self, done: usize, total: usize) {
        let _ = (done, total);
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {}
