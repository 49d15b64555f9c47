//! The arguments of a macro call.

use std::sync::Arc;

use crate::files::Content;

/// A macro's arguments.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// All arguments in a row. Bytes after the last one have no meaning.
    pub text: Content,
    /// The end of each argument in the text. The first one starts at 0.
    pub ends: Vec<u32>,
    /// The number of arguments that SHIFT has removed.
    pub shift: std::cell::Cell<usize>,
}

/// The smallest buffer for arguments. Most later arguments fit in it.
const ROOM: usize = 64;

impl Arguments {
    /// Replaces the arguments, using the same memory.
    pub(crate) fn replace(&mut self, text: &[u8], ends: Vec<u32>) {
        self.ends = ends;
        self.shift.set(0);
        if let Some(room) = Arc::get_mut(&mut self.text).and_then(|room| room.get_mut(..text.len())) {
            room.copy_from_slice(text);
            return;
        }
        let room = text.len().next_power_of_two().max(ROOM) - text.len();
        self.text = text.iter().copied().chain(std::iter::repeat_n(0, room)).collect();
    }

    /// The memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }

    /// The number of remaining arguments.
    pub(crate) fn count(&self) -> usize {
        self.ends.len() - self.shift.get()
    }

    /// The range of an argument in the text, counted from 0 and without the shift.
    pub(crate) fn bounds(&self, index: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        Some((start, end))
    }
}
