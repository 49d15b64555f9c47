//! The assembler (rgbasm(5)).

#[doc(hidden)]
pub mod charmap;
#[doc(hidden)]
pub mod issue;
pub(crate) mod utf8;
