//! Lines, and positions in them.

use std::ops::Range;

use bstr::ByteSlice;

use super::{Body, Input, Layer, Skipped};

/// The longest part of a line that a message marks, in bytes.
const LONGEST_RANGE: usize = 4096;

impl Input {
    /// Counts a line if its end was in the context's own text.
    #[inline]
    pub(crate) fn count_line(&mut self) {
        if self.in_own_text() {
            self.context_mut().line += 1;
            self.line_start = self.top.at;
        }
    }

    /// Notes the end of a line. It is counted when more is read, so that messages until then are about that line.
    #[inline]
    pub(crate) fn end_line(&mut self) {
        if self.in_own_text() {
            self.line_ended = true;
        }
    }

    /// Counts the line whose end was read last.
    #[inline]
    pub(crate) fn begin_line(&mut self) {
        if self.line_ended {
            self.line_ended = false;
            self.context_mut().line += 1;
            self.line_start = self.top.at;
        }
    }

    /// The start of the current line in the context's own text.
    pub(crate) fn line_start(&self) -> usize {
        self.line_start
    }

    /// Goes to the end of text that was skipped before.
    pub(crate) fn skip_to(&mut self, skipped: Skipped) {
        self.top.at = skipped.end;
        self.line_start = skipped.line_start;
        self.context_mut().line += skipped.lines;
        self.forget_ended();
    }

    /// The context's own text, even if something is being expanded in it.
    pub(super) fn own(&self) -> &Layer {
        if self.in_own_text() {
            return &self.top;
        }
        self.contexts.last().and_then(|context| self.below.get(context.layers)).unwrap_or(&self.top)
    }

    /// The position of the next byte in the context's own text. During an expansion, this is the end of its name.
    #[inline]
    pub(crate) fn at(&self) -> usize {
        self.own().at
    }

    /// A part of the context's own text.
    pub(crate) fn own_text(&self, start: usize, end: usize) -> Option<&[u8]> {
        let own = self.own();
        own.text.get(start..end.min(own.end))
    }

    /// The part of this range that is in the current line, without spaces around it, as a range in that line. A long
    /// range is cut, so that a long line with many errors does not take much time for each.
    pub(crate) fn range(&self, start: usize, end: usize) -> Option<Range<u32>> {
        let start = start.max(self.line_start);
        let text = self.own_text(start, end.min(start.saturating_add(LONGEST_RANGE)))?;
        let line = text.find_byteset("\r\n").map_or(text, |end| &text[..end]);
        let end = start + line.trim_ascii_end().len();
        let column = |at: usize| u32::try_from(at - self.line_start).ok();
        Some(column(start)?..column(end)?)
    }

    /// The rest of the context's own text as a body. Used to capture a macro or loop outside of expansions.
    pub(crate) fn here(&self) -> Body {
        Body { text: self.top.text.clone(), start: self.top.at, end: self.top.end, lexed: self.top.lexed }
    }
}
