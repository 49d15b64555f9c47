//! The arguments of a macro call.

use std::sync::Arc;

use crate::files::Content;

/// A macro's arguments.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// The text that they are a part of, if they were not copied.
    shared: Option<Content>,
    /// The text of arguments that were copied. Bytes after the last one have no meaning.
    copied: Content,
    /// Where each argument begins and ends in the text.
    pub bounds: Vec<(u32, u32)>,
    /// The number of arguments that SHIFT has removed.
    pub shift: std::cell::Cell<usize>,
}

/// The smallest buffer for arguments. Most later arguments fit in it.
const ROOM: usize = 64;

/// The largest buffer that is kept for further arguments.
const MOST_SPARED: usize = 1024;

impl Arguments {
    /// Replaces the arguments by parts of a text that is kept anyway.
    pub(crate) fn share(&mut self, text: Content, bounds: Vec<(u32, u32)>) {
        self.shared = Some(text);
        self.bounds = bounds;
        self.shift.set(0);
    }

    /// Replaces the arguments by copies, using the same memory.
    pub(crate) fn copy(&mut self, text: &[u8], bounds: Vec<(u32, u32)>) {
        self.shared = None;
        self.bounds = bounds;
        self.shift.set(0);
        if let Some(room) = Arc::get_mut(&mut self.copied).and_then(|room| room.get_mut(..text.len())) {
            room.copy_from_slice(text);
            return;
        }
        let room = text.len().next_power_of_two().max(ROOM) - text.len();
        self.copied = text.iter().copied().chain(std::iter::repeat_n(0, room)).collect();
    }

    /// Forgets the text. Returns whether the rest is worth keeping for further arguments.
    pub(crate) fn clear(&mut self) -> bool {
        self.shared = None;
        self.copied.len() <= MOST_SPARED
    }

    /// The text that the arguments are parts of.
    #[inline]
    pub(crate) fn text(&self) -> &Content {
        self.shared.as_ref().unwrap_or(&self.copied)
    }

    /// The memory use in bytes, without a text that is kept anyway.
    pub(crate) fn memory(&self) -> usize {
        let copied = if self.shared.is_some() { 0 } else { self.copied.len() };
        copied + size_of_val(self.bounds.as_slice())
    }

    /// The number of remaining arguments.
    pub(crate) fn count(&self) -> usize {
        self.bounds.len() - self.shift.get()
    }

    /// The range of an argument in the text, counted from 0 and without the shift.
    #[inline]
    pub(crate) fn bounds(&self, index: usize) -> Option<(usize, usize)> {
        let &(start, end) = self.bounds.get(index)?;
        Some((start as usize, end as usize))
    }

    /// An argument, counted from 0 and without the shift.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = self.bounds(index)?;
        Some(&self.text()[start..end])
    }
}
