//! The toolchain inside rgbpipe: `gbtools`, with the language and the formats of RGBDS 1.0.4.
//!
//! It needs no RGBDS, no process and no FIFO. It reads only the files that a request or a source names.
//!
//! ```
//! use rgbpipe::toolchain::{Run, builtin::{Builtin, InMemory}};
//! use rgbpipe::{Input, Request, Silent, Until, build_with};
//!
//! let mut files = InMemory::default();
//! files.add("main.asm", *b"INCLUDE \"answer.inc\"\nSECTION \"main\", ROM0\n\tdb ANSWER\n");
//! files.add("answer.inc", *b"DEF ANSWER EQU 42\n");
//!
//! let request = Request::new([Input::Source("main.asm".into())]);
//! let artifacts = build_with(&request, &Builtin::with_files(files), &Run::new(&Until::never(), &Silent))?;
//! assert_eq!(artifacts.rom.expect("wanted")[0], 42);
//! # Ok::<(), rgbpipe::Error>(())
//! ```

mod disk;
mod error;
mod linker;
mod messages;
mod options;
mod until;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bstr::BString;
use gbtools::asm::{Moment, Preludes};
use gbtools::command::{FixerOptions, Parsed, assembler_options, fixer_options};
use gbtools::limits::Budget;
use gbtools::module::Module;
use gbtools::report::{Diagnostic, Report, Severity};
use gbtools::until::{Stop, Until as _};
use gbtools::{asm, fix};

pub use disk::Disk;
pub use error::Error;
pub use gbtools::files::{Content, Files, InMemory};
pub use options::environment;
pub use until::Polled;

use self::messages::Collector;
use self::until::why;
use crate::error::{Cause, Fault};
use crate::request::{Artifacts, FixOptions, MissingFiles, Request, Wanted};
use crate::role::Role;
use crate::toolchain::rgbds::{self, Flags, Version, words};
use crate::toolchain::{Linkable, Object, Outcome, Presence, Run, Source, Text, Toolchain};
use program::{Limits, Sandbox};

type Result<T, E = crate::Error> = std::result::Result<T, E>;

/// The RGBDS release whose language and formats it implements.
pub const RELEASE: Version = Version::new(1, 0, 4);

/// Its name.
pub const NAME: &str = "builtin";

/// The largest source or object that is read: 1 GiB.
const LARGEST: u64 = 1 << 30;

/// The toolchain inside rgbpipe.
#[derive(Default)]
pub struct Builtin {
    flags: Flags,
    /// Files that the caller provides instead of the disk.
    files: Option<Box<dyn Files + Send>>,
    /// The disks of builds that are running, by their sandbox.
    readings: Mutex<Vec<(Option<Sandbox>, Arc<Reading>)>>,
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builtin").field("on_disk", &self.files.is_none()).finish_non_exhaustive()
    }
}

impl Builtin {
    /// Reads files from the disk. A file that a build has read twice is not read again.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads sources, includes, objects and scripts from these files, and no others.
    pub fn with_files(files: impl Files + Send + 'static) -> Self {
        Self { files: Some(Box::new(files)), ..Self::default() }
    }

    /// Adds flags to the options of each request. They are read as the tools of RGBDS 1.0.4 read them.
    #[must_use]
    pub fn with_flags(self, flags: Flags) -> Self {
        Self { flags, ..self }
    }

    fn readings(&self) -> MutexGuard<'_, Vec<(Option<Sandbox>, Arc<Reading>)>> {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a new disk, which has nothing from earlier builds.
    fn fresh(&self, run: &Run<'_>) -> Result<Arc<Reading>, Error> {
        let disk = match run.sandbox {
            Some(sandbox) => Disk::within(&sandbox.read)?,
            None => Disk::new(),
        };
        let reading = Arc::new(Reading { disk, preludes: Preludes::default(), now: options::now() });
        let mut readings = self.readings();
        readings.retain(|(sandbox, _)| sandbox.as_ref() != run.sandbox);
        readings.push((run.sandbox.cloned(), Arc::clone(&reading)));
        Ok(reading)
    }

    /// The files that this build has read so far.
    fn reading(&self, run: &Run<'_>) -> Result<Arc<Reading>, Error> {
        let known =
            self.readings().iter().find(|(sandbox, _)| sandbox.as_ref() == run.sandbox).map(|(_, found)| found.clone());
        known.map_or_else(|| self.fresh(run), Ok)
    }

    /// After the link and after the fix: the next build reads the files again. If there is none, what has been opened is still
    /// known.
    fn end(&self, reading: Arc<Reading>, run: &Run<'_>) {
        if run.is_last {
            mem::forget(reading);
        } else {
            self.readings().retain(|(sandbox, _)| sandbox.as_ref() != run.sandbox);
        }
    }

    fn files<'a>(&'a self, reading: &'a Reading) -> &'a dyn Files {
        match &self.files {
            Some(files) => &**files,
            None => &reading.disk,
        }
    }
}

/// The files of one build, and its time. All its sources share them.
#[derive(Debug)]
struct Reading {
    disk: Disk,
    preludes: Preludes,
    /// A source that starts a second later has the same prelude.
    now: Moment,
}

impl Toolchain for Builtin {
    fn check(&self, request: &Request, run: &Run<'_>) -> Result<()> {
        words::check(request, &self.flags, RELEASE)?;
        if run.limits.cpu.is_some() {
            return Err(Error::CpuLimit.into());
        }
        if let Some(argument) = words::state_file(&self.flags) {
            return Err(Error::WritesFile(argument).into());
        }
        if self.files.is_some() && run.sandbox.is_some() {
            return Err(Error::NotOnDisk.into());
        }
        self.fresh(run)?;
        Ok(())
    }

    fn assemble(&self, source: Source<'_>, request: &Request, run: &Run<'_>) -> Result<Outcome<Object>> {
        let options = &request.assemble;
        run.reporter.command(&command(Role::Assembler, words::assembler(source, options, &self.flags)));
        let reading = self.reading(run)?;
        let files = self.files(&reading);
        let mut said = Collector::new(Role::Assembler, run.one_stream);
        let arguments = words::assembler_arguments(options, &self.flags);
        let parsed = options::read(arguments, (files, reading.now), run, &mut said, assembler_options);
        let done = match parsed {
            Err(status) => Done { used: Vec::new(), result: Err(ended(status, source.object, run)) },
            Ok(parsed) => assemble(source, parsed, &request.wanted, (files, &reading.preludes), run, &mut said),
        };
        let Done { used, result } = done;
        let result = result.and_then(|module| match module {
            Some(module) if module.bytes.len() as u64 > run.limits.output => Err(too_large(source.object, run.limits)),
            Some(module) => Ok(Object::Module(module)),
            None => Err(Fault::Incomplete),
        });
        Ok(said.finish(used, result))
    }

    fn link(&self, objects: &[Linkable<'_>], request: &Request, run: &Run<'_>) -> Result<Outcome<Artifacts>> {
        run.reporter.command(&command(Role::Linker, words::linker(objects, request, &self.flags, RELEASE)));
        let reading = self.reading(run)?;
        let files = self.files(&reading);
        let mut said = Collector::new(Role::Linker, run.one_stream);
        let arguments = words::linker_arguments(&request.link, &self.flags, RELEASE);
        let (used, result) = linker::link(objects, arguments, request, (files, reading.now), run, &mut said);
        self.end(reading, run);
        Ok(said.finish(used, result))
    }

    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>> {
        run.reporter.command(&command(Role::Fixer, words::fixer(name, options, &self.flags)));
        let reading = self.reading(run)?;
        let files = self.files(&reading);
        let mut said = Collector::new(Role::Fixer, run.one_stream);
        let arguments = words::fixer_arguments(options, &self.flags);
        let parsed = options::read(arguments, (files, reading.now), run, &mut said, fixer_options);
        let result = match parsed {
            Err(status) => Err(ended(status, name, run)),
            Ok(parsed) => fix(rom, parsed, name, run, &mut said),
        };
        if let Err(Fault::Stopped(_)) = result {
            // A file that did not come in time is not worth a message.
            said = Collector::new(Role::Fixer, run.one_stream);
        }
        self.end(reading, run);
        Ok(said.finish(Vec::new(), result))
    }

    fn named_files(&self, request: &Request) -> Vec<PathBuf> {
        words::named_files(request, &self.flags)
    }

    /// The last build of a process knows which files it has opened.
    fn has_read(&self, files: &[(u64, u64)]) -> Option<bool> {
        let readings = self.readings();
        let is_known = self.files.is_none() && !readings.is_empty();
        is_known.then(|| readings.iter().any(|(_, reading)| reading.disk.has_opened(files)))
    }

    fn presence(&self, path: &Path) -> Presence {
        match &self.files {
            Some(files) if files.is_file(path) => Presence::File,
            Some(_) => Presence::Missing,
            None => Presence::on_disk(path),
        }
    }

    /// RGBDS's commands, as `rgbpipe` offers them.
    fn commands(&self, request: &Request, run: &Run<'_>) -> Result<Option<Vec<Vec<OsString>>>> {
        self.check(request, run)?;
        let commands = words::plain_commands(request, &self.flags, RELEASE);
        Ok(Some(commands.into_iter().map(|(role, argv)| command(role, argv)).collect()))
    }
}

/// The result of a step, and the files that it read.
struct Done<T> {
    used: Vec<PathBuf>,
    result: std::result::Result<T, Fault>,
}

fn assemble(
    source: Source<'_>,
    parsed: Parsed<asm::Options>,
    wanted: &Wanted,
    (files, preludes): (&dyn Files, &Preludes),
    run: &Run<'_>,
    said: &mut Collector,
) -> Done<Option<Module>> {
    let Parsed { mut options, .. } = parsed;
    options.missing_files = match wanted.dependencies {
        None | Some(MissingFiles::Refused) => asm::MissingFiles::Refused,
        Some(MissingFiles::Stop) => asm::MissingFiles::Stop,
        Some(MissingFiles::Continue) => asm::MissingFiles::Continue,
    };
    options.limits = options::limits(run);
    let until = Polled(run.until);
    let (name, content) = match source.text {
        Text::Stdin(text) => ("<stdin>".into(), Content::from(text)),
        Text::File(path) => match files.read(path, options.limits.memory.min(LARGEST), &until) {
            Ok(content) => (path.as_os_str().as_bytes().into(), content),
            Err(error) => return Done { used: Vec::new(), result: Err(unreadable(path, &error, run, said)) },
        },
    };
    let result = asm::assemble_one_of(preludes, name, content, &options, files, &until, said);
    let (used, result) = match result {
        Ok(assembly) => (assembly.reads, Ok(assembly.module)),
        Err(failed) => {
            if failed.limit_reached {
                let most = errors(options.max_errors);
                let hint = " (configure with '-X/--max-errors')";
                said.ending(&format!("Assembly aborted after the maximum of {most}"), hint);
            } else if failed.stopped.is_none() && !failed.fatal {
                said.ending(&format!("Assembly aborted with {}", errors(failed.errors)), "");
            }
            (failed.reads, Err(fault(failed.stopped)))
        }
    };
    // Standard input has no name.
    let used = used.into_iter().skip(usize::from(matches!(source.text, Text::Stdin(_)))).collect();
    Done { used, result }
}

fn fix(
    rom: &[u8],
    parsed: Parsed<FixerOptions>,
    name: &Path,
    run: &Run<'_>,
    said: &mut Collector,
) -> std::result::Result<Vec<u8>, Fault> {
    let Parsed { options: FixerOptions { options, warnings }, errors: before, .. } = parsed;
    let until = Polled(run.until);
    let budget = Budget::new(options::limits(run), &until);
    let mut fixed = Vec::new();
    budget.append(&mut fixed, rom).map_err(|_| fault(until.stop()))?;
    let count = match fix::fix(&mut fixed, &options, &warnings, &budget, said) {
        Ok(count) => count as u64 + before,
        Err(fix::Unfixable { stopped: None }) => 1 + before,
        Err(fix::Unfixable { stopped }) => return Err(fault(stopped)),
    };
    if count > 0 {
        said.ending(&format!("Fixing \"{}\" failed with {}", name.display(), errors(count)), "");
        return Err(Fault::Reported);
    }
    Ok(fixed)
}

/// The command to type: rgbpipe has these tools as subcommands.
fn command(role: Role, argv: Vec<OsString>) -> Vec<OsString> {
    let words = ["rgbpipe", rgbds::name(role)].map(OsString::from);
    words.into_iter().chain(argv).collect()
}

/// The fault of a step that its arguments ended: by a mistake, by `--help`, or because a file that they name never came.
fn ended(status: u8, output: &Path, run: &Run<'_>) -> Fault {
    if let Some(stop) = run.until.over() {
        return Fault::Stopped(stop);
    }
    if status == 0 {
        let output = output.to_string_lossy().into_owned();
        return Fault::Broken(Cause::from(program::Failure::NotWritten(output)));
    }
    Fault::Reported
}

fn fault(stopped: Option<Stop>) -> Fault {
    stopped.map_or(Fault::Reported, |stop| Fault::Stopped(why(stop)))
}

fn too_large(output: &Path, limits: Limits) -> Fault {
    Fault::Broken(Cause::from(Error::TooLarge { output: output.to_owned(), limit: limits.output }))
}

/// Reports a source or an object that cannot be read.
fn unreadable(path: &Path, error: &std::io::Error, run: &Run<'_>, said: &mut Collector) -> Fault {
    if let Some(stop) = run.until.over() {
        return Fault::Stopped(stop);
    }
    let reason = error.to_string();
    let reason = reason.split(" (os error ").next().unwrap_or_default();
    let text = format!("Failed to open \"{}\": {reason}", path.display());
    said.message(Diagnostic::new(Severity::Fatal, "unreadable-file", text));
    Fault::Reported
}

/// `1 error`, `2 errors`.
fn errors(count: u64) -> String {
    format!("{count} error{}", if count == 1 { "" } else { "s" })
}

fn text(path: &OsStr) -> BString {
    path.as_bytes().into()
}
