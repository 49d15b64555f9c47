//! Standard input and standard output, unless they were closed when this process began, or open the other way only: std takes
//! no notice of either.
//!
//! What is written to `/dev/null` in the place of a closed stream is lost without an error, and what is read there is an
//! empty source.

use std::io::{self, Read, StdinLock, StdoutLock};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use nix::errno::Errno;
use nix::libc;

/// Which of the descriptors 0 to 2 cannot be used.
static CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

/// Run before `main`, and before Rust's runtime, which opens `/dev/null` in the place of what is closed: nothing that is
/// there later says that it was.
#[used]
#[expect(unsafe_code, reason = "a place in the binary for what runs before main")]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static BEGIN: extern "C" fn() = note_what_is_closed;

/// Makes system calls and sets atomic variables, all of which works before Rust's runtime does.
extern "C" fn note_what_is_closed() {
    for (fd, closed) in (0..).zip(&CLOSED) {
        let mode = access_mode(fd);
        let other_way = if fd == libc::STDIN_FILENO { libc::O_WRONLY } else { libc::O_RDONLY };
        closed.store([None, Some(other_way)].contains(&mode), Ordering::Relaxed);
    }
}

/// `O_RDONLY`, `O_WRONLY` or `O_RDWR`; `None` if it is closed.
#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn access_mode(fd: libc::c_int) -> Option<libc::c_int> {
    // SAFETY: F_GETFL takes no argument, and changes nothing whatever the number stands for.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    (flags != -1).then_some(flags & libc::O_ACCMODE)
}

fn stdin() -> io::Result<StdinLock<'static>> {
    open(&CLOSED[0]).map(|()| io::stdin().lock())
}

pub(crate) fn stdout() -> io::Result<StdoutLock<'static>> {
    open(&CLOSED[1]).map(|()| io::stdout().lock())
}

fn open(closed: &AtomicBool) -> io::Result<()> {
    if closed.load(Ordering::Relaxed) { Err(Errno::EBADF.into()) } else { Ok(()) }
}

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    // By any of its other names it would be the tool's own standard input, which is not ours.
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// All of it.
pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    stdin().and_then(|mut stdin| stdin.read_to_end(&mut text)).context("cannot read standard input")?;
    Ok(text)
}
