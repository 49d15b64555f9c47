//! Requests to stop that other threads make, in a form that a tool's event loop can poll.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags};

use super::port::set_nonblocking;
use super::system;
use crate::cancel::Urgency;

/// A queue of requests, and a pipe that holds a byte while the queue is not empty.
#[derive(Debug)]
pub(super) struct News {
    requests: Mutex<Vec<Urgency>>,
    reader: PipeReader,
    writer: PipeWriter,
}

impl News {
    pub(super) fn new() -> io::Result<Self> {
        let (reader, writer) = system::pipe()?;
        set_nonblocking(&reader)?;
        set_nonblocking(&writer)?;
        Ok(Self { requests: Mutex::default(), reader, writer })
    }

    /// Never blocks.
    pub(super) fn tell(&self, urgency: Urgency) {
        self.requests().push(urgency);
        // A full pipe wakes the loop too.
        let _ = (&self.writer).write(&[0]);
    }

    /// Takes all requests since the last call.
    pub(super) fn take(&self) -> Vec<Urgency> {
        // The pipe is emptied first, so that later requests have a byte of their own.
        while (&self.reader).read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
        mem::take(&mut self.requests())
    }

    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.reader, PollFlags::IN)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Urgency>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::poll_until;
    use std::time::Instant;

    fn is_there(news: &News) -> bool {
        poll_until(&mut [news.poll_fd()], Instant::now()).unwrap()
    }

    #[test]
    fn news_wake_the_loop_once_each_time() {
        let news = News::new().unwrap();
        assert!(!is_there(&news));
        let requests = [Urgency::Gently, Urgency::Now, Urgency::Now];
        for urgency in requests {
            news.tell(urgency);
        }
        assert!(is_there(&news));
        assert_eq!(news.take(), requests);
        assert!(!is_there(&news));
        assert_eq!(news.take(), []);
    }

    #[test]
    fn more_news_than_a_pipe_holds_do_not_block() {
        let news = News::new().unwrap();
        for _ in 0..100_000 {
            news.tell(Urgency::Gently);
        }
        assert_eq!(news.take().len(), 100_000);
        assert!(!is_there(&news));
    }
}
