//! The options of a command line, for a caller that has inputs and outputs of its own.

use bstr::BString;

use crate::fix;
use crate::report::form::Form;
use crate::report::warnings::{FixerFlag, Warnings};

/// What a command line says.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// What to do.
    pub options: T,
    /// How messages are to be printed.
    pub form: Form,
    /// The files that are named without an option.
    pub operands: Vec<BString>,
    /// How many options were errors that do not end the command at once, but make it fail.
    pub errors: u64,
}

/// What rgbfix(1) is to do.
#[derive(Clone, Debug, Default)]
pub struct FixerOptions {
    /// What it writes.
    pub options: fix::Options,
    /// What becomes of warnings.
    pub warnings: Warnings<FixerFlag>,
}
