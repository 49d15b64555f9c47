//! Waits for work that may never end, such as reading another program's pipe.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rgbpipe::Until;

use crate::ending::Ending;

/// Runs `work` on its own thread, and abandons it when the build is cancelled or its time is over, because the process
/// ends then. For reads and writes that may block for as long as another program likes.
pub(crate) fn interruptible<T: Send + 'static>(
    until: &Until,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Ending> {
    with_grace(until, Duration::ZERO, work)
}

/// The same, but after that the work gets some time to finish by itself.
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
            // The panic has been printed already. Without an answer, the caller would wait forever.
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
        // A second signal cancels again.
        match inbox.recv_timeout(give_up.saturating_duration_since(Instant::now())) {
            Ok(next) => result = next,
            Err(_) => break,
        }
    }
    result
}
