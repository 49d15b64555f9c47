//! What the parts of the assembler have to say, as data. The assembler adds the place, and the state of the warning flags.

use std::fmt;

use crate::report::warnings::AssemblerFlag;

/// Something wrong or odd. Its words are what it displays.
pub trait Issue: fmt::Display {
    /// How grave it is.
    fn kind(&self) -> Kind;

    /// What it is, as a word that stays the same from release to release.
    fn code(&self) -> &'static str;
}

/// How grave an [`Issue`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A warning of this flag.
    Warning(AssemblerFlag),
    /// An error.
    Error,
    /// The end.
    Fatal,
}
