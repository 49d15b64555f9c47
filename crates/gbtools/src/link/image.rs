//! Writes the ROM.

use super::resolve::Symbols;
use super::{Done, Link};
use crate::limits::Spent;
use crate::memory::Region;

/// The size of a ROM bank in bytes.
pub(super) const BANK: usize = 0x4000;

impl Link<'_> {
    /// The ROM: the patched sections, with the overlay or padding between them.
    pub(super) fn image(&mut self, symbols: &Symbols<'_>, overlay: Option<&[u8]>) -> Done<Vec<u8>> {
        let banks = &self.merged.banks;
        let rom0 = usize::from(self.layout.bounds(Region::Rom0).size);
        let last = banks.of(Region::Romx).len();
        let mut size = rom0 + last * BANK;
        if self.options.no_pad {
            let ends = |index: &usize| {
                let section = &self.merged.sections[*index];
                usize::from(section.address.unwrap_or_default()) + section.size as usize
            };
            let filled = |index: &&usize| self.merged.sections[**index].size > 0;
            size = banks.of(Region::Rom0).iter().flatten().filter(filled).map(ends).max().unwrap_or_default();
        }
        if !self.options.no_pad {
            // The ROM has only whole banks, even if the overlay ends within one.
            size = size.max(overlay.map_or(0, <[u8]>::len).next_multiple_of(BANK));
        }
        let mut rom = self.within("ROM", |link| {
            if link.options.wanted.rom && size as u64 > link.options.limits.output {
                return Err(Spent::Output);
            }
            let overlay = overlay.unwrap_or_default();
            let mut rom = Vec::new();
            link.budget.take(size.max(overlay.len()))?;
            rom.reserve_exact(size.max(overlay.len()));
            link.budget.append(&mut rom, overlay)?;
            link.budget.resize(&mut rom, size, link.options.pad.unwrap_or_default())?;
            Ok(rom)
        })?;
        let (mut pieces, mut outside) = (Vec::new(), Vec::new());
        for index in 0..self.merged.sections.len() {
            self.poll()?;
            let section = &self.merged.sections[index];
            if !section.region.has_data() {
                continue;
            }
            let start = section.rom_offset();
            pieces.clear();
            pieces.extend(section.pieces());
            for &piece in &pieces {
                let module = self.modules[piece.module].1;
                let data = module.get(module.sections[piece.section].data);
                self.within("link", |link| link.budget.work(data.len()))?;
                let at = start + piece.offset as usize;
                let target = if let Some(target) = rom.get_mut(at..at + data.len()) {
                    target
                } else {
                    // The expressions of this section are still checked.
                    outside.resize(data.len(), 0);
                    outside.as_mut_slice()
                };
                target.copy_from_slice(data);
                self.patch(symbols, piece, target)?;
            }
        }
        Ok(rom)
    }
}
