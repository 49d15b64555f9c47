//! Lets a caller stop work that takes too long.

/// Long work asks this every few thousand steps, so the answer must be cheap.
pub trait Until: Sync {
    /// The reason to stop, or None to go on.
    fn stop(&self) -> Option<Stop>;
}

/// The reason why work was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The caller cancelled it.
    Cancelled,
    /// The caller's deadline has passed.
    TimedOut,
}

/// Never stops the work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Until for Never {
    fn stop(&self) -> Option<Stop> {
        None
    }
}
