//! What Linux has beyond POSIX.

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

/// A descriptor that is ready from the child's exit on: since 5.3, if no filter of system calls forbids it.
pub(crate) fn pidfd(child: Pid) -> Option<OwnedFd> {
    // Close-on-exec, as all of them.
    pidfd_open(child, PidfdFlags::empty()).ok()
}

/// A pipe, close-on-exec.
pub(crate) fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    io::pipe()
}

/// Gives a pipe this much room, in bytes, and tells whether it has it.
pub(crate) fn widen(pipe: &File, size: usize) -> bool {
    size.try_into().is_ok_and(|size| fcntl(pipe, FcntlArg::F_SETPIPE_SZ(size)).is_ok())
}

/// Has the child killed when the thread that starts it ends, also by a `kill -9` of this process.
pub(crate) fn die_with_us() -> Setup {
    let parent = nix::unistd::getpid();
    Box::new(move || {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        // The parent may have died before the line above took effect: then there is nobody to start for.
        if nix::unistd::getppid() == parent { Ok(()) } else { Err(Errno::ESRCH) }
    })
}

/// What finds one FIFO again, be it removed from its directory meanwhile.
#[derive(Debug)]
pub(crate) struct Handle(File);

impl Handle {
    pub(crate) fn new(fifo: &Fifo) -> io::Result<Self> {
        open_path(fifo.path(), OFlag::O_PATH).map(Self)
    }

    /// Releases whoever waits for a reader of this FIFO. What it gives must be kept until that wait has ended: a
    /// descriptor that is closed at once can be missed by the waiter, which then sleeps on. (`fifo(7)`: opening
    /// read-write never waits.)
    pub(crate) fn release(&self, fifo: &Fifo) -> io::Result<Option<File>> {
        let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK;
        // By its other name (`proc(5)`), where that is mounted.
        open_path(format!("/proc/self/fd/{}", self.0.as_raw_fd()).as_ref(), flags)
            .or_else(|_| open_path(fifo.path(), flags))
            .map(Some)
    }
}

/// Waits until a reader opens the FIFO, or it is [released](Handle::release). `None` where it is no more: a tool may
/// remove its input, or put another file there.
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
        // Waits in the open that a thread would wait in, on the FIFO and not on its name.
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
