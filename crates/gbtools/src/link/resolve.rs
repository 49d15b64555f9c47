//! Finds the definitions of symbols.

use std::collections::HashMap;

use bstr::{BStr, ByteSlice};
use rustc_hash::FxBuildHasher;

use super::messages::Where;
use super::{Done, Link};
use crate::limits::Spent;
use crate::module::{Definition, SymbolId, SymbolKind};

/// A definition, and the module that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub module: usize,
    pub definition: Definition,
}

/// The exported symbols, and the imported ones as far as they are known while modules are read.
#[derive(Default)]
pub(crate) struct Exports<'a> {
    /// Indexes into `found`.
    by_name: HashMap<&'a BStr, u32, FxBuildHasher>,
    found: Vec<Found>,
    /// The modules and indexes of all imported symbols.
    imports: Vec<(usize, usize)>,
}

impl Exports<'_> {
    /// The memory that one symbol takes, in bytes.
    pub(crate) const SIZE: usize = 2 * size_of::<(&BStr, u32)>() + size_of::<Found>();

    pub(crate) fn with_room_for(count: usize) -> Self {
        Self {
            by_name: HashMap::with_capacity_and_hasher(count, FxBuildHasher),
            found: Vec::with_capacity(count),
            imports: Vec::new(),
        }
    }
}

/// The places of symbols that are not exported, by name. Messages need them.
pub(crate) type Hidden<'a> = HashMap<&'a BStr, Vec<Where>, FxBuildHasher>;

/// The definitions of all symbols.
pub(crate) struct Symbols<'a> {
    modules: &'a [(bstr::BString, &'a crate::module::Module)],
    /// For each symbol of each module, if it is imported: the index of the exported symbol plus 1, or 0 if there is none. The
    /// memory of symbols that are not imported is never touched.
    imported: Vec<Vec<u32>>,
    exports: Exports<'a>,
}

impl<'a> Symbols<'a> {
    #[inline]
    pub(crate) fn get(&self, module: usize, symbol: SymbolId) -> Option<Found> {
        match self.modules[module].1.symbols.get(symbol as usize)?.kind {
            SymbolKind::Local(definition) | SymbolKind::Exported(definition) => Some(Found { module, definition }),
            SymbolKind::Imported => {
                let number = self.imported[module][symbol as usize].checked_sub(1)?;
                Some(self.exports.found[number as usize])
            }
        }
    }

    /// The exported symbol of a name.
    pub(crate) fn exported(&self, name: &BStr) -> Option<Found> {
        self.exports.by_name.get(name).map(|&number| self.exports.found[number as usize])
    }

    /// The names of all exported symbols.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a [u8]> {
        self.exports.by_name.keys().map(|name| name.as_bytes())
    }
}

impl<'a> Link<'a> {
    /// Adds the exports of a module. Two exports with the same name end the link, unless both are constants with the
    /// same value.
    pub(super) fn export(&mut self, module: usize, exports: &mut Exports<'a>) -> Done {
        let content = self.modules[module].1;
        for (index, symbol) in content.symbols.iter().enumerate() {
            self.poll()?;
            let definition = match symbol.kind {
                SymbolKind::Exported(definition) => definition,
                SymbolKind::Imported => {
                    exports.imports.push((module, index));
                    continue;
                }
                SymbolKind::Local(_) => continue,
            };
            let name = content.get(symbol.name).as_bstr();
            let new = Found { module, definition };
            let number = u32::try_from(exports.found.len()).unwrap_or(u32::MAX);
            exports.found.push(new);
            let Some(old) = exports.by_name.insert(name, number) else { continue };
            let old = exports.found[old as usize];
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
    pub(super) fn resolve(&mut self, exports: Exports<'a>) -> Done<Symbols<'a>> {
        let modules = self.modules;
        let mut imported: Vec<_> = modules.iter().map(|(_, content)| vec![0; content.symbols.len()]).collect();
        for &(module, index) in &exports.imports {
            self.poll()?;
            let content = modules[module].1;
            if let Some(number) = exports.by_name.get(content.get(content.symbols[index].name).as_bstr()) {
                imported[module][index] = number + 1;
            }
        }
        Ok(Symbols { modules, imported, exports })
    }

    /// The places of symbols with this name that are not exported.
    pub(crate) fn hidden(&mut self, name: &BStr) -> Done<&[Where]> {
        if self.hidden.is_none() {
            self.hidden = Some(self.within("link", Self::find_hidden)?);
        }
        Ok(self.hidden.as_ref().and_then(|hidden| hidden.get(name)).map_or(&[], Vec::as_slice))
    }

    fn find_hidden(&self) -> Result<Hidden<'a>, Spent> {
        let mut hidden = Hidden::default();
        for (module, (_, content)) in self.modules.iter().enumerate() {
            for symbol in &content.symbols {
                self.budget.step()?;
                if let SymbolKind::Local(Definition { place, .. }) = symbol.kind {
                    self.budget.take_room_for::<[(&BStr, Vec<Where>, Where); 2]>(1)?;
                    hidden.entry(content.get(symbol.name).as_bstr()).or_default().push(Where { module, place });
                }
            }
        }
        Ok(hidden)
    }
}
