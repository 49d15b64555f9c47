//! The labels of each section, for the symbol file and the map.

use super::Link;
use super::merge::Piece;
use crate::limits::Spent;
use crate::module::{Definition, SymbolKind};

/// The labels of all modules, and the constants that they export.
pub(super) struct Labels<'a> {
    modules: Vec<InModule>,
    /// The values and names of the constants.
    pub constants: Vec<(i32, &'a [u8])>,
}

/// A linked list of labels for each section of a module. The values are indexes of symbols plus 1, and 0 is the end. The memory of
/// symbols that are not labels is never touched.
struct InModule {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Labels<'_> {
    /// The indexes of the labels in a piece, in the module's order.
    pub(super) fn of(&self, piece: Piece) -> impl Iterator<Item = usize> {
        let InModule { first, next } = &self.modules[piece.module];
        let index = |label: u32| label.checked_sub(1).map(|index| index as usize);
        std::iter::successors(index(first[piece.section]), move |&label| index(next[label]))
    }
}

impl<'a> Link<'a> {
    pub(super) fn labels(&self) -> Result<Labels<'a>, Spent> {
        let mut labels = Labels { modules: Vec::with_capacity(self.modules.len()), constants: Vec::new() };
        for (_, module) in self.modules {
            self.budget.take_room_for::<u32>(module.sections.len() + module.symbols.len())?;
            let (mut first, mut next) = (vec![0; module.sections.len()], vec![0; module.symbols.len()]);
            for (index, symbol) in module.symbols.iter().enumerate().rev() {
                self.budget.step()?;
                let Some(Definition { section, value, .. }) = definition(symbol.kind) else { continue };
                let is_exported = matches!(symbol.kind, SymbolKind::Exported(_));
                if section.is_none() && !is_exported {
                    continue;
                }
                let name = module.get(symbol.name);
                match section {
                    Some(section) if is_listed(name) => {
                        next[index] = first[section as usize];
                        first[section as usize] = u32::try_from(index + 1).unwrap_or_default();
                    }
                    // SDCC has one whose name begins with a dot.
                    None if is_listed(name) || name.starts_with(b".") => labels.constants.push((value, name)),
                    _ => {}
                }
            }
            labels.modules.push(InModule { first, next });
        }
        Ok(labels)
    }
}

pub(super) fn definition(kind: SymbolKind) -> Option<Definition> {
    match kind {
        SymbolKind::Local(definition) | SymbolKind::Exported(definition) => Some(definition),
        SymbolKind::Imported => None,
    }
}

/// Whether a symbol is listed. Names that the assembler makes are not.
fn is_listed(name: &[u8]) -> bool {
    name.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_')
}
