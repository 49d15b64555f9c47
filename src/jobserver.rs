//! Who says how many tools may run at once on a machine.

use std::any::Any;

/// Says whether one more tool may run, beside all others on the machine: GNU make's jobserver, or a limit that all
/// builds of a server share.
///
/// As make has it, whoever runs a build has one slot for it already. So a build asks only for what it runs besides one
/// tool at a time, and never waits for ever.
///
/// ```
/// use std::any::Any;
/// use std::sync::{Arc, Mutex};
/// use rgbpipe::toolchain::{Jobserver, Run};
/// use rgbpipe::{Input, Request, Silent, Until};
///
/// /// Three slots, for all builds. Each that is in use has a clone.
/// struct Shared(Mutex<Arc<()>>);
///
/// impl Jobserver for Shared {
///     fn try_acquire(&self) -> Option<Box<dyn Any + Send>> {
///         let slot = self.0.lock().ok()?;
///         (Arc::strong_count(&slot) <= 3).then(|| Box::new(Arc::clone(&slot)) as _)
///     }
/// }
///
/// let source = |name| Input::Stdin(format!("SECTION \"{name}\", ROM0\n{name}:: db 1\n").into_bytes());
/// let (jobserver, until) = (Shared(Mutex::default()), Until::never());
/// let run = Run { jobserver: Some(&jobserver), ..Run::new(&until, &Silent) };
/// let rgbds = rgbpipe::toolchain::rgbds::Rgbds::from_env();
/// let artifacts = rgbpipe::build_with(&Request::new([source("One"), source("Two")]), &rgbds, &run)?;
/// assert!(artifacts.rom.is_some());
/// # Ok::<(), rgbpipe::Error>(())
/// ```
pub trait Jobserver: Sync {
    /// A slot, if one is free now; without waiting. It is given back by dropping it.
    fn try_acquire(&self) -> Option<Box<dyn Any + Send>>;
}
