//! Turns the arguments of `exec` into a checked plan. Impossible ones are refused before anything runs.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rgbpipe::program::{Limits, Sandbox};
use rgbpipe::{Cancel, Until};

use super::template::{self, Fragment, Unclosed};
use crate::bounds;
use crate::cli::{self, Named};
use crate::ending::{Ending, Refusal};
use crate::outputs::artifact::source_date_epoch;
use crate::outputs::check::sinks;
use crate::outputs::kind::Kind;
use crate::outputs::sink::Sink;
use crate::process::standard_streams::is_stdin;

/// A run that can be started.
#[derive(Debug)]
pub(super) struct ExecPlan {
    pub(super) program: OsString,
    pub(super) arguments: Vec<Vec<Fragment>>,
    pub(super) inputs: Vec<Named>,
    /// The names of the outputs.
    pub(super) outputs: Vec<String>,
    /// The destinations of the outputs and of their tar.
    pub(super) sinks: Vec<(Kind, Sink)>,
    /// The time of the tar's members, in seconds since 1970.
    pub(super) mtime: u64,
    pub(super) deadline: Option<Instant>,
    pub(super) limits: Limits,
    pub(super) sandbox: Option<Sandbox>,
    /// The ports are files instead of pipes.
    pub(super) seekable: bool,
    /// The command as it would be typed for files, if the user asked to see it.
    pub(super) shown: Option<Vec<OsString>>,
}

impl ExecPlan {
    pub(super) fn new(args: cli::Exec) -> Result<Self, Ending> {
        let deadline = bounds::timeout(&args.bounds).and_then(|timeout| Instant::now().checked_add(timeout));
        let cli::Exec { inputs, outputs, tar, seekable, verbose, bounds, sandbox, allow_read, command } = args;
        let mut words = command.into_iter();
        // clap requires at least one word.
        let program = words.next().unwrap_or_default();
        let arguments = words.map(|word| pieces(&word)).collect::<Result<Vec<_>, _>>()?;
        let outputs_named = outputs.iter().map(|output| &output.name);
        check_names(&inputs.iter().map(|input| &input.name).chain(outputs_named).collect::<Vec<_>>(), &arguments)?;
        check_inputs(&inputs)?;
        if let (Some(output), None) = (outputs.iter().find(|output| output.file.is_none()), &tar) {
            return Err(Refusal::Nowhere(output.name.clone()).into());
        }

        let asked =
            outputs.iter().filter_map(|output| Some((Kind::Output(output.name.clone()), output.file.as_ref()?)));
        let asked: Vec<_> = asked.chain(tar.iter().map(|tar| (Kind::Tar, tar))).collect();
        // An output may also be an input, because all inputs are in memory before the program starts.
        // Signals end this process as usual, because nothing handles them yet.
        let until = Until { cancel: Cancel::new(), deadline };
        let sinks = sinks(&asked, &[], false, &until)?;
        let mtime = if tar.is_some() { source_date_epoch()? } else { 0 };
        // Reports a missing program before waiting for standard input.
        let path = find(&program)?;
        let sandbox = sandbox.then(|| confined(&path, &allow_read, &until)).transpose()?;
        let files = inputs.iter().map(|input| (&input.name, Some(&input.file)));
        let files = files.chain(outputs.iter().map(|output| (&output.name, output.file.as_ref())));
        let shown = verbose.then(|| typed(&program, &arguments, &files.collect::<Vec<_>>()));
        Ok(Self {
            shown,
            program,
            arguments,
            inputs,
            outputs: outputs.into_iter().map(|output| output.name).collect(),
            sinks,
            mtime,
            deadline,
            limits: bounds::limits(&bounds),
            sandbox,
            seekable,
        })
    }
}

/// As in a shell, a word with a slash is a path, and any other word is looked up on `PATH`.
fn find(program: &OsStr) -> anyhow::Result<PathBuf> {
    which::which(program).map_err(|_| {
        let is_path = program.as_encoded_bytes().contains(&b'/');
        let why = if is_path { "it does not exist or is not a program" } else { "it is not on PATH" };
        anyhow::anyhow!("cannot run '{}': {why}", program.display())
    })
}

/// The command with a file instead of each pipe, or its name if it has no file.
fn typed(program: &OsStr, arguments: &[Vec<Fragment>], files: &[(&String, Option<&PathBuf>)]) -> Vec<OsString> {
    let files: HashMap<_, _> = files.iter().copied().collect();
    let file = |name: &String| {
        let file = files.get(name).copied().flatten();
        file.filter(|file| *file != Path::new("-")).map_or_else(|| name.into(), |file| file.clone().into_os_string())
    };
    let word = |pieces: &Vec<Fragment>| {
        let pieces = pieces.iter().map(|piece| match piece {
            Fragment::Text(text) => text.clone(),
            Fragment::Name(name) => file(name),
        });
        pieces.collect::<OsString>()
    };
    std::iter::once(program.to_owned()).chain(arguments.iter().map(word)).collect()
}

fn pieces(word: &OsStr) -> Result<Vec<Fragment>, Refusal> {
    template::pieces(word).map_err(|Unclosed| Refusal::Unclosed(word.to_owned()))
}

/// Refuses names that are given twice, or not used.
fn check_names(names: &[&String], arguments: &[Vec<Fragment>]) -> Result<(), Refusal> {
    let mut known = HashSet::new();
    if let Some(name) = names.iter().find(|name| !known.insert(**name)) {
        return Err(Refusal::NamedTwice((*name).clone()));
    }
    let used = arguments.iter().flatten().filter_map(|piece| match piece {
        Fragment::Name(name) => Some(name),
        Fragment::Text(_) => None,
    });
    let used: Vec<_> = used.collect();
    if let Some(name) = used.iter().find(|name| !known.contains(*name)) {
        return Err(Refusal::UnknownName((*name).clone()));
    }
    let used: HashSet<_> = used.into_iter().collect();
    match names.iter().find(|name| !used.contains(*name)) {
        Some(name) => Err(Refusal::UnusedName((*name).clone())),
        None => Ok(()),
    }
}

fn check_inputs(inputs: &[Named]) -> Result<(), Refusal> {
    if inputs.iter().filter(|input| is_stdin(&input.file)).count() > 1 {
        return Err(Refusal::StdinTwice);
    }
    for path in inputs.iter().map(|input| &input.file).filter(|path| !is_stdin(path)) {
        let unreadable = |cause| Refusal::Input { path: path.clone(), cause };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(Refusal::InputIsDirectory(path.clone()));
        }
        // Anything but a regular file may allow only one open.
        if metadata.is_file() {
            File::open(path).map_err(unreadable)?;
        }
    }
    Ok(())
}

/// The sandbox: the files that the program may read and run, apart from its pipes.
fn confined(program: &Path, allowed: &[PathBuf], until: &Until) -> Result<Sandbox, Ending> {
    let sandbox = bounds::sandbox(|cwd| vec![cwd.to_owned()], allowed)?;
    let to_start = Sandbox::for_program(program, until).map_err(anyhow::Error::from)?;
    Ok(Sandbox { processes: true, ..sandbox.and(&to_start) })
}
