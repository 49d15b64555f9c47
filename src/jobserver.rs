//! Limits how many tools run at once on a machine.

use std::any::Any;

/// Decides whether one more tool may run, together with all others on the machine. It is GNU make's jobserver, or a
/// limit that all builds of a server share.
///
/// As with make, a build already owns one slot. It asks only for more slots than that one, so it never waits forever.
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
    /// A slot, if one is free now. Does not wait. Dropping the value returns the slot.
    fn try_acquire(&self) -> Option<Box<dyn Any + Send>>;
}
