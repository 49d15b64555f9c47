//! The jobserver of the make that runs this command: it says how many tools may run at once, beside all that make runs.
//!
//! See "POSIX Jobserver Interaction" in GNU make's manual. A token that is not written back is lost to make for good: the
//! tools' slots are dropped in time on every way out but `SIGKILL`, and the process ends only after that.

use std::any::Any;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;
use jobserver::{Client, FromEnvErrorKind};
use rgbpipe::toolchain::Jobserver;

/// What `MAKEFLAGS` says of how many tools may run.
#[derive(Debug)]
pub(crate) enum Make {
    /// No make, or one without `-j`.
    None,
    /// `make -j1`, which has no jobserver.
    OneJob,
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

/// Whether make itself only prints commands, as with `-n`: a recipe that begins with `+` is run even then.
pub(crate) fn only_prints() -> bool {
    has_letter(b'n')
}

/// Whether make is only asked if there is anything to do, as with `-q`. It runs such a recipe only if there is.
pub(crate) fn only_asks() -> bool {
    has_letter(b'q')
}

/// (The single letters come first: see "Testing Flags" in make's manual.)
fn has_letter(letter: u8) -> bool {
    let flags = flags();
    let letters = flags.as_bytes().split(u8::is_ascii_whitespace).next().unwrap_or_default();
    letters.iter().all(u8::is_ascii_alphabetic) && letters.contains(&letter)
}

fn flags() -> OsString {
    std::env::var_os("MAKEFLAGS").unwrap_or_default()
}

/// Whether `-j1` is among the words before the variables.
fn has_one_job() -> bool {
    let flags = flags();
    let mut words = flags.as_bytes().split(u8::is_ascii_whitespace).take_while(|word| *word != b"--");
    words.any(|word| word == b"-j1")
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
            Err(FromEnvErrorKind::NoJobserver) if has_one_job() => Self::OneJob,
            Err(FromEnvErrorKind::NoEnvVar | FromEnvErrorKind::NoJobserver) => Self::None,
            // (Other flags may be no text.)
            Err(_) if !found.var.is_some_and(|(_, flags)| flags.as_bytes().contains_str("--jobserver")) => Self::None,
            Err(_) => Self::Unreachable,
        }
    }

    pub(crate) fn jobserver(&self) -> Option<&dyn Jobserver> {
        match self {
            Self::Jobserver(slots) => Some(slots),
            Self::None | Self::OneJob | Self::Unreachable => None,
        }
    }

    /// Where rgbpipe's own `-j` was given, only a jobserver matters.
    pub(crate) fn with_jobs(self, asked: Option<NonZeroUsize>) -> Self {
        match self {
            Self::OneJob | Self::Unreachable if asked.is_some() => Self::None,
            make => make,
        }
    }

    /// The most tools at once, beside what a jobserver has to say: where that cannot be reached, as for a make that make
    /// runs, the one slot that every command has.
    pub(crate) fn jobs(&self) -> Option<NonZeroUsize> {
        matches!(self, Self::OneJob | Self::Unreachable).then_some(NonZeroUsize::MIN)
    }

    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable)
    }
}
