//! The parts that differ between systems: one implementation for Linux and one for all of POSIX.
//!
//! With `--cfg portable` in `RUSTFLAGS`, Linux uses the portable one too, so that its tests can show what macOS and
//! the BSDs would get.

use std::ffi::{OsStr, OsString};
use std::fs::File;

#[cfg(all(target_os = "linux", not(portable)))]
mod linux;
#[cfg(all(target_os = "linux", not(portable)))]
pub(super) use linux::*;
#[cfg(not(all(target_os = "linux", not(portable))))]
mod portable;
#[cfg(not(all(target_os = "linux", not(portable))))]
pub(super) use portable::*;

/// The program to start, in its own process group.
#[derive(Debug)]
pub(super) struct Launch<'a> {
    /// A path, or a name on `PATH`.
    pub(super) program: &'a OsStr,
    pub(super) arguments: Vec<OsString>,
    /// Variables to set; the rest of the environment is inherited.
    pub(super) env: &'a [(OsString, OsString)],
    /// Variables to remove.
    pub(super) env_removed: &'a [OsString],
}

/// A FIFO that somebody has opened for writing.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) number: u64,
    pub(super) reader: File,
    /// The number of bytes to read before the content. The portable way has none.
    pub(super) filler: usize,
}

/// The steps of a child before its exec: bare system calls. It must not allocate or panic.
pub(super) type Setup = Box<dyn Fn() -> nix::Result<()> + Send + Sync>;
