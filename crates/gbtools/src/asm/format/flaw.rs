//! Errors in formats and their use. Despite each error, some text is written.

use std::fmt;

use crate::asm::issue::{Issue, Kind};

/// An error in a format, or in the use of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A part of the format does not apply to numbers of this type.
    Number {
        /// The type.
        letter: char,
        /// The part.
        conflict: Conflict,
    },
    /// A part of the format does not apply to strings.
    Text {
        /// The type.
        letter: char,
        /// The part.
        conflict: Conflict,
    },
    /// The format asks for too many fractional digits.
    ManyDigits(usize),
    /// The precision is invalid for fixed-point numbers.
    Precision {
        /// The precision as written.
        given: usize,
        /// The precision used instead.
        used: u8,
    },
    /// STRFMT: the format for this argument, counted from 1, is invalid.
    Invalid(usize),
    /// STRFMT: the text ends with `%`.
    PercentAtEnd,
    /// STRFMT: there are fewer arguments than formats.
    MissingArguments {
        /// The number of formats.
        expected: usize,
        /// The number of arguments.
        given: usize,
    },
    /// STRFMT: this many arguments have no format.
    SpareArguments(usize),
}

/// A part of a format that does not apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// This sign.
    Sign(u8),
    /// `#`.
    Exact,
    /// `0`.
    Zeros,
    /// The number of fractional digits.
    Fraction,
    /// The precision.
    Precision,
    /// The type itself.
    Type,
}

impl Issue for Flaw {
    fn kind(&self) -> Kind {
        Kind::Error
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Number { .. } | Self::Text { .. } | Self::ManyDigits(_) | Self::Precision { .. } => "format-conflict",
            Self::Invalid(_) | Self::PercentAtEnd => "invalid-format",
            Self::MissingArguments { .. } => "missing-arguments",
            Self::SpareArguments(_) => "spare-arguments",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Number { conflict: Conflict::Type, .. } => f.write_str("A number cannot be formatted as type `s`"),
            Self::Text { letter, conflict: Conflict::Type } => {
                write!(f, "A string cannot be formatted as type `{letter}`, only as `s`")
            }
            Self::Number { letter, conflict } => write!(f, "{conflict} does not apply to a number of type `{letter}`"),
            Self::Text { conflict, .. } => write!(f, "{conflict} does not apply to a string"),
            Self::ManyDigits(digits) => write!(f, "{digits} fractional digits are too many; using 255"),
            Self::Precision { given, used } => {
                write!(f, "The precision of a fixed-point number must be between 1 and 31, not {given}; using {used}")
            }
            Self::Invalid(argument) => write!(f, "The format for argument {argument} is invalid"),
            Self::PercentAtEnd => f.write_str("A `%` at the end of a format must be written `%%`"),
            Self::MissingArguments { expected, given } => {
                let (plural, are) = (if expected == 1 { "" } else { "s" }, if given == 1 { "is" } else { "are" });
                write!(f, "The format needs {expected} argument{plural}, but there {are} {given}")
            }
            Self::SpareArguments(1) => f.write_str("There is no format for the last argument"),
            Self::SpareArguments(count) => write!(f, "There are no formats for the last {count} arguments"),
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign(sign) => write!(f, "The sign `{}`", char::from(*sign)),
            Self::Exact => f.write_str("The `#`"),
            Self::Zeros => f.write_str("The `0` for padding"),
            Self::Fraction => f.write_str("A number of fractional digits"),
            Self::Precision => f.write_str("A fixed-point precision"),
            Self::Type => f.write_str("The type"),
        }
    }
}
