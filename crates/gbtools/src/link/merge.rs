//! Merges the sections that have the same name.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::{BStr, ByteSlice};
use rustc_hash::FxBuildHasher;

use super::image::BANK;
use super::messages::Where;
use super::resolve::Found;
use super::{Done, Link};
use crate::limits::{Budget, Spent};
use crate::memory::Region;
use crate::module::{Modifier, Section, SectionId};

/// The part of a section that one module defines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub module: usize,
    pub section: usize,
    /// The offset in the merged section.
    pub offset: u32,
}

/// A merged section.
#[derive(Clone, Debug)]
pub(crate) struct Whole<'a> {
    pub name: &'a BStr,
    pub place: Where,
    pub region: Region,
    /// Whether `region` is valid. Areas of SDCC have no region until a linker script gives them one.
    pub has_region: bool,
    pub modifier: Modifier,
    pub address: Option<u16>,
    pub bank: Option<u32>,
    pub align: u8,
    pub align_offset: u16,
    pub size: u32,
    first: Piece,
    more: Vec<Piece>,
    /// Whether a linker script places it.
    pub scripted: bool,
}

/// All merged sections.
#[derive(Default)]
pub(crate) struct Merged<'a> {
    pub sections: Vec<Whole<'a>>,
    pub by_name: HashMap<&'a BStr, usize, FxBuildHasher>,
    /// For each section of each module: the index of the merged section, and the offset in it.
    parts: Vec<Vec<(u32, u32)>>,
    /// After placement: for each region and bank, its sections by address.
    pub banks: super::banks::Banks,
}

/// The merged sections, to be changed before they are placed.
pub(crate) fn unshared<'l, 'a>(merged: &'l mut Arc<Merged<'a>>) -> &'l mut Merged<'a> {
    Arc::get_mut(merged).expect("nothing shares it before the sections are placed")
}

impl Merged<'_> {
    /// The memory that one section takes, also while it is placed, in bytes.
    pub(crate) const SIZE: usize =
        size_of::<Whole<'_>>() + 2 * size_of::<(&BStr, usize)>() + size_of::<[Piece; 2]>() + size_of::<[usize; 8]>();

    pub(crate) fn make_room(&mut self, sections: usize) {
        self.sections.reserve_exact(sections);
        self.by_name.reserve(sections);
    }

    /// The section of the link that a module's section is in, and the offset in it.
    #[inline]
    pub(crate) fn part(&self, module: usize, section: SectionId) -> (usize, u32) {
        let (whole, offset) = self.parts[module][section as usize];
        (whole as usize, offset)
    }

    /// The number of bytes that the sections of a bank take.
    pub(crate) fn used(&self, bank: &[usize], budget: &Budget<'_>) -> Result<u32, Spent> {
        budget.work(size_of_val(bank))?;
        bank.iter().try_fold(0, |used, &index| {
            budget.step()?;
            Ok(used + self.sections[index].size)
        })
    }

    /// The address and bank of a label, or the value of a constant.
    #[inline]
    pub(crate) fn value(&self, found: Found) -> (i32, Option<u32>) {
        let Some(section) = found.definition.section else { return (found.definition.value, None) };
        let (whole, offset) = self.part(found.module, section);
        let whole = &self.sections[whole];
        let address = i32::from(whole.address.unwrap_or_default());
        let value = address.wrapping_add(offset.cast_signed()).wrapping_add(found.definition.value);
        (value, Some(whole.bank.unwrap_or_default()))
    }
}

impl Whole<'_> {
    /// Its pieces: the first piece, then the others from newest to oldest.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece> {
        std::iter::once(self.first).chain(self.more.iter().rev().copied())
    }

    /// Where it begins in the ROM.
    pub(crate) fn rom_offset(&self) -> usize {
        let address = usize::from(self.address.unwrap_or_default());
        match self.region {
            Region::Romx => self.bank.unwrap_or(1) as usize * BANK + (address - BANK),
            _ => address,
        }
    }
}

pub(crate) fn mask(bits: u8) -> u16 {
    u16::try_from((1_u32 << bits.min(16)) - 1).unwrap_or(u16::MAX)
}

impl Link<'_> {
    /// Merges the sections of a module.
    pub(super) fn merge(&mut self, module: usize) -> Done {
        let modules = self.modules;
        let sections = &modules[module].1.sections;
        let mut parts = Vec::with_capacity(sections.len());
        for (index, section) in sections.iter().enumerate() {
            self.poll()?;
            let (whole, offset) = self.merge_section(module, index, section)?;
            parts.push((u32::try_from(whole).unwrap_or(u32::MAX), offset));
        }
        unshared(&mut self.merged).parts.push(parts);
        Ok(())
    }

    fn merge_section(&mut self, module: usize, index: usize, section: &Section) -> Done<(usize, u32)> {
        let modules = self.modules;
        let name = modules[module].1.get(section.name).as_bstr();
        let place = Where { module, place: section.place };
        let Some(&known) = self.merged.by_name.get(name) else {
            let merged = unshared(&mut self.merged);
            let id = merged.sections.len();
            merged.by_name.insert(name, id);
            merged.sections.push(Whole {
                name,
                place,
                region: section.region.unwrap_or(Region::Rom0),
                has_region: section.region.is_some(),
                modifier: section.modifier,
                address: section.address,
                bank: section.bank,
                align: section.align,
                align_offset: section.align_offset,
                size: section.size,
                first: Piece { module, section: index, offset: 0 },
                more: Vec::new(),
                scripted: false,
            });
            return Ok((id, 0));
        };
        let whole = &mut unshared(&mut self.merged).sections[known];
        match whole.join(section) {
            Ok(offset) => {
                whole.more.push(Piece { module, section: index, offset });
                Ok((known, offset))
            }
            Err(conflict) => {
                let first = whole.place;
                let text = format!("Section \"{name}\" {conflict}");
                Err(self.fatal_at(&[first, place], "section-conflict", text))
            }
        }
    }
}

impl Whole<'_> {
    /// Adds the size and conditions of another piece. Returns the offset of that piece, or a description of the
    /// conflict.
    fn join(&mut self, part: &Section) -> Result<u32, String> {
        if self.modifier == Modifier::None || part.modifier != self.modifier {
            let what = |modifier| match modifier {
                Modifier::None => "plain",
                Modifier::Union => "UNION",
                Modifier::Fragment => "FRAGMENT",
            };
            return Err(if self.modifier == part.modifier {
                "is defined twice".to_owned()
            } else {
                format!("is {} here, but {} before", what(part.modifier), what(self.modifier))
            });
        }
        let region = self.has_region.then_some(self.region);
        if part.region != region {
            let name = |region: Option<Region>| region.map_or("no region", |region| region.bounds().name);
            return Err(format!("is in {} here, but in {} before", name(part.region), name(region)));
        }
        let behind = if self.modifier == Modifier::Fragment { self.size } else { 0 };
        self.join_address(part, behind)?;
        match (self.bank, part.bank) {
            (Some(bank), Some(other)) if bank != other => {
                return Err(format!("must be in bank {other} here, but in bank {bank} before"));
            }
            (None, Some(other)) => self.bank = Some(other),
            _ => {}
        }
        self.size = match self.modifier {
            Modifier::Fragment => self
                .size
                .checked_add(part.size)
                .filter(|&size| size <= 0x1_0000)
                .ok_or_else(|| "has more than 64 KiB".to_owned())?,
            _ => self.size.max(part.size),
        };
        Ok(behind)
    }

    fn join_address(&mut self, part: &Section, behind: u32) -> Result<(), String> {
        #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
        let shift = behind as u16;
        if let Some(address) = part.address {
            let start = u16::try_from(behind).ok().and_then(|behind| address.checked_sub(behind));
            let start = start
                .ok_or_else(|| format!("must be at ${address:04X} here, but already has {behind} bytes before that"))?;
            match self.address {
                Some(own) if own != start => Err(format!("must be at ${start:04X} here, but at ${own:04X} before")),
                None if start.wrapping_sub(self.align_offset) & mask(self.align) != 0 => Err(format!(
                    "must be at ${start:04X} here, but aligned to {} bytes (offset {}) before",
                    1_u32 << self.align,
                    self.align_offset
                )),
                _ => {
                    self.address = Some(start);
                    Ok(())
                }
            }
        } else if part.align == 0 {
            Ok(())
        } else {
            let offset = part.align_offset.wrapping_sub(shift) & mask(part.align);
            if let Some(own) = self.address {
                let fits = own.wrapping_sub(offset) & mask(part.align) == 0;
                return if fits {
                    Ok(())
                } else {
                    Err(format!("must be aligned to {} bytes here, but be at ${own:04X} before", 1_u32 << part.align))
                };
            }
            if offset.wrapping_sub(self.align_offset) & mask(part.align.min(self.align)) != 0 {
                return Err(format!("has alignments that do not fit: {} and {} bits", self.align, part.align));
            }
            if part.align > self.align {
                (self.align, self.align_offset) = (part.align, offset);
            }
            Ok(())
        }
    }
}
