//! A tool that reads what it writes itself waits for an end that comes only with its own. No system reports that, so the
//! event loop looks: soon after the start, then less and less often.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::error::Need;
use super::input::Misuse;
use super::system::Openers;

/// The first look, and the longest time between two looks. A build of a small program is done before the first.
const PAUSE: [Duration; 2] = [Duration::from_millis(20), Duration::from_secs(1)];

/// The times of the looks.
#[derive(Debug)]
pub(super) struct Circle {
    next: Instant,
    pause: Duration,
}

impl Circle {
    pub(super) fn new() -> Self {
        Self { next: Instant::now() + PAUSE[0], pause: PAUSE[0] }
    }

    /// When to [look](Self::look) next.
    pub(super) fn alarm(&self) -> Instant {
        self.next
    }

    /// Looks, if it is time to, whether a process of the tool reads one of these pipes. All of them are written by the tool.
    pub(super) fn look<'p>(
        &mut self,
        tool: Pid,
        pipes: impl Iterator<Item = (&'p str, &'p File)>,
    ) -> io::Result<Option<Misuse>> {
        let now = Instant::now();
        if now < self.next {
            return Ok(None);
        }
        self.pause = (self.pause * 2).min(PAUSE[1]);
        self.next = now + self.pause;
        for (name, pipe) in pipes {
            if Openers::of(pipe, tool, || false)?.reads {
                return Ok(Some((name.to_owned(), Need::OwnOutput)));
            }
        }
        Ok(None)
    }
}
