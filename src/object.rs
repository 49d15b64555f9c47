//! What is between the assembler and the linker.

use std::borrow::Cow;

use gbtools::module::{Module, rgb9};

/// An object in memory: what a toolchain's assembler makes, and its linker takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Object {
    /// The content of an object file.
    Bytes(Vec<u8>),
    /// What the built-in assembler makes.
    Module(Module),
}

impl Object {
    /// The content of an object file.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Module(module) => Cow::Owned(rgb9::write(module)),
        }
    }
}
