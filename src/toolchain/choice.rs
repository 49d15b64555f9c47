//! The choice between the toolchains.

mod own;

use std::ffi::OsStr;
use std::fmt;

pub use self::own::is_own;

use super::Toolchain;
use super::builtin::Builtin;
use super::rgbds::{Origin, Rgbds};
use crate::role::Role;

/// The environment variable that chooses a toolchain. Its values are those of [`Choice::named`].
pub const VARIABLE: &str = "RGBPIPE_TOOLCHAIN";

/// The toolchain that a user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// RGBDS if somebody names it or it is on `PATH`, otherwise the built-in.
    #[default]
    Auto,
    /// RGBDS.
    Rgbds,
    /// The one inside rgbpipe.
    Builtin,
}

impl Choice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Rgbds, Self::Builtin];

    /// `auto`, `rgbds` or `builtin`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Rgbds => "rgbds",
            Self::Builtin => "builtin",
        }
    }

    /// The choice with this word.
    pub fn named(word: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| word == choice.word())
    }
}

/// The toolchain that does a build, and why.
#[derive(Debug)]
pub enum Chosen {
    /// RGBDS.
    Rgbds(Box<Rgbds>),
    /// The one inside rgbpipe.
    Builtin(Builtin, Why),
}

/// Why the built-in toolchain does a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The user asked for it.
    Asked,
    /// RGBDS is neither named nor on `PATH`.
    NoRgbds,
    /// The tools found under RGBDS's names are links to this toolchain.
    OwnTools,
}

impl Chosen {
    /// `rgbds` is the RGBDS that would be used. `auto` chooses it if somebody names it, even if it is not there, but not if
    /// it is only the built-in under its names. The built-in gets the same flags.
    pub fn of(choice: Choice, rgbds: Rgbds) -> Self {
        let builtin = || Builtin::new().with_flags(rgbds.flags().clone());
        match choice {
            Choice::Rgbds => Self::Rgbds(rgbds.into()),
            Choice::Builtin => Self::Builtin(builtin(), Why::Asked),
            Choice::Auto if is_there(&rgbds) && has_own_tools(&rgbds) => Self::Builtin(builtin(), Why::OwnTools),
            Choice::Auto if is_there(&rgbds) => Self::Rgbds(rgbds.into()),
            Choice::Auto => Self::Builtin(builtin(), Why::NoRgbds),
        }
    }

    /// The same word as [`Choice::word`].
    pub fn word(&self) -> &'static str {
        match self {
            Self::Rgbds(_) => Choice::Rgbds.word(),
            Self::Builtin(..) => Choice::Builtin.word(),
        }
    }

    /// The toolchain.
    pub fn toolchain(&self) -> &dyn Toolchain {
        match self {
            Self::Rgbds(rgbds) => &**rgbds,
            Self::Builtin(builtin, _) => builtin,
        }
    }
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rgbds(_) => f.write_str("RGBDS"),
            Self::Builtin(_, Why::Asked) => f.write_str("built-in"),
            Self::Builtin(_, Why::NoRgbds) => f.write_str("built-in, because RGBDS is not on PATH"),
            Self::Builtin(_, Why::OwnTools) => f.write_str("built-in, which the tools are that were found as RGBDS"),
        }
    }
}

/// Whether the assembler or the linker is the built-in under its name.
fn has_own_tools(rgbds: &Rgbds) -> bool {
    [Role::Assembler, Role::Linker].into_iter().any(|role| rgbds.find(role).is_ok_and(|tool| is_own(&tool.path)))
}

/// Whether somebody names RGBDS, or an assembler and a linker are on `PATH`.
fn is_there(rgbds: &Rgbds) -> bool {
    let is_named = |role| rgbds.origin(role) != Origin::Default;
    Role::ALL.into_iter().any(is_named)
        || [Role::Assembler, Role::Linker].into_iter().all(|role| rgbds.find(role).is_ok())
}
