//! What can go wrong in a build, as facts; and the words for it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::messages::{Messages, Step};
use crate::program::{Failure, RunError, SandboxError};
use crate::toolchain::Tool;
use crate::toolchain::rgbds::{Lookup, Version};

/// Why a build gave nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A tool reported errors, died, or did not write what it should. At least one, in the order of the sources.
    Tools(Vec<ToolFailure>),
    /// A tool is nowhere to be found.
    ToolNotFound {
        /// Which.
        tool: Tool,
        /// Where it was looked for.
        lookup: Lookup,
    },
    /// A tool is there but cannot be started.
    CannotStart {
        /// Which.
        tool: Tool,
        /// Its path.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A tool is there but is of an RGBDS before 0.6.
    TooOld {
        /// Which.
        tool: Tool,
        /// Its path.
        path: PathBuf,
        /// Its release.
        version: Version,
    },
    /// The RGBDS found does not know an option.
    OptionTooNew {
        /// The option, in the tool's words.
        option: String,
        /// The tool that should have it.
        tool: Tool,
        /// The release that has it.
        since: Version,
        /// The release found.
        found: Version,
    },
    /// The RGBDS found does not know an option any more.
    OptionGone {
        /// The option, in the tool's words.
        option: String,
        /// The tool that had it.
        tool: Tool,
        /// The first release without it.
        gone: Version,
        /// The release found.
        found: Version,
    },
    /// Arguments for a tool name something that rgbpipe gives it itself.
    ReservedArgument {
        /// The tool.
        tool: Tool,
        /// The argument.
        argument: String,
    },
    /// The deadline came during this step.
    TimedOut(Step),
    /// [`Cancel::cancel`](crate::Cancel::cancel) was called.
    Cancelled,
    /// The tools could not be confined. None has seen an input.
    Sandbox(SandboxError),
    /// A FIFO or a thread could not be made, or reading or writing one failed.
    Ports(io::Error),
}

/// One step that failed on its own, not because of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolFailure {
    /// Why.
    pub failure: Failure,
    /// The step, and what its tool printed.
    pub messages: Messages,
}

impl ToolFailure {
    /// Whether the tool has said itself what is wrong: it ended with an error status, and printed something.
    pub fn is_explained(&self) -> bool {
        let exited = matches!(self.failure, Failure::Status(status) if status.code().is_some());
        exited && !self.messages.stderr.bytes.is_empty()
    }
}

impl Error {
    /// Why `tool` could not be run.
    pub(crate) fn of_run(tool: Tool, error: RunError) -> Self {
        match error {
            RunError::Spawn(path, cause) => Self::CannotStart { tool, path, cause },
            RunError::Sandbox(cause) => Self::Sandbox(cause),
            RunError::Ports(cause) => Self::Ports(cause),
        }
    }

    /// The exit status of a command that ends with this error: 1 a tool reported errors or died; 2 usage;
    /// 3 cannot run; 124 timeout. A cancelled build has none of its own: 1.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Tools(_) | Self::Cancelled => 1,
            Self::OptionTooNew { .. } | Self::OptionGone { .. } | Self::ReservedArgument { .. } => 2,
            Self::ToolNotFound { .. }
            | Self::CannotStart { .. }
            | Self::TooOld { .. }
            | Self::Sandbox(_)
            | Self::Ports(_) => 3,
            Self::TimedOut(_) => 124,
        }
    }
}

/// How to get RGBDS.
pub const INSTALL: &str = "\
Install RGBDS 0.6 or newer:
  Debian, Ubuntu  apt install rgbds   (if this release has it; else https://rgbds.gbdev.io/install)
  macOS           brew install rgbds
  Arch            pacman -S rgbds
  Windows         in WSL (not tested), as for Debian or Ubuntu";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tools(failures) => {
                for (index, ToolFailure { failure, messages }) in failures.iter().enumerate() {
                    if index > 0 {
                        writeln!(f)?;
                    }
                    write!(f, "{}: {failure}", messages.step)?;
                }
                Ok(())
            }
            Self::ToolNotFound { tool, lookup } => {
                write!(f, "{tool} not found: looked for {lookup}\n{INSTALL}\n")?;
                write!(f, "or set its location: --rgbds PREFIX, or RGBDS or {} in the environment", tool.variable())
            }
            Self::CannotStart { tool, path, cause } => write!(f, "cannot run {tool} at {}: {cause}", path.display()),
            Self::TooOld { tool, path, version } => {
                write!(f, "{} is {tool} {version}, which is too old\n{INSTALL}", path.display())
            }
            Self::OptionTooNew { option, tool, since, found } => {
                write!(f, "{option} needs {tool} {since} or newer; this one is {found}")
            }
            Self::OptionGone { option, tool, gone, found } => {
                write!(f, "{tool} {gone} removed {option}; this one is {found}")
            }
            Self::ReservedArgument { tool, argument } => {
                write!(f, "'{argument}' cannot be among {tool}'s flags: rgbpipe decides where {tool} writes")
            }
            Self::TimedOut(step) => write!(f, "timed out during {step}"),
            Self::Cancelled => write!(f, "cancelled"),
            Self::Sandbox(cause) => write!(f, "{cause}"),
            Self::Ports(cause) => write!(f, "{cause}"),
        }
    }
}

// (Without a source: the words have the cause already.)
impl std::error::Error for Error {}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(error)
    }
}
