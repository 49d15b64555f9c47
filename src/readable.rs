//! Bytes in what `Debug` prints: as text, or only their number, never one by one.

use std::fmt;

/// The size of bytes that are not text.
pub(crate) struct Size(usize);

impl Size {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.len())
    }
}

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}
