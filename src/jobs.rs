//! Independent pieces of work on several threads, with the results in order.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Calls `work` with 0 to `count - 1`, `jobs` at once, and `each` with every result on this thread: in order, and
/// as soon as all those before it are known.
///
/// With several jobs those of the largest `size` begin first: a long one that begins last runs alone at the end.
pub(crate) fn in_order<T: Send>(
    jobs: NonZeroUsize,
    count: usize,
    size: impl Fn(usize) -> u64,
    work: impl Fn(usize) -> T + Sync,
    mut each: impl FnMut(T),
) {
    let workers = jobs.get().min(count);
    if workers <= 1 {
        (0..count).map(work).for_each(each);
        return;
    }
    let mut begin: Vec<_> = (0..count).collect();
    begin.sort_by_cached_key(|index| Reverse(size(*index)));
    let next = AtomicUsize::new(0);
    let take = || begin.get(next.fetch_add(1, Ordering::Relaxed)).copied();
    thread::scope(|scope| {
        let (results, inbox) = mpsc::channel();
        let mut started = 0;
        for _ in 0..workers {
            let (results, work, take) = (results.clone(), &work, &take);
            // These threads start the tools, and live until their tools have ended (see PR_SET_PDEATHSIG).
            let worker = thread::Builder::new().name("job".to_owned()).spawn_scoped(scope, move || {
                while let Some(index) = take() {
                    // The inbox outlives every worker.
                    let _ = results.send((index, work(index)));
                }
            });
            // A machine short of threads has fewer jobs at once, in the end this thread alone.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, Mutex};

    #[test]
    fn results_come_in_order_whatever_order_the_work_ends_in() {
        // The first cannot end before the second has begun, nor can they on fewer than two threads.
        let barrier = Barrier::new(2);
        let mut results = Vec::new();
        let work = |index| {
            if index < 2 {
                barrier.wait();
            }
            index
        };
        in_order(NonZeroUsize::new(2).unwrap(), 100, |_| 1, work, |result| results.push(result));
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
            in_order(NonZeroUsize::new(jobs).unwrap(), 500, |_| 1, work, |now| most = most.max(now));
            assert!((1..=jobs).contains(&most), "{most} at once with {jobs} jobs");
        }
    }

    #[test]
    fn the_largest_begin_first_if_several_run() {
        let began = Mutex::new(Vec::new());
        let work = |index: usize| began.lock().unwrap().push(index);
        in_order(NonZeroUsize::new(2).unwrap(), 100, |index| index as u64 % 10, work, |()| ());
        let largest = |began: &[usize]| began.iter().filter(|index| **index % 10 == 9).count();
        assert_eq!(largest(&began.lock().unwrap()[..11]), 10);
        began.lock().unwrap().clear();
        // One at a time has nothing to gain, and its messages come sooner so.
        in_order(NonZeroUsize::MIN, 10, |index| index as u64, work, |()| ());
        assert_eq!(*began.lock().unwrap(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn no_work_is_no_work() {
        in_order(NonZeroUsize::MIN, 0, |_| 1, |_| panic!("work"), |()| panic!("result"));
    }
}
