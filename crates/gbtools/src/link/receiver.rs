//! Takes what a link makes, as soon as it is made.

use crate::report::{Diagnostic, Report};

/// Receives messages, the map and the symbol file, in the order in which rgblink writes them.
pub trait Receiver: Report {
    /// A step begins. The words are those of `rgblink -vv`.
    fn step(&mut self, _step: &'static str) {}

    /// Receives the symbol file and the map, as far as they are wanted. All sections have a place. Assertions and patches
    /// are checked only afterwards.
    ///
    /// # Errors
    /// The message with which the link ends.
    fn listings(&mut self, sym: Option<Vec<u8>>, map: Option<Vec<u8>>) -> Result<(), Box<Diagnostic>>;

    /// All sections, assertions and patches are right. The overlay is read only afterwards.
    ///
    /// # Errors
    /// The message with which the link ends.
    fn rom(&mut self) -> Result<(), Box<Diagnostic>>;
}

/// Keeps the map and the symbol file until the link ends.
pub(super) struct Kept<'a> {
    pub report: &'a mut dyn Report,
    pub map: Option<Vec<u8>>,
    pub sym: Option<Vec<u8>>,
}

impl Report for Kept<'_> {
    fn message(&mut self, message: Diagnostic) {
        self.report.message(message);
    }

    fn print(&mut self, text: &[u8]) {
        self.report.print(text);
    }
}

impl Receiver for Kept<'_> {
    fn listings(&mut self, sym: Option<Vec<u8>>, map: Option<Vec<u8>>) -> Result<(), Box<Diagnostic>> {
        (self.sym, self.map) = (sym, map);
        Ok(())
    }

    fn rom(&mut self) -> Result<(), Box<Diagnostic>> {
        Ok(())
    }
}
