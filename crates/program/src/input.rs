//! Inputs: FIFOs that deliver the whole content to every open.
//!
//! The system does not report that a tool has opened a FIFO for reading. So the event loop looks at each input
//! repeatedly: often after something has happened, then less and less often, so that a wait is always short compared to
//! the time before it. No open here waits, so nothing has to be released if the tool changes the path.
//!
//! A writer is held at each input, so that the tool neither waits in its open nor finds an end. Without any data it waits
//! in its first read. When it is found there, a fresh FIFO replaces the path, for the next open, before the first byte is
//! written. If there are too many inputs to hold a writer at each, the tool waits in its open of the others.

use std::fs::File;
use std::io;
use std::mem;
use std::time::Instant;

use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags};

use super::error::Need;
use super::exit::poll_until;
use super::fifo::{Fifo, Renewal};
use super::pace::Pace;
use super::port::{Feed, of_port};
use super::system::Openers;

/// How many writers are held at once: well below the lowest usual limit of descriptors.
const HELD: usize = 64;

/// How many of the other inputs are tried at each look.
const TRIED: usize = 8;

/// A look comes after this part of the time since something happened: often until each input was opened once, and then
/// seldom.
const PARTS: [u32; 2] = [16, 2];

/// All inputs of one run.
#[derive(Debug)]
pub(super) struct Inputs<'a> {
    ports: Vec<Input<'a>>,
    /// Readers that are being served.
    feeds: Vec<Feed<'a>>,
    /// Inputs that somebody has opened, not yet served, and a writer at each.
    came: Vec<(usize, File)>,
    /// How many have not been opened yet.
    unopened: usize,
    /// Where the next look begins with the inputs at which no writer is held.
    next: usize,
    pace: Pace,
}

#[derive(Debug)]
struct Input<'a> {
    name: &'a str,
    fifo: Fifo,
    bytes: &'a [u8],
    /// The writer at the FIFO that is at the path now.
    writer: Option<File>,
    opened: bool,
    /// The tool has removed the FIFO, or put another file there.
    gone: bool,
}

/// A use of a port for which it would have to be a file.
pub(super) type Misuse = (String, Need);

impl<'a> Inputs<'a> {
    pub(super) fn new(ports: impl IntoIterator<Item = (&'a str, Fifo, &'a [u8])>) -> Self {
        let port = |(name, fifo, bytes)| Input { name, fifo, bytes, writer: None, opened: false, gone: false };
        let ports: Vec<_> = ports.into_iter().map(port).collect();
        let unopened = ports.len();
        let pace = Pace::new(Instant::now());
        let mut inputs = Self { ports, feeds: Vec::new(), came: Vec::new(), unopened, next: 0, pace };
        inputs.hold_from(0);
        inputs
    }

    /// The tool starts now.
    pub(super) fn begin(&mut self) {
        self.pace.happened(Instant::now(), 0);
    }

    /// When to [look](Self::look) next.
    pub(super) fn alarm(&self) -> Option<Instant> {
        self.ports.iter().any(|port| !port.gone).then(|| self.pace.next())
    }

    /// Looks for inputs that somebody has opened, if it is time to. Returns whether there is one.
    pub(super) fn look(&mut self) -> io::Result<bool> {
        let part = PARTS[usize::from(self.unopened == 0)];
        if self.ports.is_empty() || !self.pace.is_due(Instant::now(), part) {
            return Ok(false);
        }
        self.came = self.came()?;
        Ok(!self.came.is_empty())
    }

    pub(super) fn poll_fds(&self) -> impl Iterator<Item = PollFd<'_>> {
        self.feeds.iter().map(Feed::poll_fd)
    }

    /// Serves those that are open.
    pub(super) fn turn(&mut self, tool: Pid) -> io::Result<Option<Misuse>> {
        let before = self.feeds.len();
        let mut failed = Ok(());
        self.feeds.retain_mut(|feed| {
            feed.turn().unwrap_or_else(|error| {
                failed = Err(error);
                false
            })
        });
        failed?;
        let mut misuse = None;
        let mut last = None;
        for (index, writer) in mem::take(&mut self.came) {
            let name = self.ports[index].name;
            misuse = misuse.or(self.serve(index, writer, tool).map_err(of_port(name))?);
            last = Some(index);
        }
        if let Some(last) = last {
            self.hold_from(last + 1);
        }
        if last.is_some() || self.feeds.len() < before {
            self.pace.happened(Instant::now(), 0);
        }
        Ok(misuse)
    }

    /// Lets go of those that still wait for an input after the tool's end: they find it empty.
    pub(super) fn release(&self) {
        for port in self.ports.iter().filter(|port| port.writer.is_none()) {
            let _ = port.fifo.open_writer();
        }
    }

    /// The inputs that somebody has opened, and a writer at each.
    fn came(&mut self) -> io::Result<Vec<(usize, File)>> {
        let held: Vec<_> = (0..self.ports.len()).filter(|index| self.ports[*index].writer.is_some()).collect();
        let writers = self.ports.iter().filter_map(|port| port.writer.as_ref());
        let read = are_read(writers)?;
        let mut came = Vec::new();
        let held_count = held.len();
        for (index, _) in held.into_iter().zip(read).filter(|(_, read)| *read) {
            came.extend(self.ports[index].writer.take().map(|writer| (index, writer)));
        }
        if held_count < self.ports.len() {
            for _ in 0..TRIED.min(self.ports.len()) {
                let (index, port) = (self.next, &self.ports[self.next]);
                self.next = (self.next + 1) % self.ports.len();
                if port.writer.is_none() && !port.gone && came.iter().all(|(other, _)| *other != index) {
                    let writer = port.fifo.open_writer().map_err(of_port(port.name))?;
                    came.extend(writer.map(|writer| (index, writer)));
                }
            }
        }
        Ok(came)
    }

    fn serve(&mut self, index: usize, writer: File, tool: Pid) -> io::Result<Option<Misuse>> {
        let count = self.ports.len();
        let port = &mut self.ports[index];
        self.unopened -= usize::from(!mem::replace(&mut port.opened, true));
        // This comes before the first byte. If the same FIFO were opened again while this reader still had it, both
        // would share one stream.
        let fresh = port.fifo.fresh()?;
        // Held before the tool knows it: what the tool then does to the path does not matter.
        let held = (count <= HELD).then(|| fresh.hold_writer().ok()).flatten();
        let renewal = port.fifo.renew(fresh, &writer)?;
        port.gone = renewal != Renewal::Done;
        port.writer = held.filter(|_| !port.gone);
        let openers = Openers::of(&writer, tool, || are_read([&writer]).is_ok_and(|read| read[0]))?;
        let need = if renewal == Renewal::Elsewhere {
            Some(Need::OtherName)
        } else if openers.opens > 1 {
            Some(Need::OpenedTwice)
        } else if openers.reads_and_writes {
            Some(Need::ReadAndWritten)
        } else {
            None
        };
        if let Some(need) = need {
            return Ok(Some((port.name.to_owned(), need)));
        }
        let mut feed = Feed::new(writer, port.bytes)?;
        if feed.turn()? {
            self.feeds.push(feed);
        }
        Ok(None)
    }

    /// Holds a writer at as many inputs as may be: in the order of the arguments, which is the order in which tools read
    /// them, from this one on.
    fn hold_from(&mut self, first: usize) {
        let mut held = self.ports.iter().filter(|port| port.writer.is_some()).count();
        for index in (first..self.ports.len()).chain(0..first.min(self.ports.len())) {
            let port = &mut self.ports[index];
            if held == HELD {
                break;
            }
            if port.writer.is_none() && !port.gone {
                port.writer = port.fifo.hold_writer().ok();
                held += 1;
            }
        }
    }
}

/// For each of these pipes, whether it has a reader.
fn are_read<'w>(writers: impl IntoIterator<Item = &'w File>) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> = writers.into_iter().map(|writer| PollFd::new(writer, PollFlags::OUT)).collect();
    if !polled.is_empty() {
        poll_until(&mut polled, Instant::now())?;
    }
    // Without a reader there is an error (Linux) or a hang-up (elsewhere).
    Ok(polled.iter().map(|polled| !polled.revents().intersects(PollFlags::ERR | PollFlags::HUP)).collect())
}
