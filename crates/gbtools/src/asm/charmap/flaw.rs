//! Errors and warnings about strings that a character map converts.

use std::fmt;

use bstr::ByteSlice;

use crate::asm::issue::{Issue, Kind};
use crate::report::warnings::AssemblerFlag;

/// An error or warning about a string, or about a use of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw<'a> {
    /// The string is not valid UTF-8 here, and no mapping matches.
    Invalid,
    /// No mapping matches this character, incomplete character at the end of the string, or byte that is not UTF-8.
    Unmapped {
        /// The bytes, which are used as values.
        bytes: &'a [u8],
        /// Whether the map is empty. This is a warning of the second level.
        empty_map: bool,
    },
    /// This string is not mapped as a whole.
    NoMapping(&'a [u8]),
    /// This string has several values.
    ManyValues(&'a [u8]),
    /// No string has these values.
    NoCharacter,
    /// Several strings have these values.
    ManyCharacters,
    /// The index or position is too low. The lowest one is given.
    TooLow(i32),
    /// The index or position is too high.
    TooHigh(i32),
}

impl Issue for Flaw<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Unmapped { empty_map: false, .. } => Kind::Warning(AssemblerFlag::UnmappedChar1),
            Self::Unmapped { empty_map: true, .. } => Kind::Warning(AssemblerFlag::UnmappedChar2),
            Self::TooLow(_) | Self::TooHigh(_) => Kind::Warning(AssemblerFlag::BuiltinArgs),
            _ => Kind::Error,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid-utf-8",
            Self::Unmapped { .. } => "unmapped-char",
            Self::NoMapping(_) => "no-mapping",
            Self::ManyValues(_) => "many-values",
            Self::NoCharacter => "no-character",
            Self::ManyCharacters => "many-characters",
            Self::TooLow(_) => "index-too-low",
            Self::TooHigh(_) => "index-too-high",
        }
    }
}

impl fmt::Display for Flaw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => f.write_str("The text is not valid UTF-8"),
            Self::Unmapped { bytes, empty_map } => {
                write!(f, "The character {bytes:?} is not mapped", bytes = bytes.as_bstr())?;
                f.write_str(if *empty_map { "; the character map is empty" } else { "" })
            }
            Self::NoMapping(text) => write!(f, "{:?} is not mapped", text.as_bstr()),
            Self::ManyValues(text) => write!(f, "{:?} is mapped to several values; say which one", text.as_bstr()),
            Self::NoCharacter => f.write_str("Nothing is mapped to these values"),
            Self::ManyCharacters => f.write_str("Several texts are mapped to these values"),
            Self::TooLow(0) => f.write_str("The index is before the start"),
            Self::TooLow(lowest) => write!(f, "The position is before the start, {lowest}"),
            Self::TooHigh(index) => write!(f, "{index} is past the end"),
        }
    }
}
