//! Standard error, which must not delay the end of the process: its reader may never read.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rgbpipe::Until;

use crate::ending::Ending;
use crate::process::interrupt::with_grace;
use crate::show::harmless::for_terminal;

/// How long a write may take after the build was stopped.
const GRACE: Duration = Duration::from_millis(500);

/// When the build stops.
static END: Mutex<Option<Until>> = Mutex::new(None);

/// A write did not finish in time. There are no more writes after it.
static ABANDONED: AtomicBool = AtomicBool::new(false);

/// From now on, no write lasts much longer than `until`.
pub(crate) fn ends_with(until: &Until) {
    *END.lock().unwrap_or_else(PoisonError::into_inner) = Some(until.clone());
}

/// Whether text has colours.
static COLOURS: AtomicBool = AtomicBool::new(false);

/// From now on, colours in a text are kept.
pub(crate) fn keep_colours() {
    COLOURS.store(true, Ordering::Relaxed);
}

/// Writes to standard error what is harmless to a terminal. Returns whether the build can continue.
pub(crate) fn print(text: &[u8]) -> bool {
    pass(&for_terminal(text, COLOURS.load(Ordering::Relaxed)))
}

/// Writes to standard error what a program has printed that the user runs himself. Errors are ignored, because there is
/// nowhere to report them. Returns whether the build can continue.
pub(crate) fn pass(text: &[u8]) -> bool {
    if !text.is_empty() && !ABANDONED.load(Ordering::Relaxed) {
        let end = END.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match end {
            None => write(text),
            Some(until) if write_until(&until, text) => {}
            Some(_) => ABANDONED.store(true, Ordering::Relaxed),
        }
    }
    !ABANDONED.load(Ordering::Relaxed)
}

/// Returns whether the text was written in time.
fn write_until(until: &Until, text: &[u8]) -> bool {
    let writing = text.to_owned();
    let work = move || {
        write(&writing);
        Ok(())
    };
    match with_grace(until, GRACE, work) {
        Ok(()) => true,
        Err(Ending::Cancelled | Ending::TimedOut) => false,
        // No thread could be started.
        Err(_) => {
            write(text);
            true
        }
    }
}

/// Does not use the standard library's lock, because a write that never ends would hold it.
fn write(mut text: &[u8]) {
    while !text.is_empty() {
        match rustix::io::write(io::stderr(), text) {
            Ok(count) => text = &text[count..],
            Err(rustix::io::Errno::INTR) => {}
            // Another process that shares it may have made it non-blocking.
            Err(rustix::io::Errno::AGAIN) => thread::sleep(Duration::from_millis(1)),
            Err(_) => return,
        }
    }
}
