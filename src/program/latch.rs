//! "The tool has exited", as something that a thread can poll along with its FIFO.

use std::io::{self, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// A pipe that nobody writes to: closing its writing end is the news, and reaches every poller.
#[derive(Debug)]
pub(super) struct Latch {
    reader: OwnedFd,
    writer: Mutex<Option<PipeWriter>>,
}

impl Latch {
    pub(super) fn new() -> io::Result<Self> {
        // Close-on-exec, as every pipe of std.
        let (reader, writer) = io::pipe()?;
        Ok(Self { reader: reader.into(), writer: Mutex::new(Some(writer)) })
    }

    pub(super) fn set(&self) {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// What to poll: ready when it is set.
    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(self.reader.as_fd(), PollFlags::empty())
    }

    pub(super) fn is_set(&self) -> bool {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

/// What a wait ended with.
#[derive(Debug)]
pub(super) enum Woken {
    /// The descriptor is ready, in these ways (never empty).
    Ready(PollFlags),
    /// The latch is set and the descriptor is not ready.
    Exited,
}

/// Waits until `fd` is ready for `events`, has lost its other end, or `exited` is set.
pub(super) fn wait(fd: impl AsFd, events: PollFlags, exited: &Latch) -> io::Result<Woken> {
    loop {
        let mut fds = [PollFd::new(fd.as_fd(), events), exited.poll_fd()];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) => {}
            Err(nix::Error::EINTR) => continue,
            Err(errno) => return Err(errno.into()),
        }
        let ready = fds[0].revents().unwrap_or(PollFlags::empty());
        if !ready.is_empty() {
            return Ok(Woken::Ready(ready));
        }
        if fds[1].any().unwrap_or(false) {
            return Ok(Woken::Exited);
        }
    }
}

/// Waits until `exited` is set.
pub(super) fn wait_for_exit(exited: &Latch) -> io::Result<()> {
    loop {
        match poll(&mut [exited.poll_fd()], PollTimeout::NONE) {
            Ok(_) => return Ok(()),
            Err(nix::Error::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// Waits until `fd` is ready for `events` or has lost its other end; `None` when `until` has passed.
pub(super) fn wait_until(fd: BorrowedFd<'_>, events: PollFlags, until: Instant) -> io::Result<Option<PollFlags>> {
    let mut fds = [PollFd::new(fd, events)];
    Ok(if poll_until(&mut fds, until)? { fds[0].revents() } else { None })
}

/// Waits until one of them is ready, or `until` has passed; gives which of the two.
pub(super) fn poll_until(fds: &mut [PollFd<'_>], until: Instant) -> io::Result<bool> {
    loop {
        // Rounded up, so that the last millisecond is not spent in a busy loop.
        let left = until.saturating_duration_since(Instant::now()) + Duration::from_micros(999);
        match poll(fds, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)) {
            Ok(0) if until <= Instant::now() => return Ok(false),
            Ok(0) | Err(nix::Error::EINTR) => {}
            Ok(_) => return Ok(true),
            Err(errno) => return Err(errno.into()),
        }
    }
}
