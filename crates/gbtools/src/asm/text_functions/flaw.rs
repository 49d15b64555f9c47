//! Errors about strings and the arguments of string functions.

use std::fmt;

use crate::asm::issue::{Issue, Kind};
use crate::report::warnings::AssemblerFlag;

/// An error about a string, or an argument of a string function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// This byte is invalid at its place in UTF-8.
    InvalidByte(u8),
    /// The string ends in the middle of a character.
    Incomplete,
    /// The index is before the start.
    IndexTooLow,
    /// The position is before the start.
    PositionTooLow,
    /// The index is after the end.
    IndexTooHigh(i32),
    /// The index of the first character is after the end.
    StartTooHigh(i32),
    /// The index after the last character is after the end.
    StopTooHigh(i32),
    /// The position of the first character is after the end.
    PositionTooHigh(i32),
    /// The length exceeds the number of characters.
    LengthTooHigh(i32),
    /// STRRPL was asked to replace the empty string.
    NothingToReplace,
}

impl Issue for Flaw {
    fn kind(&self) -> Kind {
        match self {
            Self::InvalidByte(_) | Self::Incomplete => Kind::Error,
            Self::NothingToReplace => Kind::Warning(AssemblerFlag::EmptyStrrpl),
            _ => Kind::Warning(AssemblerFlag::BuiltinArgs),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::InvalidByte(_) | Self::Incomplete => "invalid-utf-8",
            Self::IndexTooLow | Self::PositionTooLow => "index-too-low",
            Self::IndexTooHigh(_) | Self::StartTooHigh(_) | Self::StopTooHigh(_) | Self::PositionTooHigh(_) => {
                "index-too-high"
            }
            Self::LengthTooHigh(_) => "length-too-high",
            Self::NothingToReplace => "empty-strrpl",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidByte(byte) => write!(f, "The text is not valid UTF-8 at its byte ${byte:02X}"),
            Self::Incomplete => f.write_str("The text ends in the middle of a UTF-8 character"),
            Self::IndexTooLow => f.write_str("The index is before the start; using 0"),
            Self::PositionTooLow => f.write_str("The position is before the start; using 1"),
            Self::IndexTooHigh(index) => write!(f, "The index {index} is past the end of the text"),
            Self::StartTooHigh(index) => write!(f, "The start {index} is past the end of the text"),
            Self::StopTooHigh(index) => write!(f, "The stop {index} is past the end of the text"),
            Self::PositionTooHigh(position) => write!(f, "The position {position} is past the end of the text"),
            Self::LengthTooHigh(length) => write!(f, "There are fewer than {length} characters left"),
            Self::NothingToReplace => f.write_str("The text to replace is empty; nothing is replaced"),
        }
    }
}
