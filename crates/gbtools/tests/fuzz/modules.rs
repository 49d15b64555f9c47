//! Modules with much of one thing.

use gbtools::memory::Region;
use gbtools::module::{
    Assertion, AssertionSeverity, Definition, Modifier, Module, Node, NodeKind, Patch, PatchKind, Place, Section,
    Slice, Symbol, SymbolKind, rpn,
};

/// The number of items of each kind.
pub(crate) const MANY: u32 = 1 << 18;

/// Adds bytes to a module.
pub(crate) fn add(module: &mut Module, bytes: &[u8]) -> Slice {
    let start = u32::try_from(module.bytes.len()).expect("a small module");
    module.bytes.extend_from_slice(bytes);
    Slice { start, len: u32::try_from(bytes.len()).expect("a small module") }
}

pub(crate) const PLACE: Place = Place { node: 0, line: 1 };

/// A module with one section of 4 bytes.
pub(crate) fn module() -> Module {
    let mut module = Module::default();
    let file = add(&mut module, b"main.asm");
    module.nodes.push(Node { parent: None, kind: NodeKind::File(file), quiet: false });
    add_section(&mut module, "main", |_| {});
    module
}

pub(crate) fn add_section(module: &mut Module, name: &str, change: impl Fn(&mut Section)) {
    let (name, data) = (add(module, name.as_bytes()), add(module, &[0; 4]));
    let patches = Vec::new();
    let (region, modifier) = (Some(Region::Romx), Modifier::None);
    let mut section = Section {
        name,
        place: PLACE,
        region,
        modifier,
        size: 4,
        address: None,
        bank: None,
        align: 0,
        align_offset: 0,
        data,
        patches,
    };
    change(&mut section);
    section.data.len = if section.region.is_some_and(Region::has_data) { section.size } else { 0 };
    module.sections.push(section);
}

pub(crate) fn with_sections(change: impl Fn(u32, &mut Section)) -> Module {
    let mut module = module();
    for number in 0..MANY {
        add_section(&mut module, &format!("section {number}"), |section| change(number, section));
    }
    module
}

pub(crate) fn with_symbols(name: impl Fn(u32) -> String, kind: impl Fn(u32) -> SymbolKind) -> Module {
    let mut module = module();
    for number in 0..MANY {
        let name = add(&mut module, name(number).as_bytes());
        module.symbols.push(Symbol { name, kind: kind(number) });
    }
    module
}

pub(crate) fn label(offset: u32) -> Definition {
    Definition { place: PLACE, section: Some(0), value: offset.cast_signed() }
}

pub(crate) fn patch(expression: Slice) -> Patch {
    Patch { place: PLACE, offset: 0, pc_section: None, pc_offset: 0, kind: PatchKind::Byte, expression }
}

pub(crate) fn with_patches(module: Module, code: &[u8]) -> Module {
    let mut module = module;
    let code = add(&mut module, code);
    module.sections[0].patches = vec![patch(code); MANY as usize];
    module
}

pub(crate) fn with_assertions(code: &[u8]) -> Module {
    let mut module = module();
    let (expression, message) = (add(&mut module, code), Slice::default());
    let severity = AssertionSeverity::Error;
    let assertion =
        Assertion { place: PLACE, offset: 0, pc_section: None, pc_offset: 0, severity, expression, message };
    module.assertions = vec![assertion; MANY as usize];
    module
}

/// A chain of nodes, and something wrong at its end.
pub(crate) fn with_nodes() -> Module {
    let mut module = with_assertions(&[rpn::CONST, 0, 0, 0, 0]);
    module.assertions.truncate(300);
    let name = add(&mut module, b"macro");
    for node in 0..MANY {
        module.nodes.push(Node { parent: Some(Place { node, line: 1 }), kind: NodeKind::Macro(name), quiet: false });
    }
    for assertion in &mut module.assertions {
        assertion.place.node = MANY;
    }
    module
}

pub(crate) fn constant(value: u32) -> Vec<u8> {
    [&[rpn::CONST][..], &value.to_le_bytes()].concat()
}
