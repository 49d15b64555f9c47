//! Writes the symbol file and the map before the link looks at assertions and patches, as RGBDS does.

use super::Line;
use crate::command::console::Console;
use crate::link::Receiver;
use crate::report::{Diagnostic, Report};

pub(super) struct Receives<'l, 'c, 'a, 'io> {
    pub(super) line: &'l Line,
    pub(super) console: &'c mut Console<'a, 'io>,
}

impl Report for Receives<'_, '_, '_, '_> {
    fn message(&mut self, message: Diagnostic) {
        self.console.message(message);
    }

    fn print(&mut self, text: &[u8]) {
        self.console.print(text);
    }
}

impl Receiver for Receives<'_, '_, '_, '_> {
    fn step(&mut self, step: &'static str) {
        self.console.show_step(step);
    }

    fn listings(&mut self, sym: Option<Vec<u8>>, map: Option<Vec<u8>>) -> Result<(), Box<Diagnostic>> {
        for (path, content, what) in [(&self.line.sym, sym, "sym file"), (&self.line.map, map, "map file")] {
            if let (Some(path), Some(content)) = (path, content) {
                self.console.write(path.as_ref(), &content, what)?;
            }
        }
        Ok(())
    }

    fn rom(&mut self) -> Result<(), Box<Diagnostic>> {
        self.line.output.as_ref().map_or(Ok(()), |path| self.console.foresee(path.as_ref(), "output file"))
    }
}
