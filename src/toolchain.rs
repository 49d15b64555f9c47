//! What turns sources and objects into artifacts.
//!
//! One small trait, so that a toolchain inside rgbpipe can stand beside the external one: it gets options as data
//! and bytes or paths, and gives bytes and messages. Nothing in it speaks of processes.

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

/// An assembler, a linker and a header fixer. Calls come from several threads at once.
///
/// A toolchain has to assemble and to link. Everything else has a default.
pub trait Toolchain: Sync {
    /// Refuses what this toolchain cannot do, before any step is done.
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
    /// The step could not be done at all. A mistake in the source is not such an error: it is a [`Fault`] in the outcome.
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

    /// The files that the options of a request name, and those that these files name, in the order of use. Inputs, and
    /// what an outcome tells ([`Outcome::used`]), need not be among them.
    fn named_files(&self, request: &Request) -> Vec<PathBuf> {
        let _ = request;
        Vec::new()
    }

    /// What is at a path that a build uses, for its dependencies.
    fn presence(&self, path: &Path) -> Presence {
        Presence::on_disk(path)
    }

    /// The commands that would do on files what [`build_with`](crate::build_with) does without: one for each source, then
    /// the link, then the fix, to be run in this order. Objects are called as [`Request::object_names`] tells. No step is
    /// done. Nothing where this toolchain has no commands that one could type.
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
    /// What messages call it.
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
    /// One of this build's own, and what it is called.
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

/// What every step of one build shares.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Ends the build early.
    pub until: &'a Until,
    /// How much each tool may use.
    pub limits: Limits,
    /// Confines each tool to this. What the tools themselves need to start is added.
    pub sandbox: Option<&'a Sandbox>,
    /// For whom messages are.
    pub audience: Audience,
    /// Has what the tools print on standard output read along with their standard error, in the order in which they print,
    /// as a person would see it: [`Outcome::stdout`] is empty then.
    pub one_stream: bool,
    /// Asked before tools run at once. Without one, [`Request::jobs`] alone counts.
    pub jobserver: Option<&'a dyn Jobserver>,
    /// Hears of the build.
    pub reporter: &'a dyn Reporter,
}

impl<'a> Run<'a> {
    /// The limit of one output where a caller names none: 256 MiB, 32 of the largest ROMs.
    pub const MAX_OUTPUT: u64 = 256 << 20;

    /// With the limit above, and the default audience.
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
