//! One event loop for a running tool: what it prints, trouble at its ports, cancellation, the deadline, its exit.
//!
//! It runs on the thread that started the tool.

use std::io;
use std::mem;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags};
use nix::sys::signal::Signal;

use super::Stop;
use super::child::Child;
use super::exit::{Exit, poll_until};
use super::input::LOOK;
use super::news::{Event, News};
use super::port::LEAK_GRACE;
use super::printed::{Printed, Printing};
use crate::cancel::Urgency;

/// The time from SIGTERM to SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(1);

/// Why the event loop stopped the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Asked(Stop),
    /// A port cannot continue. The port knows why.
    Trouble,
}

/// The result of the loop.
#[derive(Debug)]
pub(super) struct Supervised {
    pub(super) ended: Option<Ended>,
    pub(super) stdout: Printed,
    pub(super) stderr: Printed,
}

/// Drains what the tool prints, and stops the tool when necessary.
pub(super) struct Supervisor<'a> {
    pub(super) tool: &'a Child,
    pub(super) deadline: Option<Instant>,
    pub(super) news: &'a News,
    pub(super) exited: &'a Exit,
    /// Standard output, unless that is an output, and standard error.
    pub(super) printing: [Printing; 2],
}

/// The loop's state while the tool is running.
struct Watched<'a> {
    tool: &'a Child,
    deadline: Option<Instant>,
    ended: Option<Ended>,
    /// When to follow SIGTERM with SIGKILL.
    kill_at: Option<Instant>,
}

impl Supervisor<'_> {
    /// Runs until the tool has exited and its printed streams have ended, or a process that it left behind has held
    /// them open beyond the grace period. `look` is called from time to time: see
    /// [`Service::look`](super::input::Service::look).
    pub(super) fn run(self, mut look: impl FnMut() -> Option<bool>) -> io::Result<Supervised> {
        let Self { tool, deadline, news, exited, mut printing } = self;
        let mut watched = Watched { tool, deadline, ended: None, kill_at: None };
        let [soon, seldom] = LOOK;
        let mut pause = seldom;
        let mut look_at = Instant::now() + pause;
        let mut give_up = None;
        loop {
            let until = give_up.unwrap_or_else(|| watched.alarm().map_or(look_at, |alarm| alarm.min(look_at)));
            let waits = give_up.is_none().then(|| [exited.poll_fd(), news.poll_fd()]).into_iter().flatten();
            let prints = printing.iter().filter_map(Printing::pipe);
            let prints = prints.map(|pipe| PollFd::new(pipe, PollFlags::POLLIN));
            let mut polled: Vec<_> = waits.chain(prints).collect();
            poll_until(&mut polled, until)?;

            // Checked before reading: everything that the tool itself printed is in the pipes by then.
            if give_up.is_none() && polled.first().and_then(PollFd::any) == Some(true) {
                // Events from before the exit count, whether they were seen or not.
                watched.hear(news.take());
                watched.be_on_time(Instant::now());
                if watched.ended.is_some() {
                    // Processes that it started are not waited for either.
                    tool.signal(Signal::SIGKILL);
                }
                give_up = Some(Instant::now() + LEAK_GRACE);
            }
            for stream in &mut printing {
                stream.turn()?;
            }
            let now = Instant::now();
            match give_up {
                Some(at) if at <= now || printing.iter().all(|stream| stream.pipe().is_none()) => break,
                Some(_) => {}
                None => {
                    watched.hear(news.take());
                    watched.be_on_time(now);
                    if look_at <= now {
                        pause = if look() == Some(true) { soon } else { (pause * 2).min(seldom) };
                        look_at = now + pause;
                    }
                }
            }
        }
        let [stdout, stderr] = printing.map(|mut stream| mem::take(&mut stream.printed));
        Ok(Supervised { ended: watched.ended, stdout, stderr })
    }
}

impl Watched<'_> {
    fn alarm(&self) -> Option<Instant> {
        if self.ended.is_none() { self.deadline } else { self.kill_at }
    }

    fn hear(&mut self, events: Vec<Event>) {
        for event in events {
            match event {
                Event::Cancel(urgency) => {
                    self.end(Ended::Asked(Stop::Cancelled));
                    if urgency == Urgency::Now {
                        self.tool.signal(Signal::SIGKILL);
                    }
                }
                Event::Trouble => self.end(Ended::Trouble),
            }
        }
    }

    fn be_on_time(&mut self, now: Instant) {
        if self.alarm().is_some_and(|alarm| alarm <= now) {
            if self.kill_at.take().is_some() {
                self.tool.signal(Signal::SIGKILL);
            } else {
                self.end(Ended::Asked(Stop::TimedOut));
            }
        }
    }

    fn end(&mut self, why: Ended) {
        if self.ended.is_none() {
            self.ended = Some(why);
            self.kill_at = Some(Instant::now() + TERM_GRACE);
            self.tool.signal(Signal::SIGTERM);
            // A stopped process only receives SIGTERM once it continues.
            self.tool.signal(Signal::SIGCONT);
        }
    }
}
