//! Features of Linux beyond POSIX.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter};
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;
use rustix::fs::{CWD, RenameFlags};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use rustix::thread::{current_timer_slack, set_current_timer_slack};

use super::Setup;

mod launch;
mod lease;
mod openers;
mod openings;

pub(crate) use launch::launch;
pub(crate) use lease::{give_back, is_wanted, is_written, lease};
pub(crate) use openers::Openers;
pub(crate) use openings::{ASK, AT_ONCE, Openings, is_filler};

/// A descriptor that becomes ready at the child's exit. Available since 5.3, unless a system call filter forbids it.
pub(crate) fn pidfd(child: Pid) -> Option<OwnedFd> {
    // It is close-on-exec, as all descriptors are.
    pidfd_open(child, PidfdFlags::empty()).ok()
}

/// Creates a pipe, close-on-exec.
pub(crate) fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    io::pipe()
}

/// Sets a pipe's capacity in bytes, if that is allowed.
pub(crate) fn widen(pipe: &File, size: usize) {
    if let Ok(size) = size.try_into() {
        let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(size));
    }
}

/// Makes this thread's waits end on time, instead of up to 50 microseconds later, until it is dropped.
#[derive(Debug)]
pub(crate) struct OnTime(Option<NonZeroU64>);

impl OnTime {
    pub(crate) fn new() -> Self {
        let before = current_timer_slack().ok().and_then(NonZeroU64::new);
        let _ = set_current_timer_slack(Some(NonZeroU64::MIN));
        Self(before)
    }
}

impl Drop for OnTime {
    fn drop(&mut self) {
        // Without a value, the slack becomes what the thread was born with.
        let _ = set_current_timer_slack(self.0);
    }
}

/// Has the child killed when the thread that starts it ends, even by a `kill -9` of this process.
pub(crate) fn die_with_us() -> Setup {
    let parent = nix::unistd::getpid();
    Box::new(move || {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        // If the parent died before the line above took effect, there is nobody to start for.
        if nix::unistd::getppid() == parent { Ok(()) } else { Err(Errno::ESRCH) }
    })
}

/// Puts each of two files at the other's path, at once. Not every file system can.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}
