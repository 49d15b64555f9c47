//! The options of a command line, for callers with inputs and outputs of their own.

use bstr::BString;

use crate::fix;
use crate::report::form::Form;
use crate::report::warnings::{FixerFlag, Warnings};

/// The content of a command line.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// What the tool is to do.
    pub options: T,
    /// The form of printed messages.
    pub form: Form,
    /// The operands: files named without an option.
    pub operands: Vec<BString>,
    /// The number of errors in options that let the command go on but make it fail.
    pub errors: u64,
}

/// The settings of rgbfix(1).
#[derive(Clone, Debug, Default)]
pub struct FixerOptions {
    /// The changes to the ROM.
    pub options: fix::Options,
    /// The state of the warning flags.
    pub warnings: Warnings<FixerFlag>,
}
