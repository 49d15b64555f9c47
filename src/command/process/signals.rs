//! Signals as events. The first asks the tools to stop, the second stops them at once. Then this process ends as the
//! signal would have ended it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use anyhow::Context;
use nix::libc;
use nix::sys::signal::{SigHandler, Signal, signal};
use rgbpipe::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::ending::Ending;

/// Resets what the parent may have changed. The kernel keeps a tool's status for us, which it does not if SIGCHLD is
/// ignored (`wait(2)`). That SIGPIPE is an error of a write and not the end is the work of Rust's runtime.
#[expect(unsafe_code, reason = "signal(2) may install a handler, which must be one")]
pub(crate) fn begin() {
    // SAFETY: no handler is installed. The call cannot fail for an existing signal.
    let _ = unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) };
}

/// Runs `work` with a handle that signals cancel. If a signal came and the work failed, this process ends here;
/// everything has been cleaned up by then.
pub(crate) fn cancellable(work: impl FnOnce(&Cancel) -> Result<(), Ending>) -> Result<(), Ending> {
    let caught = listen()?;
    let result = work(&caught.cancel);
    if result.is_err() {
        caught.die();
    }
    result
}

/// From now on, signals cancel the work.
pub(crate) fn listen() -> anyhow::Result<Caught> {
    // With a handler, a write beyond the file size limit (`ulimit -f`) fails instead of killing this process with half
    // a file written. Ignoring the signal instead would be inherited by the tools.
    signal_hook::flag::register(libc::SIGXFSZ, Arc::default())?;
    // A signal that the parent ignored (`nohup`, a shell's background job) stays ignored.
    let handled = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = Signals::new(handled)?;
    let (cancel, first) = (Cancel::new(), Arc::new(AtomicI32::new(0)));
    let (sweeping, swept) = mpsc::channel();
    let caught = Caught { cancel: cancel.clone(), first: Arc::clone(&first), swept };
    let thread = thread::Builder::new().name("signals".to_owned());
    let started = thread.spawn(move || {
        // Done here because nothing waits for it. A signal that arrives meanwhile is handled right after.
        rgbpipe::program::remove_left_behind();
        drop(sweeping);
        for signal in signals.forever() {
            // This process ends by the first signal.
            let _ = first.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
            cancel.cancel();
        }
    });
    started.context("cannot start a thread")?;
    Ok(caught)
}

/// The state that signals change.
#[derive(Debug)]
pub(crate) struct Caught {
    pub(crate) cancel: Cancel,
    /// The first signal that came, or 0.
    first: Arc<AtomicI32>,
    /// Closed once the remains of killed runs have been removed.
    swept: Receiver<Infallible>,
}

impl Drop for Caught {
    fn drop(&mut self) {
        let _ = self.swept.recv();
    }
}

impl Caught {
    /// The exit status that a shell reports for a process ended by the first signal.
    pub(crate) fn exit_status(&self) -> Option<u8> {
        self.signal().and_then(|signal| u8::try_from(128 + signal).ok())
    }

    fn signal(&self) -> Option<i32> {
        Some(self.first.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Ends the process by the signal that came. Returns if there was none.
    pub(crate) fn die(&self) {
        if let Some(signal) = self.signal() {
            // The first process of a container does not die of signals that it sends itself.
            if std::process::id() == 1 {
                std::process::exit(128 + signal);
            }
            let _ = emulate_default_handler(signal);
        }
    }
}

#[expect(unsafe_code, reason = "no crate here asks for a signal's disposition without changing it")]
fn is_ignored(signal: i32) -> bool {
    let mut old = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with a null `act`, sigaction(2) changes nothing and writes the current action to `old`, which is
    // large enough for it and, being zeroed, is initialized even if the call fails.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), old.as_mut_ptr());
        old.assume_init().sa_sigaction == libc::SIG_IGN
    }
}
