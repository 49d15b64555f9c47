//! Standard error, which must not hold up the end: whoever has it may never read it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rgbpipe::Until;

use crate::ending::Ending;
use crate::process::interrupt::with_grace;

/// How long a write may take when the build was ended already.
const GRACE: Duration = Duration::from_millis(500);

/// What ends the build.
static END: Mutex<Option<Until>> = Mutex::new(None);

/// A write did not end in time: there is no other one after it.
static ABANDONED: AtomicBool = AtomicBool::new(false);

/// From now on no write goes on for long after this.
pub(crate) fn ends_with(until: &Until) {
    *END.lock().unwrap_or_else(PoisonError::into_inner) = Some(until.clone());
}

/// Writes to standard error. Nobody is left to hear of an error there. Gives whether the build can go on.
pub(crate) fn print(text: &[u8]) -> bool {
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

/// Gives whether it was written in time.
fn write_until(until: &Until, text: &[u8]) -> bool {
    let writing = text.to_owned();
    let work = move || {
        write(&writing);
        Ok(())
    };
    match with_grace(until, GRACE, work) {
        Ok(()) => true,
        Err(Ending::Cancelled | Ending::TimedOut) => false,
        // There is no thread to be had.
        Err(_) => {
            write(text);
            true
        }
    }
}

/// Without std's lock, which one that never ends would keep from all others.
fn write(mut text: &[u8]) {
    while !text.is_empty() {
        match rustix::io::write(io::stderr(), text) {
            Ok(count) => text = &text[count..],
            Err(rustix::io::Errno::INTR) => {}
            // Whoever shares it may have set it so.
            Err(rustix::io::Errno::AGAIN) => thread::sleep(Duration::from_millis(1)),
            Err(_) => return,
        }
    }
}
