//! What systems do differently: how it is done on Linux, and how wherever there is POSIX.
//!
//! With `--cfg portable` in `RUSTFLAGS`, Linux does it in the other way too: so its tests can show what macOS and the BSDs
//! would get.

use std::ffi::{OsStr, OsString};

#[cfg(all(target_os = "linux", not(portable)))]
mod linux;
#[cfg(all(target_os = "linux", not(portable)))]
pub(super) use linux::*;
#[cfg(not(all(target_os = "linux", not(portable))))]
mod portable;
#[cfg(not(all(target_os = "linux", not(portable))))]
pub(super) use portable::*;

/// What is to be started, as a process group of its own.
#[derive(Debug)]
pub(super) struct Command<'a> {
    /// A path, or a name on `PATH`.
    pub(super) program: &'a OsStr,
    pub(super) arguments: Vec<OsString>,
    /// Set in the environment, which is this process' own otherwise.
    pub(super) env: &'a [(OsString, OsString)],
    /// Taken from it.
    pub(super) env_removed: &'a [OsString],
}

/// What a child does before its exec: bare system calls. It must not allocate, nor panic.
pub(super) type Setup = Box<dyn Fn() -> nix::Result<()> + Send + Sync>;
