//! Removes repeated messages. If several sources include a file, the assembler of each reports its mistakes, and once
//! is enough.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use bstr::ByteSlice;
use rgbpipe::diagnostics::{Diagnostic, Piece};
use rgbpipe::program::Printed;
use rgbpipe::{Messages, Said, Step};

/// The messages of earlier sources.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    hasher: RandomState,
    seen: HashSet<u64>,
    left_out: usize,
}

impl Repeats {
    /// Removes the messages that an earlier source had. Repeats within one source stay.
    pub(crate) fn without<'a>(&mut self, messages: &'a Messages) -> Cow<'a, Messages> {
        if !matches!(messages.step, Step::Assemble(_)) || messages.text().is_empty() {
            return Cow::Borrowed(messages);
        }
        let mut kept = Vec::new();
        let (mut new, mut left_out) = (HashSet::new(), 0);
        let is_coloured = messages.text().contains_str("\x1b[");
        for piece in messages.pieces() {
            if let Piece::Diagnostic(diagnostic) = &piece {
                let hash = self.hasher.hash_one(mistake(diagnostic));
                if self.seen.contains(&hash) {
                    left_out += 1;
                    // RGBDS resets the colour at the start of the next line, and that line is left out.
                    if is_coloured && matches!(kept.last(), Some(Piece::Diagnostic(_))) {
                        kept.push(Piece::Other(b"\x1b[m".to_vec()));
                    }
                    continue;
                }
                new.insert(hash);
            }
            kept.push(piece);
        }
        if left_out == 0 {
            self.seen.extend(new);
            return Cow::Borrowed(messages);
        }
        self.left_out += left_out;
        if new.is_empty() && only_counts_errors(&text(&kept)) {
            kept.clear();
        }
        let said = match &messages.said {
            Said::Printed(printed, read) => Said::Printed(Printed { bytes: text(&kept), ..*printed }, *read),
            Said::Data { omitted, .. } => Said::Data { pieces: kept, omitted: *omitted },
        };
        let Messages { step, stdout, success, .. } = messages.clone();
        let messages = Messages { step, stdout, said, success };
        self.seen.extend(new);
        Cow::Owned(messages)
    }

    /// The note to print at the end, if messages were left out.
    pub(crate) fn note(&mut self) -> Option<String> {
        match std::mem::take(&mut self.left_out) {
            0 => None,
            1 => Some("1 message omitted, because another source had it too".to_owned()),
            count => Some(format!("{count} messages omitted, because another source had them too")),
        }
    }
}

fn text(pieces: &[Piece]) -> Vec<u8> {
    pieces.iter().flat_map(Piece::bytes).copied().collect()
}

/// Whether this is only rgbasm's last line, which counts its errors. Without the errors it is useless.
fn only_counts_errors(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = console::strip_ansi_codes(&text);
    // Up to 0.9.3 the line was an error itself.
    let begins =
        |line: &str| ["Assembly aborted ", "error: Assembly aborted "].iter().any(|words| line.starts_with(words));
    text.lines().all(begins)
}

/// The identity of a message: everything except the line of the source that includes the file. If that frame is a
/// macro, its line is part of the identity, because it may be the wrong one.
fn mistake(diagnostic: &Diagnostic) -> impl Hash {
    let Diagnostic { severity, flag, text, backtrace, also, .. } = diagnostic;
    let frames = match &backtrace[..] {
        [rest @ .., _source] if rest.last().is_some_and(|frame| frame.inside.is_none()) => rest,
        frames => frames,
    };
    (severity, flag, text, frames, also)
}
