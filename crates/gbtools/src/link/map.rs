//! Writes the map: the sections in each bank, and the free space.

use super::Link;
use super::labels::{Labels, definition};
use super::merge::Whole;
use super::region::LISTED;
use super::resolve::Found;
use super::sort::sort;
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

impl Link<'_> {
    /// The map, with all symbols if there are labels.
    pub(super) fn map(&self, labels: Option<&Labels<'_>>) -> Result<Vec<u8>, Spent> {
        let mut file = Text::new(&self.budget);
        file.push("SUMMARY:\n");
        for region in LISTED {
            self.summary(region, &mut file)?;
        }
        for region in LISTED {
            let bounds = self.layout.bounds(region);
            for (bank, sections) in (bounds.first_bank..).zip(self.merged.banks.of(region)) {
                file.push(&format!("\n{} bank #{bank}:", bounds.name));
                file.end_line()?;
                self.bank(region, sections, labels, &mut file)?;
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
            used += self.used(bank)?;
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

    fn bank(
        &self,
        region: Region,
        sections: &[usize],
        labels: Option<&Labels<'_>>,
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
            if let Some(labels) = labels {
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
    fn symbols(&self, section: &Whole<'_>, labels: &Labels<'_>, file: &mut Text<'_>) -> Result<(), Spent> {
        let mut found = Vec::new();
        for (number, piece) in section.pieces().enumerate() {
            self.budget.step()?;
            let module = self.modules[piece.module].1;
            found.clear();
            for label in labels.of(piece) {
                self.budget.step()?;
                let symbol = &module.symbols[label];
                if let Some(definition) = definition(symbol.kind) {
                    found.push((self.value(Found { module: piece.module, definition }).0, symbol.name));
                }
            }
            if found.is_empty() {
                continue;
            }
            if number > 0 {
                let what = if section.modifier == Modifier::Union { "union" } else { "fragment" };
                file.push("\t         ; Next ");
                file.push(what);
                file.end_line()?;
            }
            // Labels at the same address keep the order of the object.
            sort(&mut found, &self.budget, |left, right| left.0.cmp(&right.0))?;
            for &(address, name) in &found {
                file.push("\t         ");
                file.address(address.cast_unsigned());
                file.push(" = ");
                file.name(module.get(name));
                file.end_line()?;
            }
        }
        Ok(())
    }
}
