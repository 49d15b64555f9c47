//! Finds out the kind of each input.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::libc;
use rgbpipe::Input;
use rgbpipe::program::{RegularFile, is_own_stream};

use super::look::{BEGINNING, Look};
use crate::ending::Refusal;
use crate::process::make;
use crate::process::standard_streams::is_stdin;

/// Extensions of sources.
const SOURCES: [&str; 4] = ["asm", "s", "z80", "sm83"];

/// A source or an object, if it can be read and looks like one.
pub(super) fn input(path: PathBuf) -> Result<Input, Refusal> {
    if is_stdin(&path) {
        return Ok(Input::Stdin(Vec::new()));
    }
    let unreadable = |cause| Refusal::Input { path: path.clone(), cause };
    let look = match fs::metadata(&path) {
        // Make has only printed how it is made.
        Err(error) if error.kind() == ErrorKind::NotFound && make::only_prints() => Look::Text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let there_is = |path: PathBuf| io::Error::other(format!("{error}; there is {}", path.display()));
            return Err(unreadable(with_ending(&path).map(there_is).unwrap_or(error)));
        }
        Err(error) => return Err(unreadable(error)),
        Ok(metadata) if metadata.is_dir() => return Err(Refusal::InputIsDirectory(path)),
        Ok(metadata) if metadata.is_file() => Look::of(&beginning(&path).map_err(unreadable)?, &path),
        Ok(metadata) if is_own_stream(&metadata) => {
            return Err(unreadable(io::Error::other("rgbpipe itself writes to this pipe, so it would never end")));
        }
        Ok(metadata) if metadata.file_type().is_char_device() && is_endless(&path) => {
            return Err(unreadable(io::Error::other("it is not a regular file, and has more than 64 MiB")));
        }
        // A FIFO or a process substitution can be opened only once, by the assembler.
        Ok(_) => Look::Text,
    };
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    match look {
        _ if ["o", "obj", "rel"].contains(&ending.as_str()) => Ok(Input::Object(path)),
        Look::Object => Ok(Input::Object(path)),
        Look::Text => Ok(Input::Source(path)),
        look => Err(Refusal::NotASource { path, look }),
    }
}

/// Whether a device has more than the built-in toolchain reads of one, without a wait. RGBDS would read on for ever. A terminal
/// is left alone: what is read from it is gone.
fn is_endless(path: &Path) -> bool {
    const MOST: u64 = 64 << 20;
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let opened = fs::OpenOptions::new().read(true).custom_flags(flags).open(path).ok();
    let read = |device: fs::File| io::copy(&mut device.take(MOST + 1), &mut io::sink());
    opened.filter(|device| !device.is_terminal()).is_some_and(|device| read(device).is_ok_and(|count| count > MOST))
}

/// The source of that name, if only the ending was left out.
fn with_ending(path: &Path) -> Option<PathBuf> {
    let whole = path.extension().is_none();
    let found = || SOURCES.iter().map(|ending| path.with_extension(ending)).find(|path| path.is_file());
    whole.then(found).flatten()
}

/// Whether standard input is a source.
pub(super) fn check_stdin(text: &[u8]) -> Result<(), Refusal> {
    let path = Path::new("standard input");
    match Look::of(&text[..text.len().min(BEGINNING)], path) {
        Look::Text => Ok(()),
        look => Err(Refusal::NotASource { path: path.to_owned(), look }),
    }
}

fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    match RegularFile::open(path).and_then(|file| file.read(BEGINNING as u64)) {
        // It is empty, or has become a FIFO since it was looked at.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(Vec::new()),
        bytes => bytes,
    }
}
