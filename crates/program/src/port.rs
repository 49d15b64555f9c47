//! What the threads that serve a program's ports have in common.
//!
//! They return results; they never print and never panic.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::PollFlags;

use super::exit::{Exit, Woken, wait, wait_until};
use super::system;

/// How long a process that the tool left behind may keep using a port after the tool's exit.
pub(super) const LEAK_GRACE: Duration = Duration::from_millis(500);

/// The default capacity of a pipe on Linux (`pipe(7)`), and so the most that one read returns.
pub(super) const CHUNK: usize = 64 * 1024;

/// How much a tool's stdio writes at a time.
const LEAST: usize = 4 * 1024;

/// The capacity of an enlarged pipe: the most that any user may have (`pipe(7)`, pipe-max-size).
const WIDE: usize = 1 << 20;

/// Writes `bytes` to a pipe and closes it. It is no error if the reader goes away: the tool's exit status says whether
/// it got all that it wanted.
pub(super) fn write_all(writer: impl Into<OwnedFd>, mut bytes: &[u8], exited: &Exit) -> io::Result<()> {
    let mut writer = File::from(writer.into());
    // A blocking write would miss the tool's exit if a process that it left behind holds the FIFO.
    set_nonblocking(&writer)?;
    if bytes.len() > CHUNK {
        widen(&writer);
    }
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
    /// `read` returned 0.
    NoWriter,
    /// There is no more for now.
    WouldBlock,
    /// More than an enlarged pipe holds: it is being filled as fast as it is read.
    More,
    OverLimit,
}

/// Appends what the pipe holds, and stops even if the pipe keeps being refilled. `limit` applies to the whole
/// `content`.
pub(super) fn read_some(reader: &File, content: &mut Vec<u8>, limit: u64) -> io::Result<Filled> {
    let enough = content.len() + WIDE;
    loop {
        // Most pipes deliver little or nothing.
        content.try_reserve(content.len().clamp(LEAST, CHUNK)).map_err(|_| ErrorKind::OutOfMemory)?;
        match rustix::io::read(reader, rustix::buffer::spare_capacity(content)) {
            Ok(_) if content.len() as u64 > limit => return Ok(Filled::OverLimit),
            Ok(0) => return Ok(Filled::NoWriter),
            Ok(_) if content.len() > enough => return Ok(Filled::More),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => return Ok(Filled::WouldBlock),
            Err(errno) => return Err(errno.into()),
        }
    }
}

pub(super) fn set_nonblocking(pipe: impl AsFd) -> io::Result<()> {
    // A pipe has no other flags that can be set.
    fcntl(&pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(())
}

/// Enlarges a pipe that carries a lot, so that fewer turns are needed. If this is refused, the pipe works as before.
pub(super) fn widen(pipe: &File) {
    system::widen(pipe, WIDE);
}
