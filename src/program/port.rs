//! The threads that serve a program's ports: one writer for each open of an input, one reader for each output.
//!
//! They return results; they never print and never panic.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::PollFlags;

use super::fifo::Fifo;
use super::latch::{Latch, Woken, wait, wait_until};

/// How long a process that the tool left behind may go on with a port after the tool's exit.
pub(super) const LEAK_GRACE: Duration = Duration::from_millis(500);

/// What a pipe holds on Linux if nobody changes it (`pipe(7)`): the most that one read gives.
const CHUNK: usize = 64 * 1024;

/// A port's thread needs little: all it holds is on the heap.
const STACK: usize = 128 * 1024;

/// Starts a port's thread.
pub(super) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    serve: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<thread::ScopedJoinHandle<'scope, T>> {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn_scoped(scope, serve)
}

/// An input: bytes that every open of the FIFO gets from the first to the last.
#[derive(Debug)]
pub(super) struct InputPort<'a> {
    pub(super) fifo: Fifo,
    bytes: &'a [u8],
    state: Mutex<InputState>,
    opened: Condvar,
}

#[derive(Debug)]
struct InputState {
    /// A thread waits in `open` for the next reader.
    waiting: bool,
    /// The tool has exited: nobody new is served.
    released: bool,
    /// Why an open could not be served.
    error: Option<io::Error>,
}

impl<'a> InputPort<'a> {
    pub(super) fn new(fifo: Fifo, bytes: &'a [u8]) -> Self {
        let state = InputState { waiting: false, released: false, error: None };
        Self { fifo, bytes, state: Mutex::new(state), opened: Condvar::new() }
    }

    /// Starts the thread that waits for the first reader, and serves it. `trouble` is called from a thread
    /// that could not: the tool may then wait for ever.
    pub(super) fn start<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        exited: &'scope Latch,
        trouble: &'scope (dyn Fn() + Sync),
    ) -> io::Result<()> {
        self.state().waiting = true;
        let started = spawn(scope, "input", move || {
            if let Err(error) = self.serve(scope, exited, trouble) {
                self.state().error.get_or_insert(error);
                trouble();
            }
        });
        if started.is_err() {
            self.nobody_waits();
        }
        started.map(drop)
    }

    fn serve<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        exited: &'scope Latch,
        trouble: &'scope (dyn Fn() + Sync),
    ) -> io::Result<()> {
        match self.next_reader() {
            Ok(Some(writer)) => {
                // `waiting` stays true: it passes to the new thread.
                self.start(scope, exited, trouble)?;
                write_all(writer, self.bytes, exited)
            }
            Ok(None) => {
                self.nobody_waits();
                Ok(())
            }
            Err(error) => {
                self.nobody_waits();
                Err(error)
            }
        }
    }

    /// Waits for the next open of the path; `None` when it was [`release`](Self::release) that came.
    fn next_reader(&self) -> io::Result<Option<File>> {
        let writer = self.fifo.open_writer()?;
        let state = self.state();
        if state.released {
            return Ok(None);
        }
        // Before the first byte: were the same FIFO opened again while this reader still has it, the two
        // would share one stream. With a fresh one at its path, the next open waits for a thread of its own.
        self.fifo.renew()?;
        Ok(Some(writer))
    }

    fn nobody_waits(&self) {
        self.state().waiting = false;
        self.opened.notify_all();
    }

    /// After the tool's exit: ends the wait of the thread that no reader will come to. Returns what went wrong
    /// while serving, if anything did.
    pub(super) fn release(&self) -> io::Result<()> {
        let mut state = self.state();
        state.released = true;
        if state.waiting {
            let hold = self.fifo.hold()?;
            while state.waiting {
                state = self.opened.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            drop(hold);
        }
        state.error.take().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, InputState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes `bytes` to a pipe and closes it. A reader that goes away is news, not an error: the tool's exit
/// status tells whether it had all that it wanted.
pub(super) fn write_all(writer: impl Into<OwnedFd>, mut bytes: &[u8], exited: &Latch) -> io::Result<()> {
    let mut writer = File::from(writer.into());
    // A blocking write would not see the tool's exit when a process that it left behind holds the FIFO.
    set_nonblocking(&writer)?;
    let mut give_up = None;
    while !bytes.is_empty() {
        match writer.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) if error.kind() == ErrorKind::WouldBlock => match give_up {
                None => {
                    if let Woken::Exited = wait(&writer, PollFlags::POLLOUT, exited)? {
                        give_up = Some(Instant::now() + LEAK_GRACE);
                    }
                }
                Some(at) => {
                    if wait_until(writer.as_fd(), PollFlags::POLLOUT, at)?.is_none() {
                        break;
                    }
                }
            },
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What came out of an output.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// The tool never opened it.
    Unopened,
    /// All of it.
    Complete(Vec<u8>),
    /// A process that the tool left behind still had it open half a second after the tool's exit.
    HeldOpen,
    /// More than the limit: the tool was ended.
    TooLarge,
}

/// The content of an output as a file would have it: each open of the tool replaces what the one before wrote.
#[derive(Debug, Default)]
struct Runs {
    content: Vec<u8>,
    opened: bool,
    /// The latest run was closed: what comes now, from this offset on, belongs to the next one.
    closed_at: Option<usize>,
}

impl Runs {
    /// Bytes were appended after the first `before` ones.
    fn grew(&mut self, before: usize) {
        if self.content.len() > before {
            self.opened = true;
            if let Some(start) = self.closed_at.take() {
                self.content.drain(..start);
            }
        }
    }

    fn closed(&mut self) {
        self.opened = true;
        if self.closed_at.is_some() {
            // Closed twice with nothing between: the last run was empty.
            self.content.clear();
        }
        self.closed_at = Some(self.content.len());
    }

    fn finish(self) -> Content {
        if self.opened { Content::Complete(self.content) } else { Content::Unopened }
    }
}

/// Reads an output until the tool has exited and no writer is left.
///
/// What a file would hold is the yardstick: when an output is opened again after a close, the later content
/// replaces the earlier one.
pub(super) fn read_fifo(fifo: &Fifo, mut reader: File, limit: u64, exited: &Latch) -> io::Result<Content> {
    let mut runs = Runs::default();
    while let Woken::Ready(ready) = wait(&reader, PollFlags::POLLIN, exited)? {
        if ready.contains(PollFlags::POLLIN) {
            let before = runs.content.len();
            if read_some(&mut reader, &mut runs.content, limit)? == Filled::OverLimit {
                return Ok(Content::TooLarge);
            }
            runs.grew(before);
        } else {
            // POLLHUP alone: the writer has closed it, but the tool may open it again. The hang-up is the
            // state of this descriptor and would be reported for ever; a fresh one starts without it. The
            // old one is closed after the new one is open, so that the FIFO never is without a reader.
            runs.closed();
            reader = fifo.open_reader()?;
        }
    }
    drain_after_exit(reader, runs, limit)
}

/// Reads standard output as an output: it is open from the start, and closed for good when it is closed.
pub(super) fn read_pipe(pipe: impl Into<OwnedFd>, limit: u64, exited: &Latch) -> io::Result<Content> {
    let mut reader = File::from(pipe.into());
    set_nonblocking(&reader)?;
    let mut runs = Runs { opened: true, ..Runs::default() };
    while let Woken::Ready(_) = wait(&reader, PollFlags::POLLIN, exited)? {
        match read_some(&mut reader, &mut runs.content, limit)? {
            Filled::OverLimit => return Ok(Content::TooLarge),
            Filled::NoWriter => return Ok(runs.finish()),
            Filled::WouldBlock => {}
        }
    }
    drain_after_exit(reader, runs, limit)
}

/// The tool has exited: what its writer left in the pipe, and the end that only its exit makes final.
fn drain_after_exit(mut reader: File, mut runs: Runs, limit: u64) -> io::Result<Content> {
    let give_up = Instant::now() + LEAK_GRACE;
    let before = runs.content.len();
    loop {
        match read_some(&mut reader, &mut runs.content, limit)? {
            Filled::OverLimit => return Ok(Content::TooLarge),
            Filled::NoWriter => break,
            Filled::WouldBlock => {
                if Instant::now() >= give_up || wait_until(reader.as_fd(), PollFlags::POLLIN, give_up)?.is_none() {
                    return Ok(Content::HeldOpen);
                }
            }
        }
    }
    runs.grew(before);
    // An output that was opened and closed without a byte shows only as a hang-up.
    if hung_up(&reader)? {
        runs.closed();
    }
    Ok(runs.finish())
}

fn hung_up(reader: &File) -> io::Result<bool> {
    let ready = wait_until(reader.as_fd(), PollFlags::empty(), Instant::now())?;
    Ok(ready.is_some_and(|ready| ready.contains(PollFlags::POLLHUP)))
}

#[derive(Debug, PartialEq, Eq)]
enum Filled {
    /// `read` gave 0.
    NoWriter,
    /// Nothing more for now.
    WouldBlock,
    OverLimit,
}

/// Appends what the pipe has, up to one byte more than `limit` in all.
fn read_some(reader: &mut File, content: &mut Vec<u8>, limit: u64) -> io::Result<Filled> {
    let room = limit.saturating_add(1).saturating_sub(content.len() as u64);
    content.reserve(CHUNK);
    // `read_to_end` keeps what it has read when the pipe is empty for now.
    match Read::by_ref(reader).take(room).read_to_end(content) {
        Ok(_) if content.len() as u64 > limit => Ok(Filled::OverLimit),
        Ok(_) => Ok(Filled::NoWriter),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Filled::WouldBlock),
        Err(error) => Err(error),
    }
}

/// What a tool printed on standard output or standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The first bytes, up to the limit.
    pub bytes: Vec<u8>,
    /// How many bytes came after those; they were read, so that the tool could go on, and dropped.
    pub omitted: u64,
}

/// Reads standard output or standard error to its end, keeping `keep` bytes. A process that the tool left
/// behind may keep it open: after a grace the reading ends without it.
pub(super) fn read_printed(pipe: impl Into<OwnedFd>, keep: u64, exited: &Latch) -> io::Result<Printed> {
    let mut reader = File::from(pipe.into());
    set_nonblocking(&reader)?;
    let mut printed = Printed::default();
    let mut give_up = None;
    loop {
        // Asked before the read: what the tool itself printed is all in the pipe by then.
        if give_up.is_none() && exited.is_set() {
            give_up = Some(Instant::now() + LEAK_GRACE);
        }
        match read_some(&mut reader, &mut printed.bytes, keep)? {
            Filled::NoWriter => return Ok(printed),
            Filled::OverLimit => {
                printed.omitted += printed.bytes.len() as u64 - keep;
                printed.bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
                let mut dropped = Vec::new();
                read_some(&mut reader, &mut dropped, CHUNK as u64)?;
                printed.omitted += dropped.len() as u64;
            }
            Filled::WouldBlock => match give_up {
                None => {
                    wait(&reader, PollFlags::POLLIN, exited)?;
                }
                Some(at) => {
                    wait_until(reader.as_fd(), PollFlags::POLLIN, at)?;
                }
            },
        }
        if give_up.is_some_and(|at| at <= Instant::now()) {
            return Ok(printed);
        }
    }
}

fn set_nonblocking(file: &File) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(file, FcntlArg::F_GETFL)?);
    fcntl(file, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(runs: &mut Runs, bytes: &[u8]) {
        let before = runs.content.len();
        runs.content.extend(bytes);
        runs.grew(before);
    }

    #[test]
    fn an_output_that_is_opened_again_holds_the_last_content() {
        let mut runs = Runs::default();
        append(&mut runs, b"first, ");
        append(&mut runs, b"longer");
        runs.closed();
        append(&mut runs, b"sec");
        append(&mut runs, b"ond");
        runs.closed();
        assert_eq!(runs.finish(), Content::Complete(b"second".to_vec()));
    }

    #[test]
    fn an_output_that_is_emptied_again_is_empty() {
        let mut runs = Runs::default();
        append(&mut runs, b"first");
        runs.closed();
        runs.closed();
        assert_eq!(runs.finish(), Content::Complete(Vec::new()));
    }

    #[test]
    fn an_output_is_unopened_until_it_is_closed_or_written() {
        assert_eq!(Runs::default().finish(), Content::Unopened);
        let mut runs = Runs::default();
        runs.closed();
        assert_eq!(runs.finish(), Content::Complete(Vec::new()));
    }
}
