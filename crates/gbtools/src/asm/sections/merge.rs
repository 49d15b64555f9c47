//! Checks whether several definitions of a section agree, and combines them.

use super::Section;
use crate::memory::Region;
use crate::module::Modifier;

/// The conditions of a definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub region: Region,
    pub modifier: Modifier,
    pub address: Option<u16>,
    pub bank: Option<u32>,
    pub align: u8,
    pub align_offset: u16,
}

/// The reason why a definition contradicts an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    Region(Region),
    Modifier(Modifier),
    /// The section has another address.
    Address(u16),
    /// The address of the section does not fit the new alignment.
    Misaligned(u16),
    /// The alignment of the section does not fit the new address or alignment.
    Alignment(u8, u16),
    Bank(u32),
    /// With this address, the fragment's earlier parts do not fit before it.
    TooLow(u16, u32),
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Region(region) => write!(f, "has been defined in {}", region.bounds().name),
            Self::Modifier(Modifier::None) => write!(f, "has been defined as a plain section"),
            Self::Modifier(Modifier::Union) => write!(f, "has been defined as a UNION"),
            Self::Modifier(Modifier::Fragment) => write!(f, "has been defined as a FRAGMENT"),
            Self::Address(address) => write!(f, "has been defined at another address, ${address:04X}"),
            Self::Misaligned(address) => {
                write!(f, "has been defined at ${address:04X}, which does not fit the alignment")
            }
            Self::Alignment(bits, offset) => {
                write!(f, "has been defined with ALIGN[{bits}, {offset}], which does not fit")
            }
            Self::Bank(bank) => write!(f, "has been defined in another bank, {bank}"),
            Self::TooLow(address, size) => {
                write!(f, "has {size} bytes already, too many for its next part to be at ${address:04X}")
            }
        }
    }
}

/// The low bits that an alignment determines.
pub(crate) fn mask(bits: u8) -> u16 {
    u16::try_from((1_u32 << bits) - 1).unwrap_or(u16::MAX)
}

impl Section {
    /// Adds the conditions of another definition. Returns those that contradict.
    pub(crate) fn merge(&mut self, wanted: Wanted) -> Vec<Conflict> {
        if self.modifier != wanted.modifier {
            return vec![Conflict::Modifier(self.modifier)];
        }
        let mut conflicts = Vec::new();
        if self.region != wanted.region {
            conflicts.push(Conflict::Region(self.region));
        }
        // The address of a fragment's part is that of the part itself, which follows the earlier parts.
        let behind = if self.modifier == Modifier::Fragment { self.size } else { 0 };
        self.merge_address(wanted, behind, &mut conflicts);
        match (self.bank, wanted.bank) {
            (Some(bank), Some(wanted)) if bank != wanted => conflicts.push(Conflict::Bank(bank)),
            (None, Some(wanted)) => self.bank = Some(wanted),
            _ => {}
        }
        conflicts
    }

    fn merge_address(&mut self, wanted: Wanted, behind: u32, conflicts: &mut Vec<Conflict>) {
        if let Some(address) = wanted.address {
            let Some(start) = u16::try_from(behind).ok().and_then(|behind| address.checked_sub(behind)) else {
                conflicts.push(Conflict::TooLow(address, behind));
                return;
            };
            match self.address {
                Some(own) if own != start => conflicts.push(Conflict::Address(own)),
                Some(_) => {}
                None if start.wrapping_sub(self.align_offset) & mask(self.align) != 0 => {
                    conflicts.push(Conflict::Alignment(self.align, self.align_offset));
                }
                None => self.address = Some(start),
            }
        } else if wanted.align != 0 {
            conflicts.extend(self.align_at(behind, wanted.align, wanted.align_offset).err());
        }
    }

    /// Requires that the address at this offset has these low bits.
    pub(crate) fn align_at(&mut self, at: u32, bits: u8, offset: u16) -> Result<(), Conflict> {
        if bits >= 16 && self.address.is_none() && u32::from(offset) < at {
            return Err(Conflict::TooLow(offset, at));
        }
        #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
        let start = offset.wrapping_sub(at as u16) & mask(bits);
        self.align_to(bits, start)
    }

    /// Requires that the section's address has these low bits.
    fn align_to(&mut self, bits: u8, offset: u16) -> Result<(), Conflict> {
        if let Some(address) = self.address {
            let fits = address.wrapping_sub(offset) & mask(bits) == 0;
            return if fits { Ok(()) } else { Err(Conflict::Misaligned(address)) };
        }
        if offset.wrapping_sub(self.align_offset) & mask(bits.min(self.align)) != 0 {
            return Err(Conflict::Alignment(self.align, self.align_offset));
        }
        if bits >= 16 {
            // With all bits known, the address is fixed.
            self.address = Some(offset);
            self.align = 0;
        } else if bits > self.align {
            (self.align, self.align_offset) = (bits, offset);
        }
        Ok(())
    }
}
