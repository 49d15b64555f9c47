//! Defines, exports and purges symbols.

use bstr::ByteSlice;

use super::{Asm, Kind, Macro, Symbol};
use crate::asm::input::Body;
use crate::asm::lexer::{begins_identifier, continues_identifier};
use crate::asm::names::Name;
use crate::asm::warnings::Warning;
use crate::files::Content;
use crate::module::Place;

/// Whether a definition may replace an earlier one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// DEF
    No,
    /// REDEF
    Yes,
}

impl Asm<'_> {
    /// EQU.
    pub(crate) fn define_constant(&mut self, name: Name, value: i32, again: Again) {
        let free = match self.symbols.get(name).kind {
            Kind::Undefined | Kind::Reference => true,
            Kind::Constant(_) => again == Again::Yes,
            _ => false,
        };
        self.define_if(name, free, Kind::Constant(value));
    }

    /// `=`
    pub(crate) fn define_variable(&mut self, name: Name, value: i32) {
        if name == self.rs {
            if self.symbols.get(name).place.is_none() {
                self.symbols.order.push(name);
            }
            self.set_place(name, self.input.place());
            self.symbols.get_mut(name).kind = Kind::Variable(value);
            return;
        }
        let free = matches!(self.symbols.get(name).kind, Kind::Undefined | Kind::Reference | Kind::Variable(_));
        self.define_if(name, free, Kind::Variable(value));
    }

    /// EQUS
    pub(crate) fn define_text(&mut self, name: Name, text: Content, again: Again) {
        let symbol = self.symbols.get(name);
        if again == Again::Yes && symbol.builtin && matches!(symbol.kind, Kind::Text(_)) {
            let text = format!("`{}` is a built-in symbol, which cannot change", self.names.get(name).as_bstr());
            self.error("already-defined", text);
            return;
        }
        let free = match symbol.kind {
            Kind::Undefined => true,
            Kind::Text(_) => again == Again::Yes,
            _ => false,
        };
        self.define_if(name, free, Kind::Text(text));
    }

    /// MACRO
    pub(crate) fn define_macro(&mut self, name: Name, body: Body, place: Place, quiet: bool) {
        // A macro outlives what is read now.
        let body = Body { lexed: None, ..body };
        let free = matches!(self.symbols.get(name).kind, Kind::Undefined);
        let defined = Macro { body, line: place.line + 1, quiet, borrowed: false };
        if self.define_if(name, free, Kind::Macro(Box::new(defined))) {
            self.set_place(name, place);
        }
    }

    /// Defines a symbol if its name is free. Otherwise reports an error. Returns whether it was defined.
    pub(super) fn define_if(&mut self, name: Name, free: bool, kind: Kind) -> bool {
        if !free || self.symbols.get(name).builtin {
            self.already_defined(name);
            return false;
        }
        self.memory = self.memory.saturating_add(kind.memory());
        self.memory = self.memory.saturating_sub(self.symbols.get(name).kind.memory());
        if let Kind::Macro(defined) = &kind
            && self.kept_texts.insert(defined.body.text.as_ptr().addr())
        {
            self.memory = self.memory.saturating_add(defined.body.text.len() as u64);
        }
        // RGBDS 1.0.4 keeps the place where a constant was used first.
        if !matches!((&kind, &self.symbols.get(name).kind), (Kind::Constant(_), Kind::Reference)) {
            self.set_place(name, self.input.place());
        }
        let export = self.options.export_all && matches!(kind, Kind::Label { .. });
        let symbol = self.symbols.get_mut(name);
        let new = matches!(symbol.kind, Kind::Undefined);
        symbol.exported |= export;
        symbol.kind = kind;
        symbol.purged = false;
        if new {
            self.symbols.order.push(name);
        }
        true
    }

    /// Sets where a symbol was defined or first used.
    pub(crate) fn set_place(&mut self, name: Name, place: Place) {
        self.nodes.hold(place);
        if let Some(old) = self.symbols.get_mut(name).place.replace(place) {
            self.nodes.release(old);
        }
    }

    /// Reports that a name is already defined, and as what.
    #[cold]
    fn already_defined(&mut self, name: Name) {
        self.check_obsolete(name);
        let shown = self.names.get(name).as_bstr().to_owned();
        let symbol = self.symbols.get(name);
        if symbol.builtin {
            let text = match symbol.kind {
                Kind::Dynamic(dynamic) if !self.dynamic_is_defined(dynamic) => {
                    format!("`{shown}` is reserved for a built-in symbol")
                }
                _ => format!("`{shown}` is already defined as a built-in symbol"),
            };
            self.error("already-defined", text);
            return;
        }
        let text = match &symbol.kind {
            Kind::Reference => format!("`{shown}` has already been used as a number or a label"),
            Kind::Text(text) if is_identifier(text) => {
                let meant = text.as_bstr();
                format!("`{shown}` is already defined (did you mean \"{{{shown}}}\", to define `{meant}`?)")
            }
            _ => format!("`{shown}` is already defined"),
        };
        let place = symbol.place;
        self.error_at_both("already-defined", text, place);
    }

    /// Notes the use of a symbol without a known value. If it stays undefined, another module must define it.
    pub(crate) fn refer(&mut self, name: Name) {
        if matches!(self.symbols.get(name).kind, Kind::Undefined) {
            let place = self.input.place();
            self.set_place(name, place);
            self.symbols.get_mut(name).kind = Kind::Reference;
            self.symbols.order.push(name);
        }
    }

    /// EXPORT
    pub(crate) fn export(&mut self, name: Name) {
        if matches!(self.symbols.get(name).kind, Kind::Undefined) {
            let shown = self.names.get(name).as_bstr().to_owned();
            self.warn(Warning::ExportUndefined, format!("Exporting `{shown}`, which is not defined"));
            self.refer(name);
        }
        self.symbols.unsettle(name);
        self.symbols.get_mut(name).exported = true;
    }

    /// PURGE
    pub(crate) fn purge(&mut self, name: Name) {
        let shown = self.names.get(name).as_bstr().to_owned();
        if !self.is_known(name) {
            let text = if self.symbols.get(name).purged {
                format!("`{shown}` was already purged")
            } else {
                format!("`{shown}` is not defined, so it cannot be purged")
            };
            self.error("cannot-purge", text);
            return;
        }
        let symbol = self.symbols.get(name);
        if symbol.builtin {
            self.error("cannot-purge", format!("The built-in symbol `{shown}` cannot be purged"));
            return;
        }
        if symbol.number != 0 {
            self.error(
                "cannot-purge",
                format!("`{shown}` is used in an expression for the linker, so it cannot be purged"),
            );
            return;
        }
        if symbol.exported {
            self.warn(Warning::Purge1, format!("Purging `{shown}`, which is exported"));
        } else if matches!(symbol.kind, Kind::Label { .. } | Kind::Reference) {
            self.warn(Warning::Purge2, format!("Purging the label `{shown}`"));
        }
        if self.symbols.global_scope == Some(name) {
            self.symbols.global_scope = None;
        }
        if self.symbols.local_scope == Some(name) {
            self.symbols.local_scope = None;
        }
        self.memory = self.memory.saturating_sub(self.symbols.get(name).kind.memory());
        self.symbols.unsettle(name);
        let purged = Symbol { purged: true, ..Symbol::default() };
        let symbol = std::mem::replace(self.symbols.get_mut(name), purged);
        if let Some(place) = symbol.place {
            self.nodes.release(place);
        }
        // A name that is purged soon after its definition takes no room.
        self.symbols.order.pop_if(|last| *last == name);
        if let Kind::Macro(purged) = &symbol.kind
            && let Some(lexed) = purged.body.lexed
        {
            self.bodies.purge(lexed);
        }
    }

    /// Whether a name has any meaning, including that of a reference.
    pub(crate) fn is_known(&self, name: Name) -> bool {
        match self.symbols.get(name).kind {
            Kind::Undefined => false,
            Kind::Dynamic(dynamic) => self.dynamic_is_defined(dynamic),
            _ => true,
        }
    }
}

/// Whether a text has the form of a name.
pub(crate) fn is_identifier(text: &[u8]) -> bool {
    text.first().is_some_and(|&byte| begins_identifier(byte)) && text.iter().all(|&byte| continues_identifier(byte))
}
