//! Puts artifacts where they go: all of them, or none.
//!
//! Files appear by rename, when everything else is written; a failed build leaves every old file as it was.
//! What is not a regular file (`/dev/null`, a FIFO, a process substitution) cannot be replaced: it is written in
//! place.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use anyhow::Context;
use rgbpipe::{Stop, Until};
use rustix::fs::{OFlags, fcntl_getfl};

use crate::ending::Ending;
use crate::outputs::new_file::NewFile;
use crate::outputs::payload::Payload;
use crate::outputs::place::Place;
use crate::outputs::replacement::{Replacement, replace_all};
use crate::outputs::sink::Sink;
use crate::process::interrupt::interruptible;
use crate::process::standard_streams;

/// What takes longer to write than a thread to start, in bytes.
const LARGE: usize = 512 * 1024;

/// Writes every payload to its sink: all of them, or, as far as files go, none.
///
/// Written last of all: standard output and other things that cannot be taken back, then the renames.
pub(crate) fn write(deliveries: Vec<(Sink, Payload)>, until: &Until) -> Result<(), Ending> {
    let mut files = Vec::new();
    let mut in_place = Vec::new();
    for (sink, payload) in deliveries {
        let words = match sink.place {
            Place::Stdout => "cannot write to standard output".to_owned(),
            _ => format!("cannot write {}", sink.typed.display()),
        };
        match sink.place {
            Place::File(path) => files.push(Replacement { path, payload, words, is_fixed: false }),
            Place::Fixed(path) => files.push(Replacement { path, payload, words, is_fixed: true }),
            place => in_place.push((place, payload, words)),
        }
    }
    let new_files = write_new_files(&files)?;
    for (place, payload, words) in in_place {
        interruptible(until, move || write_in_place(&place, &payload).context(words))?;
    }
    match until.over() {
        Some(Stop::Cancelled) => return Err(Ending::Cancelled),
        // What is on standard output already cannot be taken back.
        Some(Stop::TimedOut) if !new_files.is_empty() => return Err(Ending::TimedOut),
        Some(Stop::TimedOut) | None => {}
    }
    Ok(replace_all(files, new_files)?)
}

/// Writes each file's content to a new one in its directory: several large ones at once. None where the file is to be
/// written over.
fn write_new_files(files: &[Replacement]) -> anyhow::Result<Vec<Option<NewFile>>> {
    thread::scope(|scope| {
        let begun = files.iter().map(|file| {
            let write = move || {
                if file.is_fixed {
                    return Ok(None);
                }
                NewFile::beside(&file.path, &file.payload).with_context(|| file.words.clone())
            };
            let large = files.len() > 1 && file.payload.size() >= LARGE;
            let thread = large.then(|| thread::Builder::new().spawn_scoped(scope, write).ok()).flatten();
            // What is small, or has no thread, is written here.
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

fn write_in_place(place: &Place, payload: &Payload) -> anyhow::Result<()> {
    match place {
        Place::Stdout => write_stdout(payload),
        Place::Stderr => payload.write_to(&mut standard_streams::stderr()?),
        Place::Descriptor(file) => write_descriptor(file, payload),
        Place::File(path) | Place::Fixed(path) | Place::Special(path) => write_special(path, payload),
    }
}

/// Where it stands, and as its end: what a file has after that would look like a part of it.
fn write_descriptor(mut file: &File, payload: &Payload) -> anyhow::Result<()> {
    payload.write_to(&mut file)?;
    let is_appended_to = fcntl_getfl(file)?.contains(OFlags::APPEND);
    if file.metadata()?.is_file() && !is_appended_to {
        file.set_len(file.stream_position()?)?;
    }
    Ok(())
}

fn write_special(path: &Path, payload: &Payload) -> anyhow::Result<()> {
    // Truncates what another process's `/proc/N/fd/M` may be: a regular file. The others take no notice.
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    payload.write_to(&mut file)
}

fn write_stdout(payload: &Payload) -> anyhow::Result<()> {
    let mut stdout = standard_streams::stdout()?;
    payload.write_to(&mut stdout)?;
    stdout.flush()?;
    Ok(())
}
