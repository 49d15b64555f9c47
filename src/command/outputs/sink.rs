//! Where artifacts go: all of them, or none.
//!
//! Files appear by rename, when everything else is written; a failed build leaves every old file as it was.
//! What is not a regular file (`/dev/null`, a FIFO, a process substitution) cannot be replaced: it is written in
//! place.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context;
use rgbpipe::{Stop, Until};
use tempfile::NamedTempFile;

use crate::ending::Ending;
use crate::outputs::payload::Payload;
use crate::process::interrupt::interruptible;
use crate::process::standard_streams;

/// How many symbolic links are followed, as many as Linux does (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// What takes longer to write than a thread to start, in bytes.
const LARGE: usize = 512 * 1024;

/// Where one artifact goes.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    typed: PathBuf,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Standard output.
    Stdout,
    /// A file, to be replaced in one step; symbolic links are resolved.
    File(PathBuf),
    /// Something that is not a regular file, written as it is.
    Special(PathBuf),
}

impl Sink {
    /// What `path` stands for, if it can be written. Nothing is changed.
    pub(crate) fn at(path: &Path) -> anyhow::Result<Self> {
        let place = Place::of(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { typed: path.to_owned(), place })
    }

    /// As the user wrote it.
    pub(crate) fn typed(&self) -> &Path {
        &self.typed
    }

    pub(crate) fn is_stdout(&self) -> bool {
        self.place == Place::Stdout
    }

    /// The path, as the user wrote it, if that is a file.
    pub(crate) fn file(&self) -> Option<&Path> {
        matches!(self.place, Place::File(_)).then_some(&self.typed)
    }

    /// Whether what goes to both would mix. Nothing mixes in `/dev/null` and its like.
    pub(crate) fn mixes_with(&self, other: &Self) -> bool {
        let is_one_special = match (&self.place, &other.place) {
            // (It may have two names.)
            (Place::Special(own), Place::Special(other)) => {
                identity(own).is_some_and(|own| identity(other) == Some(own))
            }
            _ => false,
        };
        (self.place == other.place || is_one_special) && !self.is_device()
    }

    fn is_device(&self) -> bool {
        let Place::Special(path) = &self.place else { return false };
        fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device())
    }

    /// Whether this is the regular file that `metadata` is of.
    pub(crate) fn is_file(&self, metadata: &fs::Metadata) -> bool {
        let (Place::File(path) | Place::Special(path)) = &self.place else { return false };
        metadata.is_file() && identity(path) == Some((metadata.dev(), metadata.ino()))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match &self.place {
            Place::Stdout => io::stdout().is_terminal(),
            Place::File(_) => false,
            // Opened for reading, which disturbs nothing, and only what is a device: a FIFO would block.
            Place::Special(path) => self.is_device() && File::open(path).is_ok_and(|file| file.is_terminal()),
        }
    }
}

impl Place {
    /// Symbolic links are followed one by one: any of them may lead to what is open already, which is not to be replaced, be
    /// it a regular file.
    fn of(path: &Path) -> anyhow::Result<Self> {
        let mut path = path.to_owned();
        for _ in 0..=MAX_LINKS {
            if is_stdout(&path) {
                return Ok(Self::Stdout);
            }
            if ["/dev/fd", "/dev/stderr", "/proc"].iter().any(|names| path.starts_with(names)) {
                fs::metadata(&path)?;
                return Ok(Self::Special(path));
            }
            match fs::read_link(&path) {
                Ok(target) => path = directory(&path).join(target),
                Err(_) => return Self::of_no_link(&path),
            }
        }
        anyhow::bail!("too many symbolic links")
    }

    fn of_no_link(path: &Path) -> anyhow::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(io::Error::from(ErrorKind::IsADirectory).into()),
            Ok(metadata) if metadata.is_file() => {
                // Opened, not truncated: the file stays as it is.
                OpenOptions::new().write(true).open(path)?;
                new_file_in_its_directory(path)
            }
            Ok(metadata) if metadata.file_type().is_socket() => anyhow::bail!("it is a socket"),
            Ok(_) => Ok(Self::Special(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => new_file_in_its_directory(path),
            Err(error) => Err(error.into()),
        }
    }
}

/// `-`, and the names that the system has for it: opening those anew would lose the offset of `>> FILE`.
fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// What tells a file from any other: its device and its number there.
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

/// A file that can be made where `path` says: proved by making one without a name there.
fn new_file_in_its_directory(path: &Path) -> anyhow::Result<Place> {
    let Some(name) = path.file_name().filter(|_| !path.as_os_str().as_encoded_bytes().ends_with(b"/")) else {
        return Err(io::Error::from(ErrorKind::IsADirectory).into());
    };
    let directory = fs::canonicalize(directory(path))?;
    tempfile::tempfile_in(&directory).with_context(|| format!("cannot create a file in {}", directory.display()))?;
    Ok(Place::File(directory.join(name)))
}

/// Writes every payload to its sink: all of them, or, as far as files go, none.
///
/// Written last of all: standard output and other things that cannot be taken back, then the renames.
pub(crate) fn write(deliveries: Vec<(Sink, Payload)>, until: &Until) -> Result<(), Ending> {
    let mut files = Vec::new();
    let mut in_place = Vec::new();
    for (sink, payload) in deliveries {
        let words = format!("cannot write {}", sink.typed.display());
        match sink.place {
            Place::File(path) => files.push((path, payload, words)),
            place => in_place.push((place, payload, words)),
        }
    }
    let new_files = write_new_files(&files)?;
    for (place, payload, words) in in_place {
        interruptible(until, move || match place {
            Place::Special(path) => write_in_place(&path, &payload).context(words),
            _ => write_stdout(&payload).context("cannot write to standard output"),
        })?;
    }
    match until.over() {
        Some(Stop::Cancelled) => return Err(Ending::Cancelled),
        // What is on standard output already cannot be taken back.
        Some(Stop::TimedOut) if !new_files.is_empty() => return Err(Ending::TimedOut),
        Some(Stop::TimedOut) | None => {}
    }
    for (file, (path, _, words)) in new_files.into_iter().zip(files) {
        file.persist(&path).map_err(|error| error.error).context(words)?;
    }
    Ok(())
}

/// Writes each file's content to a new one in its directory: several large ones at once.
fn write_new_files(files: &[(PathBuf, Payload, String)]) -> anyhow::Result<Vec<NamedTempFile>> {
    thread::scope(|scope| {
        let begun = files.iter().map(|(path, payload, words)| {
            let write = move || write_beside(path, payload).with_context(|| words.clone());
            let large = files.len() > 1 && payload.size() >= LARGE;
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

/// A finished new file in the directory of `path`. Until it is renamed, its removal is certain. It has the permissions of
/// the file that it replaces, as one that is written over keeps them.
fn write_beside(path: &Path, payload: &Payload) -> anyhow::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(".rgbpipe-")
        // What `open(2)` gives any new file: the umask takes its part.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory(path))?;
    if let Ok(old) = fs::metadata(path) {
        // (But those that make it a program of its owner's: a write takes these away.)
        file.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o777))?;
    }
    // (The file itself: the wrapper's errors name it, and that name is nobody's business.)
    payload.write_to(file.as_file_mut())?;
    Ok(file)
}

fn write_in_place(path: &Path, payload: &Payload) -> anyhow::Result<()> {
    // Truncates what `/dev/fd/N` may be: a regular file. The others take no notice.
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    payload.write_to(&mut file)
}

fn write_stdout(payload: &Payload) -> anyhow::Result<()> {
    let mut stdout = standard_streams::stdout()?;
    payload.write_to(&mut stdout)?;
    stdout.flush()?;
    Ok(())
}
