//! RGB9, the form of a [`Module`](super::Module) in a file (rgbds(5)).

mod read;
mod write;

pub use read::{Malformed, read};
pub use write::write;

/// What a file begins with.
pub const MAGIC: &[u8; 4] = b"RGB9";

/// The revision of the format, which is that of RGBDS 1.0.
pub const REVISION: u32 = 13;
