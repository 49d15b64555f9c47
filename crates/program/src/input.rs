//! Inputs: FIFOs that deliver the whole content to every open, served by writer threads.
//!
//! The only way to notice that a tool opens a FIFO is to wait in an open of the other end. So a thread waits at each
//! input. When the tool comes, a fresh FIFO replaces the path, for the next open, before the first byte is served.
//!
//! A link may have thousands of inputs, and each waiting thread uses a descriptor. At most [`WAITERS`] threads wait at
//! once, at the inputs in the order of the arguments, which is the order in which tools read them. They move on as
//! these are opened. The remaining inputs are polled, so that any order works, and the usual order works without
//! delay.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::Duration;

use nix::errno::Errno;

use super::exit::Exit;
use super::fifo::{Fifo, is_one_of};
use super::port::write_all;
use super::system::{Handle, wait_for_reader};
use super::threads::spawn;

/// The maximum number of threads that wait for a tool to open an input: well below the lowest usual limit of
/// descriptors.
const WAITERS: usize = 24;

/// How often the inputs without a waiting thread are polled: soon after an open, and less and less often without one.
pub(super) const LOOK: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(32)];

/// A descriptor reserved for later use. Releasing a waiting thread needs one; if waiting threads held every
/// descriptor, none would ever be freed. So each thread reserves the descriptor for its open before it waits.
#[derive(Debug)]
struct Reserve(#[expect(dead_code, reason = "held")] File);

impl Reserve {
    fn new() -> io::Result<Self> {
        File::open("/dev/null").map(Self)
    }
}

/// All inputs of one run.
#[derive(Debug)]
pub(super) struct Inputs<'a> {
    ports: Vec<ServedInput<'a>>,
    /// The tool is known to open each input once, so no thread waits for another open; the inputs are only polled.
    opened_once: bool,
    /// The first port at which no thread has waited yet.
    next: AtomicUsize,
    /// A descriptor reserved for releasing threads.
    reserve: Mutex<Option<Reserve>>,
}

#[derive(Debug)]
struct ServedInput<'a> {
    fifo: Fifo,
    bytes: &'a [u8],
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// A thread waits in `open` for the next reader; this handle releases it.
    waiting: Option<Handle>,
    /// The tool has exited: no new open is served.
    released: bool,
    /// Why an open could not be served.
    error: Option<io::Error>,
}

/// The state that the threads share. A thread that cannot serve calls `trouble`, since the tool might then wait
/// forever.
#[derive(Clone, Copy)]
pub(super) struct Service<'scope> {
    pub(super) inputs: &'scope Inputs<'scope>,
    pub(super) exited: &'scope Exit,
    pub(super) trouble: &'scope (dyn Fn() + Sync),
}

impl<'a> Inputs<'a> {
    pub(super) fn new(ports: impl IntoIterator<Item = (Fifo, &'a [u8])>, opened_once: bool) -> Self {
        let port = |(fifo, bytes)| ServedInput { fifo, bytes, state: Mutex::default(), changed: Condvar::new() };
        Self {
            ports: ports.into_iter().map(port).collect(),
            opened_once,
            next: AtomicUsize::new(0),
            reserve: Mutex::default(),
        }
    }

    pub(super) fn fifos(&self) -> impl Iterator<Item = &Fifo> {
        self.ports.iter().map(|port| &port.fifo)
    }

    pub(super) fn fifo(&self, index: usize) -> &Fifo {
        &self.ports[index].fifo
    }

    /// Ends every wait after the tool's exit. Returns an error that occurred while serving, if any.
    pub(super) fn release(&self) -> io::Result<()> {
        // From now on no thread takes a descriptor that it has not reserved.
        self.ports.iter().for_each(|port| port.state().released = true);
        *self.reserve() = None;
        // Joins every thread, even after an error.
        self.ports.iter().map(ServedInput::release).fold(Ok(()), Result::and)
    }

    fn reserve(&self) -> MutexGuard<'_, Option<Reserve>> {
        self.reserve.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'scope> Service<'scope> {
    /// Starts the first threads. If the machine cannot provide enough, the other inputs are polled.
    pub(super) fn start(self, scope: &'scope Scope<'scope, '_>) {
        if self.inputs.ports.is_empty() {
            return;
        }
        let Ok(reserve) = Reserve::new() else { return };
        *self.inputs.reserve() = Some(reserve);
        for _ in 0..WAITERS {
            if !self.wait_at_next(scope) {
                break;
            }
        }
    }

    /// Polls the inputs without a waiting thread and serves any that are open. Returns whether any was, or `None` if
    /// there is no such input.
    pub(super) fn look(self, scope: &'scope Scope<'scope, '_>) -> Option<bool> {
        let mut visited = None;
        for port in &self.inputs.ports {
            let state = port.state();
            if state.waiting.is_some() {
                continue;
            }
            let visitor = port.fifo.try_open_writer().and_then(|writer| {
                if writer.is_some() {
                    port.fifo.renew()?;
                }
                Ok(writer)
            });
            drop(state);
            match visitor {
                Ok(Some(writer)) => {
                    visited = Some(true);
                    let served =
                        spawn(scope, "input", move || self.report(port, write_all(writer, port.bytes, self.exited)));
                    // The tool has opened it, and would read end of file if the writer were dropped here.
                    self.report(port, served.map(drop));
                }
                Ok(None) => visited = visited.or(Some(false)),
                Err(error) => self.report(port, Err(error)),
            }
        }
        visited
    }

    /// Puts a thread at the first input that has not had one. Returns whether there was such an input.
    fn wait_at_next(self, scope: &'scope Scope<'scope, '_>) -> bool {
        let next = self.inputs.next.fetch_add(1, Ordering::Relaxed);
        self.inputs.ports.get(next).is_some_and(|port| self.wait_at(scope, port))
    }

    /// Starts a thread that waits for the next open of this input, and serves it.
    fn wait_at(self, scope: &'scope Scope<'scope, '_>, port: &'scope ServedInput<'scope>) -> bool {
        let mut state = port.state();
        if state.released {
            return false;
        }
        let Ok((handle, reserve)) = Handle::new(&port.fifo).and_then(|handle| Ok((handle, Reserve::new()?))) else {
            return false;
        };
        state.waiting = Some(handle);
        drop(state);
        let started = spawn(scope, "input", move || match port.next_reader(reserve) {
            Ok(Some(writer)) => {
                // Another thread waits in this one's place, or the input is polled.
                let _ = self.wait_at_next(scope) || (!self.inputs.opened_once && self.wait_at(scope, port));
                self.report(port, write_all(writer, port.bytes, self.exited));
            }
            Ok(None) => {}
            Err(error) => self.report(port, Err(error)),
        });
        if started.is_err() {
            port.nobody_waits();
        }
        started.is_ok()
    }

    fn report(self, port: &ServedInput<'_>, result: io::Result<()>) {
        if let Err(error) = result {
            port.state().error.get_or_insert(error);
            (self.trouble)();
        }
    }
}

impl ServedInput<'_> {
    /// Waits for the next open of the path. Returns `None` if [`release`](Self::release) ended the wait.
    fn next_reader(&self, reserve: Reserve) -> io::Result<Option<File>> {
        drop(reserve);
        let opened = wait_for_reader(&self.fifo, || self.state().released);
        let mut state = self.state();
        state.waiting = None;
        self.changed.notify_all();
        let Some(writer) = opened?.filter(|_| !state.released) else {
            return Ok(None);
        };
        // This comes before the first byte. If the same FIFO were opened again while this reader still had it, both
        // would share one stream.
        self.fifo.renew()?;
        Ok(Some(writer))
    }

    fn nobody_waits(&self) {
        self.state().waiting = None;
        self.changed.notify_all();
    }

    fn release(&self) -> io::Result<()> {
        let mut state = self.state();
        if let Some(handle) = &state.waiting {
            let hold = loop {
                match handle.release(&self.fifo) {
                    // Something else in this process has taken the reserved descriptor. It will not keep it forever.
                    Err(error) if is_one_of(&error, &[Errno::EMFILE, Errno::ENFILE]) => {
                        thread::sleep(LOOK[0]);
                    }
                    hold => break hold?,
                }
            };
            while state.waiting.is_some() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            drop(hold);
        }
        state.error.take().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
