//! Determines the part of a line that a message marks.

use std::ops::Range;

use bstr::ByteSlice;

use crate::asm::Asm;

/// The longest part of a statement that is examined for a message. A long line may cause many messages.
const LONGEST_STATEMENT: usize = 1024;

/// Positions in the context's own text. Expanded text has the position of its name.
#[derive(Default)]
pub(crate) struct Spans {
    /// The start of the current or last token.
    pub(super) start: usize,
    /// The end of the token before it.
    pub(super) end: usize,
    /// Whether a token is being read.
    pub(super) in_token: bool,
    /// The start of the current label, instruction or directive.
    statement: usize,
    /// The start of the innermost expression.
    expression: usize,
    /// The end of that expression. None while it is being read, and the largest number if there was none.
    expression_end: Option<usize>,
}

impl Asm<'_> {
    /// Notes the start of a token, this many bytes from here. In an expansion, it is the start of the expansion's name.
    #[inline]
    pub(super) fn begin_token(&mut self, bytes: usize) {
        if self.input.in_own_text() {
            self.lexer.spans.start = self.input.at() + bytes;
        }
    }

    /// Notes that a label, instruction or directive starts with the token that was peeked at.
    #[inline]
    pub(crate) fn begin_statement(&mut self) {
        self.lexer.spans.statement = self.lexer.spans.start;
        self.lexer.spans.expression_end = Some(usize::MAX);
    }

    /// Notes that an expression starts with the token that was peeked at. Returns the start of the outer one.
    #[inline]
    pub(crate) fn begin_expression(&mut self) -> (usize, Option<usize>) {
        let spans = &mut self.lexer.spans;
        let outer = (spans.expression, spans.expression_end);
        (spans.expression, spans.expression_end) = (spans.start, None);
        outer
    }

    /// Notes the end of an expression, and returns to the outer one.
    #[inline]
    pub(crate) fn end_expression(&mut self, outer: (usize, Option<usize>)) {
        let spans = &mut self.lexer.spans;
        if outer.1.is_none() {
            (spans.expression, spans.expression_end) = outer;
        } else {
            spans.expression_end = Some(spans.end);
        }
    }

    /// The last token, as a range in its line.
    pub(crate) fn token_range(&self) -> Option<Range<u32>> {
        self.input.range(self.lexer.spans.start, self.input.at())
    }

    /// The range for a message: a token, an expression, or the part of a statement that was read.
    pub(crate) fn range(&self) -> Option<Range<u32>> {
        let spans = &self.lexer.spans;
        if spans.in_token {
            return self.token_range();
        }
        let end = self.used_end();
        match spans.expression_end {
            None => self.input.range(spans.expression, end),
            // Only a comma has been read since.
            Some(last) if self.input.own_text(last, end).is_some_and(is_comma_at_most) => {
                self.input.range(spans.expression, last)
            }
            Some(_) => self.statement_range(),
        }
        .filter(|range| !range.is_empty())
    }

    /// The part of a label, instruction or directive that was read.
    pub(crate) fn statement_range(&self) -> Option<Range<u32>> {
        self.input.range(self.lexer.spans.statement, self.used_end())
    }

    /// The line from the start of a statement, without a comment, and the part of it that was read.
    pub(crate) fn statement_text(&self) -> (&[u8], &[u8]) {
        let (start, at) = (self.lexer.spans.statement, self.input.at());
        let text = self.input.own_text(start, usize::MAX).unwrap_or_default();
        let text = text.get(..LONGEST_STATEMENT).unwrap_or(text);
        let all = text.find_byteset("\r\n;").map_or(text, |end| &text[..end]);
        (all, &all[..at.saturating_sub(start).min(all.len())])
    }

    /// Whether a statement is the first thing in its line.
    pub(crate) fn begins_line(&self) -> bool {
        self.input.range(self.lexer.spans.statement, self.input.at()).is_some_and(|range| range.start == 0)
    }

    /// The end of the last consumed token.
    fn used_end(&self) -> usize {
        if self.has_peeked() { self.lexer.spans.end } else { self.input.at() }
    }
}

/// Whether a text is empty or just a comma. Long texts are not examined.
fn is_comma_at_most(text: &[u8]) -> bool {
    text.len() <= LONGEST_STATEMENT && matches!(text.trim_ascii(), b"" | b",")
}
