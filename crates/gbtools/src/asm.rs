//! The assembler (rgbasm(5)).

#[doc(hidden)]
pub mod charmap;
#[doc(hidden)]
pub mod format;
#[doc(hidden)]
pub mod issue;
#[doc(hidden)]
pub mod text_functions;
pub(crate) mod utf8;
