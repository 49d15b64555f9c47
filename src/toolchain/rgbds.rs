//! The RGBDS toolchain: `rgbasm`, `rgblink` and `rgbfix`, each run as a [`Program`].

mod argv;
mod find;

use std::ffi::{OsStr, OsString};
use std::sync::OnceLock;

pub use find::{Found, Lookup, Origin, Version};

use crate::error::Error;
use crate::messages::{Messages, Step};
use crate::program::{Failure, Finished, Program, Stop};
use crate::request::{AssembleOptions, FixOptions, LinkOptions, Request, Wanted};
use crate::toolchain::{Audience, Linked, Object, Outcome, Run, Source, Tool, Toolchain};

/// RGBDS, 0.6 to 1.0, wherever it is on this machine.
///
/// Each tool is looked for once, and asked for its version at most once: only when something depends on it.
#[derive(Debug)]
pub struct Rgbds {
    prefix: Option<OsString>,
    tools: [OnceLock<Result<Found, Lookup>>; 3],
}

impl Rgbds {
    /// The RGBDS that the environment names: `RGBASM`, `RGBLINK` and `RGBFIX` for one tool each, `RGBDS` for a
    /// prefix of all, then `PATH`.
    pub fn from_env() -> Self {
        Self { prefix: None, tools: Default::default() }
    }

    /// The tools whose paths begin with `prefix`, such as `tools/rgbds-1.0/`; the environment does not count.
    pub fn with_prefix(prefix: impl Into<OsString>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::from_env() }
    }

    /// Where a tool is.
    ///
    /// # Errors
    /// [`Error::ToolNotFound`].
    pub fn find(&self, tool: Tool) -> Result<&Found, Error> {
        self.tools[tool as usize]
            .get_or_init(|| find::find(tool, self.prefix.as_deref(), std::env::var_os))
            .as_ref()
            .map_err(|lookup| Error::ToolNotFound { tool, lookup: lookup.clone() })
    }

    /// A tool's version; `None` where it does not tell one.
    ///
    /// # Errors
    /// It is not there, cannot be run, or is older than 0.6.
    pub fn version(&self, tool: Tool) -> Result<Option<Version>, Error> {
        self.find(tool)?.version(tool)
    }

    fn program<'a>(&self, tool: Tool, run: &Run<'_>) -> Result<Program<'a>, Error> {
        let found = self.find(tool)?;
        let program = Program::new(&found.path).deadline(run.deadline).cancel(run.cancel).limits(run.limits);
        let program = program.sandbox(run.sandbox.map(|sandbox| found.admit(sandbox)).transpose()?);
        // RGBDS opens each output once, in every release; watching it for more costs a small build half its time. What
        // stands in a tool's place by a variable of its own may be anything, and is watched.
        let program = if found.origin == Origin::Variable(tool.variable()) { program } else { program.opens_once() };
        // Most of a small link is the kernel's work for rgblink's own tables. With huge pages, where the kernel leaves
        // the choice to programs, glibc's malloc halves it (glibc manual, "Memory Allocation Tunables"); other C
        // libraries take no notice. What the user has set stays.
        let program = match std::env::var_os("GLIBC_TUNABLES") {
            None if cfg!(target_os = "linux") => program.env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"),
            _ => program,
        };
        Ok(match run.audience {
            Audience::Default => program,
            // Known since 1.0; the ones before have no colours, and take no notice. (Their `--color` would need
            // to know the version.)
            Audience::Person | Audience::Coloured => program.env("FORCE_COLOR", "1").env_remove("NO_COLOR"),
            Audience::Plain => program.env_remove("FORCE_COLOR"),
        })
    }

    /// Runs a program whose equal on plain files is `plain`, and takes what its one output holds.
    fn run(&self, step: Step, tool: Tool, program: &Program<'_>, run: &Run<'_>) -> Result<Outcome<Finished>, Error> {
        run.reporter.command(&self.shown(tool, program.plain_command())?);
        self.run_unseen(step, tool, program)
    }

    fn run_unseen(&self, step: Step, tool: Tool, program: &Program<'_>) -> Result<Outcome<Finished>, Error> {
        let mut finished = program.run().map_err(|error| Error::of_run(tool, error))?;
        let verdict = finished.verdict();
        match verdict {
            Err(Failure::Stopped(Stop::TimedOut)) => return Err(Error::TimedOut(step)),
            Err(Failure::Stopped(Stop::Cancelled)) => return Err(Error::Cancelled),
            // An RGBDS that is too old fails at options that it does not know: say so instead.
            Err(Failure::Status(_)) => {
                self.version(tool)?;
            }
            _ => {}
        }
        let messages = Messages {
            step,
            stdout: std::mem::take(&mut finished.stdout),
            stderr: std::mem::take(&mut finished.stderr),
            success: verdict.is_ok(),
        };
        Ok(Outcome { messages, result: verdict.map(|()| finished) })
    }

    /// A command as a person would type it: the tool by its name if `PATH` has it.
    fn shown(&self, tool: Tool, mut argv: Vec<OsString>) -> Result<Vec<OsString>, Error> {
        let found = self.find(tool)?;
        if let Some(first) = argv.first_mut() {
            found.word.clone_into(first);
        }
        Ok(argv)
    }
}

impl Toolchain for Rgbds {
    fn check(&self, request: &Request, run: &Run<'_>) -> Result<(), Error> {
        for tool in Tool::ALL {
            if tool != Tool::Rgbfix || request.fix.is_some() {
                let found = self.find(tool)?;
                // Before anything runs: a sandbox that cannot be is an error, not less of a sandbox.
                run.sandbox.map(|sandbox| found.admit(sandbox)).transpose()?;
            }
        }
        argv::check(request, |tool| self.version(tool))
    }

    fn assemble(
        &self,
        source: Source<'_>,
        options: &AssembleOptions,
        run: &Run<'_>,
    ) -> Result<Outcome<Vec<u8>>, Error> {
        let object = source.object_name();
        // The output first: an unfinished option among the caller's own can only swallow what comes after it.
        let mut program = self.program(Tool::Rgbasm, run)?.arg("-o").output(&object);
        if run.audience == Audience::Person && !argv::has_max_errors(&options.extra) {
            program = program.args(argv::max_errors(self.version(Tool::Rgbasm)?));
        }
        program = program.args(argv::assemble(options));
        program = match source {
            Source::Path(path) => program.args(argv::operand(path)),
            Source::Stdin(text) => program.arg("-").stdin(text),
        };
        let outcome = self.run(Step::Assemble(source.name()), Tool::Rgbasm, &program, run)?;
        Ok(outcome.map(|mut finished| finished.take_output(&object).unwrap_or_default()))
    }

    fn link(
        &self,
        objects: &[Object<'_>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Linked>, Error> {
        let mut program = self.program(Tool::Rgblink, run)?;
        let outputs = [("-o", &wanted.rom), ("-m", &wanted.map), ("-n", &wanted.sym)];
        for (option, name) in outputs {
            if let Some(name) = name {
                program = program.arg(option).output(name);
            }
        }
        program = program.args(argv::link(options, || self.version(Tool::Rgblink))?);
        for object in objects {
            program = match object {
                Object::Path(path) => program.args(argv::operand(path)),
                Object::Bytes(name, bytes) => program.input(name, *bytes),
            };
        }
        let outcome = self.run(Step::Link, Tool::Rgblink, &program, run)?;
        Ok(outcome.map(|mut finished| {
            // In this order: two outputs may have one name (`/dev/null`).
            let [rom, map, sym] =
                outputs.map(|(_, name)| name.as_ref().map(|name| finished.take_output(name).unwrap_or_default()));
            Linked { rom, map, sym }
        }))
    }

    fn fix(&self, rom: &[u8], name: &str, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>, Error> {
        // Through standard input and output: rgbfix refuses a FIFO by name.
        let program = self.program(Tool::Rgbfix, run)?.args(&options.flags).arg("-").stdin(rom).output_on_stdout(name);
        let in_place = [OsStr::new("rgbfix")].into_iter().chain(options.flags.iter().map(OsString::as_os_str));
        let in_place = in_place.chain([OsStr::new(name)]).map(OsStr::to_owned).collect();
        run.reporter.command(&self.shown(Tool::Rgbfix, in_place)?);
        let outcome = self.run_unseen(Step::Fix, Tool::Rgbfix, &program)?;
        Ok(outcome.map(|mut finished| finished.take_output(name).unwrap_or_default()))
    }
}

impl<T> Outcome<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { messages: self.messages, result: self.result.map(change) }
    }
}
