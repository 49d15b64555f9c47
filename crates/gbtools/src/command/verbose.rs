//! The lines that `-v` prints about the options, in RGBDS's format.

use bstr::{BString, ByteVec};

/// Lines that describe options.
#[derive(Default)]
pub(super) struct Described {
    pub(super) lines: Vec<u8>,
}

impl Described {
    /// Adds a line for an option that is on.
    pub(super) fn flag(&mut self, is_on: bool, words: &str) {
        if is_on {
            self.line(words);
        }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, words: impl AsRef<[u8]>) {
        self.lines.push_str("\t");
        self.lines.push_str(words);
        self.lines.push_str("\n");
    }

    /// Adds a line for a file, if it is given.
    pub(super) fn file(&mut self, what: &str, path: Option<&BString>) {
        if let Some(path) = path {
            self.line([what.as_bytes(), b": ", path.as_slice()].concat());
        }
    }

    /// Adds several values, one a line.
    pub(super) fn list<T: AsRef<[u8]>>(&mut self, what: &str, values: impl IntoIterator<Item = T>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.line(format!("{what}:"));
        }
        for value in values {
            self.line([b" - ", value.as_ref()].concat());
        }
    }
}
