//! What works on every POSIX system, above all macOS and the BSDs. It is slower in places, and it cannot detect an
//! output that a tool opens twice in one moment.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::SigSet;
use nix::unistd::Pid;

use super::{Launch, Setup};
use crate::fifo::Fifo;

/// On macOS a hang-up belongs to the FIFO: every descriptor has it until a writer comes.
pub(crate) const HANG_UPS_ARE_FORGOTTEN: bool = false;

/// How often a FIFO is checked for a reader.
const ASK: Duration = Duration::from_millis(1);

/// Held while a pipe is created or a child started. Not every system can create a pipe that is close-on-exec from the
/// start, and a child that another thread starts in between would keep it open.
static PIPES: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    PIPES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a pipe, close-on-exec.
pub(crate) fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let _alone = alone();
    io::pipe()
}

/// Starts `command` with these standard streams, after running these setups in order.
#[expect(unsafe_code, reason = "setups must run in the child, between fork and exec")]
pub(crate) fn launch(command: Launch<'_>, streams: [OwnedFd; 3], setups: Vec<Setup>) -> io::Result<Pid> {
    let [stdin, stdout, stderr] = streams;
    let mut start = process::Command::new(command.program);
    start.args(command.arguments).envs(command.env.iter().cloned());
    for name in command.env_removed {
        start.env_remove(name);
    }
    start.process_group(0).stdin(stdin).stdout(stdout).stderr(stderr);
    // std resets the signals that this process handles and that Rust's runtime ignores.
    let unblock: Setup = Box::new(|| SigSet::empty().thread_set_mask());
    for setup in setups.into_iter().chain([unblock]) {
        // SAFETY: a setup makes bare system calls, and does not allocate.
        unsafe {
            start.pre_exec(move || Ok(setup()?));
        }
    }
    let _alone = alone();
    // A pid fits, because the kernel's own type is `i32`.
    start.spawn().map(|child| Pid::from_raw(child.id().cast_signed()))
}

/// Only Linux has descriptors for processes.
pub(crate) fn pidfd(_child: rustix::process::Pid) -> Option<OwnedFd> {
    None
}

/// Only Linux can enlarge a pipe.
pub(crate) fn widen(_pipe: &File, _size: usize) {}

/// Only Linux, and FreeBSD in another way, has such a signal.
pub(crate) fn die_with_us() -> Setup {
    Box::new(|| Ok(()))
}

/// Nothing is needed to release a thread that [polls](wait_for_reader) instead of waiting in an open.
#[derive(Debug)]
pub(crate) struct Handle;

impl Handle {
    #[expect(clippy::unnecessary_wraps, reason = "Linux' can fail")]
    pub(crate) fn new(_fifo: &Fifo) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "Linux' can fail, and needs it")]
    pub(crate) fn release(&self, _fifo: &Fifo) -> io::Result<Option<File>> {
        Ok(None)
    }
}

/// Polls until a reader has the FIFO open, or `released` says that none will come.
///
/// A wait in an open would never end if a tool has removed the FIFO: without a name, another thread cannot release it.
pub(crate) fn wait_for_reader(fifo: &Fifo, released: impl Fn() -> bool) -> io::Result<Option<File>> {
    while !released() {
        if let Some(writer) = fifo.try_open_writer()? {
            return Ok(Some(writer));
        }
        thread::sleep(ASK);
    }
    Ok(None)
}

/// Nothing here counts how often a FIFO was closed.
#[derive(Debug)]
pub(crate) struct Watch(std::convert::Infallible);

impl Watch {
    pub(crate) fn new<'f>(_fifos: impl Iterator<Item = &'f Fifo>) -> Option<Self> {
        None
    }

    pub(crate) fn closes(&self) -> io::Result<Vec<usize>> {
        match self.0 {}
    }
}
