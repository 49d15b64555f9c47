//! The labels of each section, for the symbol file and the map.

use super::listing::Listing;
use super::merge::Piece;
use super::region::LISTED;
use super::resolve::Found;
use super::sort::sort;
use crate::limits::Spent;
use crate::module::{Definition, SymbolKind};

/// A label and its address, which may be behind the last one.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub address: i32,
    pub name: &'a [u8],
}

/// The labels of all sections, and the exported constants.
pub(super) struct Labels<'a> {
    /// Region by region and bank by bank as they are listed, and in each bank section by section and piece by piece.
    /// Those of a piece are sorted by address. At the same address, they keep the module's order.
    all: Vec<Label<'a>>,
    /// The end of each piece in `all`.
    ends: Vec<usize>,
    /// The values and names of the constants.
    pub constants: Vec<(i32, &'a [u8])>,
}

impl<'a> Labels<'a> {
    /// The labels of each piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[Label<'a>]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let piece = &self.all[start..end];
            start = end;
            piece
        })
    }
}

/// A linked list of labels for each section of a module. The values are indexes of symbols plus 1, and 0 is the end. The memory of
/// symbols that are not labels is never touched.
struct InModule {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl InModule {
    /// The indexes of the labels in a section, in the module's order.
    fn of(&self, section: usize) -> impl Iterator<Item = usize> {
        let index = |label: u32| label.checked_sub(1).map(|index| index as usize);
        std::iter::successors(index(self.first[section]), move |&label| index(self.next[label]))
    }
}

impl<'a> Listing<'_, 'a> {
    /// All labels, and the exported constants.
    pub(super) fn labels(&self) -> Result<Labels<'a>, Spent> {
        let (mut modules, mut constants) = (Vec::with_capacity(self.modules.len()), Vec::new());
        let mut count = 0;
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
                        count += 1;
                    }
                    // SDCC has one whose name begins with a dot.
                    None if is_listed(name) || name.starts_with(b".") => constants.push((value, name)),
                    _ => {}
                }
            }
            modules.push(InModule { first, next });
        }
        self.budget.take_room_for::<Label<'_>>(count)?;
        let mut labels = Labels { all: Vec::with_capacity(count), ends: Vec::new(), constants };
        for &section in LISTED.iter().flat_map(|&region| self.merged.banks.of(region)).flatten() {
            for piece in self.merged.sections[section].pieces() {
                self.list_piece(piece, &modules[piece.module], &mut labels)?;
            }
        }
        Ok(labels)
    }

    fn list_piece(&self, piece: Piece, labels: &InModule, listed: &mut Labels<'a>) -> Result<(), Spent> {
        self.budget.step()?;
        let module = self.modules[piece.module].1;
        let start = listed.all.len();
        for label in labels.of(piece.section) {
            self.budget.step()?;
            let symbol = &module.symbols[label];
            if let Some(definition) = definition(symbol.kind) {
                let (address, _) = self.merged.value(Found { module: piece.module, definition });
                listed.all.push(Label { address, name: module.get(symbol.name) });
            }
        }
        sort(&mut listed.all[start..], &self.budget, |left, right| left.address.cmp(&right.address))?;
        listed.ends.push(listed.all.len());
        Ok(())
    }
}

fn definition(kind: SymbolKind) -> Option<Definition> {
    match kind {
        SymbolKind::Local(definition) | SymbolKind::Exported(definition) => Some(definition),
        SymbolKind::Imported => None,
    }
}

/// Whether a symbol is listed. Names that the assembler makes are not.
fn is_listed(name: &[u8]) -> bool {
    name.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_')
}
