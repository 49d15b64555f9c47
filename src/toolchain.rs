//! What turns sources and objects into artifacts.
//!
//! One small trait, so that a toolchain inside rgbpipe can stand beside the external one: it gets options as data
//! and bytes or paths, and gives bytes and messages. Nothing in it speaks of processes.

pub mod rgbds;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::Cancel;
use crate::error::Error;
pub use crate::jobserver::Jobserver;
use crate::messages::{Messages, Reporter};
use crate::program::{Failure, Limits, Sandbox};
use crate::request::{AssembleOptions, FixOptions, LinkOptions, Request, Wanted};

/// An assembler, a linker and a header fixer. Calls come from several threads at once.
pub trait Toolchain: Sync {
    /// Refuses what this toolchain cannot do, before any step is done.
    ///
    /// # Errors
    /// A tool that the request needs is missing, does not know an option, or cannot be confined.
    fn check(&self, request: &Request, run: &Run<'_>) -> Result<(), Error>;

    /// Assembles one source into an object that is called `object`.
    ///
    /// # Errors
    /// The step could not be done at all. That the source is wrong is a [`Failure`] in the outcome.
    fn assemble(
        &self,
        source: Source<'_>,
        object: &Path,
        options: &AssembleOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Assembly>, Error>;

    /// Links objects, in this order, into the artifacts wanted.
    ///
    /// # Errors
    /// As for [`assemble`](Self::assemble).
    fn link(
        &self,
        objects: &[Object<'_>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Linked>, Error>;

    /// Fixes the header of a ROM that is called `name`.
    ///
    /// # Errors
    /// As for [`assemble`](Self::assemble).
    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>, Error>;

    /// The files that the options of a request name, and those that these files name, in the order of use.
    /// Inputs, and what [`Assembly::reads`] tells, need not be among them.
    fn reads(&self, request: &Request) -> Vec<PathBuf>;
}

/// A source to assemble.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// By path.
    Path(&'a Path),
    /// By content, as standard input.
    Stdin(&'a [u8]),
}

impl Source<'_> {
    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.to_string_lossy().into_owned(),
            Self::Stdin(_) => "-".to_owned(),
        }
    }

    /// How large it is, in bytes, without what it includes; 0 where that cannot be told.
    pub fn size(&self) -> u64 {
        match self {
            Self::Path(path) => size(path),
            Self::Stdin(text) => text.len() as u64,
        }
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// An object to link.
#[derive(Clone, Debug)]
pub enum Object<'a> {
    /// By path.
    Path(&'a Path),
    /// By content, and what it is called.
    Bytes(&'a Path, &'a [u8]),
}

impl Object<'_> {
    /// How large it is, in bytes; 0 where that cannot be told.
    pub fn size(&self) -> u64 {
        match self {
            Self::Path(path) => size(path),
            Self::Bytes(_, bytes) => bytes.len() as u64,
        }
    }
}

/// What came of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembly {
    /// The object. None where the source needs a file that is missing, if that is to be listed
    /// ([`Wanted::dependencies`]).
    pub object: Option<Vec<u8>>,
    /// If dependencies are wanted: the source and every file that it used, in order, once for each use.
    pub reads: Vec<PathBuf>,
}

/// The artifacts of a link, those that were wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// The ROM.
    pub rom: Option<Vec<u8>>,
    /// The map.
    pub map: Option<Vec<u8>>,
    /// The symbols.
    pub sym: Option<Vec<u8>>,
}

/// A step that was done, well or not.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What was printed.
    pub messages: Messages,
    /// What came out.
    pub result: Result<T, Failure>,
}

/// What every step of one build shares.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Ends the build from elsewhere.
    pub cancel: &'a Cancel,
    /// Ends the build at this time.
    pub deadline: Option<Instant>,
    /// How much each tool may use.
    pub limits: Limits,
    /// Confines each tool to this. What the tools themselves need to start is added.
    pub sandbox: Option<&'a Sandbox>,
    /// For whom messages are.
    pub audience: Audience,
    /// Has what the tools print on standard output read along with their standard error, in the order in which they print,
    /// as a person would see it: [`Messages::stdout`] is empty then. (Whoever takes the two for different things wants them
    /// apart.)
    pub one_stream: bool,
    /// Asked before tools run at once. Without one, [`Request::jobs`] alone counts.
    pub jobserver: Option<&'a dyn Jobserver>,
    /// Hears of the build.
    pub reporter: &'a dyn Reporter,
}

impl<'a> Run<'a> {
    /// The limit of one output where a caller names none: 256 MiB, 32 of the largest ROMs.
    pub const MAX_OUTPUT: u64 = 256 << 20;

    /// Without a deadline, with the limit above and the default audience.
    pub fn new(cancel: &'a Cancel, reporter: &'a dyn Reporter) -> Self {
        let limits = Limits { output: Self::MAX_OUTPUT, ..Limits::default() };
        Self {
            cancel,
            deadline: None,
            limits,
            sandbox: None,
            audience: Audience::default(),
            one_stream: false,
            jobserver: None,
            reporter,
        }
    }
}

/// For whom a toolchain's messages are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Whoever the environment says, or a program.
    #[default]
    Default,
    /// A person at a terminal: in colour, and no more than 100 errors.
    Person,
    /// Never in colour, whatever the environment says.
    Plain,
    /// In colour, whatever the environment says.
    Coloured,
}

/// A program of a toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// The assembler.
    Rgbasm,
    /// The linker.
    Rgblink,
    /// The header fixer.
    Rgbfix,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rgbasm, Self::Rgblink, Self::Rgbfix];

    /// Its command name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rgbasm => "rgbasm",
            Self::Rgblink => "rgblink",
            Self::Rgbfix => "rgbfix",
        }
    }

    /// The environment variable that names it, as in many projects' Makefiles.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Rgbasm => "RGBASM",
            Self::Rgblink => "RGBLINK",
            Self::Rgbfix => "RGBFIX",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
