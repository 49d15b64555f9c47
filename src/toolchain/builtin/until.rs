//! How the built-in tools learn that a build has to end.

use gbtools::until;

use program::{Stop, Until};

/// Ends the work of `gbtools` when a build has to end. The tools ask every few thousand steps.
#[derive(Clone, Copy, Debug)]
pub struct Polled<'a>(pub &'a Until);

impl until::Until for Polled<'_> {
    fn stop(&self) -> Option<until::Stop> {
        self.0.over().map(|why| match why {
            Stop::Cancelled => until::Stop::Cancelled,
            Stop::TimedOut => until::Stop::TimedOut,
        })
    }
}

pub(super) fn why(stop: until::Stop) -> Stop {
    match stop {
        until::Stop::Cancelled => Stop::Cancelled,
        until::Stop::TimedOut => Stop::TimedOut,
    }
}
