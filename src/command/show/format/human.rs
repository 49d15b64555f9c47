//! The tools' own text, unchanged, with the source lines that it is about.

use annotate_snippets::Renderer;
use bstr::ByteSlice;
use console::Term;
use rgbpipe::Messages;
use rgbpipe::diagnostics::Piece;

use super::snippet::{Snippets, Sources};
use super::{Format, end_line};
use crate::show::harmless::for_logs;
use crate::show::printed::{omission, whole};
use crate::show::words;

#[derive(Debug)]
pub(super) struct Human<'a> {
    /// Where source lines come from, if they are shown.
    pub(super) sources: Option<Sources<'a>>,
}

impl Format for Human<'_> {
    fn messages(&self, messages: &Messages) -> Vec<u8> {
        // Standard output is for artifacts, so what a source prints goes with the warnings.
        let step = words::step(&messages.step);
        let mut text = whole(&messages.stdout, &step);
        match &self.sources {
            None => text.extend_from_slice(&messages.text()),
            Some(sources) => text.extend(with_snippets(messages, sources)),
        }
        if let Some(words) = omission(messages.omitted(), &step) {
            text.extend(format!("\nrgbpipe: {words}\n").into_bytes());
        }
        for_logs(text)
    }

    fn note(&self, words: &str) -> Vec<u8> {
        for_logs(format!("rgbpipe: {words}\n").into_bytes())
    }

    fn failure(&self, words: &str) -> Vec<u8> {
        self.note(words)
    }
}

/// Each diagnostic unchanged, with its source lines below.
fn with_snippets(messages: &Messages, sources: &Sources<'_>) -> Vec<u8> {
    let mut snippets = Snippets::new(sources);
    // In colour if RGBDS's text is.
    let is_coloured = messages.text().contains_str("\x1b[");
    let renderer = if is_coloured { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(Term::stderr().size().1.into());
    let mut text = Vec::new();
    for piece in messages.pieces() {
        text.extend_from_slice(piece.bytes());
        if let Piece::Diagnostic(diagnostic) = piece {
            let snippet = snippets.of(&diagnostic, &renderer);
            if !snippet.is_empty() {
                end_line(&mut text);
                // RGBDS resets the colour only at the start of the next line.
                text.extend_from_slice(if is_coloured { b"\x1b[m" } else { b"" });
                text.extend(snippet.into_bytes());
            }
        }
    }
    text
}
