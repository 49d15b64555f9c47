//! The fixer's errors and warnings.

use std::fmt;

use bstr::BString;

use crate::report::warnings::{Behaviour, FixerFlag, Flag, Warnings};
use crate::report::{Diagnostic, Report, Severity};

/// An error or a warning. `Display` gives its text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a field is what the message says of it")]
pub enum Issue {
    /// The title is longer than the field, part of which other settings may use.
    TitleTooLong { title: BString, most: usize },
    /// The game ID is too long.
    GameIdTooLong { id: BString, most: usize },
    /// The new licensee code is too long.
    LicenseeTooLong { licensee: BString, most: usize },
    /// `-f` has a letter to fix and a letter to trash the same value. The later letter wins.
    FixSpecOverridden { by: char, over: char },
    /// `-O`, which is deprecated.
    OverwriteOption,
    /// This cartridge type exists only with a battery.
    BatteryImplied { mbc: BString },
    /// Few emulators and flash carts support this cartridge type.
    PoorlySupported { mbc: BString },
    /// TPP1 has no flag for RAM.
    RamImplied,
    /// `-j`, although TPP1 has its identification code in that byte.
    RegionIgnored,
    /// A RAM size for a cartridge type without RAM.
    NoRam { mbc: String, size: u8 },
    /// No RAM size for a cartridge type with RAM.
    RamOfSizeZero { mbc: String },
    /// A RAM size that no cartridge has.
    TwoKilobytes { mbc: String },
    /// The cartridge type always has 2 KiB of RAM.
    NotTwoKilobytes { mbc: String },
    /// The Super Game Boy needs another old licensee code.
    SuperGameBoyLicensee { licensee: u8 },
    /// The field held another value, which was not zero.
    Overwrote { field: &'static str },
    /// The ROM is shorter than its header.
    TooShort { least: usize, is: usize },
    /// The ROM is larger than any cartridge.
    TooManyBanks { most: usize },
}

impl Issue {
    /// The flag of a warning. None for an error, and for a warning that cannot be turned off.
    pub fn flag(&self) -> Option<FixerFlag> {
        Some(match self {
            Self::TitleTooLong { .. } | Self::GameIdTooLong { .. } | Self::LicenseeTooLong { .. } => {
                FixerFlag::Truncation
            }
            Self::OverwriteOption => FixerFlag::Obsolete,
            Self::BatteryImplied { .. }
            | Self::PoorlySupported { .. }
            | Self::RamImplied
            | Self::RegionIgnored
            | Self::NoRam { .. }
            | Self::RamOfSizeZero { .. }
            | Self::TwoKilobytes { .. }
            | Self::NotTwoKilobytes { .. } => FixerFlag::Mbc,
            Self::SuperGameBoyLicensee { .. } => FixerFlag::Sgb,
            Self::Overwrote { .. } => FixerFlag::Overwrite,
            Self::FixSpecOverridden { .. } | Self::TooShort { .. } | Self::TooManyBanks { .. } => return None,
        })
    }

    /// A stable name for this kind of message. See [`codes`](crate::report::codes).
    pub fn code(&self) -> &'static str {
        match self {
            Self::TitleTooLong { .. } => "title-too-long",
            Self::GameIdTooLong { .. } => "game-id-too-long",
            Self::LicenseeTooLong { .. } => "licensee-too-long",
            Self::FixSpecOverridden { .. } => "fix-spec-overridden",
            Self::OverwriteOption => "overwrite-option",
            Self::BatteryImplied { .. } => "battery-implied",
            Self::PoorlySupported { .. } => "mbc-poorly-supported",
            Self::RamImplied => "ram-implied",
            Self::RegionIgnored => "region-ignored",
            Self::NoRam { .. } => "mbc-without-ram",
            Self::RamOfSizeZero { .. } => "ram-of-size-zero",
            Self::TwoKilobytes { .. } => "ram-of-2-kilobytes",
            Self::NotTwoKilobytes { .. } => "ram-not-of-2-kilobytes",
            Self::SuperGameBoyLicensee { .. } => "sgb-licensee",
            Self::Overwrote { .. } => "overwrote",
            Self::TooShort { .. } => "rom-too-short",
            Self::TooManyBanks { .. } => "rom-too-large",
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TitleTooLong { title, most } => write!(to, "The title \"{title}\" is cut to {most} characters"),
            Self::GameIdTooLong { id, most } => write!(to, "The game ID \"{id}\" is cut to {most} characters"),
            Self::LicenseeTooLong { licensee, most } => {
                write!(to, "The new licensee code \"{licensee}\" is cut to {most} characters")
            }
            Self::FixSpecOverridden { by, over } => write!(to, "'{by}' overrides '{over}' in the fix spec"),
            Self::OverwriteOption => write!(to, "`-O` is deprecated; use `-Wno-overwrite`"),
            Self::BatteryImplied { mbc } => write!(to, "MBC \"{mbc}\" always has a battery; add `+BATTERY`"),
            Self::PoorlySupported { mbc } => {
                write!(to, "MBC \"{mbc}\" is poorly documented, and few emulators and flash carts support it")
            }
            Self::RamImplied => write!(to, "TPP1 has RAM if the RAM size is not 0; leave out `+RAM`"),
            Self::RegionIgnored => write!(to, "`-j` is ignored: TPP1 has its identification code in that byte"),
            Self::NoRam { mbc, size } => write!(to, "MBC \"{mbc}\" has no RAM, but the RAM size is {size}"),
            Self::RamOfSizeZero { mbc } => write!(to, "MBC \"{mbc}\" has RAM, but the RAM size is 0"),
            Self::TwoKilobytes { mbc } => write!(to, "MBC \"{mbc}\" does not exist with a RAM size of 1 (2 KiB)"),
            Self::NotTwoKilobytes { mbc } => write!(to, "MBC \"{mbc}\" has 2 KiB of RAM (`-r 1`)"),
            Self::SuperGameBoyLicensee { licensee } => write!(
                to,
                "The Super Game Boy ignores this game: the old licensee code is 0x{licensee:02x} and should be 0x33"
            ),
            Self::Overwrote { field } => write!(to, "Overwrote a non-zero byte in the {field}"),
            Self::TooShort { least, is } => {
                write!(to, "The ROM is too short: it has {is} bytes, but its header ends at {least} (${least:x})")
            }
            Self::TooManyBanks { most } => write!(to, "The ROM is too large: it has more than {most} banks"),
        }
    }
}

/// Reports issues as the warning flags demand, and counts the errors.
pub struct Messages<'a> {
    warnings: &'a Warnings<FixerFlag>,
    report: &'a mut dyn Report,
    errors: usize,
}

impl<'a> Messages<'a> {
    /// A reporter that has counted no errors yet.
    pub fn new(warnings: &'a Warnings<FixerFlag>, report: &'a mut dyn Report) -> Self {
        Self { warnings, report, errors: 0 }
    }

    /// The number of errors so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Reports an issue, unless its flag is off.
    pub fn say(&mut self, issue: &Issue) {
        let severity = match issue.flag().map(|flag| self.warnings.behaviour(flag)) {
            Some(Behaviour::Off) => return,
            Some(Behaviour::Warning) => Severity::Warning,
            None if matches!(issue, Issue::FixSpecOverridden { .. }) => Severity::Warning,
            Some(Behaviour::Error) | None => Severity::Error,
        };
        self.errors += usize::from(severity == Severity::Error);
        self.report.message(Diagnostic {
            flag: issue.flag().map(FixerFlag::name),
            ..Diagnostic::new(severity, issue.code(), issue.to_string())
        });
    }
}
