//! The prelude that sources have in common. One of them reads it, and the others wait for it.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::After;
use crate::asm::Options;

/// How long a source waits for the prelude before it asks whether to stop.
const PATIENCE: Duration = Duration::from_millis(10);

/// The prelude of several sources. They may be assembled in sequence or in parallel.
#[derive(Default)]
pub struct Preludes {
    /// The last prelude, and the options that it depends on.
    last: Mutex<Option<(Options, Known)>>,
    changed: Condvar,
}

/// What is known of a prelude.
#[derive(Clone)]
enum Known {
    /// A source is reading it.
    Begun,
    /// Its result.
    Done(Arc<After>),
    /// Each source must read it itself.
    NotShared,
}

/// What a source has to do.
pub(super) enum Task<'a> {
    /// Continue from here.
    GoOn(Arc<After>),
    /// Read the prelude, for the others too.
    Share(Sharing<'a>),
    /// Read the prelude.
    Read,
    /// Ask again, unless the assembly has to stop.
    Wait,
}

impl Preludes {
    /// What a source with these options has to do. Waits a moment for another source that reads the prelude.
    pub(super) fn task<'a>(&'a self, options: &'a Options) -> Task<'a> {
        let mut last = self.last();
        match last.as_ref().filter(|(others, _)| others == options).map(|(_, known)| known) {
            Some(Known::Done(after)) => Task::GoOn(Arc::clone(after)),
            Some(Known::NotShared) => Task::Read,
            Some(Known::Begun) => {
                let _ = self.changed.wait_timeout(last, PATIENCE);
                Task::Wait
            }
            None => {
                *last = Some((options.clone(), Known::Begun));
                Task::Share(Sharing { preludes: self, options, known: Known::NotShared })
            }
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<(Options, Known)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Preludes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preludes").field("any", &self.last().is_some()).finish()
    }
}

/// A source that reads the prelude for the others. However it ends, they need not wait any longer.
pub(super) struct Sharing<'a> {
    preludes: &'a Preludes,
    options: &'a Options,
    known: Known,
}

impl Sharing<'_> {
    /// Gives the result to the others. Otherwise, they read the prelude themselves.
    pub(super) fn done(mut self, after: After) {
        self.known = Known::Done(Arc::new(after));
    }
}

impl Drop for Sharing<'_> {
    fn drop(&mut self) {
        if let Some((_, known)) = self.preludes.last().as_mut().filter(|(others, _)| others == self.options) {
            *known = self.known.clone();
        }
        self.preludes.changed.notify_all();
    }
}
