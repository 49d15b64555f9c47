//! Placement, options and linker scripts. Each expectation is what rgblink 1.0.4 did.

mod options;
mod parallel;
mod placement;
mod script;

use bstr::ByteSlice;

use super::{Failed, Linked, Options, link};
use crate::asm;
use crate::files::InMemory;
use crate::module::Module;
use crate::report::Collected;
use crate::until::Never;

fn assembled(source: &str) -> Module {
    let mut report = Collected::default();
    let options = asm::Options::default();
    let files = InMemory::default();
    let assembly = asm::assemble("main.asm".into(), source.as_bytes().into(), &options, &files, &Never, &mut report);
    assembly.unwrap_or_else(|_| panic!("{source}{:?}", report.messages)).module.expect("a module")
}

/// Links one source with a linker script `game.link` and an overlay, if there are any.
struct Linking {
    source: String,
    files: InMemory,
    options: Options,
}

impl Linking {
    fn of(source: &str) -> Self {
        Self { source: source.to_owned(), files: InMemory::default(), options: Options::default() }
    }

    fn script(mut self, script: &str) -> Self {
        self.files.add("game.link", script.as_bytes());
        self.options.script = Some("game.link".into());
        self
    }

    fn overlay(mut self, overlay: Vec<u8>) -> Self {
        self.files.add("overlay", overlay);
        self.options.overlay = Some("overlay".into());
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    fn run(&self) -> (Result<Linked, Failed>, Collected) {
        let mut report = Collected::default();
        let modules = [("main.o".into(), assembled(&self.source))];
        let linked = link(&modules, &self.options, &self.files, &Never, &mut report);
        (linked, report)
    }

    fn linked(&self) -> Linked {
        let (linked, report) = self.run();
        linked.unwrap_or_else(|_| panic!("{}{:?}", self.source, report.messages))
    }

    /// The lines of the symbol file.
    fn symbols(&self) -> Vec<String> {
        let sym = self.linked().sym.expect("it is wanted");
        sym.lines().skip(1).map(|line| line.to_str_lossy().into_owned()).collect()
    }

    fn rom(&self) -> Vec<u8> {
        self.linked().rom.expect("it is wanted")
    }

    /// The texts of all messages.
    fn messages(&self) -> Vec<String> {
        self.run().1.messages.iter().map(|message| message.text.to_string()).collect()
    }
}
