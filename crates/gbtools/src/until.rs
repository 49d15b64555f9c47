//! How a caller stops work that takes too long.

/// Asked often by everything that can take long. An answer must be cheap: it is asked for every few thousand steps.
pub trait Until: Sync {
    /// Why the work is to stop now, or nothing.
    fn stop(&self) -> Option<Stop>;
}

/// Why work was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The caller cancelled it.
    Cancelled,
    /// The caller's deadline has passed.
    TimedOut,
}

/// Work that nobody stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Until for Never {
    fn stop(&self) -> Option<Stop> {
        None
    }
}
