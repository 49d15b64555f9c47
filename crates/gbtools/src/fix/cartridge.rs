//! Cartridge types, by number and by name.

use std::fmt::{self, Write};

use bstr::{BStr, ByteSlice};

use super::Issue;

/// A cartridge type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cartridge {
    /// A type code of the header.
    Type(u8),
    /// The TPP1 mapper, version 1.
    Tpp1 {
        /// The minor version.
        minor: u8,
        /// The feature flags.
        features: u8,
    },
}

/// Why a text is not a cartridge type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownCartridge {
    /// No type has this name.
    Name,
    /// The mapper exists, but not with these features.
    Features,
    /// TPP1 without a version number.
    NoVersion,
    /// TPP1 with a version other than 1.
    Version,
    /// TPP1 without a minor version number.
    NoMinorVersion,
    /// TPP1 with a minor version above 255.
    MinorVersion,
}

impl fmt::Display for UnknownCartridge {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Name => "There is no such MBC",
            Self::Features => "This MBC does not exist with these features",
            Self::NoVersion => "TPP1 needs a version number, as in `TPP1_1.0`",
            Self::Version => "Only version 1 of TPP1 is supported",
            Self::NoMinorVersion => "TPP1 needs a minor version number, as in `TPP1_1.0`",
            Self::MinorVersion => "The minor version of TPP1 must be at most 255",
        })
    }
}

const TIMER: u8 = 1 << 0;
const SENSOR: u8 = 1 << 1;
const RUMBLE: u8 = 1 << 2;
const MULTIRUMBLE: u8 = 1 << 3;
const RAM: u8 = 1 << 4;
const BATTERY: u8 = 1 << 5;

/// The features, in the order of the names, with their flags and those of TPP1.
const FEATURES: [(&str, u8, u8); 6] = [
    ("TIMER", TIMER, 1 << 2),
    ("SENSOR", SENSOR, 0),
    ("RUMBLE", RUMBLE, 1 << 0),
    ("MULTIRUMBLE", MULTIRUMBLE, 1 << 1 | 1 << 0),
    ("RAM", RAM, 0),
    ("BATTERY", BATTERY, 1 << 3),
];

/// The types: mapper, features and code. `-m help` lists the types of one line together.
const TYPES: [&[(&str, u8, u8)]; 15] = [
    &[("ROM", 0, 0x00)],
    &[("MBC1", 0, 0x01), ("MBC1", RAM, 0x02), ("MBC1", RAM | BATTERY, 0x03)],
    &[("MBC2", 0, 0x05), ("MBC2", BATTERY, 0x06)],
    &[("ROM", RAM, 0x08), ("ROM", RAM | BATTERY, 0x09)],
    &[("MMM01", 0, 0x0B), ("MMM01", RAM, 0x0C), ("MMM01", RAM | BATTERY, 0x0D)],
    &[("MBC3", TIMER | BATTERY, 0x0F), ("MBC3", TIMER | RAM | BATTERY, 0x10)],
    &[("MBC3", 0, 0x11), ("MBC3", RAM, 0x12), ("MBC3", RAM | BATTERY, 0x13)],
    &[("MBC5", 0, 0x19), ("MBC5", RAM, 0x1A), ("MBC5", RAM | BATTERY, 0x1B)],
    &[("MBC5", RUMBLE, 0x1C), ("MBC5", RUMBLE | RAM, 0x1D), ("MBC5", RUMBLE | RAM | BATTERY, 0x1E)],
    &[("MBC6", 0, 0x20)],
    &[("MBC7", SENSOR | RUMBLE | RAM | BATTERY, 0x22)],
    &[("POCKET_CAMERA", 0, 0xFC)],
    &[("BANDAI_TAMA5", 0, 0xFD)],
    &[("HUC3", 0, 0xFE)],
    &[("HUC1", RAM | BATTERY, 0xFF)],
];

fn types() -> impl Iterator<Item = (&'static str, u8, u8)> {
    TYPES.iter().flat_map(|line| line.iter().copied())
}

impl Cartridge {
    /// The cartridge with this code in the header.
    pub fn of_code(code: u8, written: &BStr, say: &mut dyn FnMut(&Issue)) -> Self {
        if matches!(code, 0x08 | 0x09) {
            say(&Issue::PoorlySupported { mbc: written.to_owned() });
        }
        Self::Type(code)
    }

    /// The cartridge with this name, such as `MBC5+RAM+BATTERY`. Case hardly matters, spaces and underscores may be
    /// around each `+`, and the features may come in any order.
    ///
    /// # Errors
    /// If there is no such name.
    pub fn named(text: &BStr, say: &mut dyn FnMut(&Issue)) -> Result<Self, UnknownCartridge> {
        let mut rest = Rest(text.trim_start_with(|byte| byte == ' ' || byte == '\t'));
        // RGBDS 1.0.4 has no name that begins with a T and a small letter.
        if let [b'T' | b't', b'a'..=b'z', ..] = rest.0 {
            return Err(UnknownCartridge::Name);
        }
        if rest.eat("TPP1") {
            return tpp1(rest, say);
        }
        let mapper = rest.mapper().ok_or(UnknownCartridge::Name)?;
        let mut features = rest.features()?;
        if mapper == "MBC3" && features & (TIMER | BATTERY) == TIMER {
            say(&Issue::BatteryImplied { mbc: text.to_owned() });
            features |= BATTERY;
        }
        let code = types().find(|found| (found.0, found.1) == (mapper, features)).ok_or(UnknownCartridge::Features)?.2;
        Ok(Self::of_code(code, text, say))
    }

    /// Warns if the RAM size does not fit the cartridge type.
    pub(super) fn check_ram(code: u8, size: u8, say: &mut dyn FnMut(&Issue)) {
        let found = types().find(|found| found.2 == code);
        let features = found.map_or(0, |found| found.1);
        let name = found.map_or_else(|| "(unknown)".into(), |found| name(found.0, found.1));
        // These types have RAM in the mapper itself.
        let has_ram = features & RAM != 0 || matches!(code, 0x20 | 0xFC | 0xFE);
        if matches!(code, 0x08 | 0x09) {
            if size != 1 {
                say(&Issue::NotTwoKilobytes { mbc: name });
            }
        } else if !has_ram && size != 0 {
            say(&Issue::NoRam { mbc: name, size });
        } else if has_ram && size == 0 {
            say(&Issue::RamOfSizeZero { mbc: name });
        } else if has_ram && size == 1 {
            say(&Issue::TwoKilobytes { mbc: name });
        }
    }
}

/// Parses the text after `TPP1`.
fn tpp1(mut rest: Rest<'_>, say: &mut dyn FnMut(&Issue)) -> Result<Cartridge, UnknownCartridge> {
    rest.skip_blanks();
    if rest.number().ok_or(UnknownCartridge::NoVersion)? != 1 {
        return Err(UnknownCartridge::Version);
    }
    if !rest.eat(".") {
        return Err(UnknownCartridge::Name);
    }
    let minor = rest.number().ok_or(UnknownCartridge::NoMinorVersion)?;
    let minor = u8::try_from(minor).map_err(|_| UnknownCartridge::MinorVersion)?;
    let features = rest.features()?;
    if features & RAM != 0 {
        say(&Issue::RamImplied);
    }
    if features & SENSOR != 0 {
        return Err(UnknownCartridge::Features);
    }
    let flags =
        FEATURES.iter().filter(|(_, feature, _)| features & feature != 0).fold(0, |flags, found| flags | found.2);
    Ok(Cartridge::Tpp1 { minor, features: flags })
}

/// The rest of the name.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Consumes a word, in any case, if it comes next.
    fn eat(&mut self, word: &str) -> bool {
        let comes = self.0.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
        if comes {
            self.0 = &self.0[word.len()..];
        }
        comes
    }

    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_start_with(|byte| matches!(byte, ' ' | '\t' | '_'));
    }

    /// Consumes a decimal number. The result is `u32::MAX` if it is too large.
    fn number(&mut self) -> Option<u32> {
        let end = self.0.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        let add = |sum: u32, digit: &u8| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
        (!digits.is_empty()).then(|| digits.iter().fold(0, add))
    }

    /// Consumes the name of a mapper in [`TYPES`].
    fn mapper(&mut self) -> Option<&'static str> {
        if self.eat("ROM") {
            self.skip_blanks();
            self.eat("ONLY");
            return Some("ROM");
        }
        for (written, mapper) in
            [("TAMA5", "BANDAI_TAMA5"), ("BANDAI TAMA5", "BANDAI_TAMA5"), ("POCKET CAMERA", "POCKET_CAMERA")]
        {
            if self.eat(written) {
                return Some(mapper);
            }
        }
        types().map(|found| found.0).find(|mapper| self.eat(mapper))
    }

    /// Consumes the features, each after a `+`.
    fn features(&mut self) -> Result<u8, UnknownCartridge> {
        let mut features = 0;
        while !self.0.is_empty() {
            self.skip_blanks();
            if !self.eat("+") {
                return Err(UnknownCartridge::Name);
            }
            self.skip_blanks();
            features |= FEATURES.iter().find(|found| self.eat(found.0)).ok_or(UnknownCartridge::Name)?.1;
        }
        Ok(features)
    }
}

/// The full name of a type.
fn name(mapper: &str, features: u8) -> String {
    let mut name = mapper.to_owned();
    for (feature, ..) in FEATURES.iter().filter(|(_, flag, _)| features & flag != 0) {
        name.push('+');
        name.push_str(feature);
    }
    name
}

/// All names, as `-m help` lists them.
pub fn accepted_names() -> String {
    let mut list = String::from("Accepted MBC names:\n");
    for line in TYPES {
        for (index, &(mapper, features, code)) in line.iter().enumerate() {
            let before = if index == 0 { "\t" } else { ", " };
            let about = match code {
                0x00 => " [aka ROM_ONLY]",
                0x08 | 0x09 => " [deprecated]",
                0xFD => " [aka TAMA5]",
                _ => "",
            };
            let _ = write!(list, "{before}{} (${code:02X}){about}", name(mapper, features));
        }
        list.push('\n');
    }
    list.push_str("\n\t");
    list.push_str(&tpp1_names().replace('\n', "\n\t"));
    list.push('\n');
    list
}

/// The names of TPP1 types, in lines of at most 72 characters.
fn tpp1_names() -> String {
    let mut text = String::new();
    let mut column = 0;
    for combination in 0..12 {
        let rumble = ["", "+RUMBLE", "+MULTIRUMBLE"][combination % 3];
        let timer = ["", "+TIMER"][combination / 3 % 2];
        let battery = ["", "+BATTERY"][combination / 6];
        let comma = if combination == 11 { "" } else { "," };
        let name = format!("TPP1_1.0{battery}{timer}{rumble}{comma}");
        if column > 0 && column + 1 + name.len() > 72 {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        column += name.len();
        text.push_str(&name);
    }
    text
}
