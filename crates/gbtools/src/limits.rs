//! Limits on resources.

/// The resources that a tool may use. Exceeding them is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The approximate limit on memory for files, text and results, in bytes.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 4 << 30 }
    }
}
