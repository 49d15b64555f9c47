//! Open files as `/proc` shows them.

use std::os::fd::AsRawFd;
use std::path::PathBuf;

/// A path that leads to this open file, if `/proc` is mounted.
pub(crate) fn descriptor(file: &impl AsRawFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The path that an open file has now, according to the kernel.
pub(crate) fn real_path(file: &impl AsRawFd) -> Option<PathBuf> {
    std::fs::read_link(descriptor(file)).ok().filter(|path| path.is_absolute())
}
