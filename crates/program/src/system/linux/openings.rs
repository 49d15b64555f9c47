//! Reports when an output is opened, before its first byte.
//!
//! Nothing in a pipe marks where one writer ends and the next begins. So each open gets a FIFO of its own, and the next
//! FIFO must be at the path before the first byte of this open is written. The FIFO is therefore full from the start:
//! a process that opens it waits at the first byte. A pipe that has data to read reports each open of a first writer to an
//! edge-triggered epoll (`epoll(7)`), because a reader might be waiting for that writer.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec};

use crate::exit::poll_until;
use crate::fifo::Fifo;
use crate::system::Opened;

/// The bytes that fill a FIFO.
const FILLER: [u8; 4096] = [0xFB; 4096];

/// It need not wait for what has happened.
const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// How long a process that is being started may take to its exec, and how often a FIFO is made until none has it.
const COPIES_STAY: Duration = Duration::from_millis(10);
const TRIES: usize = 100;

/// How many opens are taken at once. Each takes some 50 microseconds, and more if the tool has many files open.
pub(crate) const AT_ONCE: usize = 32;

/// How often to ask, if nothing else happens. An epoll wakes its poller.
pub(crate) const ASK: Option<Duration> = None;

/// The FIFOs that nobody has opened yet.
#[derive(Debug)]
pub(crate) struct Openings {
    epoll: OwnedFd,
    unopened: Vec<Unopened>,
    /// Those that have been opened, until they are taken.
    opened: Vec<u64>,
    next: u64,
}

#[derive(Debug)]
struct Unopened {
    number: u64,
    reader: File,
    filler: usize,
}

impl Openings {
    pub(crate) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, unopened: Vec::new(), opened: Vec::new(), next: 0 })
    }

    /// Prepares a FIFO that no tool knows yet. Returns its number.
    pub(crate) fn add(&mut self, fifo: &mut Fifo) -> io::Result<u64> {
        let mut tries = 0;
        let (reader, filler) = loop {
            let (reader, filler) = filled(fifo)?;
            // A process that another thread was starting meanwhile has a copy of the writer until its exec. As long as
            // there is any writer, the tool's open would not be the first, and not be reported.
            let mut polled = [PollFd::new(&reader, PollFlags::empty())];
            if poll_until(&mut polled, Instant::now() + COPIES_STAY)? {
                break (reader, filler);
            }
            tries += 1;
            if tries == TRIES {
                return Err(io::Error::other("cannot prepare a FIFO: other processes keep it open"));
            }
            fifo.make_again()?;
        };
        let number = self.next;
        self.next += 1;
        epoll::add(&self.epoll, &reader, EventData::new_u64(number), EventFlags::IN | EventFlags::ET)?;
        self.unopened.push(Unopened { number, reader, filler });
        // It has data, which is reported once.
        self.hear(Some(number))?;
        Ok(number)
    }

    /// Becomes ready when one of them is opened.
    pub(crate) fn poll_fd(&self) -> Option<PollFd<'_>> {
        (!self.unopened.is_empty()).then(|| PollFd::new(&self.epoll, PollFlags::IN))
    }

    /// The next of those that have been opened, in their order. The event loop has other things to do in between.
    pub(crate) fn take(&mut self) -> io::Result<Vec<Opened>> {
        self.hear(None)?;
        let next: Vec<_> = self.opened.drain(..self.opened.len().min(AT_ONCE)).collect();
        let mut taken = Vec::new();
        for number in next {
            taken.extend(self.remove(number)?);
        }
        Ok(taken)
    }

    /// The readers of those that nobody is known to have opened. Who drains one right after opening it goes unnoticed.
    pub(crate) fn readers(&self) -> impl Iterator<Item = (u64, &File)> {
        self.unopened.iter().map(|unopened| (unopened.number, &unopened.reader))
    }

    /// Whether more are known to have been opened.
    pub(crate) fn has_more(&self) -> bool {
        !self.opened.is_empty()
    }

    /// How many have been opened and not taken, by now.
    pub(crate) fn waiting(&mut self) -> io::Result<usize> {
        self.hear(None)?;
        Ok(self.opened.len())
    }

    /// Does nothing: every open has already been reported.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the portable way asks here")]
    pub(crate) fn held(&mut self, _number: u64, _fifo: &Fifo) -> io::Result<Option<Opened>> {
        Ok(None)
    }

    /// Forgets one, which is then not watched any more.
    pub(crate) fn remove(&mut self, number: u64) -> io::Result<Option<Opened>> {
        let Some(index) = self.unopened.iter().position(|unopened| unopened.number == number) else { return Ok(None) };
        let Unopened { number, reader, filler } = self.unopened.swap_remove(index);
        epoll::delete(&self.epoll, &reader)?;
        Ok(Some(Opened { number, reader, filler }))
    }

    fn hear(&mut self, but: Option<u64>) -> io::Result<()> {
        let mut events: [Event; 16] = [Event { flags: EventFlags::empty(), data: EventData::new_u64(0) }; 16];
        loop {
            let count = match epoll::wait(&self.epoll, &mut events, Some(&NOW)) {
                Err(rustix::io::Errno::INTR) => continue,
                count => count?,
            };
            let numbers = events[..count].iter().map(|event| event.data.u64());
            let new = numbers.filter(|number| Some(*number) != but && !self.opened.contains(number));
            let new: Vec<_> = new.collect();
            self.opened.extend(new);
            if count < events.len() {
                return Ok(());
            }
        }
    }
}

/// Opens a FIFO and fills it. Returns the reader, and with how many bytes.
fn filled(fifo: &Fifo) -> io::Result<(File, usize)> {
    let reader = fifo.open_reader()?;
    let Some(mut writer) = fifo.open_writer()? else { return Err(ErrorKind::NotFound.into()) };
    // The smallest capacity is a page. If this is refused, there is more to fill.
    let _ = fcntl(&reader, FcntlArg::F_SETPIPE_SZ(FILLER.len().try_into().unwrap_or(i32::MAX)));
    let mut filler = 0;
    loop {
        match writer.write(&FILLER) {
            Ok(count) => filler += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((reader, filler)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether these are the bytes of a filler, which a tool that reads its output back may have taken.
pub(crate) fn is_filler(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == FILLER[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;

    #[test]
    fn an_open_is_reported_while_its_first_byte_waits() {
        let dir = tempfile::tempdir().unwrap();
        let mut fifos: Vec<_> = (0..40).map(|n| Fifo::make(dir.path().join(n.to_string())).unwrap()).collect();
        let mut openings = Openings::new().unwrap();
        let numbers: Vec<_> = fifos.iter_mut().map(|fifo| openings.add(fifo).unwrap()).collect();
        assert!(openings.take().unwrap().is_empty());
        // It is reported though it is closed again at once, and once though it is opened twice.
        drop(fs::File::options().write(true).open(fifos[3].path()).unwrap());
        let written = std::thread::scope(|scope| {
            let open = || fs::File::options().write(true).open(fifos[7].path()).unwrap();
            let (mut one, two) = (open(), open());
            let written = scope.spawn(move || one.write_all(b"x"));
            let mut opened = openings.take().unwrap();
            assert_eq!(opened.iter().map(|opened| opened.number).collect::<Vec<_>>(), [numbers[3], numbers[7]]);
            for opened in &mut opened {
                let mut filler = vec![0; opened.filler];
                opened.reader.read_exact(&mut filler).unwrap();
                assert!(is_filler(&filler));
            }
            drop(two);
            written.join().unwrap()
        });
        written.unwrap();
        assert!(openings.take().unwrap().is_empty());
    }

    #[test]
    fn an_open_is_reported_whatever_other_threads_start_meanwhile() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let dir = tempfile::tempdir().unwrap();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::process::Command::new("true").status().unwrap();
                }
            });
            let mut missed = 0;
            for _ in 0..500 {
                let mut fifo = Fifo::make(dir.path().join("port")).unwrap();
                let mut openings = Openings::new().unwrap();
                openings.add(&mut fifo).unwrap();
                drop(fs::File::options().write(true).open(fifo.path()).unwrap());
                missed += usize::from(openings.take().unwrap().len() != 1);
            }
            over.store(true, Ordering::Relaxed);
            assert_eq!(missed, 0);
        });
    }
}
