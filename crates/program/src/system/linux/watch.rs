//! Counts how often a writer closed each output, which the bytes cannot show.
//!
//! When a tool closes an output and opens it again at once, the bytes of both runs can be in the pipe together, and
//! nothing in a pipe marks where one ends. The kernel's file notification (Linux `inotify(7)`) counts the closes of
//! FIFOs as of any file.

use std::io;

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};

use crate::fifo::Fifo;

/// Counts from its creation on.
#[derive(Debug)]
pub(crate) struct Watch {
    inotify: Inotify,
    watched: Vec<WatchDescriptor>,
}

impl Watch {
    /// Watches these outputs. Returns `None` if that is refused: the user's inotify instances may be used up.
    pub(crate) fn new<'f>(fifos: impl Iterator<Item = &'f Fifo>) -> Option<Self> {
        Self::over(fifos).ok()
    }

    fn over<'f>(fifos: impl Iterator<Item = &'f Fifo>) -> nix::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
        // Opens are watched too. Of equal events in a row the kernel keeps only one, so two closes with nothing
        // between them would count as one.
        let events = AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_OPEN;
        let watched = fifos.map(|fifo| inotify.add_watch(fifo.path(), events)).collect::<nix::Result<_>>()?;
        Ok(Self { inotify, watched })
    }

    /// How often a writer closed each output, in the order given.
    pub(crate) fn closes(&self) -> io::Result<Vec<usize>> {
        let mut closes = vec![0; self.watched.len()];
        loop {
            let events = match self.inotify.read_events() {
                Ok(events) => events,
                Err(Errno::EAGAIN) => return Ok(closes),
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno.into()),
            };
            for event in events {
                if event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
                    // Some events were lost: more closes than anyone has seen.
                    return Ok(vec![usize::MAX; self.watched.len()]);
                }
                if event.mask.contains(AddWatchFlags::IN_CLOSE_WRITE) {
                    let index = self.watched.iter().position(|watched| *watched == event.wd);
                    if let Some(count) = index.and_then(|index| closes.get_mut(index)) {
                        *count += 1;
                    }
                }
            }
        }
    }
}
