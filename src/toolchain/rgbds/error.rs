//! Errors of RGBDS, as facts.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::lookup::Lookup;
use super::names::name;
use super::version::Version;
use crate::role::Role;
use program::{RunError, SandboxError, UNKNOWN_STATUS};

/// How to get RGBDS.
pub const INSTALL: &str = "\
Install RGBDS 0.6 or newer:
  macOS           brew install rgbds
  Arch            pacman -S rgbds
  Debian, Ubuntu  apt install rgbds   (new releases only: apt policy rgbds)
  Windows         in WSL (not tested), as for Debian or Ubuntu
  all others      https://rgbds.gbdev.io/install";

/// The reason why RGBDS cannot carry out a request. It is the cause in
/// [`Error::Unsupported`](crate::Error::Unsupported) and [`Error::Unavailable`](crate::Error::Unavailable).
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A tool was not found.
    NotFound {
        /// Its role.
        role: Role,
        /// The search for it.
        lookup: Lookup,
    },
    /// A tool was found but cannot be started.
    CannotStart {
        /// Its role.
        role: Role,
        /// Where it is.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A tool was found but belongs to an RGBDS before 0.6.
    TooOld {
        /// Its role.
        role: Role,
        /// Where it is.
        path: PathBuf,
        /// Its release.
        version: Version,
    },
    /// The RGBDS found does not know an option yet.
    OptionTooNew {
        /// The option, in the tool's words.
        option: String,
        /// The role of the tool.
        role: Role,
        /// The first release that has the option.
        since: Version,
        /// The release found.
        found: Version,
    },
    /// The RGBDS found no longer has an option.
    OptionGone {
        /// The option, in the tool's words.
        option: String,
        /// The role of the tool.
        role: Role,
        /// The first release without the option.
        gone: Version,
        /// The release found.
        found: Version,
    },
    /// A flag for a tool sets something that rgbpipe itself sets.
    ReservedArgument {
        /// The role of the tool.
        role: Role,
        /// The argument.
        argument: String,
    },
    /// A file of flags for a tool (`@FILE`) is not a regular file or is too large, so its flags cannot be checked.
    HiddenArguments {
        /// The role of the tool.
        role: Role,
        /// The file.
        path: PathBuf,
    },
    /// The tools could not be confined. None has read any input.
    Sandbox(SandboxError),
    /// A FIFO or a thread could not be created, or reading or writing a FIFO failed.
    Ports(io::Error),
    /// A tool has ended, and the system does not tell how, for example because another process traces it.
    UnknownStatus {
        /// The role of the tool.
        role: Role,
    },
}

impl Error {
    /// Why a tool could not be run.
    pub(super) fn of_run(role: Role, error: RunError) -> Self {
        match error {
            RunError::Spawn(path, cause) => Self::CannotStart { role, path, cause },
            RunError::Sandbox(cause) => Self::Sandbox(cause),
            RunError::Ports(cause) => Self::Ports(cause),
            RunError::UnknownStatus(_) => Self::UnknownStatus { role },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { role, lookup } => write!(f, "{} not found: looked for {lookup}", name(*role)),
            Self::CannotStart { role, path, cause } => {
                write!(f, "cannot run {} at {}: {cause}", name(*role), path.display())
            }
            Self::TooOld { role, path, version } => {
                write!(f, "{} is {} {version}, which is too old", path.display(), name(*role))
            }
            Self::OptionTooNew { option, role, since, found } => {
                write!(f, "{option} needs {} {since} or newer; this one is {found}", name(*role))
            }
            Self::OptionGone { option, role, gone, found } => {
                write!(f, "{} {gone} removed {option}; this one is {found}", name(*role))
            }
            Self::ReservedArgument { role, argument } => {
                let tool = name(*role);
                write!(f, "'{argument}' cannot be among {tool}'s flags: rgbpipe decides where {tool} writes")
            }
            Self::HiddenArguments { role, path } => {
                let (tool, path) = (name(*role), path.display());
                write!(
                    f,
                    "'@{path}' cannot be among {tool}'s flags: only a regular file of up to 16 MiB shows what is in it"
                )
            }
            Self::Sandbox(cause) => write!(f, "{cause}"),
            Self::Ports(cause) => write!(f, "{cause}"),
            Self::UnknownStatus { role } => write!(f, "{} {UNKNOWN_STATUS}", name(*role)),
        }
    }
}

// It has no `source`, because its text includes the cause already.
impl std::error::Error for Error {}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(error)
    }
}

impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::OptionTooNew { .. }
            | Error::OptionGone { .. }
            | Error::ReservedArgument { .. }
            | Error::HiddenArguments { .. } => Self::Unsupported(error.into()),
            Error::NotFound { .. }
            | Error::CannotStart { .. }
            | Error::TooOld { .. }
            | Error::Sandbox(_)
            | Error::Ports(_)
            | Error::UnknownStatus { .. } => Self::Unavailable(error.into()),
        }
    }
}
