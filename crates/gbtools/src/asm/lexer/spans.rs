//! Which part of a line a message is about.

use std::ops::Range;

use bstr::ByteSlice;

use crate::asm::Asm;
use crate::asm::input::LayerKind;

/// As much of a statement is looked at for a message. A long line may have very many.
const LONGEST_STATEMENT: usize = 1024;

/// Where what is being read is, in the context's own text. What is expanded there is where its name is.
#[derive(Default)]
pub(crate) struct Spans {
    /// Where the token began that was read last, or is being read.
    start: usize,
    /// Where the one before it ended.
    pub(super) end: usize,
    /// A token is being read.
    pub(super) in_token: bool,
    /// Where the label, instruction or directive began.
    statement: usize,
    /// Where the innermost expression began.
    expression: usize,
    /// Where it ended. None while it is being read, and the largest number if there was none.
    expression_end: Option<usize>,
}

impl Asm<'_> {
    /// Notes that a token begins so many bytes from here. One that an expansion gives begins where that does.
    #[inline]
    pub(super) fn begin_token(&mut self, bytes: usize) {
        if self.input.kind() == LayerKind::Context {
            self.lexer.spans.start = self.input.at() + bytes;
        }
    }

    /// Notes that a label, an instruction or a directive begins with the token that was looked at.
    #[inline]
    pub(crate) fn begin_statement(&mut self) {
        self.lexer.spans.statement = self.lexer.spans.start;
        self.lexer.spans.expression_end = Some(usize::MAX);
    }

    /// Notes that an expression begins with the token that was looked at. Returns the one around it.
    #[inline]
    pub(crate) fn begin_expression(&mut self) -> (usize, Option<usize>) {
        let spans = &mut self.lexer.spans;
        let outer = (spans.expression, spans.expression_end);
        (spans.expression, spans.expression_end) = (spans.start, None);
        outer
    }

    /// Notes that an expression has ended, and that the one around it goes on.
    #[inline]
    pub(crate) fn end_expression(&mut self, outer: (usize, Option<usize>)) {
        let spans = &mut self.lexer.spans;
        if outer.1.is_none() {
            (spans.expression, spans.expression_end) = outer;
        } else {
            spans.expression_end = Some(spans.end);
        }
    }

    /// The token that was read last, as a range of bytes in its line.
    pub(crate) fn token_range(&self) -> Option<Range<u32>> {
        self.input.range(self.lexer.spans.start, self.input.at())
    }

    /// What a message of now is about: a token, an expression, or what there is of a statement.
    pub(crate) fn range(&self) -> Option<Range<u32>> {
        let spans = &self.lexer.spans;
        if spans.in_token {
            return self.token_range();
        }
        let end = self.used_end();
        match spans.expression_end {
            None => self.input.range(spans.expression, end),
            // Only a comma has been used since.
            Some(last) if self.input.own_text(last, end).is_some_and(is_comma_at_most) => {
                self.input.range(spans.expression, last)
            }
            Some(_) => self.statement_range(),
        }
        .filter(|range| !range.is_empty())
    }

    /// What has been used of a label, an instruction or a directive.
    pub(crate) fn statement_range(&self) -> Option<Range<u32>> {
        self.input.range(self.lexer.spans.statement, self.used_end())
    }

    /// The line from a statement's beginning, without a comment; and what has been read of that.
    pub(crate) fn statement_text(&self) -> (&[u8], &[u8]) {
        let (start, at) = (self.lexer.spans.statement, self.input.at());
        let text = self.input.own_text(start, usize::MAX).unwrap_or_default();
        let text = text.get(..LONGEST_STATEMENT).unwrap_or(text);
        let all = text.find_byteset("\r\n;").map_or(text, |end| &text[..end]);
        (all, &all[..at.saturating_sub(start).min(all.len())])
    }

    /// Whether nothing stands before a statement in its line.
    pub(crate) fn begins_line(&self) -> bool {
        self.input.range(self.lexer.spans.statement, self.input.at()).is_some_and(|range| range.start == 0)
    }

    /// Where the token ends that was used last.
    fn used_end(&self) -> usize {
        if self.has_peeked() { self.lexer.spans.end } else { self.input.at() }
    }
}

/// Whether a text has nothing but a comma, or nothing at all. A long one has more.
fn is_comma_at_most(text: &[u8]) -> bool {
    text.len() <= LONGEST_STATEMENT && matches!(text.trim_ascii(), b"" | b",")
}
