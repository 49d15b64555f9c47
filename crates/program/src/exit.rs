//! The tool's exit, as a descriptor that can be polled along with everything else.

use std::io;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::system::{self, pidfd};

/// The exit of one child. It stays visible.
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

    /// The descriptor to poll.
    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.sign, PollFlags::IN)
    }
}

/// This works on every system: a pipe without data, whose writing end is closed by a thread that waits for the exit.
/// Nobody waits for that thread, so it needs no bound.
fn pipe(child: Pid) -> io::Result<OwnedFd> {
    /// It does nothing that needs more.
    const STACK: usize = 64 * 1024;
    let (reader, writer) = system::pipe()?;
    let wait = move || {
        // The child stays a zombie, so its pid is not reused.
        let exited = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(child), exited) {}
        drop(writer);
    };
    let started = thread::Builder::new().name("exit".to_owned()).stack_size(STACK).spawn(wait);
    started.map_err(|cause| io::Error::new(cause.kind(), format!("cannot start a thread: {cause}")))?;
    Ok(reader.into())
}

/// Waits until one of them is ready or `until` has passed. Returns which.
pub(super) fn poll_until(fds: &mut [PollFd<'_>], until: Instant) -> io::Result<bool> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        // A year is for ever, and fits in what every system counts in.
        let left =
            Timespec::try_from(left.min(Duration::from_secs(365 * 86_400))).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(fds, Some(&left)) {
            Ok(0) if until <= Instant::now() => return Ok(false),
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
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
    fn both_kinds_of_exit_signs_come_after_the_exit() {
        let ways: [fn(Pid) -> Exit; 2] = [
            |child| Exit { sign: pipe(child).unwrap() },
            |child| Exit::of(nix::unistd::Pid::from_raw(child.as_raw_pid())).unwrap(),
        ];
        let soon = || Instant::now() + Duration::from_secs(60);
        for exit_of in ways {
            let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
            let exit = exit_of(Pid::from_child(&child));
            assert!(!poll_until(&mut [exit.poll_fd()], Instant::now()).unwrap());
            drop(child.stdin.take());
            assert!(poll_until(&mut [exit.poll_fd()], soon()).unwrap());
            assert!(child.wait().unwrap().success());
            assert!(poll_until(&mut [exit.poll_fd()], soon()).unwrap());
        }
    }
}
