//! The assembler's warning flags.

pub(crate) use crate::report::warnings::AssemblerFlag as Warning;

/// The state of the assembler's warning flags.
pub(super) type Warnings = crate::report::warnings::Warnings<Warning>;
