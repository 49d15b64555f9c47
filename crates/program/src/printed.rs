//! Standard output and standard error as text that a tool prints: drained at all times, kept up to a limit.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::port::{Filled, read_some, set_nonblocking};

/// How much of a tool's standard output and standard error is kept, each, in bytes.
const KEPT: u64 = 16 << 20;

/// What a tool printed on standard output or standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The first bytes, up to 16 MiB.
    pub bytes: Vec<u8>,
    /// How many bytes came after those; they were read, so that the tool could go on, and dropped.
    pub omitted: u64,
}

/// A stream that is being read.
#[derive(Debug)]
pub(super) struct Printing {
    /// None at its end.
    pipe: Option<File>,
    pub(super) printed: Printed,
}

impl Printing {
    /// Of no stream it is the end at once.
    pub(super) fn new(pipe: Option<OwnedFd>) -> io::Result<Self> {
        let pipe = pipe.map(File::from);
        pipe.iter().try_for_each(set_nonblocking)?;
        Ok(Self { pipe, printed: Printed::default() })
    }

    /// What to poll, until its end.
    pub(super) fn pipe(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Takes what is there, in a bounded time.
    pub(super) fn turn(&mut self) -> io::Result<()> {
        let Some(pipe) = &self.pipe else { return Ok(()) };
        match read_some(pipe, &mut self.printed.bytes, KEPT)? {
            Filled::NoWriter => self.pipe = None,
            Filled::OverLimit => {
                self.printed.omitted += self.printed.bytes.len() as u64 - KEPT;
                self.printed.bytes.truncate(usize::try_from(KEPT).unwrap_or(usize::MAX));
            }
            Filled::More | Filled::WouldBlock => {}
        }
        Ok(())
    }
}
