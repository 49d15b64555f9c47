//! Writes object files.

use super::{MAGIC, REVISION};
use crate::module::{Modifier, Module, NodeKind, Place, Slice, SymbolKind};

/// The number that stands for "none".
const NONE: u32 = u32::MAX;

/// The region number of a section without a region. RGB9 has no such sections, so no tool reads it.
const NO_REGION: u8 = 0x3F;

/// The object file of a module.
pub fn write(module: &Module) -> Vec<u8> {
    let mut writer = Writer { module, file: Vec::with_capacity(module.bytes.len() * 2) };
    writer.file.extend_from_slice(MAGIC);
    writer.long(REVISION);
    writer.count(module.symbols.len());
    writer.count(module.sections.len());
    writer.nodes();
    writer.symbols();
    writer.sections();
    writer.assertions();
    writer.file
}

struct Writer<'a> {
    module: &'a Module,
    file: Vec<u8>,
}

impl Writer<'_> {
    fn long(&mut self, value: u32) {
        self.file.extend(value.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.long(u32::try_from(count).unwrap_or(NONE));
    }

    /// Writes a string, which ends at a NUL. The rest of a name after a NUL is lost.
    fn string(&mut self, slice: Slice) {
        let text = self.module.get(slice);
        self.file.extend(text.iter().take_while(|&&byte| byte != 0));
        self.file.push(0);
    }

    /// Writes the number of a node, and a line. The file lists nodes in reverse, so numbers count from the end of the
    /// list.
    fn place(&mut self, place: Place) {
        self.long(place.node);
        self.long(place.line);
    }

    fn nodes(&mut self) {
        self.count(self.module.nodes.len());
        for node in self.module.nodes.iter().rev() {
            if let Some(parent) = node.parent {
                self.place(parent);
            } else {
                self.long(NONE);
                self.long(0);
            }
            let quiet = u8::from(node.quiet) << 7;
            match node.kind {
                NodeKind::Loop(iterations) => {
                    self.file.push(quiet);
                    self.long(iterations.len / 4);
                    self.file.extend_from_slice(self.module.get(iterations));
                }
                NodeKind::File(name) => {
                    self.file.push(1 | quiet);
                    self.string(name);
                }
                NodeKind::Macro(name) => {
                    self.file.push(2 | quiet);
                    self.string(name);
                }
            }
        }
    }

    fn symbols(&mut self) {
        for symbol in &self.module.symbols {
            self.string(symbol.name);
            let (kind, definition) = match symbol.kind {
                SymbolKind::Local(definition) => (0, Some(definition)),
                SymbolKind::Imported => (1, None),
                SymbolKind::Exported(definition) => (2, Some(definition)),
            };
            self.file.push(kind);
            if let Some(definition) = definition {
                self.place(definition.place);
                self.long(definition.section.unwrap_or(NONE));
                self.long(definition.value.cast_unsigned());
            }
        }
    }

    fn sections(&mut self) {
        let module = self.module;
        for section in &module.sections {
            self.string(section.name);
            self.place(section.place);
            self.long(section.size);
            let modifier = match section.modifier {
                Modifier::None => 0,
                Modifier::Union => 1 << 7,
                Modifier::Fragment => 1 << 6,
            };
            self.file.push(section.region.map_or(NO_REGION, |region| region as u8) | modifier);
            self.long(section.address.map_or(NONE, u32::from));
            self.long(section.bank.unwrap_or(NONE));
            self.file.push(section.align);
            self.long(section.align_offset.into());
            if !section.region.is_some_and(crate::memory::Region::has_data) {
                continue;
            }
            self.file.extend_from_slice(module.get(section.data));
            self.count(section.patches.len());
            for patch in &section.patches {
                self.place(patch.place);
                self.long(patch.offset);
                self.long(patch.pc_section.unwrap_or(NONE));
                self.long(patch.pc_offset);
                self.file.push(patch.kind as u8);
                self.expression(patch.expression);
            }
        }
    }

    fn assertions(&mut self) {
        let module = self.module;
        self.count(module.assertions.len());
        for assertion in &module.assertions {
            self.place(assertion.place);
            self.long(assertion.offset);
            self.long(assertion.pc_section.unwrap_or(NONE));
            self.long(assertion.pc_offset);
            self.file.push(assertion.severity as u8);
            self.expression(assertion.expression);
            self.string(assertion.message);
        }
    }

    fn expression(&mut self, expression: Slice) {
        self.long(expression.len);
        self.file.extend_from_slice(self.module.get(expression));
    }
}
