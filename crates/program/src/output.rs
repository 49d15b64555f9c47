//! Outputs: FIFOs, standard output or files, read until the tool has exited.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags};

use super::error::Need;
use super::fifo::{Fifo, Found, Renewal, regular};
use super::input::Misuse;
use super::pace::Pace;
use super::port::{CHUNK, Filled, WIDE, of_port, set_nonblocking};
use super::system::{self, ASK, Opened, Openers, Openings, is_written};
use super::until::{Stop, Until};

mod stream;
mod successor;
use stream::{LINGER, Stream, state};
use successor::Successor;

/// How often a file's size is compared with the limit.
const MEASURE: Duration = Duration::from_millis(20);

/// A look for those that wait to open an output again comes after this part of the time since something happened.
const PART: u32 = 2;

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
    /// It was opened again and closed without a byte, so it is unknown whether that emptied it.
    PerhapsEmptied,
}

/// Without the bytes, of which there may be many.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unopened => f.write_str("Unopened"),
            Self::Complete(bytes) => write!(f, "Complete({} bytes)", bytes.len()),
            Self::HeldOpen => f.write_str("HeldOpen"),
            Self::TooLarge => f.write_str("TooLarge"),
            Self::PerhapsEmptied => f.write_str("PerhapsEmptied"),
        }
    }
}

/// All outputs of one run.
#[derive(Debug)]
pub(super) struct Outputs<'a> {
    ports: Vec<Output<'a>>,
    openings: Openings,
    limit: u64,
    look_at: Instant,
    /// For those that wait to open an output again, and how many outputs that can happen to.
    pace: Pace,
    awaited: usize,
}

/// An output, which holds what a file would hold.
#[derive(Debug)]
struct Output<'a> {
    name: &'a str,
    port: Port,
    /// The opens that are not yet closed, in their order. Each has a pipe of its own.
    streams: Vec<Stream>,
    content: Vec<u8>,
    opened: bool,
    /// What is at the path since the first open, on Linux.
    successor: Option<Successor>,
    /// It was opened again and nothing was written since, so the content may have been emptied.
    perhaps_emptied: bool,
    too_large: bool,
}

#[derive(Debug)]
pub(super) enum Port {
    /// With the number that it has in [`Openings`].
    Fifo(Fifo, u64),
    Stdout,
    /// The tool makes the file itself.
    File(PathBuf),
}

impl<'a> Outputs<'a> {
    pub(super) fn new(limit: u64) -> io::Result<Self> {
        let now = Instant::now();
        Ok(Self {
            ports: Vec::new(),
            openings: Openings::new()?,
            limit,
            look_at: now,
            pace: Pace::new(now),
            awaited: 0,
        })
    }

    pub(super) fn add_fifo(&mut self, name: &'a str, mut fifo: Fifo) -> io::Result<()> {
        let number = self.openings.add(&mut fifo)?;
        self.add(name, Port::Fifo(fifo, number));
        Ok(())
    }

    pub(super) fn add(&mut self, name: &'a str, port: Port) {
        let (streams, content) = (Vec::new(), Vec::new());
        self.ports.push(Output {
            name,
            port,
            streams,
            content,
            opened: false,
            successor: None,
            perhaps_emptied: false,
            too_large: false,
        });
    }

    pub(super) fn port(&self, index: usize) -> &Port {
        &self.ports[index].port
    }

    pub(super) fn has_stdout(&self) -> bool {
        self.ports.iter().any(|output| matches!(output.port, Port::Stdout))
    }

    /// Standard output can only be one output.
    pub(super) fn begin(&mut self, stdout: Option<OwnedFd>) -> io::Result<()> {
        let output = self.ports.iter_mut().find(|output| matches!(output.port, Port::Stdout));
        if let Some((output, pipe)) = output.zip(stdout) {
            let reader = File::from(pipe);
            set_nonblocking(&reader)?;
            output.opened = true;
            output.streams.push(Stream { reader, filler: 0, place: None, empties: false, closed: None });
        }
        Ok(())
    }

    /// When to have the next [turn](Self::turn), if nothing happens before.
    pub(super) fn alarm(&self) -> Option<Instant> {
        let asks = ASK.filter(|_| self.ports.iter().any(|output| matches!(output.port, Port::Fifo(..))));
        let measures = self.ports.iter().any(Output::is_file).then_some(MEASURE);
        let lingers = self.ports.iter().any(|output| output.streams.iter().any(|stream| stream.closed.is_some()));
        let lingers = lingers.then_some(LINGER[1]);
        let more = self.has_more().then_some(Duration::ZERO);
        [asks, measures, lingers, more].into_iter().flatten().min().map(|pause| self.look_at + pause)
    }

    pub(super) fn poll_fds(&self) -> impl Iterator<Item = PollFd<'_>> {
        let streams = self.ports.iter().flat_map(Output::open_streams);
        streams.map(|stream| PollFd::new(&stream.reader, PollFlags::IN)).chain(self.openings.poll_fd())
    }

    /// The pipes, each with the name of its output.
    pub(super) fn pipes(&self) -> impl Iterator<Item = (&str, &File)> {
        let opened = self.ports.iter().flat_map(|output| output.open_streams().map(|open| (output.name, &open.reader)));
        let name = |number| {
            let is_it = |output: &&Output<'_>| matches!(output.port, Port::Fifo(_, own) if own == number);
            self.ports.iter().find(is_it).map(|output| output.name)
        };
        opened.chain(self.openings.readers().filter_map(move |(number, reader)| Some((name(number)?, reader))))
    }

    /// When to [look](Self::look) next.
    pub(super) fn look_at(&self) -> Option<Instant> {
        (self.awaited > 0).then(|| self.pace.next())
    }

    /// Looks for those that wait to open an output again, if it is time to. Returns whether there is one.
    pub(super) fn look(&mut self) -> io::Result<bool> {
        if self.awaited == 0 || !self.pace.is_due(Instant::now(), PART) {
            return Ok(false);
        }
        let mut found = false;
        for successor in self.ports.iter_mut().filter_map(|output| output.successor.as_mut()) {
            found |= successor.look()?;
        }
        Ok(found)
    }

    /// Reads what is there, in bounded time.
    pub(super) fn turn(&mut self, tool: Pid) -> io::Result<Option<Misuse>> {
        self.look_at = Instant::now();
        let mut misuse = None;
        let mut has_happened = false;
        for opened in self.openings.take()? {
            misuse = misuse.or(self.open(opened, tool)?);
            has_happened = true;
        }
        for output in &mut self.ports {
            let (open, is_file) = (output.open_streams().count(), output.is_file());
            let need = output.turn(self.limit).map_err(of_port(output.name))?;
            misuse = misuse.or(need.map(|need| (output.name.to_owned(), need)));
            has_happened |= output.open_streams().count() != open || output.is_file() != is_file;
        }
        if has_happened {
            let awaits = |successor: &&Successor| !successor.is_shared();
            self.awaited = self.ports.iter().filter_map(|output| output.successor.as_ref()).filter(awaits).count();
            self.pace.happened(Instant::now(), self.awaited);
        }
        Ok(misuse)
    }

    /// The tool has exited. A file that a process it left behind still has open counts as opened, even if that was not
    /// noticed.
    pub(super) fn settle(&mut self, tool: Pid) -> io::Result<()> {
        let mut held = Vec::new();
        for output in &self.ports {
            if let Port::Fifo(fifo, number) = &output.port {
                held.extend(self.openings.held(*number, fifo).map_err(of_port(output.name))?);
            }
        }
        held.into_iter().try_for_each(|opened| self.open(opened, tool).map(drop))
    }

    /// Whether the tool has written too much, so that it would wait for ever.
    pub(super) fn is_too_large(&self) -> bool {
        self.ports.iter().any(|output| output.too_large)
    }

    /// Whether nobody has any of them open.
    pub(super) fn are_closed(&self) -> bool {
        self.ports.iter().all(|output| {
            output.open_streams().next().is_none() && !output.successor.as_ref().is_some_and(Successor::is_open)
        })
    }

    /// Whether there are opens that have not had their turn.
    pub(super) fn has_more(&self) -> bool {
        self.openings.has_more()
    }

    /// How many there are, by now.
    pub(super) fn waiting(&mut self) -> io::Result<usize> {
        self.openings.waiting()
    }

    /// The final content of all outputs, and why they were not read to the end, if the time is over.
    pub(super) fn finish(mut self, until: &Until) -> io::Result<(Vec<Content>, Option<Stop>)> {
        for output in &mut self.ports {
            output.give_up().map_err(of_port(output.name))?;
        }
        let mut late = None;
        let finish = |output: Output<'a>| {
            let name = output.name;
            // The bytes from a pipe have already been read.
            late = late.or(until.over().filter(|_| matches!(output.port, Port::File(_))));
            let content = if late.is_some() { Ok(Content::Unopened) } else { output.finish(self.limit) };
            content.map_err(of_port(name))
        };
        let contents = self.ports.into_iter().map(finish).collect::<io::Result<_>>()?;
        Ok((contents, late))
    }

    /// A process has opened a FIFO.
    fn open(&mut self, opened: Opened, tool: Pid) -> io::Result<Option<Misuse>> {
        let is_it = |output: &Output<'_>| matches!(output.port, Port::Fifo(_, own) if own == opened.number);
        let Some(index) = self.ports.iter().position(is_it) else { return Ok(None) };
        let name = self.ports[index].name;
        self.open_at(index, opened, tool).map_err(of_port(name))
    }

    /// Takes the place of the FIFO with a fresh one, and knows what the content so far is worth.
    fn open_at(&mut self, index: usize, opened: Opened, tool: Pid) -> io::Result<Option<Misuse>> {
        let Opened { reader, filler, .. } = opened;
        let output = &mut self.ports[index];
        let Port::Fifo(fifo, own) = &mut output.port else { return Ok(None) };
        let successor = Successor::make(fifo)?;
        let (fresh, successor) = if let Some((fresh, successor)) = successor {
            (fresh, Some(successor))
        } else {
            let mut fresh = fifo.fresh()?;
            *own = self.openings.add(&mut fresh)?;
            (fresh, None)
        };
        let renewal = fifo.renew(fresh, &reader)?;
        if renewal == Renewal::Done {
            output.successor = successor;
        } else {
            // The tool has put something else at the path, and makes its next open there.
            self.openings.remove(*own)?;
        }
        // All that was written before this open comes before it.
        output.read(self.limit)?;
        let is_used = || state(&reader).is_ok_and(|state| !state.contains(PollFlags::HUP));
        let openers = Openers::of(&reader, tool, is_used)?;
        let need = if renewal == Renewal::Elsewhere {
            Some(Need::OtherName)
        } else if openers.reads_and_writes {
            Some(Need::ReadAndWritten)
        } else if openers.opens > 1 {
            Some(Need::OpenedTwice)
        } else {
            None
        };
        // Whether the tool emptied it (`O_TRUNC`) does not show. If it was closed already, nothing shows.
        let empties = !openers.appends && !output.content.is_empty();
        output.perhaps_emptied |= empties;
        output.opened = true;
        if filler > 0 {
            system::widen(&reader, CHUNK);
        }
        let place = (!openers.appends).then_some(0);
        output.streams.push(Stream { reader, filler, place, empties, closed: None });
        Ok(need.map(|need| (output.name.to_owned(), need)))
    }
}

impl Output<'_> {
    fn open_streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(|stream| stream.closed.is_none())
    }

    /// Whether the content is in a file, whose size does not show by itself.
    fn is_file(&self) -> bool {
        matches!(self.port, Port::File(_)) || self.successor.as_ref().is_some_and(Successor::is_shared)
    }

    /// Reads what there is, and then lets those go on that wait to open it again.
    fn turn(&mut self, limit: u64) -> io::Result<Option<Need>> {
        if let Port::File(path) = &self.port {
            self.too_large |= std::fs::symlink_metadata(path).is_ok_and(|file| file.len() > limit);
        }
        if self.successor.as_ref().is_some_and(Successor::is_shared) {
            return self.read_into_file(limit);
        }
        let is_whole = self.read(limit)?;
        if let Some(successor) = &mut self.successor
            && successor.is_wanted()
        {
            // All that was written before that open has been read now.
            successor.share(&self.content)?;
        }
        Ok((!is_whole).then_some(Need::ReadAndWritten))
    }

    /// The content is in a file, which others may have changed. A pipe that is still open goes on with it.
    fn read_into_file(&mut self, limit: u64) -> io::Result<Option<Need>> {
        let Some(successor) = &mut self.successor else { return Ok(None) };
        self.too_large |= successor.len()? > limit;
        // There is at most this one, since what is opened later is the file.
        let Some(stream) = self.streams.first() else {
            self.content = Vec::new();
            return Ok(None);
        };
        let state = state(&stream.reader)?;
        if state.contains(PollFlags::IN) {
            if !successor.is_unchanged(&self.content)? {
                return Ok(Some(Need::OpenedTwice));
            }
        } else if !state.contains(PollFlags::HUP) {
            return Ok(None);
        }
        let end = self.content.len();
        let from = stream.place.map_or(end, |place| place.min(end));
        self.read(limit)?;
        if let Some(successor) = &mut self.successor
            && from < self.content.len()
        {
            successor.write(&self.content, from)?;
        }
        Ok(None)
    }

    /// Reads what there is: at least all that is in the pipes now. Returns false if somebody else has read of it.
    fn read(&mut self, limit: u64) -> io::Result<bool> {
        let mut is_whole = true;
        // The latest first: what opens an output anew has usually done its work before the others go on.
        for index in (0..self.streams.len()).rev() {
            let stream = &mut self.streams[index];
            is_whole &= stream.skip_filler();
            let (before, empties) = (self.content.len(), stream.empties);
            let filled = stream.read(&mut self.content, limit)?;
            let has_emptied = empties && !stream.empties;
            if before < CHUNK && self.content.len() >= CHUNK {
                system::widen(&stream.reader, WIDE);
            }
            match filled {
                Filled::NoWriter if stream.closed.get_or_insert_with(Instant::now).elapsed() > LINGER[0] => {
                    self.streams.remove(index).end();
                }
                Filled::NoWriter => {}
                Filled::OverLimit => {
                    self.too_large = true;
                    self.streams.clear();
                    break;
                }
                Filled::WouldBlock | Filled::More => stream.closed = None,
            }
            if has_emptied {
                self.perhaps_emptied = false;
                self.streams.iter_mut().for_each(|stream| stream.empties = false);
            }
        }
        Ok(is_whole)
    }

    /// Gives up the lease, except where the content is still in memory. There the file is not needed, unless the tool has
    /// moved it or given it a second name, perhaps that of another output.
    fn give_up(&mut self) -> io::Result<()> {
        let (Port::Fifo(fifo, _), Some(successor)) = (&self.port, &mut self.successor) else { return Ok(()) };
        if !successor.is_shared() {
            let is_only_there = fifo.is_there() && !successor.has_more_names()?;
            return if is_only_there { Ok(()) } else { successor.share(&self.content) };
        }
        successor.release();
        Ok(())
    }

    /// Reads it from the file in which it is by now.
    fn content_of_file(self, limit: u64) -> io::Result<Content> {
        let Port::Fifo(fifo, _) = &self.port else { return Ok(Content::Unopened) };
        let found = regular(fifo.path())?;
        // This process has it open for writing.
        let is_held = self.successor.is_some_and(Successor::end);
        Ok(match found {
            Found::File(file) if is_held && is_written(&file) => Content::HeldOpen,
            Found::File(file) => read_file(&file, limit)?,
            Found::Itself | Found::Nothing => Content::Unopened,
        })
    }

    fn finish(mut self, limit: u64) -> io::Result<Content> {
        let found = match &self.port {
            _ if self.too_large => return Ok(Content::TooLarge),
            Port::Stdout => Found::Itself,
            Port::Fifo(fifo, _) => fifo.found()?,
            Port::File(path) => regular(path)?,
        };
        Ok(match found {
            Found::Itself if self.open_streams().next().is_some() => Content::HeldOpen,
            Found::Itself if self.is_file() => self.content_of_file(limit)?,
            Found::Itself if self.perhaps_emptied => Content::PerhapsEmptied,
            Found::Itself if self.opened => {
                // There may be thousands of small contents, each with room for much more.
                self.content.shrink_to_fit();
                Content::Complete(self.content)
            }
            Found::File(file) => read_file(&file, limit)?,
            Found::Itself | Found::Nothing => Content::Unopened,
        })
    }
}

/// Reads the regular file that is in a port's place: what it holds now. A process that the tool left behind may go on
/// writing to it.
fn read_file(file: &File, limit: u64) -> io::Result<Content> {
    let size = file.metadata()?.len();
    if size > limit {
        return Ok(Content::TooLarge);
    }
    let mut content = Vec::new();
    file.take(size).read_to_end(&mut content)?;
    Ok(Content::Complete(content))
}
