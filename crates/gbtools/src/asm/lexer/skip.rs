//! Skips comments, line continuations, untaken branches, and the bodies of macros and loops.

use bstr::ByteSlice;

use super::class::{CONTINUES, count_blanks, run};
use super::{Asm, Done, continues_identifier};
use crate::asm::bounds::piece;
use crate::asm::input::{Skipped, Skipping};
use crate::asm::token::Keyword;

impl Asm<'_> {
    /// Skips a line feed after a carriage return.
    pub(crate) fn skip_line_feed(&mut self) {
        if self.raw_char() == Some(b'\n') {
            self.input.advance(1);
        }
    }

    /// Like [`skip_line_feed`](Self::skip_line_feed), and counts the line.
    pub(super) fn end_of_line_after_return(&mut self) {
        self.skip_line_feed();
        self.input.count_line();
    }

    /// Skips the rest of the line after `;`, without its end.
    pub(super) fn skip_comment(&mut self) -> Done {
        loop {
            let rest = piece(self.input.rest());
            let len = rest.find_byteset("\n\r").unwrap_or(rest.len());
            self.input.advance(len);
            self.work(len)?;
            if matches!(self.raw_char(), None | Some(b'\n' | b'\r')) {
                return Ok(());
            }
        }
    }

    /// Skips the rest of a comment after `/*`.
    pub(super) fn skip_block_comment(&mut self) -> Done<()> {
        loop {
            let rest = piece(self.input.rest());
            let len = rest.find_byteset("*/\n\r").unwrap_or(rest.len());
            self.input.advance(len);
            self.work(len)?;
            let Some(byte) = self.raw_char() else {
                self.error("unterminated-comment", "Unterminated block comment");
                return Ok(());
            };
            self.input.advance(1);
            match byte {
                b'\n' => self.input.count_line(),
                b'\r' => self.end_of_line_after_return(),
                b'*' if self.raw_char() == Some(b'/') => {
                    self.input.advance(1);
                    return Ok(());
                }
                b'/' if self.raw_char() == Some(b'*') => {
                    self.warn(crate::asm::warnings::Warning::NestedComment, "`/*` in a block comment");
                }
                _ => {}
            }
        }
    }

    /// Reads on after a backslash outside of a string. RGBDS has looked at the next character by then, so that is not expanded.
    pub(super) fn after_backslash(&mut self) -> Done {
        if let Some(byte @ (b'\\' | b'{')) = self.raw_char() {
            self.invalid_continuation(byte);
            self.input.advance(1);
            if byte == b'{' {
                return self.input_garbage(byte);
            }
        }
        self.line_continuation()
    }

    fn invalid_continuation(&mut self, byte: u8) {
        let shown = byte.escape_ascii();
        self.error("line-continuation", format!("Invalid character `{shown}` after line continuation"));
    }

    /// Skips spaces, a comment and the end of the line after a backslash.
    pub(super) fn line_continuation(&mut self) -> Done<()> {
        loop {
            let byte = self.peek_char()?;
            match byte {
                Some(b' ' | b'\t') => {
                    self.poll()?;
                    self.input.advance(1);
                }
                Some(b';') => {
                    self.input.advance(1);
                    self.skip_comment()?;
                }
                Some(b'\n') => {
                    self.input.advance(1);
                    self.input.count_line();
                    return Ok(());
                }
                Some(b'\r') => {
                    self.input.advance(1);
                    self.end_of_line_after_return();
                    return Ok(());
                }
                None => {
                    self.error("line-continuation", "Line continuation at the end of the input");
                    return Ok(());
                }
                Some(byte) => {
                    self.invalid_continuation(byte);
                    return Ok(());
                }
            }
        }
    }

    /// Skips the rest of the line and its end unread. Returns false at the end of the text.
    pub(crate) fn skip_line(&mut self) -> Done<bool> {
        loop {
            let rest = piece(self.input.rest());
            if let Some(len) = rest.find_byteset("\n\r") {
                let feed = rest[len] == b'\n';
                self.input.advance(len + 1);
                if feed {
                    self.input.count_line();
                } else {
                    self.end_of_line_after_return();
                }
                return Ok(true);
            }
            let len = rest.len();
            self.input.advance(len);
            self.work(len)?;
            if self.raw_char().is_none() {
                return Ok(false);
            }
        }
    }

    /// Reads the first word of a line. Returns it if it is a keyword that matters here.
    pub(super) fn first_keyword(&mut self) -> Done<Option<Keyword>> {
        let text = self.input.rest();
        let start = piece(text);
        let blanks = count_blanks(start);
        let rest = &start[blanks..];
        if rest.is_empty() || !self.input.in_own_text() {
            return self.other_first_keyword();
        }
        if !may_begin(rest[0]) {
            self.input.advance(blanks);
            return Ok(None);
        }
        let len = run(rest, CONTINUES);
        if len == rest.len() && start.len() < text.len() {
            return self.other_first_keyword();
        }
        let keyword = keyword(&rest[..len]);
        self.input.advance(blanks + len);
        Ok(keyword)
    }

    /// Like [`first_keyword`](Self::first_keyword), for a word in which an expansion may end, or which is far or long.
    #[cold]
    fn other_first_keyword(&mut self) -> Done<Option<Keyword>> {
        while matches!(self.raw_char(), Some(b' ' | b'\t')) {
            self.poll()?;
            self.input.advance(1);
        }
        if !self.raw_char().is_some_and(may_begin) {
            return Ok(None);
        }
        let mut word = [0; LONGEST];
        let mut len = 0;
        while let Some(byte) = self.raw_char().filter(|&byte| continues_identifier(byte)) {
            self.poll()?;
            if let Some(slot) = word.get_mut(len) {
                *slot = byte;
            }
            len += 1;
            self.input.advance(1);
        }
        Ok(word.get(..len).and_then(keyword))
    }

    /// Skips an untaken branch, from the end of the line of its IF, ELIF or ELSE. Returns the keyword that ends it:
    /// ENDC, or on request ELIF or ELSE. None at the end of the text.
    pub(crate) fn skip_branch(&mut self, to_else: bool) -> Done<Option<Keyword>> {
        self.input.begin_line();
        let skipping = if to_else { Skipping::ToBranch } else { Skipping::ToEnd };
        let found = self.skip_known(skipping, |asm| asm.find_branch_end(to_else))?;
        match found {
            Some(keyword @ (Keyword::Elif | Keyword::Else)) => {
                self.note_branch(keyword)?;
                // The condition of an ELIF is read as usual. After the other keywords, nothing is expanded.
                self.lexer.verbatim = keyword == Keyword::Else;
            }
            Some(_) => self.lexer.verbatim = true,
            None => {}
        }
        Ok(found)
    }

    /// Skips up to the keyword that ends a branch. An IF in it is open until its ENDC, and may not go on after its ELSE,
    /// as anywhere else.
    fn find_branch_end(&mut self, to_else: bool) -> Done<Option<Keyword>> {
        let outside = self.input.ifs.len();
        loop {
            self.poll()?;
            let inside = self.input.ifs.len() > outside;
            match self.first_keyword()? {
                Some(Keyword::If) => self.open_if(false)?,
                Some(Keyword::Endc) if inside => {
                    self.input.ifs.pop();
                }
                Some(Keyword::Endc) => return Ok(Some(Keyword::Endc)),
                Some(keyword @ (Keyword::Elif | Keyword::Else)) if inside || !to_else => self.note_branch(keyword)?,
                Some(keyword @ (Keyword::Elif | Keyword::Else)) => return Ok(Some(keyword)),
                _ => {}
            }
            if !self.skip_line()? {
                return Ok(None);
            }
        }
    }

    /// Skips text with `search`, which finds the keyword that ends it. In a body where the same text has been skipped
    /// before, goes there at once.
    pub(super) fn skip_known(
        &mut self,
        skipping: Skipping,
        search: impl FnOnce(&mut Self) -> Done<Option<Keyword>>,
    ) -> Done<Option<Keyword>> {
        let Some(lexed) = self.input.lexed() else { return search(self) };
        let start = self.input.position();
        if let Some(known) = self.bodies.skipped(lexed, start, skipping).filter(|known| self.input.has(known.end)) {
            self.work(known.end - start)?;
            self.input.skip_to(known);
            return Ok(Some(known.keyword));
        }
        let line = self.input.context().line;
        let found = search(self)?;
        if let Some(keyword) = found {
            let (end, line_start) = (self.input.position(), self.input.line_start());
            let lines = self.input.context().line - line;
            self.bodies.keep_skipped(lexed, start, skipping, Skipped { end, keyword, line_start, lines });
        }
        Ok(found)
    }

    /// Skips the rest of a loop's iteration after BREAK. Returns false if an open IF is not closed in it.
    pub(crate) fn skip_iteration(&mut self) -> Done<bool> {
        let mut depth = self.input.ifs.len() - self.input.context().ifs;
        self.input.begin_line();
        loop {
            self.poll()?;
            match self.first_keyword()? {
                Some(Keyword::If) => depth += 1,
                Some(Keyword::Endc) => {
                    let Some(less) = depth.checked_sub(1) else { return Ok(false) };
                    depth = less;
                }
                _ => {}
            }
            if !self.skip_line()? {
                return Ok(depth == 0);
            }
        }
    }
}

/// The length of the longest keyword that matters in skipped text.
const LONGEST: usize = 4;

/// Whether a byte may start a keyword that matters in skipped text.
fn may_begin(byte: u8) -> bool {
    matches!(byte, b'e' | b'E' | b'i' | b'I' | b'r' | b'R' | b'f' | b'F')
}

/// The keyword, if it matters in skipped text.
fn keyword(word: &[u8]) -> Option<Keyword> {
    let mut upper = [0; LONGEST];
    let upper = upper.get_mut(..word.len())?;
    upper.copy_from_slice(word);
    upper.make_ascii_uppercase();
    Some(match &*upper {
        b"IF" => Keyword::If,
        b"ELIF" => Keyword::Elif,
        b"ELSE" => Keyword::Else,
        b"ENDC" => Keyword::Endc,
        b"ENDM" => Keyword::Endm,
        b"REPT" => Keyword::Rept,
        b"FOR" => Keyword::For,
        b"ENDR" => Keyword::Endr,
        _ => return None,
    })
}
