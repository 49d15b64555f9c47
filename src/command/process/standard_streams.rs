//! The standard streams, and the other descriptors that this process was given. The standard library ignores that a stream
//! was closed when this process began, or was opened in the other direction. This module does not.
//!
//! The runtime puts `/dev/null` in the place of a closed stream. Without a check, a ROM written there would be lost
//! without an error, and a source read from there would be empty.

use std::fs::File;
use std::io::{self, Read, StderrLock, StdinLock, StdoutLock};
use std::os::fd::FromRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use nix::errno::Errno;
use nix::libc;

use super::patient::Patient;

/// Whether each of the descriptors 0 to 2 was closed.
static CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

/// Runs before `main` and before Rust's runtime, which replaces closed streams with `/dev/null`. Later, nothing shows
/// that a stream was closed.
#[used]
#[expect(unsafe_code, reason = "a place in the binary for what runs before main")]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static BEGIN: extern "C" fn() = note_what_is_closed;

/// Only makes system calls and sets atomic variables, which works before the runtime starts.
extern "C" fn note_what_is_closed() {
    for (fd, closed) in (0..).zip(&CLOSED) {
        let mode = access_mode(fd);
        let other_way = if fd == libc::STDIN_FILENO { libc::O_WRONLY } else { libc::O_RDONLY };
        closed.store([None, Some(other_way)].contains(&mode), Ordering::Relaxed);
    }
}

/// The access mode, `O_RDONLY`, `O_WRONLY` or `O_RDWR`. `None` if the descriptor is closed.
#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn access_mode(fd: libc::c_int) -> Option<libc::c_int> {
    // SAFETY: F_GETFL takes no argument, and changes nothing, even for an invalid descriptor.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    (flags != -1).then_some(flags & libc::O_ACCMODE)
}

fn stdin() -> io::Result<Patient<StdinLock<'static>>> {
    open(&CLOSED[0]).map(|()| Patient(io::stdin().lock()))
}

pub(crate) fn stdout() -> io::Result<Patient<StdoutLock<'static>>> {
    open(&CLOSED[1]).map(|()| Patient(io::stdout().lock()))
}

pub(crate) fn stderr() -> io::Result<Patient<StderrLock<'static>>> {
    open(&CLOSED[2]).map(|()| Patient(io::stderr().lock()))
}

/// A descriptor that this process was given, to be written where it stands: with the same offset, and nothing cut off. Opened
/// anew by its name in `/proc`, a file would be emptied and begin at its start.
pub(crate) fn descriptor(fd: u32) -> io::Result<File> {
    let fd = libc::c_int::try_from(fd).map_err(|_| Errno::EBADF)?;
    if matches!(access_mode(fd), None | Some(libc::O_RDONLY)) || is_own(fd) {
        return Err(Errno::EBADF.into());
    }
    let copy = Errno::result(duplicate(fd))?;
    #[expect(unsafe_code, reason = "no safe interface takes a descriptor by its number")]
    // SAFETY: it was made above, for this file alone.
    Ok(unsafe { File::from_raw_fd(copy) })
}

/// Whether this process opened the descriptor itself. The ones it was given have survived an `exec`.
#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn is_own(fd: libc::c_int) -> bool {
    // SAFETY: F_GETFD takes no argument, and changes nothing, even for an invalid descriptor.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    flags & libc::FD_CLOEXEC != 0
}

#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn duplicate(fd: libc::c_int) -> libc::c_int {
    // SAFETY: it makes a new descriptor, or fails if the old one does not exist.
    unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) }
}

fn open(closed: &AtomicBool) -> io::Result<()> {
    if closed.load(Ordering::Relaxed) { Err(Errno::EBADF.into()) } else { Ok(()) }
}

/// Whether a path means standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    // Passed to a tool, its other names would mean the tool's standard input instead of rgbpipe's.
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Reads all of standard input.
pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    stdin().and_then(|mut stdin| stdin.read_to_end(&mut text)).context("cannot read standard input")?;
    Ok(text)
}
