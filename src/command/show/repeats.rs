//! Messages about a file that several sources include: each source's assembler gives them, and once is enough.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use bstr::ByteSlice;
use rgbpipe::diagnostics::{Diagnostic, Piece};
use rgbpipe::program::Printed;
use rgbpipe::{Messages, Said, Step};

/// What was told of earlier sources.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    hasher: RandomState,
    told: HashSet<u64>,
    left_out: usize,
}

impl Repeats {
    /// The messages without those that an earlier source had. Those of one source stay as they are.
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
                if self.told.contains(&hash) {
                    left_out += 1;
                    // RGBDS ends a colour only at the beginning of the next line, which is the one left out.
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
            self.told.extend(new);
            return Cow::Borrowed(messages);
        }
        self.left_out += left_out;
        if new.is_empty() && tells_only_their_number(&text(&kept)) {
            kept.clear();
        }
        let said = match &messages.said {
            Said::Printed(printed, read) => Said::Printed(Printed { bytes: text(&kept), ..*printed }, *read),
            Said::Data { omitted, .. } => Said::Data { pieces: kept, omitted: *omitted },
        };
        let Messages { step, stdout, success, .. } = messages.clone();
        let messages = Messages { step, stdout, said, success };
        self.told.extend(new);
        Cow::Owned(messages)
    }

    /// What to tell at the end, if any was left out.
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

/// Whether this is the last that rgbasm says of its errors, and nothing that the source prints: without them it is of no use.
fn tells_only_their_number(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = console::strip_ansi_codes(&text);
    // (Up to 0.9.3 an error itself.)
    let begins =
        |line: &str| ["Assembly aborted ", "error: Assembly aborted "].iter().any(|words| line.starts_with(words));
    text.lines().all(begins)
}

/// What tells a message from others: all but the line of the source that includes the file where it is. (Of a macro, the line
/// that uses it may be what is wrong.)
fn mistake(diagnostic: &Diagnostic) -> impl Hash {
    let Diagnostic { severity, flag, text, backtrace, also, .. } = diagnostic;
    let frames = match &backtrace[..] {
        [rest @ .., _source] if rest.last().is_some_and(|frame| frame.inside.is_none()) => rest,
        frames => frames,
    };
    (severity, flag, text, frames, also)
}
