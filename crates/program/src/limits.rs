//! How much a tool may use, and how to recognize that it hit a limit.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use bstr::ByteSlice;
use nix::sys::signal::Signal;

/// How much one run of a tool may use. By default nothing is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The maximum size of one output in bytes. A run that exceeds it is stopped.
    pub output: u64,
    /// The memory in bytes that the tool, and each process that it starts, may map: `RLIMIT_AS` of `setrlimit(2)`
    /// (`RLIMIT_DATA` on the BSDs; macOS enforces neither). An allocation beyond it fails, and usually the tool with
    /// it.
    pub memory: Option<u64>,
    /// The processor time of the tool, and of each process that it starts, rounded up to whole seconds: `RLIMIT_CPU`
    /// of `setrlimit(2)`. `SIGXCPU` ends the tool, and `SIGKILL` a second later.
    pub cpu: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: u64::MAX, memory: None, cpu: None }
    }
}

/// A limit that a tool has hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::memory`], in bytes. The kernel only refuses the allocation, so it is likely but not certain that the
    /// tool died of it.
    Memory(u64),
    /// [`Limits::cpu`], in seconds.
    Cpu(u64),
}

/// Texts that the C and C++ libraries and the loader print when memory is refused. C++ dies of `std::bad_alloc`; most C
/// programs print the system's message.
const OUT_OF_MEMORY: [&str; 5] =
    ["bad_alloc", "Cannot allocate memory", "Out of memory", "memory exhausted", "failed to map segment"];

impl Limits {
    /// The kernel only counts whole seconds.
    pub(super) fn cpu_seconds(&self) -> Option<u64> {
        self.cpu.map(|time| time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)))
    }

    /// The limit hit by a tool that ended with this status and printed this.
    pub(super) fn met(&self, status: ExitStatus, stderr: &[u8]) -> Option<Limit> {
        let died_of = |signal: Signal| status.signal() == Some(signal as i32);
        if let Some(cpu) = self.cpu_seconds()
            && died_of(Signal::SIGXCPU)
        {
            return Some(Limit::Cpu(cpu));
        }
        let out_of_memory = || OUT_OF_MEMORY.iter().any(|words| stderr.contains_str(words));
        // Signs of an unchecked allocation: abort(3), a null pointer, a stack that cannot grow, an exec that is too
        // large.
        let like_it = [Signal::SIGABRT, Signal::SIGSEGV, Signal::SIGBUS].into_iter().any(died_of)
            // Or the tool ignored SIGXCPU.
            || self.cpu.is_none() && died_of(Signal::SIGKILL);
        self.memory.filter(|_| !status.success() && (like_it || out_of_memory())).map(Limit::Memory)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(f, "memory limit of {} reached?", Size(*bytes)),
            Self::Cpu(time) => write!(f, "limit of {time} s of processor time reached"),
        }
    }
}

/// Formats bytes as people type them: `256M`, `64K`, `4097`.
pub(super) struct Size(pub(super) u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "G"), (20, "M"), (10, "K")];
        match units.into_iter().find(|(shift, _)| self.0 > 0 && self.0.trailing_zeros() >= *shift) {
            Some((shift, unit)) => write!(f, "{}{unit}", self.0 >> shift),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_time_limit_does_not_expire_at_once() {
        let limits = Limits { cpu: Some(Duration::MAX), ..Limits::default() };
        assert_eq!(limits.cpu_seconds(), Some(u64::MAX));
    }

    #[test]
    fn sizes_are_shown_in_the_form_that_is_typed() {
        let shown = |bytes| Size(bytes).to_string();
        assert_eq!([1 << 30, 256 << 20, 64 << 10, 1025, 0].map(shown), ["1G", "256M", "64K", "1025 bytes", "0 bytes"]);
    }

    #[test]
    fn only_an_end_that_looks_like_it_is_put_down_to_a_limit() {
        let limits = Limits { memory: Some(1), cpu: Some(Duration::from_millis(1500)), ..Limits::default() };
        let died = |signal: Signal| ExitStatus::from_raw(signal as i32);
        let exited = |code: i32| ExitStatus::from_raw(code << 8);
        assert_eq!(limits.met(died(Signal::SIGABRT), b""), Some(Limit::Memory(1)));
        assert_eq!(limits.met(exited(1), b"what():  std::bad_alloc"), Some(Limit::Memory(1)));
        assert_eq!(limits.met(died(Signal::SIGXCPU), b""), Some(Limit::Cpu(2)));
        assert_eq!(limits.met(exited(1), b"error: syntax error"), None);
        assert_eq!(limits.met(died(Signal::SIGKILL), b""), None);
        assert_eq!(Limits { cpu: None, ..limits }.met(died(Signal::SIGKILL), b""), Some(Limit::Memory(1)));
        assert_eq!(limits.met(exited(0), b"Out of memory"), None);
        assert_eq!(Limits::default().met(died(Signal::SIGABRT), b"std::bad_alloc"), None);
    }
}
