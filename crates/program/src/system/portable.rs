//! Works on every POSIX system, above all macOS and the BSDs. It is slower in places, and it cannot detect an
//! output that a tool opens twice in one moment.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::SigSet;
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags};

use super::{Launch, Opened, Setup};
use crate::environment::for_the_loader_alone;
use crate::exit::poll_until;
use crate::fifo::Fifo;

/// How often to ask whether an output was opened.
pub(crate) const ASK: Option<Duration> = Some(Duration::from_millis(1));

/// All opens are taken at once.
pub(crate) const AT_ONCE: usize = usize::MAX;

/// How long a process that somebody else is starting may take to its exec.
const COPIES_STAY: Duration = Duration::from_millis(10);

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
    start.args(command.arguments);
    for name in for_the_loader_alone() {
        start.env_remove(name);
    }
    start.envs(command.env.iter().cloned());
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

/// Only on Linux can the caller say how late a wait may end.
#[derive(Debug)]
pub(crate) struct OnTime;

impl OnTime {
    pub(crate) fn new() -> Self {
        Self
    }
}

/// POSIX cannot exchange two files.
pub(crate) fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Only Linux has leases.
pub(crate) fn lease(_file: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Only Linux tells.
pub(crate) fn is_written(_reader: &File) -> bool {
    false
}

/// There is none.
#[expect(clippy::unnecessary_wraps, reason = "Linux' can fail")]
pub(crate) fn is_wanted(_file: &File) -> io::Result<bool> {
    Ok(false)
}

/// There is none.
#[expect(clippy::unnecessary_wraps, reason = "Linux' can fail")]
pub(crate) fn give_back(_file: &File) -> io::Result<bool> {
    Ok(true)
}

/// The FIFOs that nobody has opened yet. Here an open shows only by its first byte, or by its close where a FIFO has no
/// hang-up before.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    unopened: Vec<(u64, File)>,
    next: u64,
}

impl Openings {
    #[expect(clippy::unnecessary_wraps, reason = "Linux' can fail")]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self::default())
    }

    /// Prepares a FIFO that no tool knows yet. Returns its number.
    pub(crate) fn add(&mut self, fifo: &mut Fifo) -> io::Result<u64> {
        let number = self.next;
        self.unopened.push((number, fifo.open_reader()?));
        self.next += 1;
        Ok(number)
    }

    /// Nothing: it is asked every [`ASK`], because a hang-up may be there from the start.
    #[expect(clippy::unused_self, reason = "Linux' needs it")]
    pub(crate) fn poll_fd(&self) -> Option<PollFd<'_>> {
        None
    }

    /// Those that have been opened since the last call.
    pub(crate) fn take(&mut self) -> io::Result<Vec<Opened>> {
        let mut polled: Vec<_> = self.unopened.iter().map(|(_, fd)| PollFd::new(fd, PollFlags::IN)).collect();
        poll_until(&mut polled, Instant::now())?;
        let signs = if cfg!(target_os = "linux") { PollFlags::IN | PollFlags::HUP } else { PollFlags::IN };
        let opened: Vec<_> = polled.iter().map(|polled| polled.revents().intersects(signs)).collect();
        let mut opened = opened.into_iter();
        let taken = self.unopened.extract_if(.., |_| opened.next() == Some(true));
        Ok(taken.map(|(number, reader)| Opened { number, reader, filler: 0 }).collect())
    }

    /// The readers of those that nobody is known to have opened.
    pub(crate) fn readers(&self) -> impl Iterator<Item = (u64, &File)> {
        self.unopened.iter().map(|(number, reader)| (*number, reader))
    }

    /// Taking one is quick here.
    #[expect(clippy::unused_self, reason = "Linux' needs it")]
    pub(crate) fn has_more(&self) -> bool {
        false
    }

    /// None, because all are taken at once.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "Linux' needs it, and can fail")]
    pub(crate) fn waiting(&mut self) -> io::Result<usize> {
        Ok(0)
    }

    /// After the tool's exit: takes this one if somebody still has it open, which may not have shown so far.
    pub(crate) fn held(&mut self, number: u64, fifo: &Fifo) -> io::Result<Option<Opened>> {
        // When this writer goes, a FIFO hangs up that nobody else has open for writing. A child that started meanwhile would
        // have a copy.
        let alone = alone();
        let is_there = fifo.open_writer()?.is_some();
        drop(alone);
        let Some(opened) = self.remove(number)?.filter(|_| is_there) else { return Ok(None) };
        let mut polled = [PollFd::new(&opened.reader, PollFlags::empty())];
        let is_closed = poll_until(&mut polled, Instant::now() + COPIES_STAY)?;
        Ok((!is_closed).then_some(opened))
    }

    /// Forgets one, which is then not watched any more.
    #[expect(clippy::unnecessary_wraps, reason = "Linux' can fail")]
    pub(crate) fn remove(&mut self, number: u64) -> io::Result<Option<Opened>> {
        let index = self.unopened.iter().position(|(unopened, _)| *unopened == number);
        let removed = index.map(|index| self.unopened.swap_remove(index));
        Ok(removed.map(|(number, reader)| Opened { number, reader, filler: 0 }))
    }
}

/// This implementation uses no filler.
pub(crate) fn is_filler(_bytes: &[u8]) -> bool {
    true
}

/// How a FIFO is open. This implementation does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Openers {
    pub(crate) opens: usize,
    pub(crate) appends: bool,
    pub(crate) reads: bool,
    pub(crate) reads_and_writes: bool,
}

impl Openers {
    #[expect(clippy::unnecessary_wraps, reason = "Linux' can fail")]
    pub(crate) fn of(_own: &File, _tool: Pid, _is_open: impl FnOnce() -> bool) -> io::Result<Self> {
        Ok(Self::default())
    }
}
