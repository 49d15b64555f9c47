//! Standard input and standard output, unless they were closed when this process began.
//!
//! What is written to `/dev/null` in the place of a closed stream is lost without an error, and what is read there is an
//! empty source.

use std::fs::OpenOptions;
use std::io::{self, StdinLock, StdoutLock};
use std::os::fd::IntoRawFd;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::libc;

/// Which of the descriptors 0 to 2 were closed.
static CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

/// Notes what is closed, and opens `/dev/null` in its place, so that no other file gets its number. To be called before
/// any file is opened.
pub(crate) fn begin() -> io::Result<()> {
    for (fd, closed) in (0..).zip(&CLOSED) {
        if is_closed(fd) {
            closed.store(true, Ordering::Relaxed);
            // (The lowest number that is free is this one.)
            let _ = OpenOptions::new().read(true).write(true).open("/dev/null")?.into_raw_fd();
        }
    }
    Ok(())
}

#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn is_closed(fd: libc::c_int) -> bool {
    // SAFETY: F_GETFD takes no argument, and changes nothing whatever the number stands for.
    unsafe { libc::fcntl(fd, libc::F_GETFD) == -1 }
}

pub(crate) fn stdin() -> io::Result<StdinLock<'static>> {
    open(&CLOSED[0]).map(|()| io::stdin().lock())
}

pub(crate) fn stdout() -> io::Result<StdoutLock<'static>> {
    open(&CLOSED[1]).map(|()| io::stdout().lock())
}

fn open(closed: &AtomicBool) -> io::Result<()> {
    if closed.load(Ordering::Relaxed) { Err(Errno::EBADF.into()) } else { Ok(()) }
}
