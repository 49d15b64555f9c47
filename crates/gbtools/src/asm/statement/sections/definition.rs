//! Parses the definition of a section, and finds or creates the section.

use bstr::BString;

use super::{Asm, Done, Keyword, Mark, Token};
use crate::asm::expression::{Behind, region};
use crate::asm::sections::{Conflict, Section, Wanted, mask};
use crate::module::{Modifier, SectionId};

impl Asm<'_> {
    pub(super) fn modifier(&mut self) -> Done<Modifier> {
        Ok(if self.accept_keyword(Keyword::Union)? {
            Modifier::Union
        } else if self.accept_keyword(Keyword::Fragment)? {
            Modifier::Fragment
        } else {
            Modifier::None
        })
    }

    /// Parses a section's name, region and conditions.
    pub(super) fn definition_of_section(&mut self, modifier: Modifier) -> Done<(BString, Wanted)> {
        let name = self.text()?;
        self.comma()?;
        let token = self.next()?;
        let region = match token {
            Token::Keyword(keyword) => region(keyword),
            _ => None,
        };
        let Some(region) = region else { return Err(self.unexpected_token(token, "a section type, such as ROM0")) };
        let mut wanted = Wanted { region, modifier, address: None, bank: None, align: 0, align_offset: 0 };
        if self.peek()? == Token::Mark(Mark::OpenBracket) {
            let address = self.in_brackets(|asm| asm.non_negative("A section's address"))?;
            wanted.address = u16::try_from(address).ok();
            if wanted.address.is_none() {
                self.error("invalid-address", format!("The address ${address:X} does not fit in 16 bits"));
            }
        }
        while self.accept(Mark::Comma)? {
            if self.accept_keyword(Keyword::Align)? {
                (wanted.align, wanted.align_offset) = self.in_brackets(Self::alignment)?;
            } else if self.accept_keyword(Keyword::Bank)? {
                let bank = self.in_brackets(|asm| asm.non_negative("A section's bank"))?;
                wanted.bank = Some(bank.unsigned_abs());
            } else {
                return Err(self.unexpected("ALIGN or BANK"));
            }
        }
        Ok((name, wanted))
    }

    /// Parses `n` or `n, offset`. Returns `(0, 0)` after an error.
    pub(in crate::asm::statement) fn alignment(&mut self) -> Done<(u8, u16)> {
        let last = Behind { comma: false, ..self.behind };
        let bits = self.before(Behind { comma: true, ..last }, |asm| asm.non_negative("An alignment"))?;
        let more = self.accept(Mark::Comma)?;
        let offset = if more { self.before(last, Self::constant_expression)? } else { 0 };
        self.before(last, Self::operand_may_end)?;
        let Some(bits) = u8::try_from(bits).ok().filter(|&bits| bits <= 16) else {
            self.error("invalid-alignment", format!("The alignment must be between 0 and 16, not {bits}"));
            return Ok((0, 0));
        };
        let size = 1_u32 << bits;
        if offset.unsigned_abs() >= size {
            self.error("invalid-alignment", format!("The alignment offset {offset} must be less than {size}"));
            return Ok((0, 0));
        }
        // A negative offset counts from the end.
        let offset = u16::try_from(offset.rem_euclid(size.cast_signed())).unwrap_or_default();
        Ok((bits, offset))
    }

    /// Reports conditions that the region cannot meet. A wrong address or bank is kept, a wrong alignment is dropped.
    /// None if the section cannot exist at all.
    pub(super) fn checked(&mut self, name: &BString, mut wanted: Wanted) -> Option<Wanted> {
        if wanted.modifier == Modifier::Union && wanted.region.has_data() {
            self.error("union-in-rom", "A section in ROM cannot be a UNION");
            return None;
        }
        let bounds = wanted.region.bounds();
        let region = bounds.name;
        match wanted.bank {
            Some(_) if !wanted.region.is_banked() => {
                self.error("invalid-bank", format!("{region} has no banks: BANK is for ROMX, WRAMX, SRAM and VRAM"));
            }
            Some(bank) if !(bounds.first_bank..=bounds.last_bank).contains(&bank) => {
                let (first, last) = (bounds.first_bank, bounds.last_bank);
                self.error("invalid-bank", format!("{region} has banks {first} to {last}, but not {bank}"));
            }
            None if !wanted.region.is_banked() => wanted.bank = Some(bounds.first_bank),
            _ => {}
        }
        let last = bounds.start + (bounds.size - 1);
        if let Some(address) = wanted.address.filter(|address| !(bounds.start..=last).contains(address)) {
            let start = bounds.start;
            self.error(
                "invalid-address",
                format!("The address of section \"{name}\", ${address:04X}, is not in {region} (${start:04X} to ${last:04X})"),
            );
        }
        let mask = mask(wanted.align);
        match wanted.address {
            Some(address) => {
                if (address ^ wanted.align_offset) & mask != 0 {
                    self.error(
                        "invalid-alignment",
                        format!("The address of section \"{name}\" does not fit its alignment"),
                    );
                }
                wanted.align = 0;
            }
            // RGBDS's assembler does not check the end of the region. The linker does.
            None if bounds.start & mask > wanted.align_offset => {
                self.error(
                    "invalid-alignment",
                    format!("The alignment of section \"{name}\" cannot be met in {region}"),
                );
                (wanted.align, wanted.align_offset) = (0, 0);
            }
            None if wanted.align == 16 => {
                wanted.address = Some(wanted.align_offset);
                wanted.align = 0;
            }
            None => {}
        }
        Some(wanted)
    }

    /// The section of a checked definition, and the offset of its first byte.
    pub(super) fn get_section(&mut self, name: &BString, wanted: Wanted) -> Done<(SectionId, u32)> {
        let Some(id) = self.sections.find(name) else {
            return self.create_section(name.clone(), wanted).map(|id| (id, 0));
        };
        let section = self.sections.get_mut(id);
        let place = section.place;
        if section.modifier == Modifier::None && wanted.modifier == Modifier::None {
            return Err(self.fatal_at_both(
                "section-defined",
                format!("Section \"{name}\" is already defined"),
                Some(place),
            ));
        }
        let conflicts = section.merge(wanted);
        let offset = if section.modifier == Modifier::Fragment { section.size } else { 0 };
        self.report_conflicts(name, &conflicts)?;
        Ok((id, offset))
    }

    fn report_conflicts(&mut self, name: &BString, conflicts: &[Conflict]) -> Done {
        match conflicts {
            [] => Ok(()),
            [conflict] => Err(self.fatal("section-conflict", format!("Section \"{name}\" {conflict}"))),
            many => {
                for conflict in many {
                    self.error("section-conflict", format!("Section \"{name}\" {conflict}"));
                }
                let count = many.len();
                Err(self.fatal("section-conflict", format!("Section \"{name}\" cannot be reopened ({count} errors)")))
            }
        }
    }

    fn create_section(&mut self, name: BString, wanted: Wanted) -> Done<SectionId> {
        self.use_memory(std::mem::size_of::<Section>() + name.len())?;
        let place = self.hold_here();
        let Wanted { region, modifier, address, bank, align, align_offset } = wanted;
        let (size, data, patches) = (0, Vec::new(), Vec::new());
        Ok(self.sections.add(Section {
            name,
            place,
            region,
            modifier,
            address,
            bank,
            align,
            align_offset,
            size,
            data,
            patches,
        }))
    }
}
