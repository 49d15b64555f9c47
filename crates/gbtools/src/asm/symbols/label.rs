//! Labels.

use bstr::ByteSlice;

use super::{Asm, Kind, Spelling};
use crate::asm::Done;
use crate::asm::names::Name;

impl Asm<'_> {
    /// Defines a label at the current address, global or local by its name. Returns the full name.
    pub(crate) fn define_label(&mut self, name: Name) -> Done<Name> {
        let local = matches!(self.names.spelling(name), Spelling::Local | Spelling::LocalInKeyword);
        let name = self.resolve(name)?;
        if self.define_label_here(name) {
            self.symbols.local_scope = local.then_some(name);
            if !local {
                self.symbols.global_scope = Some(name);
            }
        }
        Ok(name)
    }

    fn define_label_here(&mut self, name: Name) -> bool {
        let Some((section, offset)) = self.sections.pc() else {
            let shown = self.names.get(name).as_bstr().to_owned();
            self.error("outside-section", format!("The label `{shown}` is outside of a section"));
            return false;
        };
        let free = matches!(self.symbols.get(name).kind, Kind::Undefined | Kind::Reference);
        self.define_if(name, free, Kind::Label { section, offset })
    }

    /// Defines an anonymous label.
    pub(crate) fn define_anonymous(&mut self) {
        let count = self.symbols.anonymous;
        let Some(next) = count.checked_add(1) else {
            self.error("anonymous-label", "There are too many anonymous labels");
            return;
        };
        let name = self.anonymous_name(count);
        self.symbols.anonymous = next;
        if self.define_label_here(name) {
            // Not exported, even if all labels are.
            self.symbols.get_mut(name).exported = false;
        }
    }

    /// The anonymous label at this distance: forwards from 1, or backwards from -1. After an error, the first one.
    pub(crate) fn anonymous(&mut self, distance: i32) -> Name {
        let defined = i64::from(self.symbols.anonymous);
        let index = defined + i64::from(distance) - i64::from(distance > 0);
        let index = u32::try_from(index).unwrap_or_else(|_| {
            let text = if index < 0 {
                format!("There are only {defined} anonymous labels before this, not {}", distance.unsigned_abs())
            } else {
                "There would be too many anonymous labels".to_owned()
            };
            self.error("anonymous-label", text);
            0
        });
        self.anonymous_name(index)
    }

    fn anonymous_name(&mut self, index: u32) -> Name {
        self.names.intern(format!("!{index}").as_bytes())
    }
}
