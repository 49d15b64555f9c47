//! Opens a file only if it is below one of the roots.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::READING;
use crate::confine::plain;
use crate::toolchain::builtin::Error;

/// Whether the system can tell which file was opened: `/proc` is mounted.
pub(super) fn support() -> Result<(), Error> {
    std::fs::read_link("/proc/self/fd")
        .map(drop)
        .or_else(|_| std::fs::read_dir("/proc/self/fd").map(drop))
        .map_err(Error::NoConfinement)
}

/// The place is taken hold of first, which does nothing to what is there, and is told by the kernel. Only then it is opened
/// to be read: that very file, whatever its name leads to by now.
pub(super) fn open(path: &Path, roots: &[PathBuf]) -> io::Result<File> {
    let held: OwnedFd = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let itself = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()));
    let mut real = std::fs::read_link(&itself)?;
    if !real.is_absolute() {
        // A pipe is nowhere. It may be read if the place that it was named by may be.
        real = plain(&std::env::current_dir()?.join(path));
        real = real.parent().and_then(|parent| parent.canonicalize().ok()).unwrap_or(real);
    }
    if !roots.iter().any(|root| real.starts_with(root)) {
        return Err(Errno::ACCESS.into());
    }
    Ok(rustix::fs::open(itself, READING, Mode::empty())?.into())
}
