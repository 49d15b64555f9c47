//! Errors and warnings of the assembler's parts, as data. The assembler adds the place and applies the warning flags.

use std::fmt;

use crate::report::warnings::AssemblerFlag;

/// An error or a warning. `Display` gives its text.
pub trait Issue: fmt::Display {
    /// The severity.
    fn kind(&self) -> Kind;

    /// A stable name for this kind of message. See [`codes`](crate::report::codes).
    fn code(&self) -> &'static str;
}

/// The severity of an [`Issue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A warning with this flag.
    Warning(AssemblerFlag),
    /// An error.
    Error,
    /// An error that ends the assembly.
    Fatal,
}
