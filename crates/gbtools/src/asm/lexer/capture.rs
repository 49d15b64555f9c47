//! Captures the bodies of macros and loops.

use super::{Asm, Done, continues_identifier};
use crate::asm::input::{Body, Skipping};
use crate::asm::token::Keyword;

impl Asm<'_> {
    /// Captures the text from the start of this line to the line that starts with `end`, and reads up to that keyword.
    /// In a loop, inner loops are skipped. None at the end of the text.
    pub(crate) fn capture(&mut self, end: Keyword) -> Done<Option<Body>> {
        self.input.begin_line();
        if !self.input.in_own_text() {
            return self.copy_body(end);
        }
        let body = self.input.here();
        let skipping = if end == Keyword::Endm { Skipping::Macro } else { Skipping::Loop };
        if self.skip_known(skipping, |asm| asm.skip_body(end))?.is_none() {
            return Ok(None);
        }
        self.lexer.verbatim = true;
        Ok(Some(Body { end: self.input.position() - end.text().len(), ..body }))
    }

    /// Skips a body. Returns the keyword that ends it, and None at the end of the text.
    fn skip_body(&mut self, end: Keyword) -> Done<Option<Keyword>> {
        let mut depth = 0;
        loop {
            self.poll()?;
            if let Some(keyword) = self.first_keyword()?
                && ends_body(keyword, end, &mut depth)
            {
                return Ok(Some(end));
            }
            if !self.skip_line()? {
                return Ok(None);
            }
        }
    }

    /// Like [`capture`](Self::capture), for text that must be copied because an expansion ends in it.
    fn copy_body(&mut self, end: Keyword) -> Done<Option<Body>> {
        let mut copy = Vec::new();
        let mut depth = 0;
        loop {
            self.poll()?;
            if let Some((keyword, at)) = self.copy_word(&mut copy)?
                && ends_body(keyword, end, &mut depth)
            {
                self.lexer.verbatim = true;
                copy.truncate(at);
                return Ok(Some(Body::whole(copy.into())));
            }
            if !self.copy_line(&mut copy)? {
                return Ok(None);
            }
        }
    }

    /// Like [`first_keyword`](Self::first_keyword), and its position in the copy.
    fn copy_word(&mut self, copy: &mut Vec<u8>) -> Done<Option<(Keyword, usize)>> {
        while let Some(byte @ (b' ' | b'\t')) = self.raw_char() {
            self.copy_byte(byte, copy)?;
        }
        let at = copy.len();
        while let Some(byte) = self.raw_char().filter(|&byte| continues_identifier(byte)) {
            self.copy_byte(byte, copy)?;
        }
        let word = &copy[at..];
        Ok(Keyword::find(word).map(|keyword| (keyword, at)))
    }

    /// Copies the rest of the line and its end. Returns false at the end of the text.
    fn copy_line(&mut self, copy: &mut Vec<u8>) -> Done<bool> {
        while let Some(byte) = self.raw_char() {
            self.copy_byte(byte, copy)?;
            if byte == b'\n' {
                self.input.count_line();
                return Ok(true);
            }
            if byte == b'\r' {
                if self.raw_char() == Some(b'\n') {
                    copy.push(b'\n');
                }
                self.end_of_line_after_return();
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn copy_byte(&mut self, byte: u8, copy: &mut Vec<u8>) -> Done {
        self.poll()?;
        copy.push(byte);
        self.check_text(copy.len())?;
        self.input.advance(1);
        Ok(())
    }
}

/// Whether a line's first keyword ends a body. `depth` is the number of open loops in the body of a loop.
fn ends_body(keyword: Keyword, end: Keyword, depth: &mut u32) -> bool {
    match keyword {
        _ if keyword == end && *depth == 0 => return true,
        Keyword::Rept | Keyword::For if end == Keyword::Endr => *depth += 1,
        Keyword::Endr if end == Keyword::Endr => *depth -= 1,
        _ => {}
    }
    false
}
