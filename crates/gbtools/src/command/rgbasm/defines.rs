//! `-D`.

use std::collections::HashSet;

use bstr::{BString, ByteSlice};

use crate::asm;
use crate::report::{Backtrace, Diagnostic, Frame, FrameName, Severity};

/// The symbols of `-D`.
#[derive(Default)]
pub(super) struct Defines {
    names: HashSet<BString>,
}

impl Defines {
    /// Notes that a name is defined now.
    pub(super) fn add(&mut self, name: &BString) -> Result<(), Box<Diagnostic>> {
        let wrong = |text: String| Diagnostic::new(Severity::Error, "already-defined", text);
        if let Some(text) = asm::taken(name) {
            return Err(wrong(text).into());
        }
        if !self.names.insert(name.clone()) {
            // As in RGBDS 1.0.4, the option itself has no place.
            let first = Frame { name: FrameName::CommandLine, line: 0, quiet: false };
            let places = vec![Backtrace::default(), Backtrace { frames: vec![first] }];
            return Err(Diagnostic { places, ..wrong(format!("`{name}` is already defined")) }.into());
        }
        Ok(())
    }
}

/// The name and the value in an option.
pub(super) fn parts(option: BString) -> (BString, BString) {
    match option.split_once_str("=") {
        Some((name, value)) => (name.into(), value.into()),
        None => (option, "1".into()),
    }
}
