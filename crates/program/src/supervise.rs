//! One event loop for a running tool: its ports, what it prints, cancellation, the deadline, its exit.
//!
//! It runs on the thread that started the tool. It waits in one place, which always has a bound or the tool's exit to
//! wait for, and nothing that it calls waits for another process.

use std::io;
use std::mem;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rustix::event::PollFlags;

use super::Stop;
use super::cancel::Urgency;
use super::child::Child;
use super::circle::Circle;
use super::exit::{Exit, poll_until};
use super::input::{Inputs, Misuse};
use super::news::News;
use super::output::Outputs;
use super::port::{Feed, LEAK_GRACE};
use super::printed::{Printed, Printing};
use super::system::AT_ONCE;

/// The time from SIGTERM to SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(1);

/// The time that a tool may take to end after SIGKILL. One that is traced, or waits for a disk that does not answer,
/// may take for ever.
const KILL_GRACE: Duration = Duration::from_secs(2);

/// Without anything to do.
const IDLE: Duration = Duration::from_secs(3600);

/// The result of the loop.
#[derive(Debug)]
pub(super) struct Supervised {
    /// Why it was ended early, if somebody asked for that.
    pub(super) stop: Option<Stop>,
    pub(super) misuse: Option<Misuse>,
    pub(super) stdout: Printed,
    pub(super) stderr: Printed,
}

/// Serves the tool's ports, drains what it prints, and stops it when necessary.
pub(super) struct Supervisor<'a, 'p> {
    pub(super) tool: &'a Child,
    pub(super) deadline: Option<Instant>,
    pub(super) news: &'a News,
    pub(super) exited: &'a Exit,
    pub(super) inputs: &'a mut Inputs<'p>,
    pub(super) outputs: &'a mut Outputs<'p>,
    pub(super) stdin: Option<Feed<'p>>,
    /// Standard output, unless that is an output, and standard error.
    pub(super) printing: [Printing; 2],
    /// If the tool has no reason to read what it writes.
    pub(super) circle: Option<Circle>,
}

/// The loop's state while the tool is running.
struct Watched<'a> {
    tool: &'a Child,
    deadline: Option<Instant>,
    stop: Option<Stop>,
    /// When to follow SIGTERM with SIGKILL, and when to give up after that.
    kill_at: Option<Instant>,
    abandon_at: Option<Instant>,
    is_ended: bool,
}

impl Supervisor<'_, '_> {
    /// Runs until the tool has exited and its streams have ended, or a process that it left behind has held them open
    /// beyond the grace period.
    pub(super) fn run(mut self) -> io::Result<Supervised> {
        let (tool, deadline) = (self.tool, self.deadline);
        let mut watched = Watched { tool, deadline, stop: None, kill_at: None, abandon_at: None, is_ended: false };
        let mut misuse = None;
        let mut give_up: Option<Instant> = None;
        let mut is_settled = false;
        // How many opens of the tool itself have not had their turn at its exit. They count, however long that takes.
        let mut owed = 0;
        loop {
            let alarms = [give_up.or(watched.alarm()), self.outputs.alarm()];
            let until = alarms.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + IDLE);
            let has_exited = self.wait(give_up.is_some(), until)?;

            // Checked before reading: everything that the tool itself wrote is in the pipes by then.
            if has_exited && give_up.is_none() {
                // Requests from before the exit count, whether they were seen or not.
                watched.hear(&self.news.take());
                watched.be_on_time(Instant::now());
                if watched.is_ended {
                    // Processes that it started are not waited for either.
                    tool.signal(Signal::SIGKILL);
                }
                give_up = Some(Instant::now() + LEAK_GRACE);
                owed = self.outputs.waiting()?;
            }
            for stream in &mut self.printing {
                stream.turn()?;
            }
            if let Some(feed) = &mut self.stdin
                && !feed.turn()?
            {
                self.stdin = None;
            }
            owed = owed.saturating_sub(AT_ONCE);
            let misused = self.outputs.turn(tool.pid())?.or(self.inputs.turn(tool.pid())?);
            if has_exited && !is_settled && owed == 0 {
                self.outputs.settle(tool.pid())?;
                is_settled = true;
            }
            let misused = if has_exited { misused } else { misused.or(self.look_for_circle()?) };
            if misuse.is_none() && misused.is_some() {
                misuse = misused;
                watched.end();
            }
            if self.outputs.is_too_large() {
                watched.end();
            }
            let now = Instant::now();
            let is_over = || {
                self.printing.iter().all(Printing::has_ended) && self.outputs.are_closed() && !self.outputs.has_more()
            };
            match give_up {
                Some(at) if owed == 0 && (at <= now || is_over()) => break,
                Some(_) if owed == 0 => {}
                _ => {
                    watched.hear(&self.news.take());
                    watched.be_on_time(now);
                    if watched.abandon_at.is_some_and(|at| at <= now) {
                        break;
                    }
                    if watched.stop.is_some() {
                        owed = 0;
                    }
                }
            }
        }
        let [stdout, stderr] = self.printing.map(|mut stream| mem::take(&mut stream.printed));
        Ok(Supervised { stop: watched.stop, misuse, stdout, stderr })
    }

    /// Whether the tool reads what it writes.
    fn look_for_circle(&mut self) -> io::Result<Option<Misuse>> {
        let Some(circle) = &mut self.circle else { return Ok(None) };
        let is_one = self.printing[0].pipe().is_none();
        let names = ["standard output", if is_one { "standard output or error" } else { "standard error" }];
        let printed = names.into_iter().zip(&self.printing);
        let printed = printed.filter_map(|(name, stream)| Some((name, stream.pipe()?)));
        circle.look(self.tool.pid(), printed.chain(self.outputs.pipes()))
    }

    /// Waits until something is ready, an input was opened, or it is time. Returns whether the tool has exited.
    fn wait(&mut self, has_exited: bool, until: Instant) -> io::Result<bool> {
        loop {
            let mut polled = vec![self.exited.poll_fd()];
            if has_exited {
                polled.clear();
            } else {
                polled.push(self.news.poll_fd());
            }
            polled.extend(self.printing.iter().filter_map(Printing::poll_fd));
            polled.extend(self.stdin.iter().map(Feed::poll_fd));
            polled.extend(self.outputs.poll_fds());
            polled.extend(self.inputs.poll_fds());
            let circle = self.circle.as_ref().filter(|_| !has_exited).map(Circle::alarm);
            let looks = [self.inputs.alarm(), self.outputs.look_at(), circle];
            let is_ready = poll_until(&mut polled, looks.into_iter().flatten().fold(until, Instant::min))?;
            let has_exited = has_exited || polled.first().is_some_and(|exit| exit.revents() != PollFlags::empty());
            let is_time = circle.is_some_and(|at| at <= Instant::now()) || until <= Instant::now();
            if self.inputs.look()? | self.outputs.look()? || is_ready || is_time {
                return Ok(has_exited);
            }
        }
    }
}

impl Watched<'_> {
    fn alarm(&self) -> Option<Instant> {
        if self.is_ended { self.kill_at.or(self.abandon_at) } else { self.deadline }
    }

    fn hear(&mut self, requests: &[Urgency]) {
        for urgency in requests {
            self.stop_for(Stop::Cancelled);
            if *urgency == Urgency::Now {
                self.kill();
            }
        }
    }

    fn be_on_time(&mut self, now: Instant) {
        if !self.is_ended {
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                self.stop_for(Stop::TimedOut);
            }
        } else if self.kill_at.is_some_and(|kill_at| kill_at <= now) {
            self.kill();
        }
    }

    /// Ends it because somebody asked for that, unless it is being ended already.
    fn stop_for(&mut self, stop: Stop) {
        if !self.is_ended {
            self.stop = Some(stop);
        }
        self.end();
    }

    fn end(&mut self) {
        if !self.is_ended {
            self.is_ended = true;
            self.kill_at = Some(Instant::now() + TERM_GRACE);
            self.tool.signal(Signal::SIGTERM);
            // A stopped process only receives SIGTERM once it continues.
            self.tool.signal(Signal::SIGCONT);
        }
    }

    fn kill(&mut self) {
        self.kill_at = None;
        self.abandon_at.get_or_insert(Instant::now() + KILL_GRACE);
        self.tool.signal(Signal::SIGKILL);
    }
}
