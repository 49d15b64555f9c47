//! What the threads that serve a program's ports have in common.
//!
//! They return results; they never print and never panic.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::PollFlags;

use super::latch::{Latch, Woken, wait, wait_until};

/// How long a process that the tool left behind may go on with a port after the tool's exit.
pub(super) const LEAK_GRACE: Duration = Duration::from_millis(500);

/// What a pipe holds on Linux if nobody changes it (`pipe(7)`): the most that one read gives.
pub(super) const CHUNK: usize = 64 * 1024;

/// A port's thread needs little: all it holds is on the heap.
const STACK: usize = 128 * 1024;

/// Starts a port's thread.
pub(super) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    serve: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<thread::ScopedJoinHandle<'scope, T>> {
    let started = thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn_scoped(scope, serve);
    started.map_err(|cause| io::Error::new(cause.kind(), format!("cannot start a thread: {cause}")))
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

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// `read` gave 0.
    NoWriter,
    /// Nothing more for now.
    WouldBlock,
    OverLimit,
}

/// Appends what the pipe has, up to one byte more than `limit` in all.
pub(super) fn read_some(reader: &mut File, content: &mut Vec<u8>, limit: u64) -> io::Result<Filled> {
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

pub(super) fn set_nonblocking(file: &File) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(file, FcntlArg::F_GETFL)?);
    fcntl(file, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}
