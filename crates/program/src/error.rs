//! Why a run failed, or could not be started: the facts and their wording.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::limits::{self, Limit};
use super::sandbox::SandboxError;
use super::until::Stop;

/// Why a run is not a success.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// It was stopped before it finished.
    Stopped(Stop),
    /// The tool exited with this status, or died of a signal.
    Status(ExitStatus),
    /// The tool probably ended because of this limit.
    AtLimit(ExitStatus, Limit),
    /// The tool succeeded but never opened this output.
    NotWritten(String),
    /// The tool succeeded, but a process that it left behind kept this output open.
    HeldOpen(String),
    /// An output exceeded the limit, so the tool was stopped.
    TooLarge {
        /// The output's name.
        output: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The tool used this port in a way that only a file allows.
    NeedsFile(String, Need),
}

/// A feature of files that pipes lack. With [`Program::seekable`](crate::Program::seekable), ports are files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// The port was opened again before the first byte went through the first open, or two opens of an output wrote in
    /// turns.
    OpenedTwice,
    /// One open was for both reading and writing.
    ReadAndWritten,
    /// An output was opened again and closed without a byte, so it is unknown whether that emptied it.
    PerhapsEmptied,
    /// The tool has moved or linked the port, and opened it.
    OtherName,
    /// The tool reads an output, or what it prints, though it is the one that writes it. It would wait for its own end. See
    /// [`Program::reads_no_output`](crate::Program::reads_no_output).
    OwnOutput,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenedTwice => "more than once at the same time",
            Self::ReadAndWritten => "for reading and writing at the same time",
            Self::PerhapsEmptied => "again without writing, which may have emptied it",
            Self::OtherName => "under another name",
            Self::OwnOutput => "to read what it writes itself",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(Stop::TimedOut) => write!(f, "timed out"),
            Self::Stopped(Stop::Cancelled) => write!(f, "cancelled"),
            Self::Status(status) => write!(f, "{status}"),
            Self::AtLimit(status, limit) => write!(f, "{status} ({limit})"),
            Self::NotWritten(output) => write!(f, "ended without an error, but did not write '{output}'"),
            Self::HeldOpen(output) => write!(f, "ended, but a process that it started kept '{output}' open"),
            Self::NeedsFile(port, need) => write!(f, "opened '{port}' {need}, which a pipe does not allow"),
            Self::TooLarge { output, limit } => {
                write!(f, "wrote more to '{output}' than the limit of {}", limits::Size(*limit))
            }
        }
    }
}

impl std::error::Error for Failure {}

/// Why a run could not take place at all.
#[derive(Debug)]
pub enum RunError {
    /// The tool at this path could not be started.
    Spawn(PathBuf, io::Error),
    /// The tool could not be confined, and was not started.
    Sandbox(SandboxError),
    /// A FIFO or a file could not be created, or reading or writing one failed.
    Ports(io::Error),
    /// The tool at this path has ended, and the system does not tell how, for example because another process traces it.
    UnknownStatus(PathBuf),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spawn(path, error) => write!(f, "cannot run {}: {error}", path.display()),
            Self::Sandbox(error) => write!(f, "{error}"),
            Self::Ports(error) => write!(f, "{error}"),
            Self::UnknownStatus(path) => write!(f, "{} {UNKNOWN_STATUS}", path.display()),
        }
    }
}

/// What is said of a tool with an unknown exit status.
pub const UNKNOWN_STATUS: &str =
    "ended, but its exit status is unknown: another process traces it, or the system does not let it go";

// There is no source: the text already includes the cause.
impl std::error::Error for RunError {}
