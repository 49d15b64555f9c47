//! Outputs: FIFOs or standard output, read until the tool has exited.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::poll::PollFlags;

use super::exit::{Exit, Woken, poll_until, wait, wait_for_exit, wait_until};
use super::fifo::{Fifo, Found};
use super::port::{CHUNK, Filled, LEAK_GRACE, read_some, set_nonblocking, widen};
use super::system::HANG_UPS_ARE_FORGOTTEN;

/// How often a closed output is checked for a new open on systems where its hang-up persists.
const AGAIN: Duration = Duration::from_millis(1);

/// The content of an output.
#[derive(PartialEq, Eq)]
pub enum Content {
    /// The tool never opened it, or removed it.
    Unopened,
    /// The complete content.
    Complete(Vec<u8>),
    /// A process that the tool left behind still had it open half a second after the tool's exit.
    HeldOpen,
    /// It exceeded the limit, so the tool was stopped.
    TooLarge,
    /// The tool reopened it so soon after closing it that the two contents cannot be told apart.
    Rewritten,
}

/// Without the bytes, of which there may be many.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unopened => f.write_str("Unopened"),
            Self::Complete(bytes) => write!(f, "Complete({} bytes)", bytes.len()),
            Self::HeldOpen => f.write_str("HeldOpen"),
            Self::TooLarge => f.write_str("TooLarge"),
            Self::Rewritten => f.write_str("Rewritten"),
        }
    }
}

/// A content, and the number of runs in which it came, as far as the reader could see. A run lasts from an open to a
/// close. `None` if it came from something else than a FIFO, and runs do not matter.
pub(super) type WithRuns = (Content, Option<usize>);

/// The content, given how often writers really closed the FIFO, if that is known.
pub(super) fn checked((content, runs): WithRuns, closes: Option<usize>) -> Content {
    let is_unseen = closes.zip(runs).is_some_and(|(closes, runs)| closes > runs.max(1));
    match content {
        // Runs without a byte between them cannot mix.
        Content::Complete(bytes) if !bytes.is_empty() && is_unseen => Content::Rewritten,
        content => content,
    }
}

/// The content of an output as a file would hold it: each open replaces what the one before wrote.
#[derive(Debug, Default)]
struct Runs {
    content: Vec<u8>,
    opened: bool,
    /// The number of closes seen.
    closes: usize,
    /// The latest run is closed, so any byte that follows belongs to the next one.
    closed: bool,
}

impl Runs {
    /// Reads what the pipe holds.
    fn read(&mut self, reader: &File, limit: u64) -> io::Result<Filled> {
        if !self.closed {
            let before = self.content.len();
            let filled = read_some(reader, &mut self.content, limit)?;
            if before < CHUNK && self.content.len() >= CHUNK {
                widen(reader);
            }
            self.opened |= self.content.len() > before;
            return Ok(filled);
        }
        let mut next = Vec::new();
        let filled = read_some(reader, &mut next, limit)?;
        if !next.is_empty() {
            self.content = next;
            self.closed = false;
        }
        Ok(filled)
    }

    fn closed(&mut self) {
        if self.closed {
            if !HANG_UPS_ARE_FORGOTTEN {
                // The same hang-up, seen again.
                return;
            }
            // Two with nothing between them: the last run was empty.
            self.content.clear();
        }
        self.opened = true;
        self.closed = true;
        self.closes += 1;
    }

    fn finish(mut self) -> WithRuns {
        // There may be thousands of small contents, each with room for much more.
        self.content.shrink_to_fit();
        let content = if self.opened { Content::Complete(self.content) } else { Content::Unopened };
        (content, Some(self.closes))
    }

    fn without(self, content: Content) -> WithRuns {
        (content, Some(self.closes))
    }
}

/// Reads an output until the tool has exited and no writer is left.
///
/// The result is what a file would hold: if an output is opened again after a close, the later content replaces the
/// earlier one.
pub(super) fn read_fifo(fifo: &Fifo, mut reader: File, limit: u64, exited: &Exit) -> io::Result<WithRuns> {
    let mut runs = Runs::default();
    while let Woken::Ready(ready) = wait(&reader, PollFlags::POLLIN, exited)? {
        // POLLHUP alone means that the writer has closed it. On some systems it never comes alone.
        let mut closed = !ready.contains(PollFlags::POLLIN);
        if !closed {
            match runs.read(&reader, limit)? {
                Filled::OverLimit => return Ok(runs.without(Content::TooLarge)),
                Filled::NoWriter => closed = !HANG_UPS_ARE_FORGOTTEN,
                Filled::WouldBlock | Filled::More => {}
            }
        }
        if closed {
            // The tool may open it again. The hang-up belongs to this descriptor and would be reported forever; a
            // fresh descriptor starts without it. The old one is closed after the new one is open, so that the FIFO
            // always has a reader.
            runs.closed();
            match fifo.found(&reader)? {
                Found::Itself(fresh) => reader = fresh,
                // The tool has replaced the path, so nobody can open the FIFO any more.
                Found::File(_) | Found::Nothing => {
                    wait_for_exit(exited)?;
                    break;
                }
            }
            if !HANG_UPS_ARE_FORGOTTEN && poll_until(&mut [exited.poll_fd()], Instant::now() + AGAIN)? {
                break;
            }
        }
    }
    match fifo.found(&reader)? {
        Found::Itself(_) => drain_after_exit(&reader, runs, limit),
        Found::File(file) => read_file(&file, limit),
        Found::Nothing => Ok((Content::Unopened, None)),
    }
}

/// Reads the regular file that the tool has put in a FIFO's place.
fn read_file(file: &File, limit: u64) -> io::Result<WithRuns> {
    let mut content = Vec::new();
    let filled = loop {
        match read_some(file, &mut content, limit)? {
            Filled::More => {}
            filled => break filled,
        }
    };
    let content = if filled == Filled::OverLimit { Content::TooLarge } else { Content::Complete(content) };
    // The FIFO's earlier content does not count.
    Ok((content, None))
}

/// Reads standard output as an output. It is open from the start, and a close is final.
pub(super) fn read_pipe(pipe: impl Into<OwnedFd>, limit: u64, exited: &Exit) -> io::Result<WithRuns> {
    let reader = File::from(pipe.into());
    set_nonblocking(&reader)?;
    let mut runs = Runs { opened: true, ..Runs::default() };
    while let Woken::Ready(_) = wait(&reader, PollFlags::POLLIN, exited)? {
        match runs.read(&reader, limit)? {
            Filled::OverLimit => return Ok(runs.without(Content::TooLarge)),
            Filled::NoWriter => return Ok(runs.finish()),
            Filled::WouldBlock | Filled::More => {}
        }
    }
    drain_after_exit(&reader, runs, limit)
}

/// Reads what the writer left in the pipe after the tool's exit. Only the exit makes the end final.
fn drain_after_exit(reader: &File, mut runs: Runs, limit: u64) -> io::Result<WithRuns> {
    let give_up = Instant::now() + LEAK_GRACE;
    loop {
        // Checked before reading: what a writer wrote before it closed is in the pipe by then. A process that was left
        // behind may open, write and close it at any moment, even now.
        let hung_up = hung_up(reader)?;
        match runs.read(reader, limit)? {
            Filled::OverLimit => return Ok(runs.without(Content::TooLarge)),
            Filled::NoWriter => {
                if hung_up {
                    // This is the only sign of an output that was opened and closed without a byte.
                    runs.closed();
                }
                return Ok(runs.finish());
            }
            // A process that was left behind may write forever.
            Filled::More if Instant::now() < give_up => {}
            Filled::More => return Ok(runs.without(Content::HeldOpen)),
            Filled::WouldBlock => {
                if Instant::now() >= give_up || wait_until(reader.as_fd(), PollFlags::POLLIN, give_up)?.is_none() {
                    return Ok(runs.without(Content::HeldOpen));
                }
            }
        }
    }
}

fn hung_up(reader: &File) -> io::Result<bool> {
    // macOS ignores a descriptor if no event is requested.
    let ready = wait_until(reader.as_fd(), PollFlags::POLLHUP, Instant::now())?;
    Ok(ready.is_some_and(|ready| ready.contains(PollFlags::POLLHUP)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// What the runs hold after these writes; `None` is a close.
    fn runs(writes: &[Option<&[u8]>]) -> WithRuns {
        let mut runs = Runs::default();
        for write in writes {
            let Some(bytes) = write else {
                runs.closed();
                continue;
            };
            let (reader, mut pipe) = io::pipe().unwrap();
            pipe.write_all(bytes).unwrap();
            drop(pipe);
            let filled = runs.read(&File::from(OwnedFd::from(reader)), 8).unwrap();
            assert_eq!(filled, Filled::NoWriter, "within the limit");
        }
        runs.finish()
    }

    fn complete(bytes: &[u8]) -> Content {
        Content::Complete(bytes.to_vec())
    }

    #[test]
    fn an_output_that_is_opened_again_holds_the_last_content() {
        // Each run is as large as the limit, and their sizes do not add up.
        let read = runs(&[Some(b"firs"), Some(b"t..."), None, Some(b"sec"), Some(b"ond.."), None]);
        assert_eq!(checked(read, Some(2)), complete(b"second.."));
    }

    #[test]
    fn an_output_that_is_emptied_again_is_empty() {
        // Where the second hang-up may be the first one again, this cannot be detected.
        let emptied: &[u8] = if HANG_UPS_ARE_FORGOTTEN { b"" } else { b"first" };
        let closes = if HANG_UPS_ARE_FORGOTTEN { 2 } else { 1 };
        assert_eq!(checked(runs(&[Some(b"first"), None, None]), Some(closes)), complete(emptied));
    }

    #[test]
    fn an_output_is_unopened_until_it_is_closed_or_written() {
        assert_eq!(checked(runs(&[]), Some(0)), Content::Unopened);
        assert_eq!(checked(runs(&[None]), Some(1)), complete(b""));
        assert_eq!(checked(runs(&[Some(b"x")]), Some(0)), complete(b"x"));
    }

    #[test]
    fn runs_that_nobody_saw_end_cannot_be_told_apart() {
        assert_eq!(checked(runs(&[Some(b"once"), None]), Some(1)), complete(b"once"));
        assert_eq!(checked(runs(&[Some(b"twotwice"), None]), Some(2)), Content::Rewritten);
        assert_eq!(checked(runs(&[None]), Some(2)), complete(b""));
    }
}
