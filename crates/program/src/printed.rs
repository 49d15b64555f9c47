//! Standard output and standard error as text that a tool prints: always drained, kept up to a limit.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags};

use bstr::BStr;

use super::port::{Filled, read_some, set_nonblocking};

/// How many bytes of a tool's standard output, and of its standard error, are kept.
const KEPT: u64 = 16 << 20;

/// The text that a tool printed on standard output or standard error.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The first 16 MiB.
    pub bytes: Vec<u8>,
    /// The number of bytes after those. They were read, so that the tool could continue, and discarded.
    pub omitted: u64,
}

/// With the text as text.
impl fmt::Debug for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, omitted } = self;
        f.debug_struct("Printed").field("bytes", &BStr::new(bytes)).field("omitted", omitted).finish()
    }
}

/// A stream that is being read.
#[derive(Debug)]
pub(super) struct Printing {
    /// `None` once the stream has ended.
    pipe: Option<File>,
    pub(super) printed: Printed,
}

impl Printing {
    /// Without a stream it has ended at once.
    pub(super) fn new(pipe: Option<OwnedFd>) -> io::Result<Self> {
        let pipe = pipe.map(File::from);
        pipe.iter().try_for_each(set_nonblocking)?;
        Ok(Self { pipe, printed: Printed::default() })
    }

    /// The descriptor to poll until the stream ends.
    pub(super) fn poll_fd(&self) -> Option<PollFd<'_>> {
        self.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN))
    }

    /// Our end of the stream, until it ends.
    pub(super) fn pipe(&self) -> Option<&File> {
        self.pipe.as_ref()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.pipe.is_none()
    }

    /// Reads what is available, in bounded time.
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
