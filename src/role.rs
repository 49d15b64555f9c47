//! The parts of a toolchain, and the steps that they do.

use std::fmt;

/// A part of a toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Makes an object from a source.
    Assembler,
    /// Makes a ROM, a map and symbols from objects.
    Linker,
    /// Completes a ROM's header.
    Fixer,
}

impl Role {
    /// All of them, in build order.
    pub const ALL: [Self; 3] = [Self::Assembler, Self::Linker, Self::Fixer];
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Assembler => "assembler",
            Self::Linker => "linker",
            Self::Fixer => "fixer",
        })
    }
}

/// One step of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Assembling the source with this name; `-` is standard input.
    Assemble(String),
    /// Linking.
    Link,
    /// Fixing the ROM's header.
    Fix,
}

impl Step {
    /// The part that does it.
    pub fn role(&self) -> Role {
        match self {
            Self::Assemble(_) => Role::Assembler,
            Self::Link => Role::Linker,
            Self::Fix => Role::Fixer,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assemble(source) => write!(f, "assembling {source}"),
            Self::Link => write!(f, "linking"),
            Self::Fix => write!(f, "fixing"),
        }
    }
}
