//! One tool as a child process: spawned into a process group of its own, waited for, ended.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::limits::Limits;
use super::sandbox::Confinement;

/// A running tool, and whatever it starts in its process group.
#[derive(Debug)]
pub(super) struct Tool {
    child: Child,
}

impl Tool {
    /// Starts `command` with pipes for standard output and standard error, and for standard input if `feed`.
    /// Otherwise standard input is null: in a process group of its own, a tool that reads the terminal would
    /// be stopped by SIGTTIN.
    ///
    /// On Linux the tool is killed when the **thread** that calls this ends, so that it never outlives a
    /// killed rgbpipe: call it from the thread that waits for the tool.
    pub(super) fn spawn(
        mut command: Command,
        feed: bool,
        limits: &Limits,
        confinement: Option<Confinement>,
    ) -> io::Result<Self> {
        command.process_group(0);
        command.stdin(if feed { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        limit(&mut command, limits, confinement.is_some())?;
        die_with_us(&mut command);
        if let Some(confinement) = confinement {
            // The last: from there on the child can do less.
            confinement.apply(&mut command);
        }
        // SIGPIPE: Rust's runtime ignores it here and std restores its default in the child. RGBDS depends on
        // that: with SIGPIPE ignored it loses output with status 0.
        command.spawn().map(|child| Self { child })
    }

    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub(super) fn pid(&self) -> Pid {
        // A pid fits: the kernel's own type is `i32`.
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Sends `signal` to the process group. Only before [`reap`](Self::reap): until then the tool's pid, which
    /// is the group's id, cannot belong to anyone else. A group that is gone is no error.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = killpg(self.pid(), signal);
    }

    /// Takes the exit status of a tool that [`wait_for_exit`] has seen to its end.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

/// Waits until the process has exited, and leaves it a zombie.
pub(super) fn wait_for_exit(pid: Pid) {
    while let Err(Errno::EINTR) = waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) {}
}

/// What limits a tool's memory. `RLIMIT_AS` counts whatever the tool maps, also files (an INCBIN of a huge one), and POSIX
/// has it. With both of them `rgbasm` and `rgblink` 1.0 work, and die of `std::bad_alloc` at the limit; it counts their
/// libraries as well, some 8 MB, which is little beside the 40 MB or so that `rgblink` needs for its tables.
#[cfg(not(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd")))]
const MEMORY: Resource = Resource::RLIMIT_AS;
/// Not all of the BSDs have the other one.
#[cfg(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
const MEMORY: Resource = Resource::RLIMIT_DATA;

/// Sets the kernel's limits for `command`.
fn limit(command: &mut Command, limits: &Limits, confined: bool) -> io::Result<()> {
    let memory = limits.memory.map(|bytes| (MEMORY, bytes, bytes));
    let cpu = limits.cpu_seconds().map(|seconds| (Resource::RLIMIT_CPU, seconds, seconds.saturating_add(1)));
    // A death that is foreseen leaves no file behind, nor does a tool that may write none.
    let core = (memory.is_some() || cpu.is_some() || confined).then_some((Resource::RLIMIT_CORE, 0, 0));
    for (resource, soft, hard) in [memory, cpu, core].into_iter().flatten() {
        // Whoever started rgbpipe may have set a lower one: it stays.
        let (_, most) = getrlimit(resource)?;
        let within = |value: u64| rlim_t::try_from(value).unwrap_or(rlim_t::MAX).min(most);
        set_limit(command, resource, within(soft), within(hard));
    }
    Ok(())
}

#[expect(unsafe_code, reason = "setrlimit must be called in the child, between fork and exec")]
fn set_limit(command: &mut Command, resource: Resource, soft: rlim_t, hard: rlim_t) {
    // SAFETY: the closure runs in the forked child and calls only setrlimit, a bare system call there; it does not
    // allocate, also not where the limit forbids any more memory.
    unsafe {
        command.pre_exec(move || Ok(setrlimit(resource, soft, hard)?));
    }
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "prctl(PR_SET_PDEATHSIG) must be called in the child, between fork and exec")]
fn die_with_us(command: &mut Command) {
    let parent = nix::unistd::getpid();
    // SAFETY: the closure runs in the forked child and calls only prctl, getppid and raise, all
    // async-signal-safe (signal-safety(7)); it does not allocate.
    unsafe {
        command.pre_exec(move || {
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
            // The parent may have died before the line above took effect.
            if nix::unistd::getppid() != parent {
                nix::sys::signal::raise(Signal::SIGKILL)?;
            }
            Ok(())
        });
    }
}

/// Only Linux (and FreeBSD, in another way) has such a signal.
#[cfg(not(target_os = "linux"))]
fn die_with_us(_command: &mut Command) {}
