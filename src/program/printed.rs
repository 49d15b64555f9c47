//! Standard output and standard error as text that a tool prints: drained at all times, kept up to a limit.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;

use nix::poll::PollFlags;

use super::latch::{Latch, wait, wait_until};
use super::port::{CHUNK, Filled, LEAK_GRACE, read_some, set_nonblocking};

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
    let reader = File::from(pipe.into());
    set_nonblocking(&reader)?;
    let mut printed = Printed::default();
    let mut give_up = None;
    loop {
        // Asked before the read: what the tool itself printed is all in the pipe by then.
        if give_up.is_none() && exited.is_set() {
            give_up = Some(Instant::now() + LEAK_GRACE);
        }
        match read_some(&reader, &mut printed.bytes, keep)? {
            Filled::NoWriter => return Ok(printed),
            Filled::OverLimit => {
                printed.omitted += printed.bytes.len() as u64 - keep;
                printed.bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
                let mut dropped = Vec::new();
                read_some(&reader, &mut dropped, CHUNK as u64)?;
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
