//! Checks assertions, and fills in the bytes that only the linker can compute.

use bstr::ByteSlice;

use super::evaluate::{Computed, Subject};
use super::merge::Piece;
use super::messages::Where;
use super::resolve::Symbols;
use super::{Done, Halt, Link};
use crate::module::{AssertionSeverity, PatchKind};
use crate::report::warnings::LinkerFlag;

impl Link<'_> {
    /// Checks the assertions of all modules, last module first.
    pub(super) fn check_assertions(&mut self, symbols: &Symbols<'_>) -> Done {
        let modules = self.modules;
        for (module, (_, content)) in modules.iter().enumerate().rev() {
            for assertion in content.assertions.iter().rev() {
                let at = Where { module, place: assertion.place };
                let pc = assertion.pc_section.map(|section| (section, assertion.pc_offset));
                let computed = self.evaluate(Subject { symbols, at, code: assertion.expression, pc })?;
                let message = content.get(assertion.message).as_bstr();
                if computed.wrong {
                    // The error has been reported.
                    if assertion.severity == AssertionSeverity::Fatal {
                        return Err(self.fatal_at(&[at], "assert", "The assertion cannot be checked"));
                    }
                    continue;
                }
                if computed.value != 0 {
                    continue;
                }
                let colon = if message.is_empty() { "" } else { ": " };
                let text = format!("Assertion failed{colon}{message}");
                match assertion.severity {
                    AssertionSeverity::Warn => {
                        self.warn(at, false, LinkerFlag::Assert, text);
                    }
                    AssertionSeverity::Error => self.error(Some(at), "assert", text),
                    AssertionSeverity::Fatal => return Err(self.fatal_at(&[at], "assert", text)),
                }
            }
        }
        Ok(())
    }

    /// Computes the patches of a piece, and writes them into its bytes.
    ///
    /// `@` counts from the start of the merged section, so the piece's offset is added. RGBDS's linker also adds it in
    /// a LOAD block, where `@` is in another section.
    pub(super) fn patch(&mut self, symbols: &Symbols<'_>, piece: Piece, data: &mut [u8]) -> Done {
        let Piece { module, section, offset } = piece;
        let modules = self.modules;
        let content = &modules[module].1;
        for patch in &content.sections[section].patches {
            let at = Where { module, place: patch.place };
            let pc = patch.pc_section.map(|section| (section, patch.pc_offset.wrapping_add(offset)));
            let mut computed = self.evaluate(Subject { symbols, at, code: patch.expression, pc })?;
            let len = match patch.kind {
                PatchKind::Byte | PatchKind::Relative => 1,
                PatchKind::Word => 2,
                PatchKind::Long => 4,
            };
            let end = (patch.offset as usize).checked_add(len);
            let Some(target) = end.and_then(|end| data.get_mut(patch.offset as usize..end)) else {
                self.error(Some(at), "patch-outside", "The patch is outside of its section");
                continue;
            };
            match patch.kind {
                PatchKind::Byte => self.check_width(at, computed, 8),
                PatchKind::Word => self.check_width(at, computed, 16),
                PatchKind::Long => {}
                PatchKind::Relative => {
                    self.check_width(at, computed, 16);
                    let pc = pc.map(|(section, offset)| {
                        let (whole, _) = self.merged.part(module, section);
                        u32::from(self.merged.sections[whole].address.unwrap_or_default()).wrapping_add(offset)
                    });
                    computed.value = self.distance(at, computed, pc)?;
                }
            }
            target.copy_from_slice(&computed.value.to_le_bytes()[..len]);
        }
        Ok(())
    }

    /// The distance of a JR at this place. Addresses and distances wrap at 16 bits.
    fn distance(&mut self, at: Where, target: Computed, pc: Option<u32>) -> Done<i32> {
        let Some(pc) = pc else { return Err(self.no_pc(at)) };
        #[expect(clippy::cast_possible_truncation, reason = "it wraps")]
        let distance = (target.value.wrapping_sub(pc.cast_signed()).wrapping_sub(2)) as i16;
        if i8::try_from(distance).is_err() && !target.wrong {
            self.error(
                Some(at),
                "jr-target",
                format!("JR reaches from -128 to 127, but its target is {distance} bytes away; use JP"),
            );
        }
        Ok(distance.into())
    }

    fn no_pc(&mut self, at: Where) -> Halt {
        self.fatal_at(&[at], "malformed-patch", "A JR is outside of all sections")
    }

    fn check_width(&mut self, at: Where, computed: Computed, bits: u32) {
        let (value, most) = (i64::from(computed.value), 1_i64 << bits);
        if value < -most || value >= most {
            self.warn(
                at,
                computed.wrong,
                LinkerFlag::Truncation1,
                format!("The value {value} does not fit in {bits} bits"),
            );
        } else if value < -most / 2 {
            self.warn(
                at,
                computed.wrong,
                LinkerFlag::Truncation2,
                format!("The negative value {value} does not fit in {bits} bits"),
            );
        }
    }
}
