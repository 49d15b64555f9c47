//! Moves bytes through a pipe without ever waiting for its other end, for inputs and outputs.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use rustix::event::{PollFd, PollFlags};

use super::system;

/// How long a process that the tool left behind may keep using a port after the tool's exit.
pub(super) const LEAK_GRACE: Duration = Duration::from_millis(500);

/// The default capacity of a pipe on Linux (`pipe(7)`), and so the most that one read returns.
pub(super) const CHUNK: usize = 64 * 1024;

/// How much a tool's stdio writes at a time.
const LEAST: usize = 4 * 1024;

/// The capacity of an enlarged pipe: the most that any user may have (`pipe(7)`, pipe-max-size).
pub(super) const WIDE: usize = 1 << 20;

/// Bytes on their way into a pipe, which is closed after the last one.
#[derive(Debug)]
pub(super) struct Feed<'a> {
    pipe: File,
    bytes: &'a [u8],
}

impl<'a> Feed<'a> {
    pub(super) fn new(pipe: impl Into<OwnedFd>, bytes: &'a [u8]) -> io::Result<Self> {
        let pipe = File::from(pipe.into());
        set_nonblocking(&pipe)?;
        if bytes.len() > CHUNK {
            system::widen(&pipe, WIDE);
        }
        Ok(Self { pipe, bytes })
    }

    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.pipe, PollFlags::OUT)
    }

    /// Writes as much as fits. Returns whether there is more. A reader that goes away is not an error: the tool's exit
    /// status says whether it got all that it wanted.
    pub(super) fn turn(&mut self) -> io::Result<bool> {
        // A fast reader may never let the pipe fill up.
        let enough = self.bytes.len().saturating_sub(WIDE);
        while !self.bytes.is_empty() {
            match self.pipe.write(self.bytes) {
                Ok(count) => self.bytes = &self.bytes[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(false),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            }
            if self.bytes.len() <= enough {
                break;
            }
        }
        Ok(!self.bytes.is_empty())
    }
}

/// The error of a port, with its name.
pub(super) fn of_port(name: &str) -> impl Fn(io::Error) -> io::Error {
    move |cause| io::Error::new(cause.kind(), format!("cannot serve '{name}': {cause}"))
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// `read` returned 0.
    NoWriter,
    /// There is no more for now.
    WouldBlock,
    /// More than an enlarged pipe holds: it is being filled as fast as it is read.
    More,
    OverLimit,
}

/// Appends what the pipe holds, and stops even if the pipe keeps being refilled. `limit` applies to the whole
/// `content`.
pub(super) fn read_some(reader: &File, content: &mut Vec<u8>, limit: u64) -> io::Result<Filled> {
    let enough = content.len() + WIDE;
    loop {
        // Most pipes deliver little or nothing.
        content.try_reserve(content.len().clamp(LEAST, CHUNK)).map_err(|_| ErrorKind::OutOfMemory)?;
        match rustix::io::read(reader, rustix::buffer::spare_capacity(content)) {
            Ok(_) if content.len() as u64 > limit => return Ok(Filled::OverLimit),
            Ok(0) => return Ok(Filled::NoWriter),
            Ok(_) if content.len() > enough => return Ok(Filled::More),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => return Ok(Filled::WouldBlock),
            Err(errno) => return Err(errno.into()),
        }
    }
}

pub(super) fn set_nonblocking(pipe: impl AsFd) -> io::Result<()> {
    // A pipe has no other flags that can be set.
    fcntl(&pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(())
}
