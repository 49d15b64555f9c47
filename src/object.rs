//! Objects, which the assembler makes and the linker reads.

use std::borrow::Cow;
use std::fmt;

use gbtools::module::{Module, rgb9};

use crate::readable::Size;

/// An object in memory.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Object {
    /// The content of an object file.
    Bytes(Vec<u8>),
    /// An object of the built-in assembler.
    Module(Module),
}

impl Object {
    /// The number of sections. `None` if this is not an object of RGBDS.
    pub fn sections(&self) -> Option<usize> {
        match self {
            // The magic, the revision, the number of symbols, that of sections (`rgbds(5)`).
            Self::Bytes(bytes) => {
                let number = bytes.strip_prefix(b"RGB9")?.get(8..12)?;
                Some(u32::from_le_bytes(number.try_into().ok()?) as usize)
            }
            Self::Module(module) => Some(module.sections.len()),
        }
    }

    /// The content of an object file.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Module(module) => Cow::Owned(rgb9::write(module)),
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f.debug_tuple("Bytes").field(&Size::of(bytes)).finish(),
            Self::Module(_) => f.debug_tuple("Module").finish_non_exhaustive(),
        }
    }
}
