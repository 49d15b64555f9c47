//! The settings that all steps of a build share.

use program::{Limits, Sandbox, Until};

use crate::jobserver::Jobserver;
use crate::messages::Reporter;

/// The settings that all steps of a build share.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Ends the build early.
    pub until: &'a Until,
    /// How much each tool may use.
    pub limits: Limits,
    /// Confines each tool to these files. The files that a tool needs to start are added.
    pub sandbox: Option<&'a Sandbox>,
    /// The reader of the messages.
    pub audience: Audience,
    /// Reads the tools' standard output together with their standard error, in the order in which they print, as on a
    /// terminal. [`Outcome::stdout`](super::Outcome::stdout) is then empty.
    pub one_stream: bool,
    /// Asked before a second tool starts. Without one, only [`Request::jobs`](crate::Request::jobs) limits how many run.
    pub jobserver: Option<&'a dyn Jobserver>,
    /// Receives messages and progress.
    pub reporter: &'a dyn Reporter,
    /// The process ends after this build. So memory that takes long to free, piece by piece, is left to the system.
    pub is_last: bool,
}

impl<'a> Run<'a> {
    /// The default limit of one output: 256 MiB, which is 32 of the largest ROMs.
    pub const MAX_OUTPUT: u64 = 256 << 20;

    /// No sandbox, no jobserver, the default audience, and [`MAX_OUTPUT`](Self::MAX_OUTPUT) as the only limit.
    pub fn new(until: &'a Until, reporter: &'a dyn Reporter) -> Self {
        let limits = Limits { output: Self::MAX_OUTPUT, ..Limits::default() };
        Self {
            until,
            limits,
            sandbox: None,
            audience: Audience::default(),
            one_stream: false,
            jobserver: None,
            reporter,
            is_last: false,
        }
    }
}

/// The reader of a toolchain's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// A program, or somebody whose wishes are in the environment.
    #[default]
    Default,
    /// A person at a terminal: in colour, and no more than 100 errors.
    Person,
    /// Never in colour, even if the environment asks for it.
    Plain,
    /// In colour, even if the environment forbids it.
    Coloured,
}
