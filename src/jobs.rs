//! Independent pieces of work on several threads, with the results in order.

use std::any::Any;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::jobserver::Jobserver;

/// How often a jobserver without a free slot is polled: soon at first, then less and less often.
const ASK: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(32)];

/// Calls `work` with 0 to `count - 1`, on `jobs` threads (by default one per core) or as many as `jobserver` has slots
/// for. Calls `each` on this thread with every result, in order, as soon as all earlier results are known.
///
/// With several jobs, those with the largest `size` start first, because a long one that starts last runs alone at the
/// end.
pub(crate) fn in_order<T: Send>(
    jobs: Option<NonZeroUsize>,
    jobserver: Option<&dyn Jobserver>,
    count: usize,
    size: impl Fn(usize) -> u64,
    work: impl Fn(usize) -> T + Sync,
    mut each: impl FnMut(T),
) {
    // Counting cores means reading files, which one piece of work does not need.
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let workers = if count > 1 { jobs.unwrap_or_else(cores).get().min(count) } else { 1 };
    if workers <= 1 {
        (0..count).map(work).for_each(each);
        return;
    }
    let mut order: Vec<_> = (0..count).collect();
    order.sort_by_cached_key(|index| Reverse(size(*index)));
    let queue = Queue { order, jobserver, state: Mutex::default(), changed: Condvar::new() };
    thread::scope(|scope| {
        let (results, inbox) = mpsc::channel();
        let mut started = 0;
        for _ in 0..workers {
            let (results, work, queue) = (results.clone(), &work, &queue);
            // These threads start the tools and live until their tools have ended (see PR_SET_PDEATHSIG).
            let worker = thread::Builder::new().name("job".to_owned()).spawn_scoped(scope, move || {
                while let Some((index, slot)) = queue.begin() {
                    let result = work(index);
                    drop(slot);
                    // The inbox outlives every worker.
                    let _ = results.send((index, result));
                }
            });
            // A machine short of threads runs fewer jobs at once, at worst on this thread alone.
            started += usize::from(worker.is_ok());
        }
        drop(results);
        if started == 0 {
            (0..count).map(&work).for_each(&mut each);
        }
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in inbox {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                each(result);
                due += 1;
            }
        }
    });
}

/// The remaining work, and who may start it.
struct Queue<'a> {
    /// The order in which the pieces start.
    order: Vec<usize>,
    jobserver: Option<&'a dyn Jobserver>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many pieces have started.
    begun: usize,
    /// The build's own slot is in use.
    own_taken: bool,
    /// One worker polls the jobserver for all that wait.
    asking: bool,
}

/// Permission to work, until it is dropped. Empty without a jobserver.
#[derive(Default)]
struct Slot<'a> {
    _own: Option<OwnSlot<'a>>,
    _acquired: Option<Box<dyn Any + Send>>,
}

struct OwnSlot<'a>(&'a Queue<'a>);

impl Drop for OwnSlot<'_> {
    fn drop(&mut self) {
        self.0.state().own_taken = false;
        self.0.changed.notify_one();
    }
}

impl Queue<'_> {
    /// Returns the next piece once it may start, or `None` when all have started. A wait ends at the latest when the
    /// piece that holds the build's own slot ends.
    fn begin(&self) -> Option<(usize, Slot<'_>)> {
        // Nothing that can be waited for signals a free slot, so one worker polls for all that wait.
        let mut asks = true;
        let mut pause = ASK[0];
        let mut state = self.state();
        loop {
            let index = *self.order.get(state.begun)?;
            if let Some(slot) = self.slot(&mut state, asks) {
                state.begun += 1;
                if state.begun < self.order.len() {
                    // If this worker was polling, another takes over.
                    self.changed.notify_one();
                } else {
                    // There is nothing left to wait for.
                    self.changed.notify_all();
                }
                return Some((index, slot));
            }
            asks = !state.asking;
            if asks {
                state.asking = true;
                state = self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0;
                state.asking = false;
                pause = (pause * 2).min(ASK[1]);
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn slot(&self, state: &mut State, ask: bool) -> Option<Slot<'_>> {
        let Some(jobserver) = self.jobserver else { return Some(Slot::default()) };
        if !state.own_taken {
            state.own_taken = true;
            return Some(Slot { _own: Some(OwnSlot(self)), ..Slot::default() });
        }
        let acquired = if ask { jobserver.try_acquire() } else { None };
        acquired.map(|acquired| Slot { _acquired: Some(acquired), ..Slot::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};

    #[test]
    fn results_come_in_order_whatever_order_the_work_ends_in() {
        // The first cannot end before the second has started, which needs at least two threads.
        let barrier = Barrier::new(2);
        let mut results = Vec::new();
        let work = |index| {
            if index < 2 {
                barrier.wait();
            }
            index
        };
        in_order(NonZeroUsize::new(2), None, 100, |_| 1, work, |result| results.push(result));
        assert_eq!(results, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_than_the_jobs_allowed_run_at_once() {
        let running = AtomicUsize::new(0);
        let work = |_| {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            now
        };
        for jobs in [1, 2, 3] {
            let mut most = 0;
            in_order(NonZeroUsize::new(jobs), None, 500, |_| 1, work, |now| most = most.max(now));
            assert!((1..=jobs).contains(&most), "{most} at once with {jobs} jobs");
        }
    }

    #[test]
    fn the_largest_begin_first_if_several_run() {
        let began = Mutex::new(Vec::new());
        let work = |index: usize| began.lock().unwrap().push(index);
        in_order(NonZeroUsize::new(2), None, 100, |index| index as u64 % 10, work, |()| ());
        let largest = |began: &[usize]| began.iter().filter(|index| **index % 10 == 9).count();
        assert_eq!(largest(&began.lock().unwrap()[..11]), 10);
        began.lock().unwrap().clear();
        // One at a time gains nothing from the order, and this way its messages come sooner.
        in_order(NonZeroUsize::new(1), None, 10, |index| index as u64, work, |()| ());
        assert_eq!(*began.lock().unwrap(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn no_work_is_no_work() {
        in_order(NonZeroUsize::new(1), None, 0, |_| 1, |_| panic!("work"), |()| panic!("result"));
    }

    /// A jobserver with some slots, which counts how many are in use.
    struct Slots {
        slots: usize,
        taken: Arc<AtomicUsize>,
    }

    struct Taken(Arc<AtomicUsize>);

    impl Drop for Taken {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    impl Slots {
        fn new(slots: usize) -> Self {
            Self { slots, taken: Arc::default() }
        }
    }

    impl Jobserver for Slots {
        fn try_acquire(&self) -> Option<Box<dyn Any + Send>> {
            let free = |taken| (taken < self.slots).then_some(taken + 1);
            let acquired = self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, free);
            acquired.ok().map(|_| Box::new(Taken(Arc::clone(&self.taken))) as _)
        }
    }

    #[test]
    fn no_more_run_at_once_than_the_jobserver_has_slots_for_and_one() {
        for slots in 0..4 {
            let jobserver = Slots::new(slots);
            let running = AtomicUsize::new(0);
            let work = |index| {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                (index, now)
            };
            let mut results = Vec::new();
            in_order(NonZeroUsize::new(8), Some(&jobserver), 500, |_| 1, work, |result| results.push(result));
            let most = results.iter().map(|(_, now)| *now).max();
            assert!((Some(1)..=Some(slots + 1)).contains(&most), "{most:?} at once with {slots} slots");
            assert!(results.iter().map(|(index, _)| *index).eq(0..500));
            assert_eq!(jobserver.taken.load(Ordering::SeqCst), 0, "given back");
        }
    }

    #[test]
    fn a_slot_that_is_freed_late_is_used() {
        let jobserver = Slots::new(1);
        let elsewhere = Mutex::new(jobserver.try_acquire());
        let together = Barrier::new(2);
        let work = |index: usize| {
            // The first holds the build's own slot until another one runs, and that one can only use the slot given up
            // here.
            if index == 0 {
                drop(elsewhere.lock().unwrap().take());
            }
            if index < 2 {
                together.wait();
            }
        };
        in_order(NonZeroUsize::new(2), Some(&jobserver), 2, |_| 1, work, |()| ());
        assert_eq!(jobserver.taken.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_slot_is_given_back_by_work_that_panics() {
        let jobserver = Slots::new(1);
        let work = |index: usize| assert!(index < 2, "on purpose");
        let run = || in_order(NonZeroUsize::new(3), Some(&jobserver), 9, |_| 1, work, |()| ());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        assert_eq!(jobserver.taken.load(Ordering::SeqCst), 0);
    }
}
