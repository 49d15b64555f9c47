//! Carries out a linker script's statements about banks, addresses and sections.

use bstr::{BStr, ByteSlice};

use super::{Active, State};
use crate::link::merge::{mask, unshared};
use crate::link::{Done, Link};
use crate::memory::Region;

impl Link<'_> {
    /// The active bank. Reports an error if there is none.
    fn active(&mut self, state: &State, what: &str) -> Option<Active> {
        if state.active.is_none() {
            self.script_error(state, format!("{what}: no bank has been chosen yet"));
        }
        state.active
    }

    pub(super) fn float(&mut self, state: &mut State) {
        if let Some(active) = self.active(state, "FLOATING") {
            state.active = Some(Active { floating: true, align: 0, align_offset: 0, ..active });
        }
    }

    /// The current address.
    fn address(active: Active, state: &State) -> u32 {
        let key = (active.region, active.bank.unwrap_or_default());
        state.addresses.get(&key).copied().unwrap_or_else(|| active.region.bounds().start.into())
    }

    pub(super) fn org(&mut self, address: u32, state: &mut State) {
        let Some(active) = self.active(state, "ORG") else { return };
        let Some(bank) = active.bank else {
            self.script_error(state, "ORG: the bank floats, so it has no address");
            return;
        };
        state.active = Some(Active { floating: false, align: 0, align_offset: 0, ..active });
        let now = Self::address(active, state);
        if address < now {
            self.script_error(state, format!("ORG cannot go back from ${now:04X} to ${address:04X}"));
        } else if address > self.end(active) {
            self.script_error(state, format!("ORG ${address:04X} is outside of {}", active.region.bounds().name));
            state.addresses.insert((active.region, bank), self.end(active) - 1);
        } else {
            state.addresses.insert((active.region, bank), address);
        }
    }

    /// The first address after the active bank.
    fn end(&self, active: Active) -> u32 {
        let bounds = self.layout.bounds(active.region);
        u32::from(bounds.start) + u32::from(bounds.size)
    }

    pub(super) fn align(&mut self, bits: u32, offset: u32, state: &mut State) {
        let Some(active) = self.active(state, "ALIGN") else { return };
        if active.floating && bits >= 16 {
            // This alignment fixes all bits of the address.
            return self.org(offset, state);
        }
        let Some(bits) = u8::try_from(bits).ok().filter(|&bits| bits <= 16) else {
            self.script_error(state, format!("The alignment must be between 0 and 16, not {bits}"));
            return;
        };
        let Some(offset) = u16::try_from(offset).ok().filter(|&offset| u32::from(offset) < 1 << bits) else {
            self.script_error(state, format!("The alignment offset {offset} must be less than {}", 1_u32 << bits));
            return;
        };
        if active.floating {
            state.active = Some(Active { align: bits, align_offset: offset, ..active });
            return;
        }
        let now = Self::address(active, state);
        let gap = u32::from(offset).wrapping_sub(now) & u32::from(mask(bits));
        self.advance(gap, "ALIGN", active, state);
    }

    pub(super) fn skip(&mut self, size: u32, state: &mut State) {
        let Some(active) = self.active(state, "DS") else { return };
        if active.floating {
            #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
            let offset = active.align_offset.wrapping_add(size as u16) & mask(active.align);
            state.active = Some(Active { align_offset: offset, ..active });
            return;
        }
        self.advance(size, "DS", active, state);
    }

    /// Moves the current address forward, within the bank.
    fn advance(&mut self, size: u32, what: &str, active: Active, state: &mut State) -> bool {
        let (now, end) = (Self::address(active, state), self.end(active));
        let fits = now.checked_add(size).filter(|&next| next <= end);
        if let Some(next) = fits {
            state.addresses.insert((active.region, active.bank.unwrap_or_default()), next);
        } else {
            let region = active.region.bounds().name;
            self.script_error(state, format!("{what} would go past the end of {region}, from ${now:04X} by ${size:X}"));
        }
        fits.is_some()
    }

    /// Gives a region to a section that had none. Returns the reason if the section does not fit there.
    fn give_region(&mut self, index: usize, region: Region) -> Done<Option<String>> {
        let section = &mut unshared(&mut self.merged).sections[index];
        (section.region, section.has_region) = (region, true);
        let wrong = self.within("link", |link| {
            link.merged.sections[index].pieces().try_fold(false, |wrong, piece| {
                link.budget.step()?;
                let part = &link.modules[piece.module].1.sections[piece.section];
                Ok(wrong || part.size > 0 && region.has_data() == (part.data.len == 0))
            })
        })?;
        let has = if region.has_data() { "no data" } else { "data" };
        let name = self.merged.sections[index].name;
        Ok(wrong.then(|| format!("Section \"{name}\" has {has}, but the script has it in {}", region.bounds().name)))
    }

    pub(super) fn place_named(&mut self, name: &BStr, optional: bool, state: &mut State) -> Done {
        let Some(active) = self.active(state, "A section") else { return Ok(()) };
        // The real linker ignores the text after a NUL. Names of sections have none.
        let name = name[..name.find_byte(0).unwrap_or(name.len())].as_bstr();
        let Some(&index) = self.merged.by_name.get(name) else {
            if !optional {
                let near = self.section_like(name);
                self.script_error(state, format!("There is no section \"{name}\"{near}"));
            }
            return Ok(());
        };
        let now = Self::address(active, state);
        let mut problems = Vec::new();
        if !self.merged.sections[index].has_region {
            problems.extend(self.give_region(index, active.region)?);
        }
        let section = &mut unshared(&mut self.merged).sections[index];
        section.scripted = true;
        // The section is moved despite an error, so that later lines are not affected.
        if section.region != active.region {
            let (is, wanted) = (section.region.bounds().name, active.region.bounds().name);
            problems.push(format!("Section \"{name}\" is in {is}, but the script has it in {wanted}"));
        }
        if let (Some(bank), Some(own)) = (active.bank, section.bank)
            && bank != own
        {
            problems.push(format!("Section \"{name}\" is in bank {own}, but the script has it in bank {bank}"));
        }
        // A floating bank or address cancels that of the source.
        section.bank = active.bank;
        if active.floating {
            (section.align, section.align_offset) = (active.align, active.align_offset);
            section.address = None;
        } else {
            let address = u16::try_from(now).unwrap_or(u16::MAX);
            match section.address {
                Some(own) if own != address => {
                    let text = format!("Section \"{name}\" is at ${own:04X}, but the script has it at ${address:04X}");
                    problems.push(text);
                }
                None if address.wrapping_sub(section.align_offset) & mask(section.align) != 0 => {
                    problems.push(format!("Section \"{name}\" has an alignment that ${address:04X} does not fit"));
                }
                _ => {}
            }
            section.address = Some(address);
        }
        let size = section.size;
        for problem in problems {
            self.script_error(state, problem);
        }
        if active.floating {
            #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
            let offset = active.align_offset.wrapping_add(size as u16) & mask(active.align);
            state.active = Some(Active { align_offset: offset, ..active });
        } else if !self.advance(size, "The section", active, state) {
            let end = self.end(active);
            state.addresses.insert((active.region, active.bank.unwrap_or_default()), end);
        }
        Ok(())
    }
}
