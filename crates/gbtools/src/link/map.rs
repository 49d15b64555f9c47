//! Writes the map: the sections in each bank, and the free space.

use super::labels::{Label, Labels};
use super::listing::Listing;
use super::merge::Whole;
use super::region::LISTED;
use super::text::Text;
use crate::limits::Spent;
use crate::memory::Region;
use crate::module::Modifier;

impl Text<'_> {
    /// `1 byte`, `2 bytes`
    fn bytes(&mut self, count: u32) {
        self.push(if count == 1 { " byte" } else { " bytes" });
    }

    /// `$0010 bytes`
    fn size(&mut self, size: u32) {
        self.address(size);
        self.bytes(size);
    }

    fn address(&mut self, address: u32) {
        self.push("$");
        self.hexadecimal(address, 4);
    }
}

impl Listing<'_, '_> {
    /// The map, with all symbols unless the options leave them out.
    pub(super) fn map(&self, labels: &Labels<'_>) -> Result<Vec<u8>, Spent> {
        let mut file = Text::new(&self.budget);
        file.push("SUMMARY:\n");
        for region in LISTED {
            self.summary(region, &mut file)?;
        }
        let mut labels = (!self.options.no_symbols_in_map).then(|| labels.pieces());
        for region in LISTED {
            let bounds = self.layout.bounds(region);
            for (bank, sections) in (bounds.first_bank..).zip(self.merged.banks.of(region)) {
                file.push(&format!("\n{} bank #{bank}:", bounds.name));
                file.end_line()?;
                self.bank(region, sections, labels.as_mut(), &mut file)?;
            }
        }
        file.end()
    }

    /// Prints how much of a region is used. VRAM and OAM are left out.
    fn summary(&self, region: Region, file: &mut Text<'_>) -> Result<(), Spent> {
        let banks = self.merged.banks.of(region);
        if banks.is_empty() || matches!(region, Region::Vram | Region::Oam) {
            return Ok(());
        }
        let bounds = self.layout.bounds(region);
        let mut used = 0;
        for bank in banks {
            used += self.merged.used(bank, &self.budget)?;
        }
        let count = u32::try_from(banks.len()).unwrap_or(u32::MAX);
        let free = u32::from(bounds.size) * count - used;
        file.push(&format!("\t{}: {used}", bounds.name));
        file.bytes(used);
        file.push(&format!(" used / {free} free"));
        if bounds.last_bank > bounds.first_bank {
            file.push(&format!(" in {count} bank{}", if count == 1 { "" } else { "s" }));
        }
        file.end_line()
    }

    /// Prints a bank. `labels` continues with those of its sections.
    fn bank<'a>(
        &self,
        region: Region,
        sections: &[usize],
        mut labels: Option<&mut impl Iterator<Item = &'a [Label<'a>]>>,
        file: &mut Text<'_>,
    ) -> Result<(), Spent> {
        let bounds = self.layout.bounds(region);
        let mut at = u32::from(bounds.start);
        let end = at + u32::from(bounds.size);
        let (mut free, mut is_empty) = (0, true);
        let mut gap = |from: u32, to: u32, file: &mut Text<'_>| {
            if from >= to {
                return Ok(());
            }
            free += to - from;
            file.push("\tEMPTY: ");
            file.address(from);
            file.push("-");
            file.address(to - 1);
            file.push(" (");
            file.size(to - from);
            file.push(")");
            file.end_line()
        };
        for &index in sections {
            let section = &self.merged.sections[index];
            let (start, size) = (u32::from(section.address.unwrap_or_default()), section.size);
            gap(at, start, file)?;
            file.push("\tSECTION: ");
            file.address(start);
            if size > 0 {
                file.push("-");
                file.address(start + size - 1);
                is_empty = false;
            }
            file.push(" (");
            file.size(size);
            file.push(") [\"");
            file.string(section.name);
            file.push("\"]");
            file.end_line()?;
            if let Some(labels) = &mut labels {
                self.symbols(section, labels, file)?;
            }
            at = at.max(start + size);
        }
        if is_empty {
            file.push("\tEMPTY");
            return file.end_line();
        }
        gap(at, end, file)?;
        file.push("\tTOTAL EMPTY: ");
        file.size(free);
        file.end_line()
    }

    /// Prints the labels of a section, one piece after the other.
    fn symbols<'a>(
        &self,
        section: &Whole<'_>,
        labels: &mut impl Iterator<Item = &'a [Label<'a>]>,
        file: &mut Text<'_>,
    ) -> Result<(), Spent> {
        for (number, (_, labels)) in section.pieces().zip(labels).enumerate() {
            self.budget.step()?;
            if labels.is_empty() {
                continue;
            }
            if number > 0 {
                let what = if section.modifier == Modifier::Union { "union" } else { "fragment" };
                file.push("\t         ; Next ");
                file.push(what);
                file.end_line()?;
            }
            for label in labels {
                file.push("\t         ");
                file.address(label.address.cast_unsigned());
                file.push(" = ");
                file.name(label.name);
                file.end_line()?;
            }
        }
        Ok(())
    }
}
