//! The messages of a step, and who receives them while a build runs.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;

use bstr::BStr;

use crate::diagnostics::{Diagnostic, Piece};
use crate::role::Step;
use program::Printed;

/// The messages of one step.
#[derive(Clone)]
pub struct Messages {
    /// The step.
    pub step: Step,
    /// The text that the source prints with `PRINT` and `PRINTLN`.
    pub stdout: Printed,
    /// Warnings and errors.
    pub said: Said,
    /// Whether the step succeeded.
    pub success: bool,
}

/// Warnings and errors, in the form that the toolchain produces. By default there are none.
#[derive(Clone)]
pub enum Said {
    /// The text that a program printed on standard error, and the function that reads it.
    Printed(Printed, Reader),
    /// Messages as data.
    Data {
        /// The warnings and errors, in order.
        pieces: Vec<Piece>,
        /// How many more bytes there were that were not kept.
        omitted: u64,
    },
}

/// Splits a printed text into pieces. Joined together, the pieces are exactly the bytes that were printed.
pub type Reader = fn(&[u8]) -> Box<dyn Iterator<Item = Piece> + '_>;

impl Default for Said {
    fn default() -> Self {
        Self::Data { pieces: Vec::new(), omitted: 0 }
    }
}

/// How many pieces of one step are kept: far more than anyone reads, and few enough for any form that they are printed in.
/// The bytes of the others count as omitted.
pub const MOST_PIECES: usize = 10_000;

/// The last of them are for errors alone, so that no number of warnings hides why a step failed.
const FOR_ERRORS: usize = 100;

/// Whether one more piece is kept of a step that has so many.
pub(crate) fn has_room(kept: usize, is_error: bool) -> bool {
    kept < MOST_PIECES - FOR_ERRORS || is_error && kept < MOST_PIECES
}

/// Counts the pieces that are kept, and says of each whether it is.
fn keeper() -> impl FnMut(&Piece) -> bool {
    let mut kept = 0;
    move |piece| {
        let is_kept = has_room(kept, piece.is_error());
        kept += usize::from(is_kept);
        is_kept
    }
}

impl Said {
    /// Without the pieces that are too many.
    pub(crate) fn bounded(self) -> Self {
        match self {
            // No piece is empty.
            Self::Printed(printed, read) if printed.bytes.len() > MOST_PIECES => {
                let mut is_kept = keeper();
                let kept = read(&printed.bytes).filter(|piece| is_kept(piece));
                let bytes: Vec<u8> = kept.take(MOST_PIECES).flat_map(|piece| piece.bytes().to_vec()).collect();
                let omitted = printed.omitted + (printed.bytes.len() - bytes.len()) as u64;
                Self::Printed(Printed { bytes, omitted }, read)
            }
            Self::Data { mut pieces, mut omitted } => {
                let mut is_kept = keeper();
                pieces.retain(|piece| {
                    let is_kept = is_kept(piece);
                    omitted += if is_kept { 0 } else { piece.bytes().len() as u64 };
                    is_kept
                });
                Self::Data { pieces, omitted }
            }
            printed @ Self::Printed(..) => printed,
        }
    }
}

impl Messages {
    /// Whether there are no messages and no output.
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

    /// How many more bytes were printed than were kept.
    pub fn omitted(&self) -> u64 {
        match &self.said {
            Said::Printed(printed, _) => printed.omitted,
            Said::Data { omitted, .. } => *omitted,
        }
    }

    /// Warnings, errors and other text, one piece at a time.
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

/// Receives the news of a running build. Several threads may call it, but `messages` only one at a time.
pub trait Reporter: Sync {
    /// A step is about to run. `argv` is the command that would do the same with files. A toolchain without commands
    /// does not call this.
    fn command(&self, argv: &[OsString]) {
        let _ = argv;
    }

    /// A step with messages has finished. The calls are in the order of the sources, then the link, then the fix, even
    /// if the steps finish in another order.
    fn messages(&self, messages: &Messages) {
        let _ = messages;
    }

    /// A step begins. Those of the sources may do so in any order, and at once.
    fn begins(&self, step: &Step) {
        let _ = step;
    }

    /// `done` of `total` sources are assembled.
    fn progress(&self, done: usize, total: usize) {
        let _ = (done, total);
    }
}

/// Ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {}
