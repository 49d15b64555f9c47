//! Outputs: FIFOs, or standard output, read until the tool has exited.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::poll::PollFlags;

use super::exit::{Exit, Woken, poll_until, wait, wait_for_exit, wait_until};
use super::fifo::{Fifo, Found};
use super::port::{CHUNK, Filled, LEAK_GRACE, between_turns, read_some, set_nonblocking, widen};
use super::system::HANG_UPS_ARE_FORGOTTEN;

/// How often a closed output is looked at where its hang-up stays: whether the tool opens it again.
const AGAIN: Duration = Duration::from_millis(1);

/// What came out of an output.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// The tool never opened it, or removed it.
    Unopened,
    /// All of it.
    Complete(Vec<u8>),
    /// A process that the tool left behind still had it open half a second after the tool's exit.
    HeldOpen,
    /// More than the limit: the tool was ended.
    TooLarge,
    /// The tool opened it again so soon after a close that the two contents cannot be told apart.
    Rewritten,
}

/// What was read from a FIFO, and in how many runs, an open and a close each, as far as the reader could see.
#[derive(Debug)]
pub(super) struct ReadOutput {
    pub(super) content: Content,
    /// `None` where they do not matter: what was read comes from no FIFO.
    runs: Option<usize>,
}

impl ReadOutput {
    pub(super) fn unopened() -> Self {
        Runs::default().finish()
    }

    /// The content, given how often writers have closed the FIFO in truth, if that is known.
    pub(super) fn given(self, closes: Option<usize>) -> Content {
        let is_unseen = closes.zip(self.runs).is_some_and(|(closes, runs)| closes > runs.max(1));
        match self.content {
            // Runs without a byte between them cannot mix.
            Content::Complete(bytes) if !bytes.is_empty() && is_unseen => Content::Rewritten,
            content => content,
        }
    }
}

/// The content of an output as a file would have it: each open of the tool replaces what the one before wrote.
#[derive(Debug, Default)]
struct Runs {
    content: Vec<u8>,
    opened: bool,
    /// How many closes were seen.
    closes: usize,
    /// The latest run was closed: what comes now belongs to the next one.
    closed: bool,
    /// The pipe was widened.
    wide: bool,
}

impl Runs {
    /// Takes what the pipe has.
    fn read(&mut self, reader: &File, limit: u64) -> io::Result<Filled> {
        if !self.closed {
            let before = self.content.len();
            let filled = read_some(reader, &mut self.content, limit)?;
            if before < CHUNK && self.content.len() >= CHUNK {
                self.wide = widen(reader);
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

    /// [`read`](Self::read), while the tool runs and may write more.
    fn turn(&mut self, reader: &File, limit: u64) -> io::Result<Filled> {
        let before = self.content.len();
        let filled = self.read(reader, limit)?;
        if self.wide && filled != Filled::NoWriter {
            between_turns(&mut self.content, before);
        }
        Ok(filled)
    }

    fn closed(&mut self) {
        if self.closed {
            if !HANG_UPS_ARE_FORGOTTEN {
                // The same hang-up again.
                return;
            }
            // Twice with nothing between: the last run was empty.
            self.content.clear();
        }
        self.opened = true;
        self.closed = true;
        self.closes += 1;
    }

    fn finish(mut self) -> ReadOutput {
        // There may be thousands of them, small ones, and each has room for much more.
        self.content.shrink_to_fit();
        let content = if self.opened { Content::Complete(self.content) } else { Content::Unopened };
        ReadOutput { content, runs: Some(self.closes) }
    }

    fn without(self, content: Content) -> ReadOutput {
        ReadOutput { content, runs: Some(self.closes) }
    }
}

/// Reads an output until the tool has exited and no writer is left.
///
/// What a file would hold is the yardstick: when an output is opened again after a close, the later content
/// replaces the earlier one.
pub(super) fn read_fifo(fifo: &Fifo, mut reader: File, limit: u64, exited: &Exit) -> io::Result<ReadOutput> {
    let mut runs = Runs::default();
    while let Woken::Ready(ready) = wait(&reader, PollFlags::POLLIN, exited)? {
        // Alone, POLLHUP says that the writer has closed it; on some systems it never comes alone.
        let mut closed = !ready.contains(PollFlags::POLLIN);
        if !closed {
            match runs.turn(&reader, limit)? {
                Filled::OverLimit => return Ok(runs.without(Content::TooLarge)),
                Filled::NoWriter => closed = !HANG_UPS_ARE_FORGOTTEN,
                Filled::WouldBlock | Filled::More => {}
            }
        }
        if closed {
            // The tool may open it again. The hang-up is the state of this descriptor and would be reported for
            // ever; a fresh one starts without it. The old one is closed after the new one is open, so that the
            // FIFO never is without a reader.
            runs.closed();
            match fifo.found(&reader)? {
                Found::Itself(fresh) => reader = fresh,
                // The path is the tool's now, and nobody can open the FIFO any more.
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
        Found::Nothing => Ok(ReadOutput::unopened()),
    }
}

/// Reads the regular file that the tool has put in a FIFO's place.
fn read_file(file: &File, limit: u64) -> io::Result<ReadOutput> {
    let mut content = Vec::new();
    let filled = loop {
        match read_some(file, &mut content, limit)? {
            Filled::More => {}
            filled => break filled,
        }
    };
    let content = if filled == Filled::OverLimit { Content::TooLarge } else { Content::Complete(content) };
    // What the FIFO had before does not count.
    Ok(ReadOutput { content, runs: None })
}

/// Reads standard output as an output: it is open from the start, and closed for good when it is closed.
pub(super) fn read_pipe(pipe: impl Into<OwnedFd>, limit: u64, exited: &Exit) -> io::Result<ReadOutput> {
    let reader = File::from(pipe.into());
    set_nonblocking(&reader)?;
    let mut runs = Runs { opened: true, ..Runs::default() };
    while let Woken::Ready(_) = wait(&reader, PollFlags::POLLIN, exited)? {
        match runs.turn(&reader, limit)? {
            Filled::OverLimit => return Ok(runs.without(Content::TooLarge)),
            Filled::NoWriter => return Ok(runs.finish()),
            Filled::WouldBlock | Filled::More => {}
        }
    }
    drain_after_exit(&reader, runs, limit)
}

/// The tool has exited: what its writer left in the pipe, and the end that only its exit makes final.
fn drain_after_exit(reader: &File, mut runs: Runs, limit: u64) -> io::Result<ReadOutput> {
    let give_up = Instant::now() + LEAK_GRACE;
    loop {
        // Asked before the reading: what a writer wrote before it was gone is in the pipe by then. (A process that was
        // left behind may open, write and close it at any moment, also now.)
        let hung_up = hung_up(reader)?;
        match runs.read(reader, limit)? {
            Filled::OverLimit => return Ok(runs.without(Content::TooLarge)),
            Filled::NoWriter => {
                if hung_up {
                    // An output that was opened and closed without a byte shows only so.
                    runs.closed();
                }
                return Ok(runs.finish());
            }
            // A process that was left behind may write for ever.
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
    // (macOS does not look at a descriptor of which nothing is asked.)
    let ready = wait_until(reader.as_fd(), PollFlags::POLLHUP, Instant::now())?;
    Ok(ready.is_some_and(|ready| ready.contains(PollFlags::POLLHUP)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// What the runs hold after these writes, `None` being a close.
    fn runs(writes: &[Option<&[u8]>]) -> ReadOutput {
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
        // (Each run is as large as the limit: they do not add up.)
        let read = runs(&[Some(b"firs"), Some(b"t..."), None, Some(b"sec"), Some(b"ond.."), None]);
        assert_eq!(read.given(Some(2)), complete(b"second.."));
    }

    #[test]
    fn an_output_that_is_emptied_again_is_empty() {
        // (Where the second hang-up may be the first one again, that cannot be seen.)
        let emptied: &[u8] = if HANG_UPS_ARE_FORGOTTEN { b"" } else { b"first" };
        let closes = if HANG_UPS_ARE_FORGOTTEN { 2 } else { 1 };
        assert_eq!(runs(&[Some(b"first"), None, None]).given(Some(closes)), complete(emptied));
    }

    #[test]
    fn an_output_is_unopened_until_it_is_closed_or_written() {
        assert_eq!(runs(&[]).given(Some(0)), Content::Unopened);
        assert_eq!(runs(&[None]).given(Some(1)), complete(b""));
        assert_eq!(runs(&[Some(b"x")]).given(Some(0)), complete(b"x"));
    }

    #[test]
    fn runs_that_nobody_saw_end_cannot_be_told_apart() {
        assert_eq!(runs(&[Some(b"once"), None]).given(Some(1)), complete(b"once"));
        assert_eq!(runs(&[Some(b"twotwice"), None]).given(Some(2)), Content::Rewritten);
        assert_eq!(runs(&[None]).given(Some(2)), complete(b""));
    }
}
