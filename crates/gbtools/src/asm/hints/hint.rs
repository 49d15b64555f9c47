//! A hint, the end of a message.

/// A hint, and whether it is about syntax that a release dropped.
#[derive(Default)]
pub(crate) struct Hint {
    pub text: String,
    pub dropped: bool,
}

impl Hint {
    /// The code of the message: `dropped-syntax`, or the given one.
    pub(crate) fn code(&self, otherwise: &'static str) -> &'static str {
        if self.dropped { "dropped-syntax" } else { otherwise }
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Self { text, dropped: false }
    }
}
