//! The RGBDS toolchain: `rgbasm`, `rgblink` and `rgbfix`, each run as a [`Program`].

pub(crate) mod argv;
mod find;
mod getopt;
mod malloc;
mod memory;
mod reads;
mod releases;
mod script;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

pub use find::{Found, Lookup, Origin, Version};
pub use malloc::{MALLOC_TUNABLES, MALLOC_TUNABLES_HUGE_PAGES};
pub use releases::takes_value;

use self::memory::FreedMemory;
use crate::dependencies::is_missing;
use crate::error::Error;
use crate::messages::{Messages, Step};
use crate::pipeline;
use crate::program::{Content, Failure, Finished, Program};
use crate::request::{AssembleOptions, FixOptions, LinkOptions, MissingFiles, Request, Wanted};
use crate::toolchain::{Assembly, Audience, Linked, Object, Outcome, Run, Source, Tool, Toolchain};

/// What the rules are called that `rgbasm -M` writes.
const RULES: &str = "dependencies";

/// RGBDS, 0.6 to 1.0, wherever it is on this machine.
///
/// Each tool is looked for once, and asked for its version at most once: only when something depends on it.
#[derive(Debug)]
pub struct Rgbds {
    prefix: Option<OsString>,
    tools: [OnceLock<Result<Found, Lookup>>; 3],
    /// What the latest build found when it was checked.
    freed: Mutex<FreedMemory>,
}

impl Rgbds {
    /// The RGBDS that the environment names: `RGBASM`, `RGBLINK` and `RGBFIX` for one tool each, `RGBDS` for a
    /// prefix of all, then `PATH`.
    pub fn from_env() -> Self {
        Self { prefix: None, tools: Default::default(), freed: Mutex::default() }
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

    /// A tool's version, if it tells it before the build ends.
    fn version_during(&self, tool: Tool, run: &Run<'_>) -> Result<Option<Version>, Error> {
        self.find(tool)?.version_during(tool, run.deadline, run.cancel)
    }

    fn program<'a>(&self, tool: Tool, run: &Run<'_>) -> Result<Program<'a>, Error> {
        let found = self.find(tool)?;
        let program = Program::new(&found.path).deadline(run.deadline).cancel(run.cancel).limits(run.limits);
        let program =
            program.sandbox(run.sandbox.map(|sandbox| found.admit(sandbox, run.deadline, run.cancel)).transpose()?);
        // RGBDS opens each output once, in every release; watching it for more costs a small build half its time. What
        // stands in a tool's place by a variable of its own may be anything, and is watched.
        let program = if found.origin == Origin::Variable(tool.variable()) { program } else { program.opens_once() };
        let program = if run.one_stream { program.one_stream() } else { program };
        Ok(match run.audience {
            Audience::Default => program,
            // Known since 1.0; the ones before have no colours, and take no notice. (Their `--color` would need
            // to know the version.)
            Audience::Person | Audience::Coloured => program.env("FORCE_COLOR", "1").env_remove("NO_COLOR"),
            Audience::Plain => program.env_remove("FORCE_COLOR"),
        })
    }

    /// The commands that would do on files what [`build_with`](crate::build_with) does without: one for each source,
    /// then the link, then the fix, to be run in this order. Objects are called as [`Request::object_names`] tells. No
    /// step is run; a tool is asked for its version if something depends on it, as for a build.
    ///
    /// ```
    /// use rgbpipe::toolchain::{Run, rgbds::Rgbds};
    /// use rgbpipe::{Cancel, Input, Request, Silent};
    ///
    /// let mut request = Request::new([Input::Source("game.asm".into())]);
    /// request.assemble.export_all = true;
    /// let commands = Rgbds::from_env().commands(&request, &Run::new(&Cancel::new(), &Silent))?;
    /// assert_eq!(commands[0][1..], ["-o", "game.o", "-E", "game.asm"]);
    /// assert_eq!(commands[1][1..], ["-o", "game.gb", "-m", "game.map", "-n", "game.sym", "game.o"]);
    /// # Ok::<(), rgbpipe::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`check`](Toolchain::check) refuses.
    pub fn commands(&self, request: &Request, run: &Run<'_>) -> Result<Vec<Vec<OsString>>, Error> {
        self.check(request, run)?;
        let objects: Vec<_> = request.object_names().into_iter().map(|name| (name, Vec::new())).collect();
        let mut commands = Vec::new();
        for (source, (object, _)) in request.inputs.iter().filter_map(pipeline::source).zip(&objects) {
            let program = self.assembler(source, object, &request.assemble, None, run)?;
            commands.push(self.shown(Tool::Rgbasm, program.plain_command())?);
        }
        let program = self.linker(&pipeline::in_link_order(request, &objects), &request.link, &request.wanted, run)?;
        commands.push(self.shown(Tool::Rgblink, program.plain_command())?);
        if let (Some(name), Some(options)) = (&request.wanted.rom, &request.fix) {
            commands.push(self.fix_in_place(name, options)?);
        }
        Ok(commands)
    }

    fn assembler<'a>(
        &self,
        source: Source<'a>,
        object: &Path,
        options: &AssembleOptions,
        dependencies: Option<MissingFiles>,
        run: &Run<'_>,
    ) -> Result<Program<'a>, Error> {
        // The outputs first: an unfinished option among the caller's own can only swallow what comes after it.
        let mut program = self.program(Tool::Rgbasm, run)?.arg("-o").output(object);
        if let Some(missing) = dependencies {
            program = program.arg("-M").output(RULES).args(reads::arguments(missing));
        }
        if run.audience == Audience::Person && !argv::has_max_errors(&options.extra) {
            program = program.args(argv::max_errors(self.version_during(Tool::Rgbasm, run)?));
        }
        program = program.args(argv::assemble(options));
        Ok(match source {
            Source::Path(path) => program.args(argv::end_of_options([path])).arg(path),
            Source::Stdin(text) => program.arg("-").stdin(text),
        })
    }

    fn linker<'a>(
        &self,
        objects: &[Object<'a>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Program<'a>, Error> {
        let mut program = self.program(Tool::Rgblink, run)?;
        for (option, name) in [("-o", &wanted.rom), ("-m", &wanted.map), ("-n", &wanted.sym)] {
            if let Some(name) = name {
                program = program.arg(option).output(name);
            }
        }
        program = program.args(argv::link(options, || self.version_during(Tool::Rgblink, run))?);
        let given = objects.iter().filter_map(|object| match object {
            Object::Path(path) => Some(*path),
            Object::Bytes(..) => None,
        });
        program = program.args(argv::end_of_options(given));
        for object in objects {
            program = match object {
                Object::Path(path) => program.arg(*path),
                Object::Bytes(name, bytes) => program.input(*name, *bytes),
            };
        }
        Ok(program)
    }

    fn fix_in_place(&self, name: &Path, options: &FixOptions) -> Result<Vec<OsString>, Error> {
        let mut argv = vec![Tool::Rgbfix.name().into()];
        argv.extend(options.flags.iter().cloned());
        argv.extend(argv::end_of_options([name]));
        argv.push(name.into());
        self.shown(Tool::Rgbfix, argv)
    }

    /// Runs a program, and shows its equal on plain files.
    fn run(&self, step: Step, tool: Tool, program: &Program<'_>, run: &Run<'_>) -> Result<Ran, Error> {
        run.reporter.command(&self.shown(tool, program.plain_command())?);
        self.run_unseen(step, tool, program, run)
    }

    fn run_unseen(&self, step: Step, tool: Tool, program: &Program<'_>, run: &Run<'_>) -> Result<Ran, Error> {
        let finished = program.run().map_err(|error| Error::of_run(tool, error))?;
        let verdict = finished.verdict();
        if let Err(Failure::Status(_)) = verdict {
            // An RGBDS that is too old fails at options that it does not know: say so instead.
            self.version_during(tool, run)?;
        }
        Ok(Ran { step, finished, verdict })
    }

    fn freed(&self) -> MutexGuard<'_, FreedMemory> {
        self.freed.lock().unwrap_or_else(PoisonError::into_inner)
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
        *self.freed() = FreedMemory::look();
        for tool in Tool::ALL {
            if tool != Tool::Rgbfix || request.fix.is_some() {
                let found = self.find(tool)?;
                // Before anything runs: a sandbox that cannot be is an error, not less of a sandbox.
                run.sandbox.map(|sandbox| found.admit(sandbox, run.deadline, run.cancel)).transpose()?;
            }
        }
        releases::check(request, |tool| self.version_during(tool, run))
    }

    fn assemble(
        &self,
        source: Source<'_>,
        object: &Path,
        options: &AssembleOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Assembly>, Error> {
        let program = |dependencies| self.assembler(source, object, options, dependencies, run);
        // The list of one source's dependencies is for the whole build's: on files there is no use for it.
        run.reporter.command(&self.shown(Tool::Rgbasm, program(None)?.plain_command())?);
        let step = Step::Assemble(source.name());
        let program = with_tunables(program(wanted.dependencies)?, malloc::of_assembly(&source, *self.freed()));
        let mut ran = self.run_unseen(step, Tool::Rgbasm, &program, run)?;
        let reads = reads::of_assembly(&ran.finished.take_output(RULES).unwrap_or_default());
        let object = object.to_string_lossy();
        let may_be_missing = matches!(wanted.dependencies, Some(MissingFiles::Stop | MissingFiles::Continue));
        let unwritten = Err(Failure::NotWritten(object.to_string()));
        if may_be_missing && ran.verdict == unwritten && reads.iter().any(is_missing) {
            // What was asked for: the list goes as far as that file, and there is no object.
            ran.verdict = Ok(());
        }
        Ok(ran.outcome(|mut finished| Assembly { object: finished.take_output(&object), reads }))
    }

    fn link(
        &self,
        objects: &[Object<'_>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Linked>, Error> {
        let program = self.linker(objects, options, wanted, run)?;
        let program = with_tunables(program, malloc::of_link(objects, *self.freed()));
        let ran = self.run(Step::Link, Tool::Rgblink, &program, run)?;
        Ok(ran.outcome(|mut finished| {
            // In this order: two outputs may have one name (`/dev/null`).
            let mut take = |name: &PathBuf| finished.take_output(&name.to_string_lossy()).unwrap_or_default();
            let [rom, map, sym] = [&wanted.rom, &wanted.map, &wanted.sym].map(|name| name.as_ref().map(&mut take));
            Linked { rom, map, sym }
        }))
    }

    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>, Error> {
        // Through standard input and output: rgbfix refuses a FIFO by name.
        let program = self.program(Tool::Rgbfix, run)?.args(&options.flags).arg("-").stdin(rom).output_on_stdout(name);
        let program = with_tunables(program, MALLOC_TUNABLES);
        run.reporter.command(&self.fix_in_place(name, options)?);
        let mut ran = self.run_unseen(Step::Fix, Tool::Rgbfix, &program, run)?;
        let name = name.to_string_lossy();
        let is_shorter =
            |(_, content): &(_, Content)| matches!(content, Content::Complete(fixed) if fixed.len() < rom.len());
        if ran.verdict.is_ok() && ran.finished.outputs.iter().any(is_shorter) {
            // It never cuts a ROM short: that is its help, or nothing at all.
            ran.verdict = Err(Failure::NotWritten(name.to_string()));
        }
        Ok(ran.outcome(|mut finished| finished.take_output(&name).unwrap_or_default()))
    }

    fn reads(&self, request: &Request) -> Vec<PathBuf> {
        reads::of_options(request)
    }
}

/// What the user has set stays.
fn with_tunables<'a>(program: Program<'a>, tunables: &str) -> Program<'a> {
    match std::env::var_os("GLIBC_TUNABLES") {
        None if cfg!(target_os = "linux") => program.env("GLIBC_TUNABLES", tunables),
        _ => program,
    }
}

/// A program that has been run.
struct Ran {
    step: Step,
    finished: Finished,
    verdict: Result<(), Failure>,
}

impl Ran {
    /// If it ran well, `product` takes its outputs.
    fn outcome<T>(mut self, product: impl FnOnce(Finished) -> T) -> Outcome<T> {
        let messages = Messages {
            step: self.step,
            stdout: std::mem::take(&mut self.finished.stdout),
            stderr: std::mem::take(&mut self.finished.stderr),
            success: self.verdict.is_ok(),
        };
        Outcome { messages, result: self.verdict.map(|()| product(self.finished)) }
    }
}
