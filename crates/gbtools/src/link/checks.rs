//! Checks sections before they are placed.

use super::merge::{mask, unshared};
use super::{Done, Link};
use crate::memory::Region;

impl Link<'_> {
    /// Checks all sections, and reports every problem.
    pub(super) fn check_sections(&mut self) -> Done {
        for index in 0..self.merged.sections.len() {
            self.poll()?;
            self.check_section(index);
        }
        self.stop_on_errors()
    }

    fn check_section(&mut self, index: usize) {
        let layout = self.layout;
        let section = &mut unshared(&mut self.merged).sections[index];
        if !section.has_region {
            let text = format!("Section \"{}\" has no region; a linker script must give it one", section.name);
            return self.error(None, "no-region", text);
        }
        let name = section.name;
        let mut problems = Vec::new();

        // These options join two regions.
        let joined = match section.region {
            Region::Romx if layout.tiny => Some((Region::Rom0, "-t")),
            Region::Wramx if layout.wram0 => Some((Region::Wram0, "-w")),
            _ => None,
        };
        if let Some((region, option)) = joined {
            let from = section.region.bounds().name;
            match section.bank {
                Some(bank) if bank != 1 => {
                    problems.push(format!("is in {from} bank {bank}, but with {option} there is only bank 1"));
                }
                _ => section.bank = Some(0),
            }
            section.region = region;
            if problems.is_empty() {
                section.bank = Some(0);
            }
        }
        let bounds = layout.bounds(section.region);
        let region = bounds.name;
        let (start, size) = (u32::from(bounds.start), u32::from(bounds.size));
        if section.region == Region::Vram && layout.dmg && section.bank == Some(1) {
            problems.push("is in VRAM bank 1, which does not exist with -d".to_owned());
        } else if joined.is_none()
            && let Some(bank) = section.bank.filter(|bank| !(bounds.first_bank..=bounds.last_bank).contains(bank))
        {
            let (first, last) = (bounds.first_bank, bounds.last_bank);
            problems.push(format!("is in bank {bank}, but {region} has only banks {first} to {last}"));
        }
        if section.address.is_none() && section.align > 0 {
            // An offset that is too high is noticed later: no place will fit.
            if u32::from(section.align_offset) < start & u32::from(mask(section.align)) {
                problems.push(format!("has an alignment that no address in {region} has"));
            }
        }
        if section.size > size {
            problems.push(format!("has {} bytes, but {region} has only {size}", section.size));
        }
        if let Some(address) = section.address {
            let address = u32::from(address);
            let end = start + size;
            if !(start..end).contains(&address) {
                problems.push(format!("is at ${address:04X}, but {region} is ${start:04X} to ${:04X}", end - 1));
            } else if address + section.size > end {
                let last = address + section.size - 1;
                problems.push(format!("ends at ${last:04X}, but {region} ends at ${:04X}", end - 1));
            }
        }
        if bounds.first_bank == bounds.last_bank {
            section.bank = Some(bounds.first_bank);
        }
        for problem in problems {
            self.error(None, "invalid-section", format!("Section \"{name}\" {problem}"));
        }
    }
}
