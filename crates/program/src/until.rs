//! When work is to end early.

use std::time::{Duration, Instant};

use crate::cancel::Cancel;

/// When work is to end even if it is not done: when somebody says so, at a time, whichever comes first. By default never.
///
/// ```
/// use std::time::Duration;
/// use program::{Program, Stop, Until};
///
/// let finished = Program::new("sleep").arg("1000").until(&Until::after(Duration::from_millis(50))).run()?;
/// assert_eq!(finished.stop, Some(Stop::TimedOut));
/// # Ok::<(), program::RunError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Until {
    /// Ends it from any thread.
    pub cancel: Cancel,
    /// Ends it at this time.
    pub deadline: Option<Instant>,
}

impl Until {
    /// No deadline.
    pub fn never() -> Self {
        Self::default()
    }

    /// A deadline this far in the future. A time that the clock cannot represent means no deadline.
    pub fn after(time: Duration) -> Self {
        Self { cancel: Cancel::new(), deadline: Instant::now().checked_add(time) }
    }

    /// Until this handle is used.
    pub fn cancelled(cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), deadline: None }
    }

    /// The same, but no longer than this from now on.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        let limit = Self::after(time).deadline;
        Self { cancel: self.cancel.clone(), deadline: [self.deadline, limit].into_iter().flatten().min() }
    }

    /// Why work is to end now, if it is.
    pub fn over(&self) -> Option<Stop> {
        if self.cancel.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        self.deadline.filter(|deadline| *deadline <= Instant::now()).map(|_| Stop::TimedOut)
    }
}

/// Why a tool was ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its [deadline](Until::deadline) came.
    TimedOut,
    /// [`Cancel::cancel`](crate::Cancel::cancel) was called.
    Cancelled,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_cancel_and_deadline_ends_the_wait() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Until::never().over(), None);
        assert_eq!(Until::after(hour).over(), None);
        assert_eq!(Until::after(Duration::MAX).deadline, None);
        assert_eq!(Until::after(Duration::ZERO).over(), Some(Stop::TimedOut));
        assert_eq!(Until::after(hour).within(Duration::ZERO).over(), Some(Stop::TimedOut));
        assert_eq!(Until::after(Duration::ZERO).within(hour).over(), Some(Stop::TimedOut));
        let until = Until::after(hour);
        until.within(hour).cancel.cancel();
        assert_eq!(until.over(), Some(Stop::Cancelled));
    }
}
