//! Captures the bodies of macros and loops.

use super::{Asm, Done, continues_identifier};
use crate::asm::input::{Body, LayerKind};
use crate::asm::token::Keyword;

impl Asm<'_> {
    /// Captures the text from the start of this line to the line that starts with `end`, and reads up to that keyword.
    /// In a loop, inner loops are skipped. None at the end of the text.
    pub(crate) fn capture(&mut self, end: Keyword) -> Done<Option<Body>> {
        self.input.begin_line();
        let start = self.input.here();
        let copied = self.input.kind() != LayerKind::Context;
        let mut copy = Vec::new();
        let mut depth = 0_u32;
        loop {
            self.poll()?;
            let before = if copied { self.copy_word(&mut copy) } else { self.first_keyword_at() };
            match before {
                Some((keyword, at)) if keyword == end && depth == 0 => {
                    self.lexer.verbatim = true;
                    if copied {
                        copy.truncate(at);
                        return Ok(Some(Body::whole(copy.into())));
                    }
                    return Ok(Some(Body { end: at, ..start }));
                }
                Some((Keyword::Rept | Keyword::For, _)) if end == Keyword::Endr => depth += 1,
                Some((Keyword::Endr, _)) if end == Keyword::Endr => depth -= 1,
                _ => {}
            }
            let before = copy.len();
            let more = if copied { self.copy_line(&mut copy) } else { self.skip_line() };
            self.check_text(copy.len())?;
            self.work(copy.len() - before)?;
            if !more {
                return Ok(None);
            }
        }
    }

    /// Like [`first_keyword`](Self::first_keyword), and its position in the context's text.
    fn first_keyword_at(&mut self) -> Option<(Keyword, usize)> {
        let keyword = self.first_keyword()?;
        Some((keyword, self.input.at() - keyword.text().len()))
    }

    /// Like [`first_keyword_at`](Self::first_keyword_at), for text that must be copied because an expansion ends in it.
    fn copy_word(&mut self, copy: &mut Vec<u8>) -> Option<(Keyword, usize)> {
        while let Some(byte @ (b' ' | b'\t')) = self.raw_char() {
            copy.push(byte);
            self.input.advance(1);
        }
        let at = copy.len();
        while let Some(byte) = self.raw_char().filter(|&byte| continues_identifier(byte)) {
            copy.push(byte);
            self.input.advance(1);
        }
        let word = &copy[at..];
        Keyword::find(word).map(|keyword| (keyword, at))
    }

    fn copy_line(&mut self, copy: &mut Vec<u8>) -> bool {
        while let Some(byte) = self.raw_char() {
            copy.push(byte);
            self.input.advance(1);
            if byte == b'\n' {
                self.input.count_line();
                return true;
            }
            if byte == b'\r' {
                if self.raw_char() == Some(b'\n') {
                    copy.push(b'\n');
                }
                self.end_of_line_after_return();
                return true;
            }
        }
        false
    }
}
