//! The RGBDS toolchain: `rgbasm`, `rgblink` and `rgbfix`, each run as a [`Program`].

mod argv;
mod error;
mod files;
mod find;
mod getopt;
mod malloc;
mod map;
pub mod messages;
mod names;
mod releases;
mod script;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use error::{Error, INSTALL};
pub use find::{Found, Lookup, Origin, Version};
pub use malloc::HUGE_PAGES;
pub use map::banks;
pub use names::{name, variable};
pub use releases::takes_value;

use crate::dependencies::is_missing;
use crate::error::Fault;
use crate::messages::{Messages, Said};
use crate::object::Object;
use crate::pipeline;
use crate::program::{Content, Failure, Finished, Program, Until};
use crate::request::{Artifacts, AssembleOptions, FixOptions, LinkOptions, MissingFiles, Request, Wanted};
use crate::role::{Role, Step};
use crate::toolchain::{Audience, Linkable, Outcome, Run, Source, Toolchain};

type Result<T, E = crate::Error> = std::result::Result<T, E>;

/// What the rules are called that `rgbasm -M` writes.
const RULES: &str = "dependencies";

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

    /// Where the tool of this role is.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn find(&self, role: Role) -> Result<&Found, Error> {
        self.tools[role as usize]
            .get_or_init(|| find::find(role, self.prefix.as_deref(), std::env::var_os))
            .as_ref()
            .map_err(|lookup| Error::NotFound { role, lookup: lookup.clone() })
    }

    /// A tool's version; `None` where it does not tell one, or not before `until` ends the question. A build from
    /// somebody's branch may tell none: it is taken to know what the latest release knows.
    ///
    /// # Errors
    /// It is not there, cannot be run, or is older than 0.6.
    pub fn version(&self, role: Role, until: &Until) -> Result<Option<Version>, Error> {
        self.find(role)?.version(role, until)
    }

    fn program<'a>(&self, role: Role, run: &Run<'_>) -> Result<Program<'a>, Error> {
        let found = self.find(role)?;
        let program = Program::new(&found.path).until(run.until).limits(run.limits);
        let program = program.sandbox(run.sandbox.map(|sandbox| found.admit(sandbox, run.until)).transpose()?);
        // RGBDS opens each output once, in every release; watching it for more costs a small build half its time. What
        // stands in a tool's place by a variable of its own may be anything, and is watched.
        let program = if found.origin == Origin::Variable(variable(role)) { program } else { program.opens_once() };
        let program = if run.one_stream { program.one_stream() } else { program };
        Ok(match run.audience {
            Audience::Default => program,
            // Known since 1.0; the ones before have no colours, and take no notice. (Their `--color` would need
            // to know the version.)
            Audience::Person | Audience::Coloured => program.env("FORCE_COLOR", "1").env_remove("NO_COLOR"),
            Audience::Plain => program.env_remove("FORCE_COLOR"),
        })
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
        let mut program = self.program(Role::Assembler, run)?.arg("-o").output(object);
        if let Some(missing) = dependencies {
            program = program.arg("-M").output(RULES).args(files::arguments(missing));
        }
        if run.audience == Audience::Person && !argv::has_max_errors(&options.extra) {
            program = program.args(argv::max_errors(self.version(Role::Assembler, run.until)?));
        }
        program = program.args(argv::assemble(options));
        Ok(match source {
            Source::Path(path) => program.args(argv::end_of_options([path])).arg(path),
            Source::Stdin(text) => program.arg("-").stdin(text),
        })
    }

    fn linker<'a>(
        &self,
        objects: &[Linkable<'a>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Program<'a>, Error> {
        let mut program = self.program(Role::Linker, run)?;
        for (option, name) in [("-o", &wanted.rom), ("-m", &wanted.map), ("-n", &wanted.sym)] {
            if let Some(name) = name {
                program = program.arg(option).output(name);
            }
        }
        program = program.args(argv::link(options, || self.version(Role::Linker, run.until))?);
        let given = objects.iter().filter_map(|object| match object {
            Linkable::File(path) => Some(*path),
            Linkable::Assembled(..) => None,
        });
        program = program.args(argv::end_of_options(given));
        for object in objects {
            program = match object {
                Linkable::File(path) => program.arg(*path),
                Linkable::Assembled(name, object) => program.input(*name, object.bytes()),
            };
        }
        Ok(program)
    }

    fn fix_in_place(&self, name: &Path, options: &FixOptions) -> Result<Vec<OsString>, Error> {
        let mut argv = vec![names::name(Role::Fixer).into()];
        argv.extend(options.flags.iter().cloned());
        argv.extend(argv::end_of_options([name]));
        argv.push(name.into());
        self.shown(Role::Fixer, argv)
    }

    /// Runs a program to its end, well or not.
    fn run(&self, role: Role, program: &Program<'_>, run: &Run<'_>) -> Result<Finished, Error> {
        let finished = program.run().map_err(|error| Error::of_run(role, error))?;
        if let Err(Failure::Status(_)) = finished.verdict() {
            // An RGBDS that is too old fails at options that it does not know: say so instead.
            self.version(role, run.until)?;
        }
        Ok(finished)
    }

    /// A command as a person would type it: the tool by its name if `PATH` has it.
    fn shown(&self, role: Role, mut argv: Vec<OsString>) -> Result<Vec<OsString>, Error> {
        let found = self.find(role)?;
        if let Some(first) = argv.first_mut() {
            found.word.clone_into(first);
        }
        Ok(argv)
    }
}

impl Toolchain for Rgbds {
    fn check(&self, request: &Request, run: &Run<'_>) -> Result<()> {
        for role in Role::ALL {
            if role != Role::Fixer || request.fix.is_some() {
                let found = self.find(role)?;
                // Before anything runs: a sandbox that cannot be is an error, not less of a sandbox.
                let confined = run.sandbox.map(|sandbox| found.admit(sandbox, run.until)).transpose();
                confined.map_err(Error::Sandbox)?;
            }
        }
        Ok(releases::check(request, |role| self.version(role, run.until))?)
    }

    fn assemble(
        &self,
        source: Source<'_>,
        object: &Path,
        options: &AssembleOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Option<Object>>> {
        let program = |dependencies| self.assembler(source, object, options, dependencies, run);
        // The list of one source's dependencies is for the whole build's: on files there is no use for it.
        run.reporter.command(&self.shown(Role::Assembler, program(None)?.plain_command())?);
        let program = malloc::for_assembly(program(wanted.dependencies)?, &source);
        let mut finished = self.run(Role::Assembler, &program, run)?;
        let mut verdict = finished.verdict();
        let used = files::of_assembly(&finished.take_output(RULES).unwrap_or_default());
        let object = object.to_string_lossy();
        let may_be_missing = matches!(wanted.dependencies, Some(MissingFiles::Stop | MissingFiles::Continue));
        let unwritten = Err(Failure::NotWritten(object.to_string()));
        if may_be_missing && verdict == unwritten && used.iter().any(is_missing) {
            // What was asked for: the list goes as far as that file, and there is no object.
            verdict = Ok(());
        }
        let product = finished.take_output(&object).map(Object::Bytes);
        Ok(Outcome { used, ..outcome(Step::Assemble(source.name()), verdict, finished, product) })
    }

    fn link(
        &self,
        objects: &[Linkable<'_>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Outcome<Artifacts>> {
        let program = self.linker(objects, options, wanted, run)?;
        run.reporter.command(&self.shown(Role::Linker, program.plain_command())?);
        let program = malloc::with_huge_pages(program);
        let mut finished = self.run(Role::Linker, &program, run)?;
        let verdict = finished.verdict();
        // In this order: two outputs may have one name (`/dev/null`).
        let mut take = |name: &PathBuf| finished.take_output(&name.to_string_lossy()).unwrap_or_default();
        let [rom, map, sym] = [&wanted.rom, &wanted.map, &wanted.sym].map(|name| name.as_ref().map(&mut take));
        let banks = map.as_deref().filter(|_| wanted.banks).and_then(map::banks);
        let artifacts = Artifacts { rom, map, sym, banks, ..Artifacts::default() };
        Ok(outcome(Step::Link, verdict, finished, artifacts))
    }

    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>> {
        // Through standard input and output: rgbfix refuses a FIFO by name.
        let program = self.program(Role::Fixer, run)?.args(&options.flags).arg("-").stdin(rom).output_on_stdout(name);
        run.reporter.command(&self.fix_in_place(name, options)?);
        let mut finished = self.run(Role::Fixer, &program, run)?;
        let mut verdict = finished.verdict();
        let name = name.to_string_lossy();
        let is_shorter =
            |(_, content): &(_, Content)| matches!(content, Content::Complete(fixed) if fixed.len() < rom.len());
        if verdict.is_ok() && finished.outputs.iter().any(is_shorter) {
            // It never cuts a ROM short: that is its help, or nothing at all.
            verdict = Err(Failure::NotWritten(name.to_string()));
        }
        let fixed = finished.take_output(&name).unwrap_or_default();
        Ok(outcome(Step::Fix, verdict, finished, fixed))
    }

    fn named_files(&self, request: &Request) -> Vec<PathBuf> {
        files::of_options(request)
    }

    fn commands(&self, request: &Request, run: &Run<'_>) -> Result<Option<Vec<Vec<OsString>>>> {
        self.check(request, run)?;
        let objects: Vec<_> =
            request.object_names().into_iter().map(|name| (name, Object::Bytes(Vec::new()))).collect();
        let mut commands = Vec::new();
        for (source, (object, _)) in request.inputs.iter().filter_map(pipeline::source).zip(&objects) {
            let program = self.assembler(source, object, &request.assemble, None, run)?;
            commands.push(self.shown(Role::Assembler, program.plain_command())?);
        }
        let objects = pipeline::in_link_order(request, &objects);
        let program = self.linker(&objects, &request.link, &request.wanted, run)?;
        commands.push(self.shown(Role::Linker, program.plain_command())?);
        if let (Some(name), Some(options)) = (&request.wanted.rom, &request.fix) {
            commands.push(self.fix_in_place(name, options)?);
        }
        Ok(Some(commands))
    }
}

/// What came of a step, with what its tool printed.
fn outcome<T>(step: Step, verdict: Result<(), Failure>, finished: Finished, product: T) -> Outcome<T> {
    let fault = |failure| match failure {
        Failure::Stopped(why) => Fault::Stopped(why),
        // A tool that ends with an error status and says something has said what is wrong.
        Failure::Status(status) if status.code().is_some() && !finished.stderr.bytes.is_empty() => Fault::Reported,
        failure => Fault::Broken(failure.into()),
    };
    let result = verdict.map(|()| product).map_err(fault);
    let reader = messages::reader(step.role());
    let said = Said::Printed(finished.stderr, reader);
    let messages = Messages { step, stdout: finished.stdout, said, success: result.is_ok() };
    Outcome { messages, used: Vec::new(), result }
}
