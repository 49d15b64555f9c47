//! Outputs: FIFOs, standard output or files, read until the tool has exited.

use std::fmt;
use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags};

use super::error::Need;
use super::exit::poll_until;
use super::fifo::{Fifo, FileId, Found, regular};
use super::input::Misuse;
use super::port::{CHUNK, Filled, WIDE, of_port, read_some, set_nonblocking};
use super::system::{self, ASK, Opened, Openers, Openings, is_filler};
use super::until::{Stop, Until};

/// How often a file's size is compared with the limit.
const MEASURE: Duration = Duration::from_millis(20);

/// How long, and how often, a pipe is looked at after its close. Another open may have been on its way to it.
const LINGER: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(5)];

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
    /// It was opened again and closed at once, without a byte, so it is unknown whether that emptied it.
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
    /// It was opened again and closed at once, and the content is what was there before: it may have been emptied.
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

/// One open of an output.
#[derive(Debug)]
struct Stream {
    reader: File,
    /// The number of bytes to read before the content.
    filler: usize,
    /// Where in the output its next byte goes; `None` is the end.
    place: Option<usize>,
    closed: Option<Instant>,
}

impl<'a> Outputs<'a> {
    pub(super) fn new(limit: u64) -> io::Result<Self> {
        Ok(Self { ports: Vec::new(), openings: Openings::new()?, limit, look_at: Instant::now() })
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
            output.streams.push(Stream { reader, filler: 0, place: None, closed: None });
        }
        Ok(())
    }

    /// When to [look](Self::turn) next, if nothing happens before.
    pub(super) fn alarm(&self) -> Option<Instant> {
        let has = |is: fn(&Port) -> bool| self.ports.iter().any(|output| is(&output.port));
        let asks = ASK.filter(|_| has(|port| matches!(port, Port::Fifo(..))));
        let measures = has(|port| matches!(port, Port::File(_))).then_some(MEASURE);
        let lingers = self.ports.iter().any(|output| output.streams.iter().any(|stream| stream.closed.is_some()));
        let lingers = lingers.then_some(LINGER[1]);
        let more = self.has_more().then_some(Duration::ZERO);
        [asks, measures, lingers, more].into_iter().flatten().min().map(|pause| self.look_at + pause)
    }

    pub(super) fn poll_fds(&self) -> impl Iterator<Item = PollFd<'_>> {
        let streams = self.ports.iter().flat_map(Output::open_streams);
        streams.map(|stream| PollFd::new(&stream.reader, PollFlags::IN)).chain(self.openings.poll_fd())
    }

    /// Reads what is there, in bounded time.
    pub(super) fn turn(&mut self, tool: Pid) -> io::Result<Option<Misuse>> {
        self.look_at = Instant::now();
        let mut misuse = None;
        for opened in self.openings.take()? {
            misuse = misuse.or(self.open(opened, tool)?);
        }
        for output in &mut self.ports {
            if let Port::File(path) = &output.port {
                output.too_large |= std::fs::symlink_metadata(path).is_ok_and(|file| file.len() > self.limit);
            }
            if !output.read(self.limit).map_err(of_port(output.name))? {
                misuse = misuse.or(Some((output.name.to_owned(), Need::ReadAndWritten)));
            }
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
        self.ports.iter().all(|output| output.open_streams().next().is_none())
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
    pub(super) fn finish(self, until: &Until) -> io::Result<(Vec<Content>, Option<Stop>)> {
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
        let mut fresh = fifo.fresh()?;
        *own = self.openings.add(&mut fresh)?;
        if !fifo.renew(fresh)? {
            // The tool has put something else at the path, and makes its next open there.
            self.openings.remove(*own)?;
        }
        // All that was written before this open comes before it.
        output.read(self.limit)?;
        let is_used = || state(&reader).is_ok_and(|state| !state.contains(PollFlags::HUP));
        let openers = Openers::of(FileId::of(&reader.metadata()?), tool, is_used);
        let need = if openers.reads_and_writes {
            Some(Need::ReadAndWritten)
        } else if openers.opens > 1 {
            Some(Need::OpenedTwice)
        } else {
            None
        };
        let has_content = filler == 0 && state(&reader)?.contains(PollFlags::IN);
        if openers.opens == 0 && !has_content && !is_used() {
            // It was closed before anyone could see how it was opened. Nothing was written.
            output.perhaps_emptied = !output.content.is_empty();
        } else if !openers.appends {
            output.perhaps_emptied = false;
            output.content.clear();
        }
        output.opened = true;
        if filler > 0 {
            system::widen(&reader, CHUNK);
        }
        output.streams.push(Stream { reader, filler, place: (!openers.appends).then_some(0), closed: None });
        Ok(need.map(|need| (output.name.to_owned(), need)))
    }
}

impl Output<'_> {
    fn open_streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(|stream| stream.closed.is_none())
    }

    /// Reads what there is: at least all that is in the pipes now. Returns false if somebody else has read of it.
    fn read(&mut self, limit: u64) -> io::Result<bool> {
        let mut is_whole = true;
        // The latest first: what opens an output anew has usually done its work before the others go on.
        for index in (0..self.streams.len()).rev() {
            let stream = &mut self.streams[index];
            is_whole &= stream.skip_filler();
            let before = self.content.len();
            let filled = stream.read(&mut self.content, limit)?;
            if before < CHUNK && self.content.len() >= CHUNK {
                system::widen(&stream.reader, WIDE);
            }
            match filled {
                Filled::NoWriter if stream.closed.get_or_insert_with(Instant::now).elapsed() > LINGER[0] => {
                    self.streams.remove(index);
                }
                Filled::NoWriter => {}
                Filled::OverLimit => {
                    self.too_large = true;
                    self.streams.clear();
                    break;
                }
                Filled::WouldBlock | Filled::More => stream.closed = None,
            }
        }
        Ok(is_whole)
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

impl Stream {
    /// Reads what comes before the content. Returns false if somebody else has read of it.
    fn skip_filler(&mut self) -> bool {
        if self.filler == 0 {
            return true;
        }
        let mut bytes = vec![0; mem::take(&mut self.filler)];
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&self.reader, &mut bytes[..]));
        read.is_ok_and(|count| count == bytes.len() && is_filler(&bytes))
    }

    fn read(&mut self, content: &mut Vec<u8>, limit: u64) -> io::Result<Filled> {
        match &mut self.place {
            // As almost always.
            Some(place) if *place == content.len() => {
                let filled = read_some(&self.reader, content, limit);
                *place = content.len();
                filled
            }
            None => read_some(&self.reader, content, limit),
            Some(place) => {
                let mut bytes = Vec::new();
                let filled = read_some(&self.reader, &mut bytes, limit.saturating_sub(*place as u64))?;
                let end = *place + bytes.len();
                if !bytes.is_empty() {
                    content.resize(content.len().max(end), 0);
                    content[*place..end].copy_from_slice(&bytes);
                }
                *place = end;
                Ok(filled)
            }
        }
    }
}

/// `IN` if there is something to read, `HUP` if no writer is left.
fn state(reader: &File) -> io::Result<PollFlags> {
    let mut polled = [PollFd::new(reader, PollFlags::IN)];
    poll_until(&mut polled, Instant::now())?;
    Ok(polled[0].revents())
}

/// Reads the regular file that is in a port's place.
fn read_file(file: &File, limit: u64) -> io::Result<Content> {
    let mut content = Vec::new();
    loop {
        match read_some(file, &mut content, limit)? {
            Filled::More => {}
            Filled::OverLimit => return Ok(Content::TooLarge),
            Filled::NoWriter | Filled::WouldBlock => return Ok(Content::Complete(content)),
        }
    }
}
