//! RGB9, the file format of a [`Module`](super::Module) (rgbds(5)).

mod read;
mod write;

pub use read::{Malformed, Unread, read};
pub use write::write;

/// The first bytes of a file.
pub const MAGIC: &[u8; 4] = b"RGB9";

/// The revision of the format in RGBDS 1.0.
pub const REVISION: u32 = 13;
