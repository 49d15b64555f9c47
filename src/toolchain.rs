//! Toolchains turn sources and objects into artifacts.
//!
//! The trait is small, and nothing in it is about processes: a toolchain gets options, bytes and paths, and returns
//! bytes and messages. So the toolchain inside rgbpipe and RGBDS can take each other's place.

pub mod builtin;
mod choice;
pub mod rgbds;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use self::choice::{Choice, Chosen, VARIABLE, Why};
pub use crate::dependencies::Presence;
use crate::error::{Cause, Error, Fault};
pub use crate::jobserver::Jobserver;
use crate::messages::{Reporter, Said};
pub use crate::object::Object;
use crate::program::{Limits, Printed, Sandbox, Until};
use crate::request::{Artifacts, FixOptions, Request};

/// An assembler, a linker and a header fixer. Several threads may call it at once.
///
/// A toolchain has to assemble and to link. Everything else has a default.
pub trait Toolchain: Sync {
    /// Refuses what this toolchain cannot do. Runs before any step.
    ///
    /// # Errors
    /// [`Error::Unsupported`] and [`Error::Unavailable`].
    fn check(&self, request: &Request, run: &Run<'_>) -> Result<(), Error> {
        let _ = (request, run);
        Ok(())
    }

    /// Assembles one source, with the options in [`Request::assemble`].
    ///
    /// # Errors
    /// The step could not be started or finished at all. A mistake in the source is not such an error: it is a
    /// [`Fault`] in the outcome.
    fn assemble(&self, source: Source<'_>, request: &Request, run: &Run<'_>) -> Result<Outcome<Object>, Error>;

    /// Links objects, in this order, into the artifacts of [`Request::wanted`], with the options in [`Request::link`].
    ///
    /// # Errors
    /// As for [`assemble`](Self::assemble).
    fn link(&self, objects: &[Linkable<'_>], request: &Request, run: &Run<'_>) -> Result<Outcome<Artifacts>, Error>;

    /// Fixes the header of a ROM. Messages call it `name`.
    ///
    /// # Errors
    /// As for [`assemble`](Self::assemble).
    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>, Error> {
        let _ = (rom, name, options, run);
        Err(Error::Unsupported("this toolchain does not fix headers".into()))
    }

    /// The files that a request's options name, and the files that those files name, in the order of use. Inputs and
    /// the files in [`Outcome::used`] may be left out.
    fn named_files(&self, request: &Request) -> Vec<PathBuf> {
        let _ = request;
        Vec::new()
    }

    /// Looks at a file that a build uses, to decide whether it is a dependency.
    fn presence(&self, path: &Path) -> Presence {
        Presence::on_disk(path)
    }

    /// The commands that would do the same with files: one for each source, then the link, then the fix.
    /// [`Request::object_names`] has the names of the objects. Nothing runs. `None` if this toolchain has no commands
    /// that a user could type.
    ///
    /// ```
    /// use rgbpipe::toolchain::{Run, Toolchain, rgbds::Rgbds};
    /// use rgbpipe::{Input, Request, Silent, Until};
    ///
    /// let mut request = Request::new([Input::Source("game.asm".into())]);
    /// request.assemble.export_all = true;
    /// let commands = Rgbds::from_env().commands(&request, &Run::new(&Until::never(), &Silent))?.expect("RGBDS has them");
    /// assert_eq!(commands[0][1..], ["-o", "game.o", "-E", "game.asm"]);
    /// assert_eq!(commands[1][1..], ["-o", "game.gb", "-m", "game.map", "-n", "game.sym", "game.o"]);
    /// # Ok::<(), rgbpipe::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`check`](Self::check) refuses.
    fn commands(&self, request: &Request, run: &Run<'_>) -> Result<Option<Vec<Vec<OsString>>>, Error> {
        let _ = (request, run);
        Ok(None)
    }
}

/// A source to assemble.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its text.
    pub text: Text<'a>,
    /// The name of its object. No file of that name is made.
    pub object: &'a Path,
}

/// The text of a source.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// In this file.
    File(&'a Path),
    /// Here, for the assembler's standard input.
    Stdin(&'a [u8]),
}

impl Source<'_> {
    /// The name in messages.
    pub fn name(&self) -> String {
        match self.text {
            Text::File(path) => path.to_string_lossy().into_owned(),
            Text::Stdin(_) => "-".to_owned(),
        }
    }

    /// Its size in bytes, without the files that it includes; 0 if it cannot be found out.
    pub fn size(&self) -> u64 {
        match self.text {
            Text::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Text::Stdin(text) => text.len() as u64,
        }
    }
}

/// An object to link.
#[derive(Clone, Copy, Debug)]
pub enum Linkable<'a> {
    /// A file.
    File(&'a Path),
    /// An object in memory, and its name.
    Assembled(&'a Path, &'a Object),
}

/// What a step gives, whether it succeeded or not.
///
/// A step without messages is just a product ([`Outcome::done`]), or a plain `Result` turned `into()` an outcome.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What the source itself prints: `PRINTLN`.
    pub stdout: Printed,
    /// Warnings and errors.
    pub said: Said,
    /// The files that the step used, as far as it reports them, in order, once for each use.
    pub used: Vec<PathBuf>,
    /// The product, or why there is none.
    pub result: Result<T, Fault>,
}

impl<T> Outcome<T> {
    /// The outcome of a step that succeeded without messages.
    pub fn done(product: T) -> Self {
        Self { stdout: Printed::default(), said: Said::default(), used: Vec::new(), result: Ok(product) }
    }
}

impl<T, E: Into<Cause>> From<Result<T, E>> for Outcome<T> {
    fn from(result: Result<T, E>) -> Self {
        let result = result.map_err(|cause| Fault::Broken(cause.into()));
        Self { stdout: Printed::default(), said: Said::default(), used: Vec::new(), result }
    }
}

/// What all steps of a build share.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Ends the build early.
    pub until: &'a Until,
    /// How much each tool may use.
    pub limits: Limits,
    /// Confines each tool to these files. The files that a tool needs to start are added.
    pub sandbox: Option<&'a Sandbox>,
    /// Who reads the messages.
    pub audience: Audience,
    /// Reads the tools' standard output together with their standard error, in the order in which they print, as on a
    /// terminal. [`Outcome::stdout`] is then empty.
    pub one_stream: bool,
    /// Asked before a second tool starts. Without one, only [`Request::jobs`] limits how many run.
    pub jobserver: Option<&'a dyn Jobserver>,
    /// Receives messages and progress.
    pub reporter: &'a dyn Reporter,
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
        }
    }
}

/// Who reads a toolchain's messages.
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
