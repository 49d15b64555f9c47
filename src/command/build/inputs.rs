//! Finds out the kind of each input.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use rgbpipe::Input;

use crate::ending::Refusal;
use crate::process::make;
use crate::process::standard_streams::is_stdin;

/// The first bytes of an object file, of any revision (`rgbds(5)`).
const OBJECT_MAGIC: &[u8] = b"RGB9";

/// Decides whether a path is a source or an object. Fails if it cannot be read.
pub(super) fn input(path: PathBuf) -> Result<Input, Refusal> {
    if is_stdin(&path) {
        return Ok(Input::Stdin(Vec::new()));
    }
    let unreadable = |cause| Refusal::Input { path: path.clone(), cause };
    let begins_like_an_object = match fs::metadata(&path) {
        // make has only printed the command that creates it.
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
