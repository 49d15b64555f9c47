//! The fixer: writes the header of a ROM, its checksums and the padding at its end (rgbfix(1)).

mod cartridge;
mod header;
mod issue;
mod options;

use crate::limits::{Budget, Spent};
use crate::report::warnings::{FixerFlag, Warnings};
use crate::report::{Diagnostic, Report, Severity};
use crate::until::Stop;

pub use cartridge::{Cartridge, UnknownCartridge, accepted_names};
pub use issue::{Issue, Messages};
pub use options::{Color, Options, Treatment};

use header::Header;

/// The size of a bank in bytes.
const BANK: usize = 0x4000;
/// The most banks for which the header has a size code.
const MOST_BANKS: usize = 0x1_0000;

/// The ROM cannot be fixed, for example because it is too short. A message gives the reason, unless the caller stopped the fixer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfixable {
    /// Why the caller stopped it, if it did. The ROM may be half changed then.
    pub stopped: Option<Stop>,
}

impl Unfixable {
    const REFUSED: Self = Self { stopped: None };
}

/// Changes a ROM as the options demand. Returns how many warnings `-Werror` turned into errors; the ROM is changed
/// despite them.
/// The ROM counts as memory.
///
/// # Errors
/// See [`Unfixable`].
pub fn fix(
    rom: &mut Vec<u8>,
    options: &Options,
    warnings: &Warnings<FixerFlag>,
    budget: &Budget<'_>,
    report: &mut dyn Report,
) -> Result<usize, Unfixable> {
    let mut messages = Messages::new(warnings, report);
    let least = options.header_size();
    if rom.len() < least {
        messages.say(&Issue::TooShort { least, is: rom.len() });
        return Err(Unfixable::REFUSED);
    }
    if rom.len() > MOST_BANKS * BANK {
        messages.say(&Issue::TooManyBanks { most: MOST_BANKS });
        return Err(Unfixable::REFUSED);
    }
    let changed = change(rom, options, budget, &mut messages);
    let errors = messages.errors();
    let (code, text) = match changed {
        Ok(()) => return Ok(errors),
        Err(Spent::Stopped(stop)) => return Err(Unfixable { stopped: Some(stop) }),
        Err(Spent::Memory) => {
            let most = budget.limits().memory;
            ("memory-limit", format!("The ROM exceeds the memory limit of {most} bytes"))
        }
        Err(Spent::Output) => {
            let most = budget.limits().output;
            ("output-limit", format!("The ROM exceeds the output limit of {most} bytes"))
        }
    };
    report.message(Diagnostic::new(Severity::Fatal, code, text));
    Err(Unfixable::REFUSED)
}

fn change(rom: &mut Vec<u8>, options: &Options, budget: &Budget<'_>, messages: &mut Messages<'_>) -> Result<(), Spent> {
    let banks = rom.len().div_ceil(BANK).next_power_of_two().max(2);
    let size = if options.pad.is_some() { banks * BANK } else { rom.len() };
    if size as u64 > budget.limits().output {
        return Err(Spent::Output);
    }
    budget.take(size)?;
    let mut header = Header { rom, messages };
    header.write_fields(options);
    if let Some(value) = options.pad {
        budget.resize(header.rom, size, value)?;
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
        let sum = global_checksum(header.rom, budget)?;
        header.write(0x14E, &sum.to_be_bytes().map(|byte| treatment.apply(byte)), "global checksum");
    }
    Ok(())
}

/// The sum of all bytes except the checksum itself.
fn global_checksum(rom: &[u8], budget: &Budget<'_>) -> Result<u16, Spent> {
    let mut sum = 0_u32;
    // A partial sum of this many bytes cannot overflow.
    for part in rom.chunks(1 << 16) {
        budget.work(part.len())?;
        sum = sum.wrapping_add(part.iter().map(|&byte| u32::from(byte)).sum());
    }
    let own = u32::from(rom[0x14E]) + u32::from(rom[0x14F]);
    #[expect(clippy::cast_possible_truncation, reason = "the checksum is the low 16 bits")]
    let low = sum.wrapping_sub(own) as u16;
    Ok(low)
}

#[cfg(test)]
mod tests;
