//! When to look for what no system reports: often after something has happened, then less and less often.

use std::time::{Duration, Instant};

/// The shortest and the longest time between two looks.
const PAUSE: [Duration; 2] = [Duration::from_micros(20), Duration::from_millis(4)];

/// A look may be at this many things in the shortest time, and takes longer at more.
const WATCHED: u32 = 4;

/// The times of the looks.
#[derive(Debug)]
pub(super) struct Pace {
    /// When something last happened.
    active: Instant,
    next: Instant,
    shortest: Duration,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { active: now, next: now, shortest: PAUSE[0] }
    }

    /// Something happened, so more may happen soon. So many things are watched.
    pub(super) fn happened(&mut self, now: Instant, watched: usize) {
        self.shortest = PAUSE[0] * (1 + u32::try_from(watched).unwrap_or(u32::MAX) / WATCHED);
        (self.active, self.next) = (now, self.next.min(now + self.shortest));
    }

    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Whether it is time to look. The next look comes after this part of the time since something happened.
    pub(super) fn is_due(&mut self, now: Instant, part: u32) -> bool {
        let is_due = self.next <= now;
        if is_due {
            self.next = now + ((now - self.active) / part).clamp(self.shortest, self.shortest.max(PAUSE[1]));
        }
        is_due
    }
}
