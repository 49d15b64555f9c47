//! The jobserver of the make that runs this command. It limits how many tools may run besides everything else that
//! make runs.
//!
//! See "POSIX Jobserver Interaction" in GNU make's manual. A token that is not written back is lost to make forever.
//! The tools' slots are therefore returned on every way out except `SIGKILL`, before the process ends.

use std::any::Any;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;
use jobserver::{Client, FromEnvErrorKind};
use rgbpipe::toolchain::Jobserver;

/// How many tools `MAKEFLAGS` allows.
#[derive(Debug)]
pub(crate) enum Make {
    /// There is no make, or it has no `-j`.
    None,
    /// `make -j1`, which has no jobserver.
    OneJob,
    Jobserver(Slots),
    /// There is a jobserver, but this command has no access to it.
    Unreachable,
}

#[derive(Debug)]
pub(crate) struct Slots(Client);

impl Jobserver for Slots {
    fn try_acquire(&self) -> Option<Box<dyn Any + Send>> {
        // A jobserver that fails, or that cannot be asked without blocking (a pipe on macOS), provides no slots. The
        // build continues with its own slot.
        let acquired = self.0.try_acquire().ok().flatten()?;
        Some(Box::new(acquired))
    }
}

/// Whether make itself only prints commands, as with `-n`. It runs a recipe that starts with `+` even then.
pub(crate) fn only_prints() -> bool {
    has_letter(b'n')
}

/// Whether make was only asked if there is anything to do, as with `-q`. It runs such a recipe only if there is.
pub(crate) fn only_asks() -> bool {
    has_letter(b'q')
}

/// Whether this command is part of a recipe.
pub(crate) fn runs_this() -> bool {
    std::env::var_os("MAKELEVEL").is_some()
}

/// The single letters come first: see "Testing Flags" in make's manual.
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
    /// Looks for a jobserver. Call this first, before this process opens anything.
    #[expect(unsafe_code, reason = "make passes descriptors by number")]
    pub(crate) fn from_env() -> Self {
        // SAFETY: if these descriptors are open at all, this process was started with them. It has not opened any of
        // its own yet, so nothing else in it owns them.
        let found = unsafe { Client::from_env_ext(true) };
        match found.client.map_err(|error| error.kind()) {
            Ok(client) => Self::Jobserver(Slots(client)),
            Err(FromEnvErrorKind::NoJobserver) if has_one_job() => Self::OneJob,
            Err(FromEnvErrorKind::NoEnvVar | FromEnvErrorKind::NoJobserver) => Self::None,
            // Other flags need not be text.
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

    /// If rgbpipe was given its own `-j`, only a jobserver matters.
    pub(crate) fn with_jobs(self, asked: Option<NonZeroUsize>) -> Self {
        match self {
            Self::OneJob | Self::Unreachable if asked.is_some() => Self::None,
            make => make,
        }
    }

    /// The maximum number of tools at once, apart from the jobserver. If a jobserver exists but cannot be reached, it
    /// is the one slot that every command has.
    pub(crate) fn jobs(&self) -> Option<NonZeroUsize> {
        matches!(self, Self::OneJob | Self::Unreachable).then_some(NonZeroUsize::MIN)
    }

    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable)
    }
}
