//! From what was typed to what is meant: a checked request. What cannot work is refused here, before any tool runs.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use rgbpipe::program::{Limits, Sandbox};
use rgbpipe::toolchain::{Audience, Run, rgbds::Rgbds};
use rgbpipe::{AssembleOptions, FixOptions, Input, LinkOptions, Request, Wanted};

use crate::build::objects;
use crate::cli::{Bounds, Build, Check, Common, MessageFormat, Shown, Tools, When};
use crate::failure::{Failure, Refusal};
use crate::outputs::destinations::Destinations;
use crate::process::make::{self, Make};

/// How an object file begins, of any revision (`rgbds(5)`).
const OBJECT_MAGIC: &[u8] = b"RGB9";

/// A build that can be started.
#[derive(Debug)]
pub(crate) struct Plan {
    /// A source on standard input is an [`Input::Stdin`], still empty.
    pub(crate) request: Request,
    pub(crate) rgbds: Rgbds,
    pub(crate) make: Make,
    pub(crate) audience: Audience,
    pub(crate) timeout: Option<Duration>,
    pub(crate) limits: Limits,
    pub(crate) sandbox: Option<Sandbox>,
    pub(crate) destinations: Destinations,
    pub(crate) shown: Shown,
    /// Show source lines under messages.
    pub(crate) snippets: bool,
    /// Print the plain commands, and do nothing.
    pub(crate) dry_run: bool,
}

impl Plan {
    pub(crate) fn of_build(args: Build, make: Make) -> Result<Self, Failure> {
        let Build { common, outputs, dependencies } = args;
        let usage = common.shown.usage;
        let to = |inputs: &[Input], read: &[&PathBuf]| Destinations::new(&outputs, &dependencies, inputs, read, usage);
        let mut plan = Self::new(common, make, to)?;
        plan.dry_run = outputs.dry_run;
        plan.request.object_dir = outputs.save_temps;
        objects::check(&plan.request, &plan.destinations)?;
        Ok(plan)
    }

    pub(crate) fn of_check(args: Check, make: Make) -> Result<Self, Failure> {
        let usage = args.common.shown.usage;
        Self::new(args.common, make, |inputs, _| Destinations::nowhere(inputs, usage))
    }

    /// `to` tells from the inputs, and every file that is read by name, what goes where.
    fn new(
        args: Common,
        make: Make,
        to: impl FnOnce(&[Input], &[&PathBuf]) -> Result<(Destinations, Wanted), Failure>,
    ) -> Result<Self, Failure> {
        let inputs = args.inputs.into_iter().map(input).collect::<Result<Vec<_>, _>>()?;
        if inputs.iter().filter(|input| matches!(input, Input::Stdin(_))).count() > 1 {
            return Err(Refusal::StdinTwice.into());
        }
        let (assembler, linker, both) = (args.assembler, args.linker, args.both);
        for (what, file) in [("linker script", &linker.script), ("overlay", &linker.overlay)] {
            if file.as_ref().is_some_and(|file| is_stdin(file)) {
                return Err(Refusal::NotFromStdin(what).into());
            }
        }
        if assembler.preincludes.iter().any(|file| is_stdin(file)) {
            return Err(Refusal::NotFromStdin("pre-included file").into());
        }

        let read = inputs.iter().filter_map(path);
        let read = read.chain(&assembler.preincludes).chain(&linker.script).chain(&linker.overlay);
        let (destinations, wanted) = to(&inputs, &read.collect::<Vec<_>>())?;

        let mut request = Request::new(inputs);
        request.wanted = wanted;
        request.assemble = AssembleOptions {
            defines: assembler.defines,
            include_dirs: assembler.include_dirs,
            preincludes: assembler.preincludes,
            export_all: assembler.export_all,
            precision: assembler.precision,
            warnings: both.warnings.clone(),
            pad: both.pad.clone(),
            extra: split_all("--asm-flags", &assembler.asm_flags)?,
        };
        request.link = LinkOptions {
            script: linker.script,
            tiny: linker.tiny,
            dmg: linker.dmg,
            wramx: linker.wramx,
            nopad: linker.nopad,
            overlay: linker.overlay,
            scramble: linker.scramble,
            warnings: both.warnings,
            pad: both.pad,
            extra: split_all("--link-flags", &linker.link_flags)?,
        };
        request.fix = match args.fixer.fix_flags {
            Some(flags) => Some(FixOptions { flags: split("--fix-flags", &flags)? }),
            None => args.fixer.fix.then(FixOptions::default),
        };
        let make = make.with_jobs(args.running.jobs);
        request.jobs = args.running.jobs.or(make.jobs());
        let running = args.running;
        let sandbox = || sandbox(|cwd| request.reads(cwd), &running.allow_read);
        let sandbox = running.sandbox.then(sandbox).transpose()?;
        Ok(Self {
            request,
            rgbds: rgbds(args.tools),
            make,
            audience: audience(&args.shown),
            timeout: timeout(&running.bounds),
            limits: limits(&running.bounds),
            sandbox,
            destinations,
            snippets: snippets(&args.shown),
            shown: args.shown,
            dry_run: false,
        })
    }
}

pub(crate) fn rgbds(tools: Tools) -> Rgbds {
    tools.rgbds.map_or_else(Rgbds::from_env, Rgbds::with_prefix)
}

/// As for timeout(1): 0 is no limit.
pub(crate) fn timeout(bounds: &Bounds) -> Option<Duration> {
    bounds.timeout.filter(|timeout| !timeout.is_zero())
}

/// 0 is no limit.
pub(crate) fn limits(bounds: &Bounds) -> Limits {
    let output = match bounds.max_output {
        None => Run::MAX_OUTPUT,
        Some(0) => u64::MAX,
        Some(bytes) => bytes,
    };
    Limits {
        output,
        memory: bounds.max_memory.filter(|bytes| *bytes > 0),
        cpu: bounds.max_cpu.filter(|time| !time.is_zero()),
    }
}

/// What the tools may read. All of it, because of where this runs, would be no sandbox.
pub(crate) fn sandbox(reads: impl FnOnce(&Path) -> Vec<PathBuf>, allowed: &[PathBuf]) -> Result<Sandbox, Failure> {
    let cwd = std::env::current_dir().context("cannot determine the working directory")?;
    let mut read = reads(&cwd);
    let is_root = |path: &&PathBuf| fs::canonicalize(path).is_ok_and(|path| path == Path::new("/"));
    if let Some(path) = read.iter().find(is_root) {
        let what = if *path == cwd {
            "the working directory is /"
        } else {
            "a file or directory named on the command line is in /"
        };
        return Err(Refusal::SandboxOfAll(what).into());
    }
    for path in allowed {
        fs::metadata(path).map_err(|cause| Refusal::Input { path: path.clone(), cause })?;
    }
    read.extend_from_slice(allowed);
    Ok(Sandbox { read, run: Vec::new() })
}

fn snippets(shown: &Shown) -> bool {
    shown.message_format == MessageFormat::Human
        && match shown.snippets {
            When::Auto => std::io::stderr().is_terminal(),
            When::Always => true,
            When::Never => false,
        }
}

fn audience(shown: &Shown) -> Audience {
    if shown.message_format != MessageFormat::Human {
        return Audience::Plain;
    }
    let terminal = std::io::stderr().is_terminal();
    match shown.color {
        When::Always => Audience::Coloured,
        When::Never => Audience::Plain,
        When::Auto if terminal && !is_set("NO_COLOR") => Audience::Person,
        When::Auto => Audience::Default,
    }
}

/// Whether what rgbpipe shows by itself is in colour, as the tools' messages are.
pub(crate) fn is_coloured(audience: Audience) -> bool {
    match audience {
        Audience::Person | Audience::Coloured => true,
        Audience::Plain => false,
        Audience::Default => is_set("FORCE_COLOR"),
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    // By any of its other names it would be the tool's own standard input, which is not ours.
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// A source or an object, if it can be read.
fn input(path: PathBuf) -> Result<Input, Refusal> {
    if is_stdin(&path) {
        return Ok(Input::Stdin(Vec::new()));
    }
    let unreadable = |cause| Refusal::Input { path: path.clone(), cause };
    let begins_like_an_object = match fs::metadata(&path) {
        // Make has only printed how it is made.
        Err(error) if error.kind() == ErrorKind::NotFound && make::only_prints() => false,
        Err(error) => return Err(unreadable(error)),
        Ok(metadata) if metadata.is_dir() => return Err(Refusal::InputIsDirectory(path)),
        // A FIFO or a process substitution can be opened only once, by the assembler.
        Ok(metadata) => metadata.is_file() && begins_with(&path, OBJECT_MAGIC).map_err(unreadable)?,
    };
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    Ok(if begins_like_an_object || ["o", "obj", "rel"].contains(&ending.as_str()) {
        Input::Object(path)
    } else {
        Input::Source(path)
    })
}

fn begins_with(path: &Path, magic: &[u8]) -> std::io::Result<bool> {
    let mut beginning = vec![0; magic.len()];
    match File::open(path)?.read_exact(&mut beginning) {
        Ok(()) => Ok(beginning == magic),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

pub(crate) fn path(input: &Input) -> Option<&PathBuf> {
    match input {
        Input::Source(path) | Input::Object(path) => Some(path),
        Input::Stdin(_) => None,
    }
}

/// Splits as a shell would, without expanding anything.
fn split(option: &'static str, flags: &str) -> Result<Vec<OsString>, Refusal> {
    let words = shell_words::split(flags).map_err(|cause| Refusal::Flags { option, flags: flags.to_owned(), cause })?;
    Ok(words.into_iter().map(OsString::from).collect())
}

fn split_all(option: &'static str, flags: &[String]) -> Result<Vec<OsString>, Refusal> {
    let words = flags.iter().map(|flags| split(option, flags)).collect::<Result<Vec<_>, _>>()?;
    Ok(words.concat())
}
