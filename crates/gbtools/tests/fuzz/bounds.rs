//! Runs work with limits: a small stack, a deadline, and a limit on memory.

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

/// A small stack. Threads of servers have little more.
const STACK: usize = 512 << 10;
/// The memory limit of a tool, in MiB.
const MEBIBYTES: usize = 16;
/// The memory limit of a tool.
pub(crate) const MEMORY: u64 = (MEBIBYTES as u64) << 20;
/// The most memory that a tool may really use. Its own count is rough: a growing list exists twice for a moment, and so
/// does the input.
const MEMORY_IN_FACT: usize = (4 * MEBIBYTES) << 20;
/// The deadline of a tool, in its thread's own time.
pub(crate) const DEADLINE: Duration = Duration::from_millis(50);
/// How much later a tool may end on a busy machine.
const MARGIN: Duration = Duration::from_secs(1);
/// Work that runs this long without asking whether to stop counts as hung.
const HANGS: Duration = Duration::from_secs(100);

/// A deadline that counts only the thread's own time, so that other load does not matter. It can also cancel the work
/// when it is asked for the `n`th time.
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

    /// Whether it has stopped the tool.
    pub(crate) fn has_told(&self) -> bool {
        self.told.get().is_some()
    }

    /// How long the work, which ends now, ran past its deadline.
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

/// Memory is counted for the whole process, so only one test may run at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The last panic of a thread that [`within`] started: place and message.
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

/// Runs work in a thread of its own, whose name appears in the message of a stack overflow. Returns an error if it
/// breaks a limit.
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
        // If the work was given up as hung, nobody receives this.
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
