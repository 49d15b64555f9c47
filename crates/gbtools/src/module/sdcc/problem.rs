//! Errors and warnings about objects of SDCC.

use std::fmt;

use crate::limits::Spent;

/// An error or a warning about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line, from 1.
    pub line: u32,
    /// The message.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (in line {})", self.text, self.line)
    }
}

impl std::error::Error for Remark {}

/// The reason why there is no module.
pub type Unread = crate::module::Unread<Remark>;

/// The reason why a line cannot be read.
#[derive(Debug)]
pub(super) enum Problem {
    Wrong(String),
    Spent(Spent),
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self::Wrong(text)
    }
}

impl From<&str> for Problem {
    fn from(text: &str) -> Self {
        Self::Wrong(text.to_owned())
    }
}

impl From<Spent> for Problem {
    fn from(spent: Spent) -> Self {
        Self::Spent(spent)
    }
}

impl Problem {
    pub(super) fn in_line(self, line: u32) -> Unread {
        match self {
            Self::Wrong(text) => Unread::Malformed(Remark { line, text }),
            Self::Spent(spent) => Unread::Spent(spent),
        }
    }
}

pub(super) type Read<T> = Result<T, Problem>;

/// A mistake.
pub(super) fn wrong<T>(text: impl Into<Problem>) -> Read<T> {
    Err(text.into())
}
