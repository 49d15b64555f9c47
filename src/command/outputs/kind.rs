//! The kinds of outputs.

use std::fmt;

/// The kind of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rom,
    Map,
    Sym,
    Tar,
    Dependencies,
    Report,
    /// An output of the program that `exec` runs, with its name.
    Output(String),
}

impl Kind {
    /// Text may be read on a terminal; anything else can only harm it.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            // Only the user knows what a program writes.
            Self::Map | Self::Sym | Self::Dependencies | Self::Report | Self::Output(_) => true,
            Self::Rom | Self::Tar => false,
        }
    }

    /// Whether it goes into the tar.
    pub(crate) fn fits_in_tar(&self) -> bool {
        match self {
            Self::Rom | Self::Map | Self::Sym | Self::Output(_) => true,
            Self::Tar | Self::Dependencies | Self::Report => false,
        }
    }

    /// Its name for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Rom => "rom",
            Self::Map => "map",
            Self::Sym => "sym",
            Self::Tar => "tar",
            Self::Dependencies => "deps",
            Self::Report => "report",
            Self::Output(_) => "output",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rom => write!(f, "the ROM"),
            Self::Map => write!(f, "the map"),
            Self::Sym => write!(f, "the symbols"),
            Self::Tar => write!(f, "the tar"),
            Self::Dependencies => write!(f, "the dependencies"),
            Self::Report => write!(f, "the report"),
            Self::Output(name) => write!(f, "output '{name}'"),
        }
    }
}
