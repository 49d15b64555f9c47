//! The RGBDS toolchain: `rgbasm`, `rgblink` and `rgbfix`, each run as a [`Program`].

mod argv;
mod error;
mod files;
mod find;
mod flags;
mod getopt;
mod lookup;
mod malloc;
mod map;
pub mod messages;
mod names;
mod releases;
mod script;
mod version;
pub(super) mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use error::{Error, INSTALL};
pub use find::Tool;
pub use flags::Flags;
pub use lookup::{Lookup, Origin};
pub use malloc::HUGE_PAGES;
pub use map::banks;
pub use names::{name, variable};
pub use releases::takes_value;
pub use version::Version;

use crate::dependencies::is_missing;
use crate::error::Fault;
use crate::messages::Said;
use crate::object::Object;
use crate::request::{Artifacts, AssembleOptions, FixOptions, LinkOptions, MissingFiles, Request, Wanted};
use crate::role::Role;
use crate::toolchain::{Audience, Linkable, Outcome, Run, Source, Text, Toolchain, in_link_order, sources};
use program::{Content, Failure, Finished, OutPort, Program, Until};

type Result<T, E = crate::Error> = std::result::Result<T, E>;

/// The name of the output for the rules that `rgbasm -M` writes.
const RULES: &str = "dependencies";

/// The name of the map if only rgbpipe itself wants it.
const MAP: &str = "banks.map";

/// A run of `rgbasm`, and its outputs.
struct AssemblerRun<'a> {
    program: Program<'a>,
    object: OutPort,
    rules: Option<OutPort>,
}

/// A run of `rgblink`, and its outputs: ROM, map, symbols.
struct LinkerRun<'a> {
    program: Program<'a>,
    outputs: [Option<OutPort>; 3],
}

/// An installed RGBDS, 0.6 to 1.0.
///
/// Each tool is looked for once. It is asked for its version at most once, and only when something depends on the
/// version.
///
/// A clone shares what the original found out about the tools.
#[derive(Clone, Debug)]
pub struct Rgbds {
    prefix: Option<OsString>,
    tools: Arc<[OnceLock<Result<Tool, Lookup>>; 3]>,
    flags: Flags,
}

impl Rgbds {
    /// The RGBDS that the environment names: `RGBASM`, `RGBLINK` and `RGBFIX` for one tool each, `RGBDS` for a
    /// prefix of all, then `PATH`.
    pub fn from_env() -> Self {
        Self { prefix: None, tools: Arc::default(), flags: Flags::default() }
    }

    /// The tools whose paths begin with `prefix`, such as `tools/rgbds-1.0/`. The environment is ignored.
    pub fn with_prefix(prefix: impl Into<OsString>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::from_env() }
    }

    /// Adds flags to the options of each request.
    #[must_use]
    pub fn with_flags(self, flags: Flags) -> Self {
        Self { flags, ..self }
    }

    /// The flags of [`with_flags`](Self::with_flags).
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// Finds the tool of this role.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn find(&self, role: Role) -> Result<&Tool, Error> {
        self.tools[role as usize]
            .get_or_init(|| find::find(role, self.prefix.as_deref(), std::env::var_os))
            .as_ref()
            .map_err(|lookup| Error::NotFound { role, lookup: lookup.clone() })
    }

    /// Why the tool of this role is looked for where it is, even if it is not there.
    pub fn origin(&self, role: Role) -> Origin {
        match self.find(role) {
            Ok(found) => found.origin,
            Err(Error::NotFound { lookup, .. }) => lookup.origin,
            Err(_) => Origin::Default,
        }
    }

    /// A tool's version. `None` if the tool prints none, as development builds may do, or if `until` ends the question
    /// early. Such a tool is treated like the latest release.
    ///
    /// # Errors
    /// The tool is missing, cannot be run, or is older than 0.6.
    pub fn version(&self, role: Role, until: &Until) -> Result<Option<Version>, Error> {
        self.find(role)?.version(role, until)
    }

    fn program<'a>(&self, role: Role, run: &Run<'_>) -> Result<Program<'a>, Error> {
        let found = self.find(role)?;
        let program = Program::new(&found.path).until(run.until).limits(run.limits).reads_no_output();
        let program = program.sandbox(run.sandbox.map(|sandbox| found.admit(sandbox, run.until)).transpose()?);
        let program = if run.one_stream { program.one_stream() } else { program };
        Ok(match run.audience {
            Audience::Default => program,
            // RGBDS 1.0 reads these variables. Older releases have no colours and ignore them. `--color` would make the
            // version matter.
            Audience::Person | Audience::Coloured => program.env("FORCE_COLOR", "1").env_remove("NO_COLOR"),
            Audience::Plain => program.env_remove("FORCE_COLOR"),
        })
    }

    fn assembler<'a>(
        &self,
        source: Source<'a>,
        options: &AssembleOptions,
        dependencies: Option<MissingFiles>,
        run: &Run<'_>,
    ) -> Result<AssemblerRun<'a>, Error> {
        let mut program = self.program(Role::Assembler, run)?;
        // The outputs come first, because an incomplete option among the caller's flags swallows the argument after it.
        let object = program.add_output(source.object);
        program = program.arg("-o").arg_of([object]);
        let rules = dependencies.map(|_| program.add_output(RULES));
        if let (Some(rules), Some(missing)) = (rules, dependencies) {
            program = program.arg("-M").arg_of([rules]).args(files::arguments(missing));
        }
        if run.audience == Audience::Person && !argv::has_max_errors(&self.flags.assembler) {
            program = program.args(argv::max_errors(self.version(Role::Assembler, run.until)?));
        }
        program = program.args(argv::assemble(options, &self.flags.assembler));
        let program = match source.text {
            Text::File(path) => program.args(argv::end_of_options([path])).arg(path),
            Text::Stdin(text) => program.arg("-").stdin(text),
        };
        Ok(AssemblerRun { program, object, rules })
    }

    fn linker<'a>(
        &self,
        objects: &[Linkable<'a>],
        options: &LinkOptions,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<LinkerRun<'a>, Error> {
        let mut program = self.program(Role::Linker, run)?;
        // The map says how full the banks are.
        let map = wanted.map.as_deref().or(wanted.banks.then_some(Path::new(MAP)));
        let outputs = [("-o", wanted.rom.as_deref()), ("-m", map), ("-n", wanted.sym.as_deref())];
        let outputs = outputs.map(|(option, name)| {
            let port = program.add_output(name?);
            Some((option, port))
        });
        for (option, port) in outputs.into_iter().flatten() {
            program = program.arg(option).arg_of([port]);
        }
        let outputs = outputs.map(|output| output.map(|(_, port)| port));
        program = program.args(argv::link(options, &self.flags.linker, || self.version(Role::Linker, run.until))?);
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
        Ok(LinkerRun { program, outputs })
    }

    fn fix_in_place(&self, name: &Path, options: &FixOptions) -> Result<Vec<OsString>, Error> {
        let mut argv = vec![names::name(Role::Fixer).into()];
        argv.extend(argv::fix(options, &self.flags.fixer));
        argv.extend(argv::end_of_options([name]));
        argv.push(name.into());
        self.shown(Role::Fixer, argv)
    }

    /// Runs a program to its end.
    fn run(&self, role: Role, program: &Program<'_>, run: &Run<'_>) -> Result<Finished, Error> {
        let finished = program.run().map_err(|error| Error::of_run(role, error))?;
        if let Err(Failure::Status(_)) = finished.verdict() {
            // An RGBDS that is too old fails at options that it does not know. The version explains that better.
            self.version(role, run.until)?;
        }
        Ok(finished)
    }

    /// A command as a person would type it: with the tool's plain name if it is on `PATH`.
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
                // If the sandbox cannot be set up, the build fails before anything runs. It never runs with a weaker
                // sandbox.
                let confined = run.sandbox.map(|sandbox| found.admit(sandbox, run.until)).transpose();
                confined.map_err(Error::Sandbox)?;
            }
        }
        Ok(releases::check(request, &self.flags, |role| self.version(role, run.until))?)
    }

    fn assemble(&self, source: Source<'_>, request: &Request, run: &Run<'_>) -> Result<Outcome<Object>> {
        let missing = request.wanted.dependencies;
        let program = |dependencies| self.assembler(source, &request.assemble, dependencies, run);
        // Shown without `-M`: rgbpipe merges the lists of all sources, so the list of one source is of no use to the
        // user.
        run.reporter.command(&self.shown(Role::Assembler, program(None)?.program.plain_command())?);
        let listed = missing.or(request.wanted.reads.then_some(MissingFiles::Refused));
        let AssemblerRun { program, object, rules } = program(listed)?;
        let mut finished = self.run(Role::Assembler, &malloc::for_assembly(program, &source), run)?;
        let verdict = finished.verdict();
        // Without a request for the rule, its absence is not an error.
        let is_needless = |failure: &Failure| missing.is_none() && *failure == Failure::NotWritten(RULES.to_owned());
        let verdict = if verdict.as_ref().is_err_and(is_needless) { Ok(()) } else { verdict };
        let used = files::of_assembly(&rules.and_then(|rules| finished.take(rules)).unwrap_or_default());
        let may_be_missing = matches!(missing, Some(MissingFiles::Stop | MissingFiles::Continue));
        let is_unwritten =
            matches!(verdict, Err(Failure::NotWritten(_))) && *finished.content(object) == Content::Unopened;
        let is_incomplete = may_be_missing && is_unwritten && used.iter().any(is_missing);
        let product = Object::Bytes(finished.take(object).unwrap_or_default());
        let mut outcome = Outcome { used, ..outcome(Role::Assembler, verdict, finished, product) };
        if is_incomplete {
            outcome.result = Err(Fault::Incomplete);
        }
        Ok(outcome)
    }

    fn link(&self, objects: &[Linkable<'_>], request: &Request, run: &Run<'_>) -> Result<Outcome<Artifacts>> {
        let wanted = &request.wanted;
        let LinkerRun { program, outputs } = self.linker(objects, &request.link, wanted, run)?;
        run.reporter.command(&self.shown(Role::Linker, program.plain_command())?);
        let program = malloc::with_huge_pages(program);
        let mut finished = self.run(Role::Linker, &program, run)?;
        let verdict = finished.verdict();
        let [rom, map, sym] = outputs.map(|port| port.and_then(|port| finished.take(port)));
        let banks = map.as_deref().filter(|_| wanted.banks).and_then(map::banks);
        let map = map.filter(|_| wanted.map.is_some());
        let artifacts = Artifacts { rom, map, sym, banks, ..Artifacts::default() };
        Ok(outcome(Role::Linker, verdict, finished, artifacts))
    }

    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>> {
        // Uses standard input and output, because rgbfix refuses a FIFO by name.
        let mut program =
            self.program(Role::Fixer, run)?.args(argv::fix(options, &self.flags.fixer)).arg("-").stdin(rom);
        let fixed = program.add_output_on_stdout(name);
        run.reporter.command(&self.fix_in_place(name, options)?);
        let mut finished = self.run(Role::Fixer, &program, run)?;
        let mut verdict = finished.verdict();
        let fixed = finished.take(fixed).unwrap_or_default();
        if verdict.is_ok() && fixed.len() < rom.len() {
            // rgbfix never shortens a ROM, so this is its help text, or nothing.
            verdict = Err(Failure::NotWritten(name.to_string_lossy().into_owned()));
        }
        Ok(outcome(Role::Fixer, verdict, finished, fixed))
    }

    fn named_files(&self, request: &Request) -> Vec<PathBuf> {
        files::of_options(request, &self.flags)
    }

    fn commands(&self, request: &Request, run: &Run<'_>) -> Result<Option<Vec<Vec<OsString>>>> {
        self.check(request, run)?;
        let objects: Vec<_> =
            request.object_names().into_iter().map(|name| (name, Object::Bytes(Vec::new()))).collect();
        let mut commands = Vec::new();
        for source in sources(request, objects.iter().map(|(name, _)| name)) {
            let assembler = self.assembler(source, &request.assemble, None, run)?;
            commands.push(self.shown(Role::Assembler, assembler.program.plain_command())?);
        }
        let objects = in_link_order(request, &objects);
        let linker = self.linker(&objects, &request.link, &request.wanted, run)?;
        commands.push(self.shown(Role::Linker, linker.program.plain_command())?);
        if let (Some(name), Some(options)) = (&request.wanted.rom, &request.fix) {
            commands.push(self.fix_in_place(name, options)?);
        }
        Ok(Some(commands))
    }
}

/// The outcome of a step, from the run of its tool.
fn outcome<T>(role: Role, verdict: Result<(), Failure>, finished: Finished, product: T) -> Outcome<T> {
    let fault = |failure| match failure {
        Failure::Stopped(why) => Fault::Stopped(why),
        // A tool that fails with an error status and a message has explained what is wrong.
        Failure::Status(status) if status.code().is_some() && !finished.stderr.bytes.is_empty() => Fault::Reported,
        failure => Fault::Broken(failure.into()),
    };
    let result = verdict.map(|()| product).map_err(fault);
    let said = Said::Printed(finished.stderr, messages::reader(role));
    Outcome { stdout: finished.stdout, said, used: Vec::new(), result }
}
