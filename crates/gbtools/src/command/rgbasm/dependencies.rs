//! The make rule that `-M` writes.

use std::path::PathBuf;

use bstr::{BString, ByteVec};

use crate::files::Files;

/// What `-M` and its companions say.
#[derive(Default)]
pub(super) struct Rule {
    /// Where it goes.
    pub(super) file: Option<BString>,
    /// What it makes, as make is to see it.
    pub(super) targets: Vec<BString>,
    /// `-MP`: a rule without a recipe for each file that the source uses, so that it may be deleted.
    pub(super) phony: bool,
}

impl Rule {
    /// A line for each use of a file. The first of them is the source.
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
