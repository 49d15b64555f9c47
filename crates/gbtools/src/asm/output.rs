//! Makes the object at the end of the assembly.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::expression::{Expression, name_of, symbols_of};
use super::names::Name;
use super::nodes::{Kind as NodeKind, Nodes};
use super::symbols::{Kind, Symbol, Symbols};
use super::warnings::Warning;
use super::{Asm, Done};
use crate::module::{
    Assertion, AssertionSeverity, Definition, Module, Node, NodeId, NodeKind as ObjectNode, Place, Section, SectionId,
    Slice, SymbolId, SymbolKind,
};

/// The parts of the object that are collected during the assembly.
#[derive(Clone, Default)]
pub(crate) struct Output {
    /// Expressions and messages. Slices point into this.
    bytes: Vec<u8>,
    /// The symbols that expressions use, by their number in the object.
    numbered: Vec<Name>,
    assertions: Vec<Assertion>,
}

impl Output {
    /// Keeps bytes for the object.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> Slice {
        let start = length(self.bytes.len());
        self.bytes.extend_from_slice(bytes);
        Slice { start, len: length(bytes.len()) }
    }

    /// The approximate memory use in bytes, without the part that was already counted.
    pub(crate) fn memory(&self) -> usize {
        self.numbered.capacity() * size_of::<Name>()
    }

    /// Keeps the code of an expression. Its symbols are still names.
    pub(crate) fn keep_expression(&mut self, expression: &Expression) -> Slice {
        let start = length(self.bytes.len());
        expression.push_code(&mut self.bytes);
        Slice { start, len: length(self.bytes.len()) - start }
    }

    /// Replaces the names in a kept expression with the object's numbers of the symbols.
    pub(crate) fn number_symbols(&mut self, symbols: &mut Symbols, expression: Slice, pc: Name) {
        let mut bytes = std::mem::take(&mut self.bytes);
        let start = expression.start as usize;
        symbols_of(&mut bytes[start..start + expression.len as usize], |bytes| {
            let name = name_of(bytes);
            let number = if name == pc { crate::module::PC } else { self.number(symbols, name) };
            bytes.copy_from_slice(&number.to_le_bytes());
        });
        self.bytes = bytes;
    }

    /// The number of a symbol that an expression uses.
    fn number(&mut self, symbols: &mut Symbols, name: Name) -> SymbolId {
        let symbol = symbols.get_mut(name);
        if symbol.number == 0 {
            self.numbered.push(name);
            symbol.number = length(self.numbered.len());
        }
        symbol.number - 1
    }

    pub(crate) fn assert(
        &mut self,
        place: Place,
        severity: AssertionSeverity,
        expression: Slice,
        pc_section: Option<SectionId>,
        pc_offset: u32,
        message: &[u8],
    ) {
        let message = self.keep(message);
        self.assertions.push(Assertion { place, offset: 0, pc_section, pc_offset, severity, expression, message });
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The nodes that the object refers to, and their numbers.
struct Numbering {
    /// Each after the node that it was called from.
    nodes: Vec<NodeId>,
    /// For each node, its number in the object plus 1, or 0.
    numbers: Vec<u32>,
}

impl Numbering {
    /// Notes that the object refers to a place.
    fn mention(&mut self, nodes: &Nodes, place: Place) {
        let first = self.nodes.len();
        let mut next = Some(place.node);
        while let Some(node) = next.filter(|&node| self.numbers[node as usize] == 0) {
            self.nodes.push(node);
            next = nodes.get(node).parent.map(|parent| parent.node);
        }
        self.nodes[first..].reverse();
        for (index, &node) in self.nodes.iter().enumerate().skip(first) {
            self.numbers[node as usize] = length(index + 1);
        }
    }

    fn place(&self, place: Place) -> Place {
        Place { node: self.numbers[place.node as usize] - 1, line: place.line }
    }
}

impl Asm<'_> {
    /// Makes the object.
    pub(crate) fn module(&mut self) -> Done<Module> {
        let mut output = std::mem::take(&mut self.output);
        let mut sections = std::mem::take(&mut self.sections.all);
        let mut numbering = Numbering { nodes: Vec::new(), numbers: vec![0; self.nodes.len()] };

        self.number_other_symbols(&mut output);
        let wanted = std::mem::take(&mut output.numbered);
        for &name in &wanted {
            self.poll()?;
            if let Some(place) = self.symbols.get(name).place {
                numbering.mention(&self.nodes, place);
            }
        }
        for section in &mut sections {
            numbering.mention(&self.nodes, section.place);
            for patch in &section.patches {
                self.poll()?;
                numbering.mention(&self.nodes, patch.place);
            }
            // They have been read just now, so they are still at hand. In an object they are in reverse order.
            let count = section.patches.len();
            for index in 0..count {
                self.poll()?;
                if index < count / 2 {
                    section.patches.swap(index, count - 1 - index);
                }
                let patch = &mut section.patches[index];
                patch.place = numbering.place(patch.place);
            }
        }
        for assertion in &output.assertions {
            self.poll()?;
            numbering.mention(&self.nodes, assertion.place);
        }

        let mut module = Module { bytes: std::mem::take(&mut output.bytes), ..Module::default() };
        self.add_nodes(&mut module, &numbering)?;
        // All of it is known, so nothing has to move while it grows.
        let names: usize = wanted.iter().map(|&name| self.names.get(name).len()).sum();
        module
            .bytes
            .reserve(names + sections.iter().map(|section| section.name.len() + section.data.len()).sum::<usize>());
        module.symbols.reserve_exact(wanted.len());
        module.sections.reserve_exact(sections.len());
        for &name in &wanted {
            self.poll()?;
            let text = self.names.get(name);
            let name_slice = add(&mut module, text);
            let kind = symbol_kind(self.symbols.get(name), &numbering);
            module.symbols.push(crate::module::Symbol { name: name_slice, kind });
        }
        for section in sections {
            self.work(section.data.len())?;
            let super::sections::Section { region, modifier, size, address, bank, align, align_offset, .. } = section;
            let (name, data) = (add(&mut module, &section.name), add(&mut module, &section.data));
            let (place, patches) = (numbering.place(section.place), section.patches);
            module.sections.push(Section {
                name,
                place,
                region: Some(region),
                modifier,
                size,
                address,
                bank,
                align,
                align_offset,
                data,
                patches,
            });
        }
        module.assertions = output.assertions.drain(..).rev().collect();
        for assertion in &mut module.assertions {
            assertion.place = numbering.place(assertion.place);
        }
        Ok(module)
    }

    /// Numbers the symbols that the object has even if no expression uses them.
    fn number_other_symbols(&mut self, output: &mut Output) {
        for name in self.symbols.in_order() {
            let symbol = self.symbols.get(name);
            let wanted = match symbol.kind {
                Kind::Undefined => false,
                Kind::Label { .. } => true,
                _ => symbol.exported || self.options.all_symbols,
            };
            let in_source = |place: Place| !self.nodes.get(place.node).is_command_line();
            if wanted && symbol.place.is_some_and(in_source) {
                output.number(&mut self.symbols, name);
            }
        }
    }

    /// Adds the nodes that the object refers to. Those of the same file or macro share its name. An object file has the
    /// name of each, so each counts as memory.
    fn add_nodes(&mut self, module: &mut Module, numbering: &Numbering) -> Done {
        let mut names: HashMap<NodeKind, Slice, FxBuildHasher> = HashMap::default();
        let (room, mut shared) = (self.room(), 0);
        module.nodes.reserve_exact(numbering.nodes.len());
        for &id in &numbering.nodes {
            self.poll()?;
            let node = *self.nodes.get(id);
            let kind = if let NodeKind::Loop(_) = node.kind {
                let mut iterations: Vec<_> = self.nodes.iterations(id).map(u32::to_le_bytes).collect();
                iterations.reverse();
                let bytes = iterations.as_flattened();
                self.check_room(module.bytes.len() + bytes.len())?;
                ObjectNode::Loop(add(module, bytes))
            } else {
                let name = if let Some(&name) = names.get(&node.kind) {
                    shared += name.len as usize;
                    if (module.bytes.len() + shared) as u64 > room {
                        return Err(self.out_of_memory());
                    }
                    name
                } else {
                    let name = self.add_name(module, id)?;
                    names.insert(node.kind, name);
                    name
                };
                if let NodeKind::Macro { .. } = node.kind { ObjectNode::Macro(name) } else { ObjectNode::File(name) }
            };
            let parent = node.parent.map(|parent| numbering.place(parent));
            module.nodes.push(Node { parent, kind, quiet: node.quiet });
        }
        Ok(())
    }

    /// Adds the name of a node.
    fn add_name(&mut self, module: &mut Module, id: NodeId) -> Done<Slice> {
        let len = self.nodes.name_len(id, &self.names);
        self.check_room(module.bytes.len() + len)?;
        self.work(len)?;
        let name = self.nodes.name(id, &self.names);
        Ok(add(module, &name))
    }

    /// Checks the state at the end of the source.
    pub(crate) fn check_end(&mut self) {
        if !self.sections.now.unions.is_empty() {
            self.error("unterminated-union", "Unterminated UNION: its ENDU is missing");
        }
        self.end_load_before("The end of the source");
        for section in 0..self.sections.all.len() {
            let section = &self.sections.all[section];
            let (name, size, most) = (&section.name, section.size, section.region.bounds().size);
            if size > u32::from(most) {
                let text =
                    format!("Section \"{name}\" is too large: {size} bytes (${size:X}) of at most {most} (${most:X})");
                self.error("section-too-large", text);
            }
        }
        let unmatched = [
            (self.charmaps.is_pushed(), "PUSHC", "POPC"),
            (!self.pushed_settings.is_empty(), "PUSHO", "POPO"),
            (!self.sections.stack.is_empty(), "PUSHS", "POPS"),
        ];
        for (_, push, pop) in unmatched.into_iter().filter(|(pushed, ..)| *pushed) {
            self.warn(Warning::UnmatchedDirective, format!("{push} without a {pop}"));
        }
    }
}

/// Appends bytes to an object.
fn add(module: &mut Module, bytes: &[u8]) -> Slice {
    let start = length(module.bytes.len());
    module.bytes.extend_from_slice(bytes);
    Slice { start, len: length(bytes.len()) }
}

fn symbol_kind(symbol: &Symbol, numbering: &Numbering) -> SymbolKind {
    let (section, value) = match symbol.kind {
        Kind::Label { section, offset } => (Some(section), offset.cast_signed()),
        Kind::Constant(value) | Kind::Variable(value) => (None, value),
        // The linker needs only their names.
        Kind::Text(_) | Kind::Macro(_) => (None, 0),
        _ => return SymbolKind::Imported,
    };
    let Some(place) = symbol.place else { return SymbolKind::Imported };
    let definition = Definition { place: numbering.place(place), section, value };
    if symbol.exported { SymbolKind::Exported(definition) } else { SymbolKind::Local(definition) }
}
