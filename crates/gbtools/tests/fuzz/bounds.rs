//! Runs work within bounds: a small stack, a deadline, a limit of memory.

use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use cpu_time::ThreadTime;
use gbtools::until::{Stop, Until};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// A small one: threads of servers have no more, or little more.
const STACK: usize = 512 << 10;
/// What a tool may use, by its limits, in MiB.
const MEBIBYTES: usize = 16;
/// What a tool may use, by its limits.
pub(crate) const MEMORY: u64 = (MEBIBYTES as u64) << 20;
/// What it may really use: its count is rough, a list that grows is there twice for a moment, and so is the input.
const MEMORY_IN_FACT: usize = (4 * MEBIBYTES) << 20;
/// How long a tool may work, in its thread's own time.
pub(crate) const DEADLINE: Duration = Duration::from_millis(50);
/// How much later it may end, on a machine that is busy with other things.
const MARGIN: Duration = Duration::from_secs(1);
/// By then something hangs that does not ask whether to stop.
const HANGS: Duration = Duration::from_secs(100);

/// A deadline that counts only the thread's own time, so that it is the same on a busy machine. It may also cancel the work the
/// `n`th time that it is asked.
pub(crate) struct Clock {
    due: Duration,
    cancel_at: u64,
    asked: AtomicU64,
    told: OnceLock<Duration>,
}

fn now() -> Duration {
    ThreadTime::now().as_duration()
}

impl Clock {
    fn new(deadline: Duration, cancel_at: Option<u64>) -> Self {
        let (asked, told) = (AtomicU64::default(), OnceLock::new());
        Self { due: now() + deadline, cancel_at: cancel_at.unwrap_or(u64::MAX), asked, told }
    }

    /// Whether it has told the tool to stop.
    pub(crate) fn has_told(&self) -> bool {
        self.told.get().is_some()
    }

    /// How much later than it should the work has ended, which is now.
    fn late(&self) -> Duration {
        let due = self.told.get().copied().unwrap_or(Duration::MAX).min(self.due);
        now().saturating_sub(due)
    }
}

impl Until for Clock {
    fn stop(&self) -> Option<Stop> {
        let now = now();
        let stop = if self.asked.fetch_add(1, Ordering::Relaxed) >= self.cancel_at {
            Stop::Cancelled
        } else if now >= self.due {
            Stop::TimedOut
        } else {
            return None;
        };
        self.told.get_or_init(|| now);
        Some(stop)
    }
}

/// Memory is that of the whole process, so only one test may work at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where and how a thread with a name of ours panicked last.
static PANICKED: Mutex<String> = Mutex::new(String::new());

fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name().is_some_and(|name| name.starts_with("FUZZ")) {
                *PANICKED.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
            } else {
                usual(info);
            }
        }));
    });
}

/// Does work in a thread of its own, whose name the message of a stack overflow would show. What was wrong.
pub(crate) fn within(
    name: &str,
    deadline: Duration,
    cancel_at: Option<u64>,
    work: impl FnOnce(&Clock) -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    note_panics();
    let (done, end) = channel();
    let worker = thread::Builder::new().name(format!("FUZZ {name}")).stack_size(STACK);
    let worker = worker.spawn(move || {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        let clock = Clock::new(deadline, cancel_at);
        let mut result = work(&clock);
        let (late, memory) = (clock.late(), ALLOCATED.peak_usage().saturating_sub(before));
        if std::env::var_os("FUZZ_TIMES").is_some() {
            println!("{late:?} late, {} KiB: {}", memory >> 10, thread::current().name().unwrap_or_default());
        }
        if result.is_ok() && late > MARGIN {
            result = Err(format!("it ended {late:?} too late"));
        }
        if result.is_ok() && memory > MEMORY_IN_FACT {
            result = Err(format!("it used {memory} bytes of memory, but its limit is {MEMORY}"));
        }
        // Nobody waits any longer for one that hung.
        let _ = done.send(result);
    });
    let worker = worker.expect("a thread");
    let result = end.recv_timeout(HANGS);
    match result {
        Ok(result) => {
            let _ = worker.join();
            result
        }
        Err(RecvTimeoutError::Timeout) => panic!("it hangs: {name}"),
        Err(RecvTimeoutError::Disconnected) => {
            let _ = worker.join();
            Err(PANICKED.lock().unwrap_or_else(PoisonError::into_inner).clone())
        }
    }
}
