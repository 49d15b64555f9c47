//! Signals as events: the first asks the tools to end, the second ends them at once; then this process ends as the
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

use crate::failure::Failure;

/// What the parent may have left otherwise. A reader of ours that goes away is an error of a write, not the end; and the
/// kernel keeps the status of a tool for us (`wait(2)`: not where SIGCHLD is ignored).
#[expect(unsafe_code, reason = "signal(2) may install a handler, which must be one")]
pub(crate) fn begin() {
    // SAFETY: no handler is installed. (They cannot fail for signals that there are.)
    unsafe {
        let _ = signal(Signal::SIGPIPE, SigHandler::SigIgn);
        let _ = signal(Signal::SIGCHLD, SigHandler::SigDfl);
    }
}

/// Does `work` with a handle that signals cancel. If one came and the work failed, that is the end of this process:
/// everything is put away by then.
pub(crate) fn heeded(work: impl FnOnce(&Cancel) -> Result<(), Failure>) -> Result<(), Failure> {
    let heeded = heed()?;
    let result = work(&heeded.cancel);
    if result.is_err() {
        heeded.die();
    }
    result
}

/// Signals cancel from now on.
pub(crate) fn heed() -> anyhow::Result<Heeded> {
    // A write over the limit of a file's size (`ulimit -f`) is an error then, not a death that leaves half a file. (A
    // handler: what is ignored would be ignored in the tools as well.)
    signal_hook::flag::register(libc::SIGXFSZ, Arc::default())?;
    // One that the parent had ignored (`nohup`, a shell's background job) stays ignored.
    let heeded = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = Signals::new(heeded)?;
    let (cancel, first) = (Cancel::new(), Arc::new(AtomicI32::new(0)));
    let (sweeping, swept) = mpsc::channel();
    let heeded = Heeded { cancel: cancel.clone(), first: Arc::clone(&first), swept };
    let thread = thread::Builder::new().name("signals".to_owned());
    let started = thread.spawn(move || {
        // (Here it is in nobody's way. A signal that comes meanwhile is heard right after.)
        rgbpipe::program::remove_left_behind();
        drop(sweeping);
        for signal in signals.forever() {
            // The one that began it is the one to end by.
            let _ = first.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
            cancel.cancel();
        }
    });
    started.context("cannot start a thread")?;
    Ok(heeded)
}

/// What signals cancel.
#[derive(Debug)]
pub(crate) struct Heeded {
    pub(crate) cancel: Cancel,
    /// The first that came; 0 if none did.
    first: Arc<AtomicI32>,
    /// Closed when what killed runs left behind is removed.
    swept: Receiver<Infallible>,
}

impl Drop for Heeded {
    fn drop(&mut self) {
        let _ = self.swept.recv();
    }
}

impl Heeded {
    /// The exit status that a shell sees of a process that the first signal ended.
    pub(crate) fn exit_status(&self) -> Option<u8> {
        self.signal().and_then(|signal| u8::try_from(128 + signal).ok())
    }

    fn signal(&self) -> Option<i32> {
        Some(self.first.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Ends the process by the signal that came; returns if none did.
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
