//! What Linux offers beyond POSIX.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::Setup;
use crate::fifo::{Fifo, open_path};

mod launch;
mod watch;

pub(crate) use launch::launch;
pub(crate) use watch::Watch;

/// A descriptor opened after a hang-up starts without it.
pub(crate) const HANG_UPS_ARE_FORGOTTEN: bool = true;

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

/// Has the child killed when the thread that starts it ends, even by a `kill -9` of this process.
pub(crate) fn die_with_us() -> Setup {
    let parent = nix::unistd::getpid();
    Box::new(move || {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        // If the parent died before the line above took effect, there is nobody to start for.
        if nix::unistd::getppid() == parent { Ok(()) } else { Err(Errno::ESRCH) }
    })
}

/// Identifies one FIFO even after it was removed from its directory.
#[derive(Debug)]
pub(crate) struct Handle(File);

impl Handle {
    pub(crate) fn new(fifo: &Fifo) -> io::Result<Self> {
        open_path(fifo.path(), OFlag::O_PATH).map(Self)
    }

    /// Releases a thread that waits for a reader of this FIFO. Keep the result until that wait has ended: the waiter
    /// can miss a descriptor that is closed at once, and then sleeps on. Opening read-write never waits (`fifo(7)`).
    pub(crate) fn release(&self, fifo: &Fifo) -> io::Result<Option<File>> {
        let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK;
        // Opens it by its other name (`proc(5)`), if that is mounted.
        open_path(format!("/proc/self/fd/{}", self.0.as_raw_fd()).as_ref(), flags)
            .or_else(|_| open_path(fifo.path(), flags))
            .map(Some)
    }
}

/// Waits until a reader opens the FIFO or it is [released](Handle::release). Returns `None` if it no longer exists: a
/// tool may remove its input or put another file there.
pub(crate) fn wait_for_reader(fifo: &Fifo, _released: impl Fn() -> bool) -> io::Result<Option<File>> {
    fifo.open_writer(OFlag::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fifo::FifoDir;

    #[test]
    fn a_wait_is_released_though_the_directory_is_gone() {
        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        let handle = Handle::new(&fifo).unwrap();
        // Waits as a thread would in an open, but on the FIFO instead of its name.
        let path = format!("/proc/self/fd/{}", handle.0.as_raw_fd());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || open_path(path.as_ref(), OFlag::O_WRONLY));
            drop(dir);
            let hold = handle.release(&fifo).unwrap();
            waiting.join().unwrap().unwrap();
            drop(hold);
        });
    }
}
