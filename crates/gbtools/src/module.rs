//! An object in memory. RGB9 (rgbds(5)) is the file format.
//!
//! Names, section data and expressions lie in one buffer, [`Module::bytes`], and everything else points into it. So the
//! module of a large game takes only a few allocations.

pub mod object;
pub mod rgb9;
pub mod sdcc;
mod unread;

use std::ops::Range;

use crate::memory::Region;

pub use unread::Unread;

/// A part of [`Module::bytes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The first byte.
    pub start: u32,
    /// The number of bytes.
    pub len: u32,
}

impl Slice {
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// An assembled source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// The buffer that every [`Slice`] points into.
    pub bytes: Vec<u8>,
    /// The files, macro calls and loops in which things are defined. No node is its own ancestor.
    pub nodes: Vec<Node>,
    /// Symbols, by the numbers that expressions use.
    pub symbols: Vec<Symbol>,
    /// Sections, by the numbers that symbols use, in order of definition.
    pub sections: Vec<Section>,
    /// Checks for the linker. The order is that of an object file, newest first.
    pub assertions: Vec<Assertion>,
}

impl Module {
    /// The bytes of a slice.
    ///
    /// # Panics
    /// If the slice is of another module.
    pub fn get(&self, slice: Slice) -> &[u8] {
        &self.bytes[slice.range()]
    }

    /// The memory that it takes, in bytes, roughly.
    pub fn memory(&self) -> usize {
        self.bytes.len()
            + size_of::<Node>() * self.nodes.capacity()
            + size_of::<Symbol>() * self.symbols.capacity()
            + size_of::<Section>() * self.sections.capacity()
            + size_of::<Patch>() * self.sections.iter().map(|section| section.patches.capacity()).sum::<usize>()
            + size_of::<Assertion>() * self.assertions.capacity()
    }
}

/// The number of a [`Node`] in [`Module::nodes`].
pub type NodeId = u32;
/// The number of a [`Symbol`] in [`Module::symbols`]. In an expression, [`PC`] stands for the current address.
pub type SymbolId = u32;
/// The number of a [`Section`] in [`Module::sections`].
pub type SectionId = u32;

/// The symbol number that stands for `@` in an expression.
pub const PC: SymbolId = 0xFFFF_FFFF;

/// A file, a macro call or a loop that the assembler read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The place that it was called from. None for the source itself.
    pub parent: Option<Place>,
    /// File, macro or loop.
    pub kind: NodeKind,
    /// Marked with `?` in the source, which hides it in backtraces.
    pub quiet: bool,
}

/// The kind of a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A loop: its iteration and those of the loops around it, counted from 1, outermost first. Each has four bytes, little-endian.
    Loop(Slice),
    /// A file, with its path.
    File(Slice),
    /// A macro, with its full name, such as `macros.inc::say`.
    Macro(Slice),
}

/// A line in a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, macro or loop.
    pub node: NodeId,
    /// The line, from 1.
    pub line: u32,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its full name. That of a local label includes the scope.
    pub name: Slice,
    /// Visibility and definition.
    pub kind: SymbolKind,
}

/// The visibility and definition of a [`Symbol`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// Visible in this module only.
    Local(Definition),
    /// Defined here, visible in all modules.
    Exported(Definition),
    /// Exported by another module.
    Imported,
}

/// The definition of a [`Symbol`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The place in the source.
    pub place: Place,
    /// The section of a label. None for a constant.
    pub section: Option<SectionId>,
    /// The offset of a label in its section, or the value of a constant.
    pub value: i32,
}

/// Whether a section may have several definitions, and how they are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier {
    /// It has one definition.
    None,
    /// The definitions overlap, from the same address.
    Union,
    /// The definitions follow each other.
    Fragment,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: Slice,
    /// Where it was first defined.
    pub place: Place,
    /// The region. None in an object of SDCC, where a linker script decides.
    pub region: Option<Region>,
    /// How several definitions are combined.
    pub modifier: Modifier,
    /// The size in bytes.
    pub size: u32,
    /// The required address.
    pub address: Option<u16>,
    /// The required bank.
    pub bank: Option<u32>,
    /// The number of low bits of the address that are required, 0 to 16.
    pub align: u8,
    /// The required value of those bits.
    pub align_offset: u16,
    /// The content, of [`size`](Self::size) bytes. Empty if there is no region, or if [`Region::has_data`] is false.
    pub data: Slice,
    /// Its patches, in the order in which they are computed. In an object of RGBDS that is newest first.
    pub patches: Vec<Patch>,
}

/// Bytes of a section that the linker fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The place in the source.
    pub place: Place,
    /// The offset in the section's data.
    pub offset: u32,
    /// The section of `@`. In a LOAD block it differs from the section that has the patch.
    pub pc_section: Option<SectionId>,
    /// The offset of `@` in that section.
    pub pc_offset: u32,
    /// How many bytes there are, and how they are computed.
    pub kind: PatchKind,
    /// The value: an expression in the form of an object file (rgbds(5), "RPN expressions").
    pub expression: Slice,
}

/// The form of a [`Patch`]. The numbers are those of object files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PatchKind {
    /// One byte.
    Byte = 0,
    /// Two bytes, low byte first.
    Word = 1,
    /// Four bytes, low byte first.
    Long = 2,
    /// One byte: the distance from the byte after it.
    Relative = 3,
}

/// A condition for the linker to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The place in the source.
    pub place: Place,
    /// The offset field of the object file, which has no meaning.
    pub offset: u32,
    /// As for a [`Patch`].
    pub pc_section: Option<SectionId>,
    /// As for a [`Patch`].
    pub pc_offset: u32,
    /// The result if the condition is false.
    pub severity: AssertionSeverity,
    /// As for a [`Patch`]. The condition is true if the value is not 0.
    pub expression: Slice,
    /// The author's message. It may be empty.
    pub message: Slice,
}

/// The result of an [`Assertion`] that fails. The numbers are those of object files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AssertionSeverity {
    /// A warning.
    Warn = 0,
    /// An error. The linker checks the other assertions.
    Error = 1,
    /// A fatal error. The linker stops.
    Fatal = 2,
}

/// The codes of an expression. In an object file, an expression is a sequence of bytes in reverse Polish notation
/// (rgbds(5)).
#[expect(missing_docs, reason = "each is the operator or function of its name")]
pub mod rpn {
    pub const ADD: u8 = 0x00;
    pub const SUB: u8 = 0x01;
    pub const MUL: u8 = 0x02;
    pub const DIV: u8 = 0x03;
    pub const MOD: u8 = 0x04;
    pub const NEG: u8 = 0x05;
    pub const EXP: u8 = 0x06;
    pub const OR: u8 = 0x10;
    pub const AND: u8 = 0x11;
    pub const XOR: u8 = 0x12;
    pub const NOT: u8 = 0x13;
    pub const LOGIC_AND: u8 = 0x21;
    pub const LOGIC_OR: u8 = 0x22;
    pub const LOGIC_NOT: u8 = 0x23;
    pub const EQ: u8 = 0x30;
    pub const NE: u8 = 0x31;
    pub const GT: u8 = 0x32;
    pub const LT: u8 = 0x33;
    pub const GE: u8 = 0x34;
    pub const LE: u8 = 0x35;
    pub const SHL: u8 = 0x40;
    pub const SHR: u8 = 0x41;
    pub const USHR: u8 = 0x42;
    pub const BANK_SYMBOL: u8 = 0x50;
    pub const BANK_SECTION: u8 = 0x51;
    pub const BANK_SELF: u8 = 0x52;
    pub const SIZEOF_SECTION: u8 = 0x53;
    pub const STARTOF_SECTION: u8 = 0x54;
    pub const SIZEOF_REGION: u8 = 0x55;
    pub const STARTOF_REGION: u8 = 0x56;
    pub const LDH: u8 = 0x60;
    pub const RST: u8 = 0x61;
    pub const BIT: u8 = 0x62;
    pub const HIGH: u8 = 0x70;
    pub const LOW: u8 = 0x71;
    pub const BITWIDTH: u8 = 0x72;
    pub const TZCOUNT: u8 = 0x73;
    pub const CONST: u8 = 0x80;
    pub const SYMBOL: u8 = 0x81;
}
