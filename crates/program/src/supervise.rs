//! One event loop for a running tool: what it prints, its ports in trouble, cancelling, the deadline, its exit.
//!
//! It runs on the thread that started the tool.

use std::io;
use std::mem;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags};
use nix::sys::signal::Signal;

use super::Stop;
use super::child::Tool;
use super::exit::{Exit, poll_until};
use super::input::LOOK;
use super::news::{Event, News};
use super::port::LEAK_GRACE;
use super::printed::{Printed, Printing};
use crate::cancel::Urgency;

/// From SIGTERM to SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(1);

/// Why the event loop ended the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Asked(Stop),
    /// A port cannot go on, and knows why.
    Trouble,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Supervised {
    pub(super) ended: Option<Ended>,
    pub(super) stdout: Printed,
    pub(super) stderr: Printed,
}

/// Drains what the tool prints, and ends it when it must be.
pub(super) struct Supervisor<'a> {
    pub(super) tool: &'a Tool,
    pub(super) deadline: Option<Instant>,
    pub(super) news: &'a News,
    pub(super) exited: &'a Exit,
    /// Standard output, unless that is an output, and standard error.
    pub(super) printing: [Printing; 2],
}

/// The loop's state, as long as the tool runs.
struct Watched<'a> {
    tool: &'a Tool,
    deadline: Option<Instant>,
    ended: Option<Ended>,
    /// When SIGTERM has had its time.
    kill_at: Option<Instant>,
}

impl Supervisor<'_> {
    /// Until the tool has exited and what it printed is at its end, or held open beyond the grace by a process that it
    /// left behind. `look` is called now and then: see [`Service::look`](super::input::Service::look).
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

            // Known before the reading: what the tool itself printed is all in the pipes by then.
            if give_up.is_none() && polled.first().and_then(PollFd::any) == Some(true) {
                // What came before the exit counts, if it was seen or not.
                watched.hear(news.take());
                watched.be_on_time(Instant::now());
                if watched.ended.is_some() {
                    // What it started is not waited for either.
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
            // A stopped process hears of SIGTERM only when it goes on.
            self.tool.signal(Signal::SIGCONT);
        }
    }
}
