//! The make rule that `-M` writes.

use std::path::PathBuf;

use bstr::{BString, ByteVec};

use crate::files::Files;

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
    /// The rule: a line for each use of a file. The source comes first.
    pub(super) fn text(&self, reads: &[PathBuf], files: &dyn Files) -> Vec<u8> {
        let targets = bstr::join(" ", &self.targets);
        let mut text = Vec::new();
        for (index, path) in reads.iter().enumerate() {
            let shown = Vec::from_path_lossy(path);
            text.extend_from_slice(&targets);
            text.push_str(": ");
            text.push_str(&shown);
            text.push(b'\n');
            if self.phony && index > 0 && files.is_file(path) {
                text.push_str(&shown);
                text.push_str(":\n");
            }
        }
        text
    }
}
