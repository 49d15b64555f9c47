//! A request to stop, which any thread can make.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How urgently a program is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// `SIGTERM` to the tools, and `SIGKILL` after a grace.
    Gently,
    /// `SIGKILL` to the tools.
    Now,
}

/// A handle that stops builds and programs from another thread. Clones share one state. Cancelled work has no
/// result, and a handle that was used cannot be reset.
///
/// ```
/// let cancel = program::Cancel::new();
/// let elsewhere = cancel.clone();
/// std::thread::spawn(move || elsewhere.cancel()).join().unwrap();
/// assert!(cancel.is_cancelled());
/// ```
#[derive(Clone, Default)]
pub struct Cancel(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    urgency: Option<Urgency>,
    next_id: u64,
    listeners: Vec<(u64, Listener)>,
}

type Listener = Box<dyn Fn(Urgency) + Send>;

impl Cancel {
    /// Creates a handle that has not been used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every program that runs under this handle to stop, and every one that will. The first call is
    /// [`Urgency::Gently`], any later one [`Urgency::Now`].
    pub fn cancel(&self) {
        let mut state = self.state();
        let urgency = if state.urgency.is_none() { Urgency::Gently } else { Urgency::Now };
        state.urgency = Some(urgency);
        for (_, listener) in &state.listeners {
            listener(urgency);
        }
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    pub fn is_cancelled(&self) -> bool {
        self.state().urgency.is_some()
    }

    /// Calls `listener` at every [`cancel`](Self::cancel) from now on, and immediately if there has been one already,
    /// until the subscription is dropped. The listener must not block and must not use this handle.
    pub fn subscribe(&self, listener: impl Fn(Urgency) + Send + 'static) -> Subscription {
        let mut state = self.state();
        if let Some(urgency) = state.urgency {
            listener(urgency);
        }
        let id = state.next_id;
        state.next_id += 1;
        state.listeners.push((id, Box::new(listener)));
        Subscription { cancel: self.clone(), id }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Cancel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cancel").field("urgency", &self.state().urgency).finish_non_exhaustive()
    }
}

/// Keeps a listener of a [`Cancel`] handle registered; dropping it unregisters the listener.
#[derive(Debug)]
pub struct Subscription {
    cancel: Cancel,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel.state().listeners.retain(|(id, _)| *id != self.id);
    }
}
