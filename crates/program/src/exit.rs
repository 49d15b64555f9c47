//! The tool's exit, as a descriptor that a thread can poll along with its FIFO.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::system::{self, pidfd};
use super::threads;

/// The exit of one child. Every poller sees it, and it stays visible.
#[derive(Debug)]
pub(super) struct Exit {
    /// Ready from the exit on.
    sign: OwnedFd,
}

impl Exit {
    /// The child must not have been reaped yet.
    pub(super) fn of(child: nix::unistd::Pid) -> io::Result<Self> {
        let child = Pid::from_raw(child.as_raw()).ok_or(rustix::io::Errno::SRCH)?;
        let sign = pidfd(child).map_or_else(|| pipe(child), Ok)?;
        Ok(Self { sign })
    }

    /// What to poll.
    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(self.sign.as_fd(), PollFlags::POLLIN)
    }
}

/// This works on every system: a pipe without data, whose writing end is closed by a thread that waits for the exit.
fn pipe(child: Pid) -> io::Result<OwnedFd> {
    let (reader, writer) = system::pipe()?;
    threads::spawn_detached("exit", move || {
        // The child stays a zombie, so its pid is not reused.
        let exited = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(child), exited) {}
        drop(writer);
    })?;
    Ok(reader.into())
}

/// How a wait ended.
#[derive(Debug)]
pub(super) enum Woken {
    /// The descriptor is ready for these events, at least one.
    Ready(PollFlags),
    /// The tool has exited and the descriptor is not ready.
    Exited,
}

/// Waits until `fd` is ready for `events`, has lost its other end, or the tool has exited.
pub(super) fn wait(fd: impl AsFd, events: PollFlags, exited: &Exit) -> io::Result<Woken> {
    let mut fds = [PollFd::new(fd.as_fd(), events), exited.poll_fd()];
    poll_ready(&mut fds, None)?;
    let ready = fds[0].revents().unwrap_or(PollFlags::empty());
    Ok(if ready.is_empty() { Woken::Exited } else { Woken::Ready(ready) })
}

/// Waits until the tool has exited.
pub(super) fn wait_for_exit(exited: &Exit) -> io::Result<()> {
    poll_ready(&mut [exited.poll_fd()], None).map(drop)
}

/// Waits until `fd` is ready for `events` or has lost its other end. Returns `None` once `until` has passed.
pub(super) fn wait_until(fd: BorrowedFd<'_>, events: PollFlags, until: Instant) -> io::Result<Option<PollFlags>> {
    let mut fds = [PollFd::new(fd, events)];
    Ok(if poll_until(&mut fds, until)? { fds[0].revents() } else { None })
}

/// Waits until one of them is ready or `until` has passed. Returns which.
pub(super) fn poll_until(fds: &mut [PollFd<'_>], until: Instant) -> io::Result<bool> {
    poll_ready(fds, Some(until))
}

/// Waits until one of them is ready or `until`, if given, has passed. Returns which.
fn poll_ready(fds: &mut [PollFd<'_>], until: Option<Instant>) -> io::Result<bool> {
    loop {
        let timeout = until.map_or(PollTimeout::NONE, |until| {
            // Rounded up, to avoid a busy loop during the last millisecond.
            let left = until.saturating_duration_since(Instant::now()) + Duration::from_micros(999);
            PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
        });
        match poll(fds, timeout) {
            Ok(0) if until.is_some_and(|until| until <= Instant::now()) => return Ok(false),
            Ok(0) | Err(nix::Error::EINTR) => {}
            Ok(_) => return Ok(true),
            Err(errno) => return Err(errno.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn either_sign_tells_of_the_exit_and_not_before_it() {
        let ways: [fn(Pid) -> Exit; 2] = [
            |child| Exit { sign: pipe(child).unwrap() },
            |child| Exit::of(nix::unistd::Pid::from_raw(child.as_raw_pid())).unwrap(),
        ];
        for exit_of in ways {
            let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
            let exit = exit_of(Pid::from_child(&child));
            assert!(!poll_until(&mut [exit.poll_fd()], Instant::now()).unwrap());
            drop(child.stdin.take());
            wait_for_exit(&exit).unwrap();
            assert!(child.wait().unwrap().success());
            wait_for_exit(&exit).unwrap();
        }
    }
}
