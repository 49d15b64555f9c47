//! Standard input and standard output, unless they were closed when this process began.
//!
//! Rust's runtime opens `/dev/null` in the place of a standard stream that is closed, so that no other file gets its
//! number. What is written there is lost without an error, and what is read is an empty source: so it is asked before
//! the runtime begins which of them are open.

use std::io::{self, StdinLock, StdoutLock};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::libc;

static STDIN_CLOSED: AtomicBool = AtomicBool::new(false);
static STDOUT_CLOSED: AtomicBool = AtomicBool::new(false);

ctor::declarative::ctor! {
    #[ctor(unsafe)]
    fn before_the_runtime() {
        STDIN_CLOSED.store(is_closed(libc::STDIN_FILENO), Ordering::Relaxed);
        STDOUT_CLOSED.store(is_closed(libc::STDOUT_FILENO), Ordering::Relaxed);
    }
}

#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn is_closed(fd: libc::c_int) -> bool {
    // SAFETY: F_GETFD takes no argument, and changes nothing whatever the number stands for.
    unsafe { libc::fcntl(fd, libc::F_GETFD) == -1 }
}

pub(crate) fn stdin() -> io::Result<StdinLock<'static>> {
    open(&STDIN_CLOSED).map(|()| io::stdin().lock())
}

pub(crate) fn stdout() -> io::Result<StdoutLock<'static>> {
    open(&STDOUT_CLOSED).map(|()| io::stdout().lock())
}

fn open(closed: &AtomicBool) -> io::Result<()> {
    if closed.load(Ordering::Relaxed) { Err(Errno::EBADF.into()) } else { Ok(()) }
}
