//! What a macro is called with.

use std::sync::Arc;

use crate::files::Content;

/// A macro's arguments.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// One after another. What is behind the last one has no meaning.
    pub text: Content,
    /// The end of each in the text; the first begins at 0.
    pub ends: Vec<u32>,
    /// How many have been shifted away.
    pub shift: std::cell::Cell<usize>,
}

/// The least room that arguments get, so that it does for most others that come into it.
const ROOM: usize = 64;

impl Arguments {
    /// Other arguments in the place of these.
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

    /// How many bytes they take.
    pub(crate) fn memory(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }

    /// How many are left.
    pub(crate) fn count(&self) -> usize {
        self.ends.len() - self.shift.get()
    }

    /// The bounds in the text of an argument, counted from 0 without regard to the shift.
    pub(crate) fn bounds(&self, index: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        Some((start, end))
    }
}
