//! Errors of the built-in toolchain, as facts.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The reason why the built-in toolchain cannot carry out a request. It is the cause in
/// [`Error::Unsupported`](crate::Error::Unsupported) and [`Error::Unavailable`](crate::Error::Unavailable).
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A limit of processor time, which only a process can have.
    CpuLimit,
    /// This argument asks the assembler for a file besides the object.
    WritesFile(String),
    /// A sandbox for files that the caller provides.
    NotOnDisk,
    /// This system cannot tell which file was opened.
    NoConfinement(io::Error),
    /// An output exceeds the limit.
    TooLarge {
        /// The output's name.
        output: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CpuLimit => f.write_str(
                "processor time is limited for a process, and the built-in toolchain has none of its own; limit the time instead",
            ),
            Self::WritesFile(argument) => write!(
                f,
                "'{argument}' cannot be among the assembler's flags: the built-in toolchain writes no files by itself"
            ),
            Self::NotOnDisk => f.write_str("files that the caller provides are confined by the caller, not by a sandbox"),
            Self::NoConfinement(cause) => write!(f, "cannot confine what is read: {cause}"),
            Self::TooLarge { output, limit } => {
                write!(f, "'{}' is larger than the limit of {limit} bytes", output.display())
            }
        }
    }
}

// It has no `source`, because its text includes the cause already.
impl std::error::Error for Error {}

impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::NoConfinement(_) => Self::Unavailable(error.into()),
            _ => Self::Unsupported(error.into()),
        }
    }
}
