//! Finds the definitions of symbols.

use std::collections::HashMap;

use bstr::{BStr, ByteSlice};
use rustc_hash::FxBuildHasher;

use super::messages::Where;
use super::{Done, Link};
use crate::module::{Definition, Module, Symbol, SymbolId, SymbolKind};

/// A definition, and the module that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub module: usize,
    pub definition: Definition,
}

/// The exported symbols, by name.
pub(crate) type Exports<'a> = HashMap<&'a BStr, Found, FxBuildHasher>;

/// The places of symbols that are not exported, by name. Messages need them.
pub(crate) type Hidden<'a> = HashMap<&'a BStr, Vec<Where>, FxBuildHasher>;

/// The definitions of all symbols.
pub(crate) struct Symbols<'a> {
    /// The definition of each symbol of each module.
    found: Vec<Vec<Option<Found>>>,
    /// The exported symbols.
    pub exports: Exports<'a>,
}

impl Symbols<'_> {
    pub(crate) fn get(&self, module: usize, symbol: SymbolId) -> Option<Found> {
        *self.found.get(module)?.get(symbol as usize)?
    }
}

impl<'a> Link<'a> {
    /// Adds the exports of a module. Two exports with the same name end the link, unless both are constants with the
    /// same value.
    pub(super) fn export(&mut self, module: usize, exports: &mut Exports<'a>) -> Done {
        let content = self.modules[module].1;
        for symbol in &content.symbols {
            self.poll()?;
            let SymbolKind::Exported(definition) = symbol.kind else { continue };
            let name = content.get(symbol.name).as_bstr();
            let new = Found { module, definition };
            let Some(old) = exports.insert(name, new) else { continue };
            let constant = |found: Found| found.definition.section.is_none().then_some(found.definition.value);
            if constant(old).is_some() && constant(old) == constant(new) {
                continue;
            }
            let at = |found: Found| Where { module: found.module, place: found.definition.place };
            let text = format!("`{name}` is exported twice");
            return Err(self.fatal_at(&[at(new), at(old)], "duplicate-symbol", text));
        }
        Ok(())
    }

    /// Finds the definition of each symbol.
    pub(super) fn resolve(&self, exports: Exports<'a>) -> Symbols<'a> {
        let find = |(module, (_, content)): (usize, &(_, &Module))| {
            let of = |symbol: &Symbol| match symbol.kind {
                SymbolKind::Local(definition) | SymbolKind::Exported(definition) => Some(Found { module, definition }),
                SymbolKind::Imported => exports.get(content.get(symbol.name).as_bstr()).copied(),
            };
            content.symbols.iter().map(of).collect()
        };
        let found = self.modules.iter().enumerate().map(find).collect();
        Symbols { found, exports }
    }

    /// The places of symbols with this name that are not exported.
    pub(crate) fn hidden(&mut self, name: &BStr) -> &[Where] {
        let modules = self.modules;
        let hidden = self.hidden.get_or_insert_with(|| {
            let mut hidden = Hidden::default();
            for (module, (_, content)) in modules.iter().enumerate() {
                for symbol in &content.symbols {
                    if let SymbolKind::Local(Definition { place, .. }) = symbol.kind {
                        hidden.entry(content.get(symbol.name).as_bstr()).or_default().push(Where { module, place });
                    }
                }
            }
            hidden
        });
        hidden.get(name).map_or(&[], Vec::as_slice)
    }

    /// The address and bank of a label, or the value of a constant.
    pub(crate) fn value(&self, found: Found) -> (i32, Option<u32>) {
        let Some(section) = found.definition.section else { return (found.definition.value, None) };
        let (whole, offset) = self.merged.parts[found.module][section as usize];
        let whole = &self.merged.sections[whole];
        let address = i32::from(whole.address.unwrap_or_default());
        let value = address.wrapping_add(offset.cast_signed()).wrapping_add(found.definition.value);
        (value, Some(whole.bank.unwrap_or_default()))
    }
}
