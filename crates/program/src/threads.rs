//! Small threads, and the words where there are no more to be had.

use std::io;
use std::thread::{self, Scope};

/// A port's thread needs little stack, because its data is on the heap.
const STACK: usize = 128 * 1024;

/// Starts a port's thread.
pub(super) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    serve: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<thread::ScopedJoinHandle<'scope, T>> {
    builder(name).spawn_scoped(scope, serve).map_err(|cause| not_started(&cause))
}

/// Starts a thread that is never joined.
pub(super) fn spawn_detached(name: &str, serve: impl FnOnce() + Send + 'static) -> io::Result<()> {
    builder(name).spawn(serve).map(drop).map_err(|cause| not_started(&cause))
}

fn builder(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK)
}

fn not_started(cause: &io::Error) -> io::Error {
    io::Error::new(cause.kind(), format!("cannot start a thread: {cause}"))
}
