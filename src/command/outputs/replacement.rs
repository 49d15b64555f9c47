//! Replaces old files by new ones, all or none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use nix::libc;
use tempfile::TempPath;

use crate::outputs::artifact::Artifact;
use crate::outputs::new_file::NewFile;
use crate::outputs::target::is_forbidden;

/// A file, and its new content.
#[derive(Debug)]
pub(super) struct Replacement {
    pub(super) path: PathBuf,
    pub(super) artifact: Artifact,
    /// The error's text if it fails.
    pub(super) words: String,
    /// It is overwritten, not replaced.
    pub(super) is_fixed: bool,
}

/// A completed step, with the information to undo it.
enum Done {
    /// The old file now has the hidden name of the new one.
    Exchanged(TempPath, PathBuf),
    /// There was no old file.
    Created(PathBuf),
    /// The old content is here.
    Overwritten(File, Vec<u8>),
    ForGood,
}

/// Puts each new file in its place, and overwrites the files that cannot be replaced. If one fails, all are restored.
pub(super) fn replace_all(files: Vec<Replacement>, new_files: Vec<Option<NewFile>>) -> anyhow::Result<()> {
    let is_alone = files.len() == 1;
    let mut done = Vec::new();
    for (file, new) in files.into_iter().zip(new_files) {
        let replaced = match new {
            Some(new) if is_alone => rename(new, &file),
            Some(new) => exchange(new, &file),
            None => overwrite(&file),
        };
        match replaced {
            Ok(replaced) => done.push(replaced),
            Err(error) => {
                done.into_iter().rev().for_each(Done::undo);
                return Err(error.context(file.words));
            }
        }
    }
    Ok(())
}

fn rename(new: NewFile, file: &Replacement) -> anyhow::Result<Done> {
    match new.0.persist(&file.path) {
        Ok(_) => Ok(Done::ForGood),
        Err(error) => otherwise(error.error, file),
    }
}

fn exchange(new: NewFile, file: &Replacement) -> anyhow::Result<Done> {
    match names_exchanged(new.0.path(), &file.path) {
        Ok(()) => {
            let done = Done::Exchanged(new.0.into_temp_path(), file.path.clone());
            // A rename would not have replaced a directory, but an exchange does.
            if done.hides_a_directory() {
                done.undo();
                return Err(io::Error::from(ErrorKind::IsADirectory).into());
            }
            Ok(done)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match new.0.persist_noclobber(&file.path) {
            Ok(_) => Ok(Done::Created(file.path.clone())),
            // Another process was faster.
            Err(error) => rename(NewFile(error.file), file),
        },
        // Not every file system supports it.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => rename(new, file),
        Err(error) => otherwise(error, file),
    }
}

#[cfg(target_os = "linux")]
fn names_exchanged(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn names_exchanged(_: &Path, other: &Path) -> io::Result<()> {
    fs::metadata(other)?;
    Err(ErrorKind::Unsupported.into())
}

/// If only the rename is forbidden, the file can still be overwritten.
fn otherwise(error: io::Error, file: &Replacement) -> anyhow::Result<Done> {
    // The error of the rename says more than that of the write.
    if is_forbidden(&error) { overwrite(file).map_err(|_| error.into()) } else { Err(error.into()) }
}

fn overwrite(file: &Replacement) -> anyhow::Result<Done> {
    let open = |read| {
        // It may be something else by now.
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        OpenOptions::new().read(read).write(true).custom_flags(flags).open(&file.path)
    };
    let (mut old, is_readable) = match open(true) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => (open(false)?, false),
        opened => (opened?, true),
    };
    anyhow::ensure!(old.metadata()?.is_file(), "it is no longer a regular file");
    let mut content = Vec::new();
    if is_readable {
        old.read_to_end(&mut content).context("cannot read what is there")?;
    }
    match write_over(&mut old, &file.artifact) {
        Ok(()) if is_readable => Ok(Done::Overwritten(old, content)),
        Ok(()) => Ok(Done::ForGood),
        Err(error) => {
            if is_readable {
                Done::Overwritten(old, content).undo();
            }
            Err(error)
        }
    }
}

/// Truncates the file after the write, so that the room of the old content is kept until all is written.
fn write_over(file: &mut File, artifact: &Artifact) -> anyhow::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    artifact.write_to(file)?;
    let end = file.stream_position()?;
    Ok(file.set_len(end)?)
}

impl Done {
    fn hides_a_directory(&self) -> bool {
        matches!(self, Self::Exchanged(hidden, _) if fs::symlink_metadata(hidden).is_ok_and(|old| old.is_dir()))
    }

    /// Ignores errors, because the one that led here is reported.
    fn undo(self) {
        match self {
            Self::Exchanged(hidden, path) => drop(names_exchanged(&hidden, &path)),
            Self::Created(path) => drop(fs::remove_file(path)),
            Self::Overwritten(mut file, content) => {
                drop(write_over(&mut file, &Artifact::Bytes(Arc::new(content))));
            }
            Self::ForGood => {}
        }
    }
}
