//! The make rule that `-M` writes.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteVec};

use super::Console;
use crate::files::Files;
use crate::report::{Diagnostic, Report};

/// The settings of `-M` and the options around it.
#[derive(Default)]
pub(super) struct Rule {
    /// The file that the rule is written to.
    pub(super) file: Option<BString>,
    /// The targets, escaped for make.
    pub(super) targets: Vec<BString>,
    /// `-MP`: adds a rule without a recipe for each file that the source uses, so that make accepts its deletion.
    pub(super) phony: bool,
}

impl Rule {
    /// `-M -`
    pub(super) fn is_printed(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file == "-")
    }

    /// The rule: a line for each use of a file. The source comes first.
    pub(super) fn text(&self, reads: &[PathBuf], files: &dyn Files) -> Vec<u8> {
        let mut text = Vec::new();
        for (index, path) in reads.iter().enumerate() {
            self.line(path, index > 0, files, &mut text);
        }
        text
    }

    fn line(&self, path: &Path, included: bool, files: &dyn Files, text: &mut Vec<u8>) {
        let shown = Vec::from_path_lossy(path);
        text.extend_from_slice(&bstr::join(" ", &self.targets));
        text.push_str(": ");
        text.push_str(&shown);
        text.push(b'\n');
        if self.phony && included && files.is_file(path) {
            text.push_str(&shown);
            text.push_str(":\n");
        }
    }
}

/// Writes the rule of `-M -` to standard output while the source is read, between the text that it prints.
pub(super) struct Between<'l, 'c, 'a, 'io> {
    pub(super) rule: &'l Rule,
    pub(super) console: &'c mut Console<'a, 'io>,
    /// Whether the source itself has its line.
    pub(super) included: bool,
}

impl Report for Between<'_, '_, '_, '_> {
    fn message(&mut self, message: Diagnostic) {
        self.console.message(message);
    }

    fn print(&mut self, text: &[u8]) {
        self.console.print(text);
    }

    fn uses(&mut self, path: &Path) {
        if self.rule.is_printed() {
            let mut text = Vec::new();
            self.rule.line(path, self.included, self.console.io.files, &mut text);
            self.console.print(&text);
        }
        self.included = true;
    }
}
