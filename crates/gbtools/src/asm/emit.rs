//! Puts values into sections: as bytes if they are known, otherwise as patches for the linker.

use super::expression::Expression;
use super::names::Name;
use super::sections::{Overflow, Section};
use super::statement::width;
use super::token::Mark;
use super::warnings::Warning;
use super::{Asm, Done};
use crate::module::{AssertionSeverity, Modifier, Patch, PatchKind, SectionId};

/// The maximum nesting of fragment literals. Parsing them recurses.
const DEEPEST_FRAGMENT: u32 = 64;

impl Asm<'_> {
    /// The address of `@`, if it is known.
    pub(crate) fn pc_address(&self) -> Option<i32> {
        let (section, offset) = self.sections.pc()?;
        Some(i32::from(self.sections.address(section)?).wrapping_add(offset.cast_signed()))
    }

    /// Reports a section whose size no longer fits its counter.
    pub(crate) fn counted(&mut self, done: Result<(), Overflow>) -> Done {
        done.map_err(|Overflow| self.fatal("section-overflow", "The section would have more bytes than can be counted"))
    }

    /// Writes a value. In it, `@` is the place of the first byte.
    pub(crate) fn emit(&mut self, kind: PatchKind, value: Expression) -> Done {
        match (value, kind) {
            (Expression::Known(value), PatchKind::Byte) => {
                self.check_width(value, 8);
                self.emit_bytes([value.to_le_bytes()[0]])
            }
            (Expression::Known(value), PatchKind::Word) => {
                self.check_width(value, 16);
                let [low, high, ..] = value.to_le_bytes();
                self.emit_bytes([low, high])
            }
            (Expression::Known(value), PatchKind::Long) => self.emit_bytes(value.to_le_bytes()),
            (value, kind) => self.emit_later(kind, &value, self.sections.pc()),
        }
    }

    /// Writes the bytes of a value.
    #[inline]
    fn emit_bytes<const COUNT: usize>(&mut self, bytes: [u8; COUNT]) -> Done {
        if !self.check_data("Data") {
            return Ok(());
        }
        let written = self.sections.write(&bytes);
        self.counted(written)
    }

    /// Writes a value that the linker computes. In it, `@` is `pc`. It computes every distance, even to a known place.
    pub(crate) fn emit_later(&mut self, kind: PatchKind, value: &Expression, pc: Option<(SectionId, u32)>) -> Done {
        if !self.check_data("Data") {
            return Ok(());
        }
        self.patch(kind, value, self.sections.now.offset, pc)?;
        let written = self.sections.write(&[0; 4][..width(kind) as usize]);
        self.counted(written)
    }

    /// Warns about a value that does not fit in this many bits.
    #[inline]
    pub(crate) fn check_width(&mut self, value: i32, bits: u32) {
        let most = 1_i64 << bits;
        let value = i64::from(value);
        if value < -most || value >= most {
            self.warn(Warning::Truncation1, format!("The value {value} does not fit in {bits} bits"));
        } else if value < -most / 2 {
            self.warn(Warning::Truncation2, format!("The negative value {value} does not fit in {bits} bits"));
        }
    }

    /// Lets the linker write a value at this offset of the current section.
    pub(crate) fn patch(
        &mut self,
        kind: PatchKind,
        value: &Expression,
        offset: u32,
        pc: Option<(SectionId, u32)>,
    ) -> Done {
        let Some(section) = self.sections.now.section else { return Ok(()) };
        let place = self.hold_here();
        let expression = self.keep_code(value)?;
        let (pc_section, pc_offset) = pc.unzip();
        let patch = Patch { place, offset, pc_section, pc_offset: pc_offset.unwrap_or_default(), kind, expression };
        self.sections.get_mut(section).patches.push(patch);
        self.use_memory(std::mem::size_of::<Patch>())
    }

    /// Lets the linker check a condition.
    pub(crate) fn assert_later(&mut self, severity: AssertionSeverity, value: &Expression, message: &[u8]) -> Done {
        // In an object, a text ends at a NUL.
        if message.contains(&0) {
            return Err(self.fatal("nul-character", "A message that the linker may show cannot have a NUL character"));
        }
        let place = self.hold_here();
        let expression = self.keep_code(value)?;
        let (pc_section, pc_offset) = self.sections.pc().unzip();
        self.output.assert(place, severity, expression, pc_section, pc_offset.unwrap_or_default(), message);
        self.use_memory(std::mem::size_of::<crate::module::Assertion>() + message.len())
    }

    /// Keeps the code of an expression, with the object's numbers for symbols.
    fn keep_code(&mut self, value: &Expression) -> Done<crate::module::Slice> {
        let kept = self.output.keep_expression(value);
        self.use_memory(kept.len as usize)?;
        let Self { symbols, output, pc, .. } = self;
        output.number_symbols(symbols, kept, *pc);
        Ok(kept)
    }

    /// Parses `[[`, lines and `]]`. The lines go to a section of their own. The value is the address of that section.
    pub(crate) fn fragment_literal(&mut self) -> Done<Expression> {
        let Some(parent) = self.sections.now.section else {
            return Err(self.fatal("fragment-literal", "A fragment literal outside of a section"));
        };
        if self.sections.now.load.is_some() {
            return Err(self.fatal("fragment-literal", "A fragment literal in a LOAD block"));
        }
        if !self.sections.has_data() {
            return Err(self.fatal("fragment-literal", "A fragment literal in a section that is not in ROM"));
        }
        if self.fragment_depth >= DEEPEST_FRAGMENT {
            return Err(self.recursion_limit(" by fragment literals"));
        }
        self.check_stack()?;
        self.skip();
        let behind = self.behind;
        let name = self.open_fragment(parent)?;
        self.fragment_depth += 1;
        let read = self.lines(true);
        self.fragment_depth -= 1;
        self.behind = behind;
        read?;
        self.expect(Mark::CloseBrackets)?;
        self.pop_section()?;
        Ok(self.symbol_expression(name))
    }

    /// Opens the section of a fragment literal, as PUSHS would. Returns its label.
    fn open_fragment(&mut self, parent: SectionId) -> Done<Name> {
        let place = self.hold_here();
        let section = self.sections.get_mut(parent);
        section.modifier = Modifier::Fragment;
        let fragment = Section {
            name: section.name.clone(),
            place,
            region: section.region,
            modifier: Modifier::Fragment,
            address: None,
            bank: section.bank.filter(|&bank| bank != 0),
            align: 0,
            align_offset: 0,
            size: 0,
            data: Vec::new(),
            patches: Vec::new(),
        };
        self.use_memory(std::mem::size_of::<Section>() + fragment.name.len())?;
        let id = self.sections.add_anonymous(fragment);
        self.push_section()?;
        self.sections.now.section = Some(id);
        self.fragments += 1;
        let name = self.names.intern(format!("${}", self.fragments).as_bytes());
        self.define_label(name)
    }
}
