//! Directives about sections.

mod definition;

use bstr::{BString, ByteSlice};

use super::{Asm, Done, Keyword, Mark, Token};
use crate::asm::sections::{Load, Position, Union, Wanted};
use crate::asm::warnings::Warning;

impl Asm<'_> {
    pub(super) fn section(&mut self) -> Done {
        self.skip();
        let modifier = self.modifier()?;
        let (name, wanted) = self.definition_of_section(modifier)?;
        self.expect_end()?;
        self.open_section(&name, wanted)?;
        self.end_of_line()
    }

    /// Opens a section, new or known.
    fn open_section(&mut self, name: &BString, wanted: Wanted) -> Done {
        // In an object, a name ends at a NUL.
        if name.contains(&0) {
            return Err(self.fatal("nul-character", "A section's name cannot have a NUL character"));
        }
        if let Some(open) = self.sections.find(name).filter(|&open| self.sections.is_pushed(open)) {
            let name = &self.sections.get(open).name;
            return Err(self.fatal(
                "section-on-stack",
                format!("Section \"{name}\" is put aside by PUSHS, so it cannot be opened"),
            ));
        }
        let Some(wanted) = self.checked(name, wanted) else { return Ok(()) };
        self.end_load_before("SECTION");
        let (section, offset) = self.get_section(name, wanted)?;
        if !self.sections.now.unions.is_empty() {
            return Err(self.fatal("section-in-union", "A section cannot begin within a UNION"));
        }
        self.sections.now = Position { section: Some(section), offset, ..Position::default() };
        self.forget_scopes();
        Ok(())
    }

    fn forget_scopes(&mut self) {
        (self.symbols.global_scope, self.symbols.local_scope) = (None, None);
    }

    pub(super) fn endsection(&mut self) -> Done {
        self.skip();
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
        self.push_section()?;
        if let Some((name, wanted)) = definition {
            self.open_section(&name, wanted)?;
        }
        self.end_of_line()
    }

    /// Leaves the current section, to return to it later.
    pub(crate) fn push_section(&mut self) -> Done {
        let scopes = (self.symbols.global_scope, self.symbols.local_scope);
        let position = std::mem::take(&mut self.sections.now);
        self.check_open(self.sections.stack.len(), "PUSHS")?;
        self.sections.stack.push((position, scopes));
        self.forget_scopes();
        Ok(())
    }

    pub(super) fn pops(&mut self) -> Done {
        self.skip();
        self.pop_section()?;
        self.end_of_line()
    }

    /// Returns to the section that was left last.
    pub(crate) fn pop_section(&mut self) -> Done {
        if self.sections.stack.is_empty() {
            return Err(self.fatal("empty-section-stack", "POPS without a PUSHS"));
        }
        if !self.sections.now.unions.is_empty() {
            return Err(self.fatal("section-in-union", "A section cannot end within a UNION"));
        }
        self.end_load_before("POPS");
        if let Some((position, scopes)) = self.sections.stack.pop() {
            self.sections.now = position;
            (self.symbols.global_scope, self.symbols.local_scope) = scopes;
        }
        Ok(())
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
        // Only a section in ROM can have bytes that are loaded elsewhere.
        if !self.check_data("LOAD") {
            return Ok(());
        }
        if wanted.region.has_data() {
            self.error("load-in-rom", "LOAD is for a section in RAM, not in ROM");
            return Ok(());
        }
        let Some(wanted) = self.checked(name, wanted) else { return Ok(()) };
        self.end_load_before("LOAD");
        let (section, offset) = self.get_section(name, wanted)?;
        let scopes = (self.symbols.global_scope, self.symbols.local_scope);
        self.sections.now.load = Some(Load { section, offset, scopes });
        self.forget_scopes();
        Ok(())
    }

    pub(super) fn endl(&mut self) -> Done {
        self.skip();
        if self.sections.now.load.is_none() {
            self.error("outside-load", "ENDL outside of a LOAD block");
        }
        self.end_load();
        self.end_of_line()
    }

    /// Ends the LOAD block, if one is open.
    fn end_load(&mut self) {
        if let Some(load) = self.sections.now.load.take() {
            (self.symbols.global_scope, self.symbols.local_scope) = load.scopes;
        }
    }

    /// Ends a LOAD block without an ENDL.
    pub(crate) fn end_load_before(&mut self, directive: &str) {
        if self.sections.now.load.is_some() {
            self.warn(Warning::UnterminatedLoad, format!("{directive} ends a LOAD block, which should have an ENDL"));
            self.end_load();
        }
    }

    pub(super) fn union_(&mut self) -> Done {
        self.skip();
        if !self.check_section("UNION") {
            return self.end_of_line();
        }
        // This also refuses a LOAD block, since its outer section is in ROM.
        if self.sections.has_data() {
            self.error("union-in-rom", "UNION is for sections in RAM");
            return self.end_of_line();
        }
        let start = self.sections.pc().map_or(0, |(_, offset)| offset);
        self.check_open(self.sections.now.unions.len(), "UNION")?;
        self.sections.now.unions.push(Union { start, size: 0 });
        self.end_of_line()
    }

    pub(super) fn nextu(&mut self) -> Done {
        self.skip();
        self.end_union_member("NEXTU");
        self.end_of_line()
    }

    pub(super) fn endu(&mut self) -> Done {
        self.skip();
        if self.end_union_member("ENDU")
            && let Some(Union { start, size }) = self.sections.now.unions.pop()
        {
            self.move_to(start.saturating_add(size));
        }
        self.end_of_line()
    }

    /// Returns to the start of the innermost UNION. Reports an error if there is none.
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

    /// Requires that the current address has these low bits.
    pub(super) fn align_here(&mut self, bits: u8, offset: u16) {
        if !self.check_section("ALIGN") {
            return;
        }
        let Some((id, at)) = self.sections.pc() else { return };
        if let Err(conflict) = self.sections.get_mut(id).align_at(at, bits, offset) {
            self.error(
                "invalid-alignment",
                format!("ALIGN {bits}, {offset} cannot be met here: the section {conflict}"),
            );
        }
    }

    /// The size of DS ALIGN: the distance to the next address with these low bits, as far as the current one is known.
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

    /// Checks that a section is open. Reports an error if not.
    pub(crate) fn check_section(&mut self, what: &str) -> bool {
        let found = self.sections.now.section.is_some();
        if !found {
            self.error("outside-section", format!("{what} outside of a section"));
        }
        found
    }

    /// Checks that bytes can be written. Reports an error if not.
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
