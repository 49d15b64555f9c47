//! Where a tool is looked for, and who says so.

use std::ffi::OsString;
use std::fmt;

/// Where a tool was looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The path, or the name looked up on `PATH`.
    pub word: OsString,
    /// What led to it.
    pub origin: Origin,
    /// The value of `PATH`, if that was searched.
    pub searched: Option<OsString>,
}

/// Who says where a tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The caller, by a prefix.
    Prefix,
    /// This environment variable.
    Variable(&'static str),
    /// Nobody: it is looked up on `PATH`.
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
