//! Checks whether outputs can be written, before anything runs.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use rgbpipe::Until;

use crate::ending::{Ending, Refusal};
use crate::outputs::kind::Kind;
use crate::outputs::sink::Sink;
use crate::outputs::target::{Identity, Which, identity, identity_of, metadata_of};
use crate::process::make;
use crate::process::standard_streams::is_stdin;

/// The number of files from which looking at half of them takes longer than starting a thread.
const MANY: usize = 512;

/// A sink for each path, if all can be written without harm to each other, to an input or to a terminal.
/// `until` ends it, because looking at thousands of places takes a while.
pub(crate) fn sinks(
    asked: &[(Kind, &PathBuf)],
    read: &[&PathBuf],
    dry_run: bool,
    until: &Until,
) -> Result<Vec<(Kind, Sink)>, Ending> {
    // Checks the command line first. Only if it makes sense, it matters whether a place can be written.
    let to_stdout: Vec<_> = asked.iter().filter(|(_, path)| *path == Path::new("-")).collect();
    if let [(first, _), (second, _), ..] = to_stdout[..] {
        return Err(Refusal::StdoutTwice { first: first.clone(), second: second.clone() }.into());
    }
    let mut sinks: Vec<(Kind, Sink)> = Vec::new();
    // There may be thousands, so no two are compared.
    let mut taken: HashMap<Which, Kind> = HashMap::new();
    for (kind, path) in asked {
        if let Some(stop) = until.over() {
            return Err(stop.into());
        }
        let sink = match Sink::at(path) {
            // make has only printed the command that creates the directory.
            Err(error) if dry_run && make::only_prints() && is_missing(&error) => continue,
            sink => sink?,
        };
        let which = sink.target.which();
        if let Some(first) = which.as_ref().and_then(|which| taken.get(which)) {
            return Err(if sink.is_stdout() {
                Refusal::StdoutTwice { first: first.clone(), second: kind.clone() }.into()
            } else {
                Refusal::SameOutput { first: first.clone(), second: kind.clone(), path: (*path).clone() }.into()
            });
        }
        if let Some(input) = read.iter().find(|input| overwrites(&sink, input)) {
            let path = if is_stdin(input) { path } else { input };
            return Err(Refusal::OutputIsInput { output: kind.clone(), path: (*path).clone() }.into());
        }
        if sink.has_messages() {
            return Err(Refusal::OutputIsStderr { output: kind.clone(), path: (*path).clone() }.into());
        }
        if !kind.is_text() && !dry_run && sink.is_terminal() {
            return Err(Refusal::Terminal(kind.clone()).into());
        }
        taken.extend(which.map(|which| (which, kind.clone())));
        sinks.push((kind.clone(), sink));
    }
    Ok(sinks)
}

/// Whether an input is the file to be written.
fn overwrites(sink: &Sink, input: &Path) -> bool {
    let metadata = if is_stdin(input) { metadata_of(&io::stdin()) } else { fs::metadata(input).ok() };
    metadata.is_some_and(|metadata| sink.is_file(&metadata))
}

/// The files that are there already and will be replaced.
pub(crate) fn old_files(outputs: &[(Kind, Sink)]) -> Vec<Identity> {
    outputs.iter().filter_map(|(_, sink)| sink.old_file()).map(|file| identity_of(&file)).collect()
}

/// The first output that would overwrite a file that the build has read.
pub(crate) fn overwritten<'a>(
    outputs: &[(Kind, Sink)],
    read: &'a [PathBuf],
    two_threads: bool,
) -> Option<(Kind, &'a PathBuf)> {
    let outputs: Vec<_> = outputs.iter().filter_map(|(kind, sink)| Some((sink.old_file()?, kind))).collect();
    if outputs.is_empty() {
        return None;
    }
    let first = |read: &'a [PathBuf]| {
        read.iter().find_map(|path| {
            let here = identity(path)?;
            let (_, kind) = outputs.iter().find(|(old, _)| identity_of(old) == here)?;
            Some(((*kind).clone(), path))
        })
    };
    let (here, beside) = read.split_at(if two_threads && read.len() >= MANY { read.len() / 2 } else { read.len() });
    thread::scope(|scope| {
        let thread = || thread::Builder::new().spawn_scoped(scope, || first(beside)).ok();
        let thread = (!beside.is_empty()).then(thread).flatten();
        // The first one is named, whichever is found first.
        first(here).or_else(|| match thread {
            Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => first(beside),
        })
    })
}

fn is_missing(error: &anyhow::Error) -> bool {
    let error = error.root_cause().downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_files_the_first_that_would_be_overwritten_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let rom = folder.path().join("game.gb");
        fs::write(&rom, "old").unwrap();
        let outputs = [(Kind::Rom, Sink::at(&rom).unwrap())];
        let other = folder.path().join("other");
        for count in [3, MANY - 1, MANY, 3 * MANY + 1] {
            let mut read = vec![folder.path().join("missing"); count];
            assert!(overwritten(&outputs, &read, true).is_none());
            for at in [count - 1, count / 2, 1] {
                // A second name of the same file.
                let _ = fs::remove_file(&other);
                fs::hard_link(&rom, &other).unwrap();
                read[count - 1].clone_from(&rom);
                read[at].clone_from(&other);
                for two_threads in [false, true] {
                    let (_, found) = overwritten(&outputs, &read, two_threads).unwrap();
                    assert_eq!(found, &read[at], "{at} of {count}");
                }
            }
        }
    }
}
