//! Opens a file only if it is below one of the roots.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use program::{Place, is_within};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::READING;
use crate::confine::plain;
use crate::toolchain::builtin::Error;

/// Fails if `/proc` is not mounted, because then nothing says which file was opened.
pub(super) fn support() -> Result<(), Error> {
    std::fs::read_link("/proc/self/fd")
        .map(drop)
        .or_else(|_| std::fs::read_dir("/proc/self/fd").map(drop))
        .map_err(Error::NoConfinement)
}

/// Opens the path without reading (`O_PATH`), which has no effect on the file. Then the kernel says where the file
/// really is, and only then is that very file opened for reading, even if the path leads elsewhere by now.
pub(super) fn open(path: &Path, roots: &[Place]) -> io::Result<File> {
    let held: OwnedFd = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let itself = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()));
    if !is_within(&held, roots) && !is_named_pipe(path, &std::fs::read_link(&itself)?, roots)? {
        return Err(Errno::ACCESS.into());
    }
    Ok(rustix::fs::open(itself, READING, Mode::empty())?.into())
}

/// Whether the path names a pipe that has no path of its own, such as `/dev/fd/63`, in one of the places. A link that leads to
/// such a name does not: it may be in the project, and the pipe another process's.
fn is_named_pipe(path: &Path, opened: &Path, roots: &[Place]) -> io::Result<bool> {
    let named = plain(&std::env::current_dir()?.join(path));
    let (Some(parent), Some(name)) = (named.parent(), named.file_name()) else { return Ok(false) };
    let dir = parent.canonicalize()?;
    let is_it = !opened.is_absolute() && std::fs::read_link(dir.join(name)).is_ok_and(|there| there == opened);
    Ok(is_it && roots.iter().any(|root| root.has(&dir)))
}
