//! One tool as a child process: spawned into its own process group, waited for, stopped.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid};
use rustix::process::WaitOptions;

use super::limits::Limits;
use super::sandbox::Confinement;
use super::system::{self, Launch, Setup};

/// A running tool, and everything that it starts in its process group.
#[derive(Debug)]
pub(super) struct Child {
    pid: Pid,
}

/// Our ends of the tool's standard streams.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: Option<OwnedFd>,
    pub(super) stderr: Option<OwnedFd>,
}

/// Where the standard streams lead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds {
    /// Standard input is a pipe. Otherwise it is null, because a tool in its own process group that reads the terminal
    /// would be stopped by SIGTTIN.
    pub(super) feed: bool,
    /// Standard output is the same stream as standard error. Otherwise each has its own pipe.
    pub(super) one_stream: bool,
}

impl Child {
    /// Starts `command`.
    ///
    /// On Linux the tool is killed when the **thread** that calls this ends, so that it never outlives this process.
    /// Call it from the thread that waits for the tool.
    pub(super) fn spawn(
        command: Launch<'_>,
        kinds: Kinds,
        limits: &Limits,
        confinement: Option<Confinement>,
    ) -> io::Result<(Self, Streams)> {
        let (stdin, our_stdin) = if kinds.feed {
            let (reader, writer) = system::pipe()?;
            (OwnedFd::from(reader), Some(writer.into()))
        } else {
            (File::open("/dev/null")?.into(), None)
        };
        let (stderr, stderr_writer) = system::pipe()?;
        let (stdout, stdout_writer) = if kinds.one_stream {
            (None, stderr_writer.try_clone()?)
        } else {
            let (reader, writer) = system::pipe()?;
            (Some(reader.into()), writer)
        };
        let mut setups = limit(limits, confinement.is_some())?;
        setups.push(system::die_with_us());
        // This comes last, because after it the child can do less.
        setups.extend(confinement.map(Confinement::setup));
        let pid = system::launch(command, [stdin, stdout_writer.into(), stderr_writer.into()], setups)?;
        let streams = Streams { stdin: our_stdin, stdout, stderr: Some(stderr.into()) };
        Ok((Self { pid }, streams))
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends `signal` to the process group, and to the tool if it has left the group. Call it only before
    /// [`reap`](Self::reap): until then the tool's pid, which is also the group's id, cannot be reused. It is no error
    /// if the group is gone.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = killpg(self.pid, signal);
        if getpgid(Some(self.pid)).is_ok_and(|group| group != self.pid) {
            let _ = kill(self.pid, signal);
        }
    }

    /// The status of a tool that has exited, or `None` if the system does not tell it: while another process traces the
    /// tool (`ptrace(2)`), that one comes first, and it may never be done. A bound, because nobody can end it.
    pub(super) fn reap(self) -> io::Result<Option<ExitStatus>> {
        unreaped().retain(|pid| matches!(status(*pid), Ok(None)));
        let give_up = Instant::now() + REAP_GRACE;
        loop {
            match status(self.pid)? {
                None if give_up <= Instant::now() => {
                    unreaped().push(self.pid);
                    return Ok(None);
                }
                None => thread::sleep(Duration::from_millis(1)),
                status => return Ok(status),
            }
        }
    }
}

/// How long the exit status may take after the exit.
const REAP_GRACE: Duration = Duration::from_millis(500);

/// Tools whose exit status could not be read. Later runs try again, so that they do not stay zombies.
static UNREAPED: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Never held while waiting.
fn unreaped() -> MutexGuard<'static, Vec<Pid>> {
    UNREAPED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Never waits.
fn status(pid: Pid) -> io::Result<Option<ExitStatus>> {
    // nix's waitpid does not support real-time signals.
    let pid = rustix::process::Pid::from_raw(pid.as_raw());
    let status = rustix::io::retry_on_intr(|| rustix::process::waitpid(pid, WaitOptions::NOHANG))?;
    Ok(status.map(|(_, status)| ExitStatus::from_raw(status.as_raw())))
}

/// The limit on a tool's memory. `RLIMIT_AS` is in POSIX. It counts everything that the tool maps: its libraries, about
/// 8 MB, and also files, such as a huge INCBIN.
#[cfg(not(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd")))]
const MEMORY: Resource = Resource::RLIMIT_AS;
/// Not every BSD has `RLIMIT_AS`.
#[cfg(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
const MEMORY: Resource = Resource::RLIMIT_DATA;

/// Sets the kernel's limits in the child.
fn limit(limits: &Limits, confined: bool) -> io::Result<Vec<Setup>> {
    let memory = limits.memory.map(|bytes| (MEMORY, bytes, bytes));
    let cpu = limits.cpu_seconds().map(|seconds| (Resource::RLIMIT_CPU, seconds, seconds.saturating_add(1)));
    // No core file for an expected death, nor from a tool that may not write.
    let core = (memory.is_some() || cpu.is_some() || confined).then_some((Resource::RLIMIT_CORE, 0, 0));
    let setup = |(resource, soft, hard)| {
        // If our own parent has set a lower limit, that one stays.
        let (_, most) = getrlimit(resource)?;
        let within = |value: u64| rlim_t::try_from(value).unwrap_or(rlim_t::MAX).min(most);
        let (soft, hard) = (within(soft), within(hard));
        Ok(Box::new(move || setrlimit(resource, soft, hard)) as Setup)
    };
    [memory, cpu, core].into_iter().flatten().map(setup).collect()
}
