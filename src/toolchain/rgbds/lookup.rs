//! Where a tool was looked for, and why there.

use std::ffi::OsString;
use std::fmt;

/// A search for a tool that found nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The path, or the name that was looked up on `PATH`.
    pub word: OsString,
    /// Why it was looked for there.
    pub origin: Origin,
    /// The value of `PATH`, if that was searched.
    pub searched: Option<OsString>,
}

/// Why a tool is looked for where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The caller gave a prefix.
    Prefix,
    /// This environment variable says so.
    Variable(&'static str),
    /// Nothing says where it is, so it is looked up on `PATH`.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix => write!(f, "its prefix"),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Default => write!(f, "PATH"),
        }
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.word.display())?;
        if self.origin != Origin::Default {
            write!(f, ", from {}", self.origin)?;
        }
        if matches!(self.origin, Origin::Variable(_)) && self.word.as_encoded_bytes().contains(&b' ') {
            write!(f, " (which is the name of a program, without arguments)")?;
        }
        match &self.searched {
            Some(path) => write!(f, ", on PATH ({})", path.display()),
            None => Ok(()),
        }
    }
}
