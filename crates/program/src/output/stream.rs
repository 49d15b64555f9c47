//! One open of an output, which has a pipe of its own.

use std::fs::File;
use std::io;
use std::mem;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use rustix::event::{PollFd, PollFlags};

use crate::exit::poll_until;
use crate::fifo::open_path;
use crate::port::{Filled, read_some};
use crate::proc::descriptor;
use crate::system::is_filler;

/// How long, and how often, a pipe is looked at after its close. Another open may have been on its way to it.
pub(super) const LINGER: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(5)];

/// One open of an output.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) reader: File,
    /// The number of bytes to read before the content.
    pub(super) filler: usize,
    /// Where in the output its next byte goes; `None` is the end.
    pub(super) place: Option<usize>,
    /// Its first byte takes the place of all that was there before.
    pub(super) empties: bool,
    pub(super) closed: Option<Instant>,
}

impl Stream {
    /// Reads what comes before the content. Returns false if somebody else has read of it.
    pub(super) fn skip_filler(&mut self) -> bool {
        if self.filler == 0 {
            return true;
        }
        let mut bytes = vec![0; mem::take(&mut self.filler)];
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&self.reader, &mut bytes[..]));
        read.is_ok_and(|count| count == bytes.len() && is_filler(&bytes))
    }

    pub(super) fn read(&mut self, content: &mut Vec<u8>, limit: u64) -> io::Result<Filled> {
        match &mut self.place {
            // As almost always.
            Some(place) if *place == content.len() => {
                let filled = read_some(&self.reader, content, limit);
                *place = content.len();
                filled
            }
            None => read_some(&self.reader, content, limit),
            Some(place) => {
                let mut bytes = Vec::new();
                let filled = read_some(&self.reader, &mut bytes, limit.saturating_sub(*place as u64))?;
                let end = *place + bytes.len();
                if !bytes.is_empty() {
                    if mem::take(&mut self.empties) {
                        content.clear();
                    }
                    content.resize(content.len().max(end), 0);
                    content[*place..end].copy_from_slice(&bytes);
                }
                *place = end;
                Ok(filled)
            }
        }
    }

    /// Lets those go on that opened this pipe to read, before a file took its place: nothing had been written then, so
    /// they find nothing. Only a writer wakes them, and no path leads to this pipe any more.
    pub(super) fn end(self) {
        let writer = open_path(&descriptor(&self.reader), OFlag::O_WRONLY | OFlag::O_NONBLOCK);
        drop((self.reader, writer));
    }
}

/// `IN` if there is something to read, `HUP` if no writer is left.
pub(super) fn state(reader: &File) -> io::Result<PollFlags> {
    let mut polled = [PollFd::new(reader, PollFlags::IN)];
    poll_until(&mut polled, Instant::now())?;
    Ok(polled[0].revents())
}
