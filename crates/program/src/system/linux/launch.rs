//! A child that borrows this process's memory until its exec.
//!
//! std uses `fork(2)` to start a command that has something to do before its exec. That copies the page tables of this
//! process: half a millisecond for rgbpipe, twice in each build, and much more for a large server that uses the
//! library. This child is like that of `posix_spawn(3)`, which cannot do what is needed here.

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::io;
use std::iter;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, clone};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, setpgid};

use crate::environment::for_the_loader_alone;
use crate::system::{Launch, Setup};

/// The child's stack. Its calls are shallow, but execvpe(3) may hold a path and a copy of the arguments on it.
const STACK: usize = 24 * 1024;

#[expect(unsafe_code, reason = "clone(2) has no safe interface")]
#[expect(clippy::needless_pass_by_value, reason = "other systems' start consumes the setups")]
pub(crate) fn launch(command: Launch<'_>, streams: [OwnedFd; 3], setups: Vec<Setup>) -> io::Result<Pid> {
    let environment = strings(environment(&command))?;
    let arguments = strings(iter::once(command.program.to_owned()).chain(command.arguments))?;
    let (argv, envp) = (pointers(&arguments), pointers(&environment));
    let streams = streams.into_iter().map(above_standard).collect::<io::Result<Vec<_>>>()?;

    let failed = AtomicI32::new(0);
    let child = || {
        let Err(errno) = become_tool(&streams, &setups, &argv, &envp);
        failed.store(errno as i32, Ordering::Relaxed);
        libc::EXIT_FAILURE as isize
    };
    let mut stack = vec![0; STACK + size_of_val(&argv[..])];
    // A handler of this process must not run in the child, because they share memory.
    let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    // SAFETY: CLONE_VFORK: this thread goes on when the child has called exec or has ended, and all that the child
    // uses is this function's until then. The child makes system calls only, and the stack has room for them. Other
    // threads run on, so no lock is held for ever in the memory that it sees.
    let pid = unsafe {
        clone(Box::new(child), &mut stack, CloneFlags::CLONE_VM | CloneFlags::CLONE_VFORK, Some(libc::SIGCHLD))
    };
    mask.thread_set_mask()?;
    let pid = pid?;
    match failed.into_inner() {
        0 => Ok(pid),
        errno => {
            waitpid(pid, None)?;
            Err(io::Error::from_raw_os_error(errno))
        }
    }
}

/// Runs in the child. Returns only on failure.
#[expect(unsafe_code, reason = "nix's execvpe allocates")]
fn become_tool(
    streams: &[OwnedFd],
    setups: &[Setup],
    argv: &[*const libc::c_char],
    envp: &[*const libc::c_char],
) -> Result<std::convert::Infallible, Errno> {
    setpgid(Pid::from_raw(0), Pid::from_raw(0))?;
    let [stdin, stdout, stderr] = streams else { return Err(Errno::EBADF) };
    dup2_stdin(stdin)?;
    dup2_stdout(stdout)?;
    dup2_stderr(stderr)?;
    setups.iter().try_for_each(|setup| setup())?;
    default_signals();
    // SAFETY: both arrays end with a null pointer, and their strings live in the caller.
    unsafe { libc::execvpe(argv[0], argv.as_ptr(), envp.as_ptr()) };
    Err(Errno::last())
}

/// Resets signals to what any program expects: none blocked, none handled, and SIGPIPE, which Rust's runtime ignores,
/// at its default. Some tools depend on that: with SIGPIPE ignored they lose output and exit with status 0.
#[expect(unsafe_code, reason = "nix's sigaction cannot ask without changing")]
fn default_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: plain data, for which zeros are a value: the default action, an empty mask.
        let (default, mut old) = unsafe { std::mem::zeroed::<(libc::sigaction, libc::sigaction)>() };
        // SAFETY: sigaction(2) reads the one, writes the other; it fails for those that cannot be handled.
        unsafe {
            let asked = libc::sigaction(signal, ptr::null(), &raw mut old) == 0;
            let handled = ![libc::SIG_DFL, libc::SIG_IGN].contains(&old.sa_sigaction);
            if asked && (handled || signal == libc::SIGPIPE) {
                libc::sigaction(signal, &raw const default, ptr::null_mut());
            }
        }
    }
    let _ = SigSet::empty().thread_set_mask();
}

/// This process's variables with the changes of the command.
fn environment(command: &Launch<'_>) -> impl Iterator<Item = OsString> {
    let mut variables: BTreeMap<_, _> = std::env::vars_os().collect();
    for_the_loader_alone().for_each(|name| drop(variables.remove(&name)));
    variables.extend(command.env.iter().cloned());
    variables.retain(|name, _| !command.env_removed.contains(name));
    variables.into_iter().map(|(mut variable, value)| {
        variable.push("=");
        variable.push(value);
        variable
    })
}

fn strings(words: impl Iterator<Item = OsString>) -> io::Result<Vec<CString>> {
    words.map(|word| Ok(CString::new(word.into_vec())?)).collect()
}

/// The strings in the form that exec takes.
fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect()
}

/// Duplicates a descriptor to a number above the standard streams: if one of those was closed, its number may be free.
fn above_standard(fd: OwnedFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() > libc::STDERR_FILENO {
        return Ok(fd);
    }
    // std's `try_clone` does that: `F_DUPFD_CLOEXEC` from 3 on.
    fd.try_clone()
}
