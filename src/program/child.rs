//! One tool as a child process: spawned into a process group of its own, waited for, ended.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

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
    pub(super) fn spawn(mut command: Command, feed: bool) -> io::Result<Self> {
        command.process_group(0);
        command.stdin(if feed { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        die_with_us(&mut command);
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
