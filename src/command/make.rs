//! The jobserver of the make that runs this command: it says how many tools may run at once, beside all that make runs.
//!
//! See "POSIX Jobserver Interaction" in GNU make's manual. A token that is not written back is lost to make for good: the
//! tools' slots are dropped in time on every way out but `SIGKILL`, and the process ends only after that.

use std::any::Any;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;
use jobserver::{Client, FromEnvErrorKind};
use rgbpipe::toolchain::Jobserver;

/// What `MAKEFLAGS` says of a jobserver.
#[derive(Debug)]
pub(crate) enum Make {
    /// No make, or one without `-j`.
    None,
    Jobserver(Slots),
    /// It is there, but not for this command.
    Unreachable,
}

#[derive(Debug)]
pub(crate) struct Slots(Client);

impl Jobserver for Slots {
    fn try_acquire(&self) -> Option<Box<dyn Any + Send>> {
        // One that fails, or cannot be asked without waiting (a pipe on macOS), has no slots to give; the build goes on
        // with its own.
        let acquired = self.0.try_acquire().ok().flatten()?;
        Some(Box::new(acquired))
    }
}

/// Whether make itself only prints commands, as with `-n`: a recipe that begins with `+` is run even then. (The single
/// letters come first: see "Testing Flags" in make's manual.)
pub(crate) fn only_prints() -> bool {
    let flags = std::env::var_os("MAKEFLAGS").unwrap_or_default();
    let letters = flags.as_bytes().split(u8::is_ascii_whitespace).next().unwrap_or_default();
    letters.iter().all(u8::is_ascii_alphabetic) && letters.contains(&b'n')
}

impl Make {
    /// Looks for it. To be called first of all, before this process has opened anything.
    #[expect(unsafe_code, reason = "make passes descriptors by number")]
    pub(crate) fn from_env() -> Self {
        // SAFETY: the numbers are those of descriptors that this process was started with, if they are open at all:
        // it has opened none of its own yet, so nothing else in it owns them.
        let found = unsafe { Client::from_env_ext(true) };
        match found.client.map_err(|error| error.kind()) {
            Ok(client) => Self::Jobserver(Slots(client)),
            Err(FromEnvErrorKind::NoEnvVar | FromEnvErrorKind::NoJobserver) => Self::None,
            // (Other flags may be no text.)
            Err(_) if !found.var.is_some_and(|(_, flags)| flags.as_bytes().contains_str("--jobserver")) => Self::None,
            Err(_) => Self::Unreachable,
        }
    }

    pub(crate) fn jobserver(&self) -> Option<&dyn Jobserver> {
        match self {
            Self::Jobserver(slots) => Some(slots),
            Self::None | Self::Unreachable => None,
        }
    }

    /// Where `-j` was given, one that cannot be reached does not matter.
    pub(crate) fn with_jobs(self, asked: Option<NonZeroUsize>) -> Self {
        match self {
            Self::Unreachable if asked.is_some() => Self::None,
            make => make,
        }
    }

    /// As for a make that make runs: it has the one slot that every command has.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable)
    }
}
