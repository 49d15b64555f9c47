//! Waiting for what may never end: another program's end of a pipe.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rgbpipe::Until;

use crate::ending::Ending;

/// Runs `work` on a thread of its own, and leaves it alone when the build is cancelled or the time is over: the
/// process is about to end then. For reads and writes that block for as long as a stranger likes.
pub(crate) fn interruptible<T: Send + 'static>(
    until: &Until,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Ending> {
    with_grace(until, Duration::ZERO, work)
}

/// The same, where the work has this long to end by itself after that.
pub(crate) fn with_grace<T: Send + 'static>(
    until: &Until,
    grace: Duration,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Ending> {
    let (results, inbox) = mpsc::channel();
    let cancelled = results.clone();
    let _subscription = until.cancel.subscribe(move |_| drop(cancelled.send(Err(Ending::Cancelled))));
    thread::Builder::new()
        .name("stdio".to_owned())
        .spawn(move || {
            let done = panic::catch_unwind(AssertUnwindSafe(work));
            // (The panic itself is told by now. Without an answer one would be waited for without end.)
            let done = done.unwrap_or_else(|_| Err(anyhow::anyhow!("a thread panicked")));
            drop(results.send(done.map_err(Ending::from)));
        })
        .map_err(anyhow::Error::from)?;
    let result = match until.deadline {
        Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
        None => inbox.recv().map_err(RecvTimeoutError::from),
    };
    let mut result = result.unwrap_or(Err(Ending::TimedOut));
    let give_up = Instant::now() + grace;
    while let Err(Ending::Cancelled | Ending::TimedOut) = result {
        // (It is cancelled again by a second signal.)
        match inbox.recv_timeout(give_up.saturating_duration_since(Instant::now())) {
            Ok(next) => result = next,
            Err(_) => break,
        }
    }
    result
}
