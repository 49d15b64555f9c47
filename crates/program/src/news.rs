//! Events that other threads send to a tool's event loop, in a form that it can poll.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::mem;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::poll::{PollFd, PollFlags};

use super::port::set_nonblocking;
use super::system;
use crate::cancel::Urgency;

/// The events of the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Cancel(Urgency),
    /// A port cannot continue, so the tool would wait for it forever.
    Trouble,
}

/// A queue of events, and a pipe that holds a byte while the queue is not empty.
#[derive(Debug)]
pub(super) struct News {
    events: Mutex<Vec<Event>>,
    reader: PipeReader,
    writer: PipeWriter,
}

impl News {
    pub(super) fn new() -> io::Result<Self> {
        let (reader, writer) = system::pipe()?;
        set_nonblocking(&reader)?;
        set_nonblocking(&writer)?;
        Ok(Self { events: Mutex::default(), reader, writer })
    }

    /// Never blocks.
    pub(super) fn tell(&self, event: Event) {
        self.events().push(event);
        // A full pipe wakes the loop too.
        let _ = (&self.writer).write(&[0]);
    }

    /// Takes all events since the last call.
    pub(super) fn take(&self) -> Vec<Event> {
        // The pipe is emptied first, so that later events have a byte of their own.
        while (&self.reader).read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
        mem::take(&mut self.events())
    }

    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(self.reader.as_fd(), PollFlags::POLLIN)
    }

    fn events(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::poll_until;
    use std::time::Instant;

    #[test]
    fn news_wake_the_loop_once_each_time() {
        let news = News::new().unwrap();
        let is_there = || {
            let mut fds = [news.poll_fd()];
            poll_until(&mut fds, Instant::now()).unwrap();
            fds[0].any().unwrap()
        };
        assert!(!is_there());
        let events = [Event::Cancel(Urgency::Gently), Event::Trouble, Event::Cancel(Urgency::Now)];
        for event in events {
            news.tell(event);
        }
        assert!(is_there());
        assert_eq!(news.take(), events);
        assert!(!is_there());
        assert_eq!(news.take(), []);
    }

    #[test]
    fn more_news_than_a_pipe_holds_do_not_block() {
        let news = News::new().unwrap();
        for _ in 0..100_000 {
            news.tell(Event::Trouble);
        }
        assert_eq!(news.take().len(), 100_000);
        assert!(!poll_until(&mut [news.poll_fd()], Instant::now()).unwrap());
    }
}
