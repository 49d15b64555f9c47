//! One tool as a child process: spawned into a process group of its own, waited for, ended.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid};
use rustix::process::WaitOptions;

use super::limits::Limits;
use super::sandbox::Confinement;
use super::system::{self, Command, Setup};

/// A running tool, and whatever it starts in its process group.
#[derive(Debug)]
pub(super) struct Tool {
    pid: Pid,
}

/// The tool's standard streams, our ends.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: Option<OwnedFd>,
    pub(super) stderr: Option<OwnedFd>,
}

/// What they are to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds {
    /// Standard input is a pipe. Otherwise it is null: in a process group of its own, a tool that reads the terminal would be
    /// stopped by SIGTTIN.
    pub(super) feed: bool,
    /// Standard output is standard error. Otherwise each is a pipe.
    pub(super) one_stream: bool,
}

impl Tool {
    /// Starts `command`.
    ///
    /// On Linux the tool is killed when the **thread** that calls this ends, so that it never outlives a
    /// killed this process: call it from the thread that waits for the tool.
    pub(super) fn spawn(
        command: Command<'_>,
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
        // The last: from there on the child can do less.
        setups.extend(confinement.map(Confinement::setup));
        let pid = system::launch(command, [stdin, stdout_writer.into(), stderr_writer.into()], setups)?;
        let streams = Streams { stdin: our_stdin, stdout, stderr: Some(stderr.into()) };
        Ok((Self { pid }, streams))
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends `signal` to the process group, and to the tool if it has left that. Only before [`reap`](Self::reap): until
    /// then the tool's pid, which is the group's id, cannot belong to anyone else. A group that is gone is no error.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = killpg(self.pid, signal);
        if getpgid(Some(self.pid)).is_ok_and(|group| group != self.pid) {
            let _ = kill(self.pid, signal);
        }
    }

    /// Waits for the tool's exit, and takes its status.
    pub(super) fn reap(self) -> io::Result<ExitStatus> {
        // (nix's waitpid does not know real-time signals.)
        let pid = rustix::process::Pid::from_raw(self.pid.as_raw());
        loop {
            match rustix::process::waitpid(pid, WaitOptions::empty()) {
                Ok(Some((_, status))) => return Ok(ExitStatus::from_raw(status.as_raw())),
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

/// What limits a tool's memory. `RLIMIT_AS` counts whatever the tool maps, also files (an INCBIN of a huge one), and POSIX
/// has it. It counts a tool's libraries as well, some 8 MB.
#[cfg(not(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd")))]
const MEMORY: Resource = Resource::RLIMIT_AS;
/// Not all of the BSDs have the other one.
#[cfg(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
const MEMORY: Resource = Resource::RLIMIT_DATA;

/// Sets the kernel's limits in the child.
fn limit(limits: &Limits, confined: bool) -> io::Result<Vec<Setup>> {
    let memory = limits.memory.map(|bytes| (MEMORY, bytes, bytes));
    let cpu = limits.cpu_seconds().map(|seconds| (Resource::RLIMIT_CPU, seconds, seconds.saturating_add(1)));
    // A death that is foreseen leaves no file behind, nor does a tool that may write none.
    let core = (memory.is_some() || cpu.is_some() || confined).then_some((Resource::RLIMIT_CORE, 0, 0));
    let setup = |(resource, soft, hard)| {
        // Whoever started this process may have set a lower one: it stays.
        let (_, most) = getrlimit(resource)?;
        let within = |value: u64| rlim_t::try_from(value).unwrap_or(rlim_t::MAX).min(most);
        let (soft, hard) = (within(soft), within(hard));
        Ok(Box::new(move || setrlimit(resource, soft, hard)) as Setup)
    };
    [memory, cpu, core].into_iter().flatten().map(setup).collect()
}
