//! What the tools print, and who hears of it while a build runs.

use std::ffi::OsString;
use std::fmt;

use crate::program::Printed;
use crate::toolchain::Tool;

/// One step of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Assembling the source of this name (`-` is standard input).
    Assemble(String),
    /// Linking.
    Link,
    /// Fixing the ROM's header.
    Fix,
}

impl Step {
    /// The tool that does it.
    pub fn tool(&self) -> Tool {
        match self {
            Self::Assemble(_) => Tool::Rgbasm,
            Self::Link => Tool::Rgblink,
            Self::Fix => Tool::Rgbfix,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assemble(source) => write!(f, "{} {source}", self.tool()),
            Self::Link | Self::Fix => write!(f, "{}", self.tool()),
        }
    }
}

/// What one tool printed in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    /// The step.
    pub step: Step,
    /// Standard output: what `PRINTLN` and `--verbose` give.
    pub stdout: Printed,
    /// Standard error: warnings and errors.
    pub stderr: Printed,
    /// Whether the step succeeded.
    pub success: bool,
}

impl Messages {
    /// Whether the tool printed nothing at all.
    pub fn is_empty(&self) -> bool {
        self.stdout.bytes.is_empty() && self.stderr.bytes.is_empty()
    }
}

/// Hears of a running build. Calls may come from several threads, one at a time for `messages`.
pub trait Reporter: Sync {
    /// A tool is about to start; on files it would be run by this command.
    fn command(&self, argv: &[OsString]) {
        let _ = argv;
    }

    /// A tool has ended, having printed something. In the order of the sources, then the link, then the fix,
    /// whatever order they ended in.
    fn messages(&self, messages: &Messages) {
        let _ = messages;
    }

    /// `done` of `total` sources are assembled.
    fn progress(&self, done: usize, total: usize) {
        let _ = (done, total);
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {}
