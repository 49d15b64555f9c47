//! Opens a file only if it is below one of the roots.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use program::{Place, is_within};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::READING;
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
    if !is_within(&held, roots) && !roots.iter().any(|root| root.is_pipe(&held)) {
        return Err(Errno::ACCESS.into());
    }
    Ok(rustix::fs::open(itself, READING, Mode::empty())?.into())
}
