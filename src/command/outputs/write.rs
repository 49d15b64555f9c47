//! Writes all outputs or none.
//!
//! Files appear by rename after everything else is written. A failed build leaves every old file unchanged. Anything but
//! a regular file (`/dev/null`, a FIFO, a process substitution) cannot be replaced, and is written in place.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use rgbpipe::{Stop, Until};
use rustix::fs::{OFlags, fcntl_getfl};

use crate::ending::Ending;
use crate::outputs::artifact::Artifact;
use crate::outputs::new_file::NewFile;
use crate::outputs::replacement::{Replacement, replace_all};
use crate::outputs::sink::Sink;
use crate::outputs::target::Target;
use crate::process::interrupt::with_grace;
use crate::process::patient::Patient;
use crate::process::standard_streams;

/// The size from which writing takes longer than starting a thread, in bytes.
const LARGE: usize = 512 * 1024;

/// The time for a write in place after the deadline. A result that fits in the reader's pipe is written by then, which is not a
/// failure.
const GRACE: Duration = Duration::from_millis(100);

/// Writes every artifact to its sink. If something fails, no file changes.
///
/// Standard output and other things that cannot be undone come last, just before the renames.
pub(crate) fn write(outputs: Vec<(Sink, Artifact)>, until: &Until) -> Result<(), Ending> {
    let mut files = Vec::new();
    let mut in_place = Vec::new();
    for (sink, artifact) in outputs {
        let words = match sink.target {
            Target::Stdout => "cannot write to standard output".to_owned(),
            _ => format!("cannot write {}", sink.typed.display()),
        };
        match sink.target {
            Target::File(path) => files.push(Replacement { path, artifact, words, is_fixed: false }),
            Target::Fixed(path) => files.push(Replacement { path, artifact, words, is_fixed: true }),
            target => in_place.push((target, artifact, words)),
        }
    }
    let new_files = write_new_files(&files)?;
    for (target, artifact, words) in in_place {
        if let Some(stop) = until.over() {
            return Err(stop.into());
        }
        with_grace(until, GRACE, move || write_in_place(&target, &artifact).context(words))?;
    }
    match until.over() {
        Some(Stop::Cancelled) => return Err(Ending::Cancelled),
        // Bytes on standard output cannot be taken back.
        Some(Stop::TimedOut) if !new_files.is_empty() => return Err(Ending::TimedOut),
        Some(Stop::TimedOut) | None => {}
    }
    Ok(replace_all(files, new_files)?)
}

/// Writes each content to a new file in the same directory, several large ones at once. `None` for files to be
/// overwritten.
fn write_new_files(files: &[Replacement]) -> anyhow::Result<Vec<Option<NewFile>>> {
    thread::scope(|scope| {
        let begun = files.iter().map(|file| {
            let write = move || {
                if file.is_fixed {
                    return Ok(None);
                }
                NewFile::beside(&file.path, &file.artifact).with_context(|| file.words.clone())
            };
            let large = files.len() > 1 && file.artifact.size() >= LARGE;
            let thread = large.then(|| thread::Builder::new().spawn_scoped(scope, write).ok()).flatten();
            // Small contents, and those without a thread, are written here.
            thread.ok_or_else(write)
        });
        let begun: Vec<_> = begun.collect();
        let ended = begun.into_iter().map(|begun| match begun {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(written) => written,
        });
        ended.collect()
    })
}

fn write_in_place(target: &Target, artifact: &Artifact) -> anyhow::Result<()> {
    match target {
        Target::Stdout => write_stdout(artifact),
        Target::Stderr => artifact.write_to(&mut standard_streams::stderr()?),
        Target::Descriptor(file) => write_descriptor(file, artifact),
        Target::File(path) | Target::Fixed(path) | Target::Special(path) => write_special(path, artifact),
    }
}

/// Writes at the current position and truncates there, because anything after it would look like a part of it.
fn write_descriptor(mut file: &File, artifact: &Artifact) -> anyhow::Result<()> {
    artifact.write_to(&mut Patient(file))?;
    let is_appended_to = fcntl_getfl(file)?.contains(OFlags::APPEND);
    if file.metadata()?.is_file() && !is_appended_to {
        file.set_len(file.stream_position()?)?;
    }
    Ok(())
}

fn write_special(path: &Path, artifact: &Artifact) -> anyhow::Result<()> {
    // Truncates the file if it is a regular one, as `/proc/N/fd/M` of another process may be. Other kinds ignore it.
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    artifact.write_to(&mut file)
}

fn write_stdout(artifact: &Artifact) -> anyhow::Result<()> {
    let mut stdout = standard_streams::stdout()?;
    artifact.write_to(&mut stdout)?;
    stdout.flush()?;
    Ok(())
}
