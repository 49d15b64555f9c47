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

use crate::cli::{Build, Outputs, Running, Tools, When};
use crate::failure::{Failure, Refusal};
use crate::sink::Sink;

/// How an object file begins, of any revision (`rgbds(5)`).
const OBJECT_MAGIC: &[u8] = b"RGB9";

/// A build that can be started.
#[derive(Debug)]
pub(crate) struct Plan {
    /// A source on standard input is an [`Input::Stdin`], still empty.
    pub(crate) request: Request,
    pub(crate) rgbds: Rgbds,
    pub(crate) audience: Audience,
    pub(crate) timeout: Option<Duration>,
    pub(crate) limits: Limits,
    pub(crate) sandbox: Option<Sandbox>,
    pub(crate) destinations: Destinations,
}

/// Where each artifact goes.
#[derive(Debug, Default)]
pub(crate) struct Destinations {
    pub(crate) rom: Option<Sink>,
    pub(crate) map: Option<Sink>,
    pub(crate) sym: Option<Sink>,
    pub(crate) tar: Option<Sink>,
    /// What the tar's members are called, without their endings.
    pub(crate) stem: String,
    /// The time of the tar's members, in seconds since 1970.
    pub(crate) mtime: u64,
}

impl Plan {
    pub(crate) fn new(args: Build) -> Result<Self, Failure> {
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
        let (destinations, wanted) = destinations(&args.outputs, &inputs, &read.collect::<Vec<_>>())?;

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
        if let Some(jobs) = args.running.jobs {
            request.jobs = jobs;
        }
        let sandbox = args.running.sandbox.then(|| sandbox(&request, &args.running.allow_read)).transpose()?;
        Ok(Self {
            request,
            rgbds: rgbds(args.tools),
            audience: audience(args.shown.color),
            // As for timeout(1): 0 is no limit.
            timeout: args.running.timeout.filter(|timeout| !timeout.is_zero()),
            limits: limits(&args.running),
            sandbox,
            destinations,
        })
    }
}

pub(crate) fn rgbds(tools: Tools) -> Rgbds {
    tools.rgbds.map_or_else(Rgbds::from_env, Rgbds::with_prefix)
}

/// 0 is no limit.
fn limits(running: &Running) -> Limits {
    let output = match running.max_output {
        None => Run::MAX_OUTPUT,
        Some(0) => u64::MAX,
        Some(bytes) => bytes,
    };
    Limits {
        output,
        memory: running.max_memory.filter(|bytes| *bytes > 0),
        cpu: running.max_cpu.filter(|time| !time.is_zero()),
    }
}

/// What the tools may read. All of it, because of where this runs, would be no sandbox.
fn sandbox(request: &Request, allowed: &[PathBuf]) -> Result<Sandbox, Failure> {
    let cwd = std::env::current_dir().context("cannot tell the working directory")?;
    let mut read = request.reads(&cwd);
    let is_root = |path: &&PathBuf| fs::canonicalize(path).is_ok_and(|path| path == Path::new("/"));
    if let Some(path) = read.iter().find(is_root) {
        let what = if *path == cwd { "the working directory is /" } else { "a file or a directory named is in /" };
        return Err(Refusal::SandboxOfAll(what).into());
    }
    for path in allowed {
        fs::metadata(path).map_err(|cause| Refusal::Input { path: path.clone(), cause })?;
    }
    read.extend_from_slice(allowed);
    Ok(Sandbox { read, run: Vec::new() })
}

fn audience(color: When) -> Audience {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let terminal = std::io::stderr().is_terminal();
    match color {
        When::Always => Audience::Coloured,
        When::Never => Audience::Plain,
        When::Auto if terminal && !set("NO_COLOR") => Audience::Person,
        When::Auto => Audience::Default,
    }
}

fn is_stdin(path: &Path) -> bool {
    // By any of its other names it would be the tool's own standard input, which is not ours.
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// A source or an object, if it can be read.
fn input(path: PathBuf) -> Result<Input, Refusal> {
    if is_stdin(&path) {
        return Ok(Input::Stdin(Vec::new()));
    }
    let unreadable = |cause| Refusal::Input { path: path.clone(), cause };
    let metadata = fs::metadata(&path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Refusal::InputIsDirectory(path));
    }
    // A FIFO or a process substitution can be opened only once, by the assembler.
    let begins_like_an_object = metadata.is_file() && begins_with(&path, OBJECT_MAGIC).map_err(unreadable)?;
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

fn path(input: &Input) -> Option<&PathBuf> {
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

/// Where the artifacts go, and which the tools must give. `read` is every file that the build reads by name.
fn destinations(outputs: &Outputs, inputs: &[Input], read: &[&PathBuf]) -> Result<(Destinations, Wanted), Failure> {
    let stem = stem(outputs.name.as_deref(), inputs)?;
    let none = outputs.rom.is_none() && outputs.map.is_none() && outputs.sym.is_none() && outputs.tar.is_none();
    let default_tar = PathBuf::from("-");
    let tar = if none { Some(&default_tar) } else { outputs.tar.as_ref() };
    let asked = [
        ("the ROM", outputs.rom.as_ref()),
        ("the map", outputs.map.as_ref()),
        ("the symbols", outputs.sym.as_ref()),
        ("the tar", tar),
    ];

    // Usage first: whether a place can be written is asked only of a command that makes sense.
    let to_stdout: Vec<_> = asked.iter().filter(|(_, path)| path.is_some_and(|path| path == Path::new("-"))).collect();
    if let [first, second, ..] = to_stdout[..] {
        return Err(Refusal::StdoutTwice { first: first.0, second: second.0 }.into());
    }
    let mut sinks: [Option<Sink>; 4] = [None, None, None, None];
    for (index, (what, path)) in asked.into_iter().enumerate() {
        let Some(path) = path else { continue };
        let sink = Sink::at(path)?;
        for (earlier, (first, _)) in sinks.iter().zip(asked) {
            if earlier.as_ref().is_some_and(|earlier| earlier.mixes_with(&sink)) {
                return Err(if sink.is_stdout() {
                    Refusal::StdoutTwice { first, second: what }.into()
                } else {
                    Refusal::SameOutput { first, second: what, path: path.clone() }.into()
                });
            }
        }
        let overwrites = |input: &&&PathBuf| fs::metadata(input).is_ok_and(|metadata| sink.is_file(&metadata));
        if let Some(input) = read.iter().find(overwrites) {
            return Err(Refusal::OutputIsInput { output: what, path: (*input).clone() }.into());
        }
        // Text may be read on a terminal; a ROM or a tar can only harm it.
        if ["the ROM", "the tar"].contains(&what) && sink.is_terminal() {
            return Err(Refusal::Terminal(what).into());
        }
        sinks[index] = Some(sink);
    }

    let wanted = wanted(outputs, tar.is_some(), &stem);
    let mtime = if tar.is_some() { source_date_epoch()? } else { 0 };
    let [rom, map, sym, tar] = sinks;
    Ok((Destinations { rom, map, sym, tar, stem, mtime }, wanted))
}

/// The artifacts asked for, each called by its own path, or by the tar's name for it.
fn wanted(outputs: &Outputs, tar: bool, stem: &str) -> Wanted {
    let all = Wanted::all(stem);
    let name = |path: &Option<PathBuf>, default: Option<String>| match path {
        Some(path) if path != Path::new("-") => Some(path.to_string_lossy().into_owned()),
        Some(_) => default,
        None => default.filter(|_| tar),
    };
    Wanted { rom: name(&outputs.rom, all.rom), map: name(&outputs.map, all.map), sym: name(&outputs.sym, all.sym) }
}

fn stem(name: Option<&OsStr>, inputs: &[Input]) -> Result<String, Refusal> {
    if let Some(name) = name {
        // One name: no folder, no `..`, nothing that a terminal or an old tar would trip over.
        let is_plain =
            |name: &&str| Path::new(name).file_name() == Some(OsStr::new(name)) && !name.chars().any(char::is_control);
        let plain = name.to_str().filter(is_plain);
        return plain.map(str::to_owned).ok_or_else(|| Refusal::Name(name.to_owned()));
    }
    let first = inputs.iter().find(|input| !matches!(input, Input::Object(_))).or(inputs.first());
    let stem = first.and_then(path).and_then(|path| path.file_stem());
    Ok(stem.map_or_else(|| "rom".to_owned(), |stem| stem.to_string_lossy().into_owned()))
}

/// See reproducible-builds.org, `SOURCE_DATE_EPOCH`.
fn source_date_epoch() -> Result<u64, Refusal> {
    match std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()) {
        None => Ok(0),
        Some(value) => value.to_str().and_then(|text| text.parse().ok()).ok_or(Refusal::Epoch(value)),
    }
}
