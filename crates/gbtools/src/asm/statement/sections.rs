//! Directives about sections.

use bstr::{BString, ByteSlice};

use super::{Asm, Done, Keyword, Mark, Token};
use crate::asm::expression::region;
use crate::asm::sections::{Conflict, Load, Position, Section, Union, Wanted};
use crate::asm::warnings::Warning;
use crate::memory::Region;
use crate::module::{Modifier, SectionId};

impl Asm<'_> {
    pub(super) fn section(&mut self) -> Done {
        self.skip();
        let modifier = self.modifier()?;
        let (name, wanted) = self.definition_of_section(modifier)?;
        self.expect_end()?;
        self.open_section(&name, wanted)?;
        self.end_of_line()
    }

    fn modifier(&mut self) -> Done<Modifier> {
        Ok(if self.accept_keyword(Keyword::Union)? {
            Modifier::Union
        } else if self.accept_keyword(Keyword::Fragment)? {
            Modifier::Fragment
        } else {
            Modifier::None
        })
    }

    /// A section's name, region and what is demanded of it.
    fn definition_of_section(&mut self, modifier: Modifier) -> Done<(BString, Wanted)> {
        let name = self.text()?;
        self.comma()?;
        let region = match self.next()? {
            Token::Keyword(keyword) if region(keyword).is_some() => region(keyword).unwrap_or(Region::Rom0),
            token => return Err(self.unexpected_token(token, "a section type, such as ROM0")),
        };
        let mut address = None;
        if self.accept(Mark::OpenBracket)? {
            address = Some(self.constant_expression()?);
            self.expect(Mark::CloseBracket)?;
        }
        let (mut align, mut bank) = ((0, 0), None);
        while self.accept(Mark::Comma)? {
            if self.accept_keyword(Keyword::Align)? {
                self.expect(Mark::OpenBracket)?;
                align = self.alignment()?;
                self.expect(Mark::CloseBracket)?;
            } else if self.accept_keyword(Keyword::Bank)? {
                self.expect(Mark::OpenBracket)?;
                bank = Some(self.constant_expression()?);
                self.expect(Mark::CloseBracket)?;
            } else {
                return Err(self.unexpected("ALIGN or BANK"));
            }
        }
        let wanted = Wanted { region, modifier, address: None, bank: None, align: 0, align_offset: 0 };
        Ok((name.clone(), self.checked(&name, wanted, address, bank, align)))
    }

    /// `n` or `n, offset`, as far as they make sense.
    pub(super) fn alignment(&mut self) -> Done<(u8, u16)> {
        let bits = self.constant_expression()?;
        let offset = if self.accept(Mark::Comma)? { self.constant_expression()? } else { 0 };
        let Some(bits) = u8::try_from(bits).ok().filter(|&bits| bits <= 16) else {
            self.error("alignment", format!("The alignment must be between 0 and 16, not {bits}"));
            return Ok((0, 0));
        };
        let size = 1_u32 << bits;
        if offset.unsigned_abs() >= size {
            self.error("alignment", format!("The alignment offset {offset} must be less than {size}"));
            return Ok((0, 0));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is less than 16 bits then")]
        let offset = (offset.rem_euclid(size.cast_signed())) as u16;
        Ok((bits, offset))
    }

    /// What is demanded of a section, as far as its region can have it.
    fn checked(
        &mut self,
        name: &BString,
        mut wanted: Wanted,
        address: Option<i32>,
        bank: Option<i32>,
        (align, align_offset): (u8, u16),
    ) -> Wanted {
        let bounds = wanted.region.bounds();
        let region = bounds.name;
        if let Some(bank) = bank {
            let known = u32::try_from(bank).ok().filter(|bank| (bounds.first_bank..=bounds.last_bank).contains(bank));
            match known {
                _ if !wanted.region.is_banked() => {
                    self.error("bank", format!("{region} has no banks: BANK is for ROMX, WRAMX, SRAM and VRAM"));
                }
                None => {
                    let (first, last) = (bounds.first_bank, bounds.last_bank);
                    self.error("bank", format!("{region} has the banks {first} to {last}, but no bank {bank}"));
                }
                known => wanted.bank = known,
            }
        }
        if !wanted.region.is_banked() {
            wanted.bank = Some(bounds.first_bank);
        }
        let (start, end) = (u32::from(bounds.start), u32::from(bounds.start) + u32::from(bounds.size));
        let mask = (1_u32 << align) - 1;
        if let Some(address) = address {
            match u16::try_from(address).ok().filter(|&address| (start..end).contains(&u32::from(address))) {
                Some(fixed) => wanted.address = Some(fixed),
                None => {
                    let last = end - 1;
                    self.error("address", format!("The address of section \"{name}\", ${address:X}, is not in {region} (${start:04X} to ${last:04X})"));
                }
            }
        }
        if align == 0 {
            return wanted;
        }
        if let Some(address) = wanted.address {
            if (u32::from(address) ^ u32::from(align_offset)) & mask != 0 {
                self.error("alignment", format!("The address of section \"{name}\" does not fit its alignment"));
            }
        } else if align == 16 {
            if (start..end).contains(&u32::from(align_offset)) {
                wanted.address = Some(align_offset);
            } else {
                self.error("alignment", format!("The alignment of section \"{name}\" cannot be met in {region}"));
            }
        } else if u32::from(bounds.start) & mask != 0 {
            self.error("alignment", format!("The alignment of section \"{name}\" cannot be met in {region}"));
        } else {
            (wanted.align, wanted.align_offset) = (align, align_offset);
        }
        wanted
    }

    /// Begins a section, or goes on with it.
    fn open_section(&mut self, name: &BString, wanted: Wanted) -> Done {
        if let Some(open) = self.sections.find(name).filter(|&open| self.sections.is_pushed(open)) {
            let name = &self.sections.get(open).name;
            return Err(self.fatal(
                "section-on-stack",
                format!("Section \"{name}\" is put aside by PUSHS, so it cannot be opened"),
            ));
        }
        if !self.sections.now.unions.is_empty() {
            return Err(self.fatal("section-in-union", "A section cannot begin within a UNION"));
        }
        self.end_load_before("SECTION");
        let Some((section, offset)) = self.get_section(name, wanted)? else { return Ok(()) };
        self.sections.now = Position { section: Some(section), offset, ..Position::default() };
        self.forget_scopes();
        Ok(())
    }

    /// The section of a definition, and where in it things are put first. None if it cannot be.
    fn get_section(&mut self, name: &BString, wanted: Wanted) -> Done<Option<(SectionId, u32)>> {
        if wanted.modifier == Modifier::Union && wanted.region.has_data() {
            self.error("union-in-rom", "A section in ROM cannot be a UNION");
            return Ok(None);
        }
        let Some(id) = self.sections.find(name) else {
            return self.create_section(name.clone(), wanted).map(|id| Some((id, 0)));
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
        Ok(Some((id, offset)))
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
                Err(self
                    .fatal("section-conflict", format!("Section \"{name}\" cannot be opened again ({count} errors)")))
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

    fn forget_scopes(&mut self) {
        (self.symbols.global_scope, self.symbols.local_scope) = (None, None);
    }

    pub(super) fn endsection(&mut self) -> Done {
        self.skip();
        self.expect_end()?;
        if self.sections.now.section.is_none() {
            return Err(self.fatal("outside-section", "ENDSECTION outside of a section"));
        }
        if !self.sections.now.unions.is_empty() {
            return Err(self.fatal("section-in-union", "A section cannot end within a UNION"));
        }
        self.end_load_before("ENDSECTION");
        self.sections.now = Position::default();
        self.forget_scopes();
        self.end_of_line()
    }

    pub(super) fn pushs(&mut self) -> Done {
        self.skip();
        let definition = if self.at_end()? {
            None
        } else {
            let modifier = self.modifier()?;
            Some(self.definition_of_section(modifier)?)
        };
        self.expect_end()?;
        let scopes = (self.symbols.global_scope, self.symbols.local_scope);
        let position = std::mem::take(&mut self.sections.now);
        self.sections.stack.push((position, scopes));
        self.forget_scopes();
        if let Some((name, wanted)) = definition {
            self.open_section(&name, wanted)?;
        }
        self.end_of_line()
    }

    pub(super) fn pops(&mut self) -> Done {
        self.skip();
        if self.sections.stack.is_empty() {
            return Err(self.fatal("pops", "POPS without a PUSHS"));
        }
        self.end_load_before("POPS");
        if let Some((position, scopes)) = self.sections.stack.pop() {
            self.sections.now = position;
            (self.symbols.global_scope, self.symbols.local_scope) = scopes;
        }
        self.end_of_line()
    }

    pub(super) fn load(&mut self) -> Done {
        self.skip();
        let modifier = self.modifier()?;
        let (name, wanted) = self.definition_of_section(modifier)?;
        self.expect_end()?;
        self.open_load(&name, wanted)?;
        self.end_of_line()
    }

    fn open_load(&mut self, name: &BString, wanted: Wanted) -> Done {
        // Only a section in ROM has bytes that can be meant for elsewhere.
        if !self.check_data("LOAD") {
            return Ok(());
        }
        if wanted.region.has_data() {
            self.error("load-in-rom", "LOAD is for a section in RAM, not in ROM");
            return Ok(());
        }
        self.end_load_before("LOAD");
        let Some((section, offset)) = self.get_section(name, wanted)? else { return Ok(()) };
        let scopes = (self.symbols.global_scope, self.symbols.local_scope);
        self.sections.now.load = Some(Load { section, offset, scopes });
        self.forget_scopes();
        Ok(())
    }

    pub(super) fn endl(&mut self) -> Done {
        self.skip();
        self.expect_end()?;
        if self.sections.now.load.is_none() {
            self.error("outside-load", "ENDL outside of a LOAD block");
        }
        self.end_load();
        self.end_of_line()
    }

    /// Ends the LOAD block, if there is one.
    fn end_load(&mut self) {
        if let Some(load) = self.sections.now.load.take() {
            (self.symbols.global_scope, self.symbols.local_scope) = load.scopes;
        }
    }

    /// Ends a LOAD block that has no ENDL.
    pub(crate) fn end_load_before(&mut self, directive: &str) {
        if self.sections.now.load.is_some() {
            self.warn(Warning::UnterminatedLoad, format!("{directive} ends a LOAD block, which should have an ENDL"));
            self.end_load();
        }
    }

    pub(super) fn union_(&mut self) -> Done {
        self.skip();
        self.expect_end()?;
        if !self.check_section("UNION") {
            return self.end_of_line();
        }
        if self.sections.has_data() && self.sections.now.load.is_none() {
            self.error("union-in-rom", "UNION is for sections in RAM");
            return self.end_of_line();
        }
        let start = self.sections.pc().map_or(0, |(_, offset)| offset);
        self.sections.now.unions.push(Union { start, size: 0 });
        self.end_of_line()
    }

    pub(super) fn nextu(&mut self) -> Done {
        self.skip();
        self.expect_end()?;
        self.end_union_member("NEXTU");
        self.end_of_line()
    }

    pub(super) fn endu(&mut self) -> Done {
        self.skip();
        self.expect_end()?;
        if self.end_union_member("ENDU") {
            if let Some(Union { start, size }) = self.sections.now.unions.pop() {
                self.move_to(start.saturating_add(size));
            }
        }
        self.end_of_line()
    }

    /// Goes back to the beginning of the innermost union. Whether there is one.
    fn end_union_member(&mut self, directive: &str) -> bool {
        let here = self.sections.pc().map_or(0, |(_, offset)| offset);
        let Some(union) = self.sections.now.unions.last_mut() else {
            self.error("outside-union", format!("{directive} outside of a UNION"));
            return false;
        };
        union.size = union.size.max(here.saturating_sub(union.start));
        let start = union.start;
        self.move_to(start);
        true
    }

    fn move_to(&mut self, offset: u32) {
        match &mut self.sections.now.load {
            Some(load) => load.offset = offset,
            None => self.sections.now.offset = offset,
        }
    }

    pub(super) fn align(&mut self) -> Done {
        self.skip();
        let (bits, offset) = self.alignment()?;
        self.expect_end()?;
        self.align_here(bits, offset);
        self.end_of_line()
    }

    /// Demands that the current address has these low bits.
    pub(super) fn align_here(&mut self, bits: u8, offset: u16) {
        if !self.check_section("ALIGN") {
            return;
        }
        let Some((id, at)) = self.sections.pc() else { return };
        #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
        let wanted = offset.wrapping_sub(at as u16) & u16::try_from((1_u32 << bits) - 1).unwrap_or(u16::MAX);
        if let Err(conflict) = self.sections.get_mut(id).align_to(bits, wanted) {
            self.error("alignment", format!("ALIGN {bits}, {offset} cannot be met here: the section {conflict}"));
        }
    }

    /// How many bytes DS ALIGN takes: as many as bring the address to these low bits, as far as they are known.
    pub(super) fn bytes_to_align(&self, bits: u8, offset: u16) -> u32 {
        let Some((id, at)) = self.sections.pc() else { return 0 };
        let section = self.sections.get(id);
        let (known, start) = match section.address {
            Some(address) => (16, address),
            None => (section.align, section.align_offset),
        };
        let size = 1_u32 << bits.min(known);
        u32::from(offset).wrapping_sub(u32::from(start)).wrapping_sub(at) % size
    }

    /// Whether there is a section; an error if not.
    pub(crate) fn check_section(&mut self, what: &str) -> bool {
        let found = self.sections.now.section.is_some();
        if !found {
            self.error("outside-section", format!("{what} outside of a section"));
        }
        found
    }

    /// Whether there is a section for bytes; an error if not.
    pub(crate) fn check_data(&mut self, what: &str) -> bool {
        if !self.check_section(what) {
            return false;
        }
        let found = self.sections.has_data();
        if !found {
            let id = self.sections.now.section.unwrap_or_default();
            let name = self.sections.get(id).name.as_bstr().to_owned();
            self.error("data-in-ram", format!("{what} cannot be in section \"{name}\", which is not in ROM"));
        }
        found
    }
}
