//! The fixer: writes the header of a ROM, its checksums and the padding at its end (rgbfix(1)).

mod cartridge;
mod header;
mod issue;
mod options;

use crate::report::Report;
use crate::report::warnings::{FixerFlag, Warnings};

pub use cartridge::{Cartridge, UnknownCartridge, accepted_names};
pub use issue::{Issue, Messages};
pub use options::{Color, Options, Treatment};

use header::Header;

/// The size of a bank in bytes.
const BANK: usize = 0x4000;
/// The most banks for which the header has a size code.
const MOST_BANKS: usize = 0x1_0000;

/// The ROM is too short or too large. It is unchanged, and a message gives the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfixable;

/// Changes a ROM as the options demand. Returns how many warnings `-Werror` turned into errors; the ROM is changed
/// despite them.
///
/// # Errors
/// See [`Unfixable`].
pub fn fix(
    rom: &mut Vec<u8>,
    options: &Options,
    warnings: &Warnings<FixerFlag>,
    report: &mut dyn Report,
) -> Result<usize, Unfixable> {
    let mut messages = Messages::new(warnings, report);
    let least = options.header_size();
    if rom.len() < least {
        messages.say(&Issue::TooShort { least, is: rom.len() });
        return Err(Unfixable);
    }
    if rom.len() > MOST_BANKS * BANK {
        messages.say(&Issue::TooManyBanks { most: MOST_BANKS });
        return Err(Unfixable);
    }
    change(rom, options, &mut messages);
    Ok(messages.errors())
}

fn change(rom: &mut Vec<u8>, options: &Options, messages: &mut Messages<'_>) {
    let mut header = Header { rom, messages };
    header.write_fields(options);
    if let Some(value) = options.pad {
        let banks = header.rom.len().div_ceil(BANK).next_power_of_two().max(2);
        header.rom.resize(banks * BANK, value);
        // 2 banks are size 0, 4 are size 1.
        #[expect(clippy::cast_possible_truncation, reason = "at most 15")]
        let size = banks.ilog2() as u8 - 1;
        header.rom[0x148] = size;
    }
    if let Some(treatment) = options.header_checksum {
        let sum = header.rom[0x134..0x14D].iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte).wrapping_sub(1));
        header.write(0x14D, &[treatment.apply(sum)], "header checksum");
    }
    if let Some(treatment) = options.global_checksum {
        let sum = global_checksum(header.rom);
        header.write(0x14E, &sum.to_be_bytes().map(|byte| treatment.apply(byte)), "global checksum");
    }
}

/// The sum of all bytes except the checksum itself.
fn global_checksum(rom: &[u8]) -> u16 {
    // A partial sum of this many bytes cannot overflow.
    let sum = |bytes: &[u8]| {
        let parts = bytes.chunks(1 << 16).map(|part| part.iter().map(|&byte| u32::from(byte)).sum::<u32>());
        parts.fold(0_u32, u32::wrapping_add)
    };
    let own = u32::from(rom[0x14E]) + u32::from(rom[0x14F]);
    #[expect(clippy::cast_possible_truncation, reason = "the checksum is the low 16 bits")]
    let low = sum(rom).wrapping_sub(own) as u16;
    low
}

#[cfg(test)]
mod tests;
