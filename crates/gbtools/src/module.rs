//! An object in memory. RGB9 (rgbds(5)) is its form in a file.
//!
//! Names, section data and expressions lie in one buffer, [`Module::bytes`], and everything else points into it, so a module
//! of a large game costs a few allocations, and an object file is read without copying what is in it.

pub mod object;
pub mod rgb9;
pub mod sdcc;

use std::ops::Range;

use crate::memory::Region;

/// A part of [`Module::bytes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The first byte.
    pub start: u32,
    /// How many.
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
    /// What every [`Slice`] points into.
    pub bytes: Vec<u8>,
    /// Where things were defined. No node is its own ancestor.
    pub nodes: Vec<Node>,
    /// Symbols, by the numbers that expressions use.
    pub symbols: Vec<Symbol>,
    /// Sections, in the order of their definition, by the numbers that symbols use.
    pub sections: Vec<Section>,
    /// The patches of all sections; each section has a range of them. In the order of an object file, which is newest first.
    pub patches: Vec<Patch>,
    /// What the linker is to check. In the order of an object file, which is newest first.
    pub assertions: Vec<Assertion>,
}

impl Module {
    /// What a slice holds.
    ///
    /// # Panics
    /// For a slice of another module.
    pub fn get(&self, slice: Slice) -> &[u8] {
        &self.bytes[slice.range()]
    }
}

/// The number of a [`Node`] in [`Module::nodes`].
pub type NodeId = u32;
/// The number of a [`Symbol`] in [`Module::symbols`]; in an expression [`PC`] stands for the current address.
pub type SymbolId = u32;
/// The number of a [`Section`] in [`Module::sections`].
pub type SectionId = u32;

/// The symbol number that stands for `@` in an expression.
pub const PC: SymbolId = 0xFFFF_FFFF;

/// A file, a macro call or a loop that was being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it was called from, and the line there. None for the source itself.
    pub parent: Option<Place>,
    /// What it is.
    pub kind: NodeKind,
    /// Marked with `?`: left out of backtraces.
    pub quiet: bool,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A loop, and its iterations and those of the loops around it, from 1: outermost first.
    Loop(Vec<u32>),
    /// A file, by its path.
    File(Slice),
    /// A macro, by its full name, such as `macros.inc::say`.
    Macro(Slice),
}

/// A line of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The node.
    pub node: NodeId,
    /// The line, from 1.
    pub line: u32,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its full name, with the scope of a local label.
    pub name: Slice,
    /// Who can see it, and what it is.
    pub kind: SymbolKind,
}

/// Who can see a [`Symbol`], and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// Used in this module only.
    Local(Definition),
    /// Defined here, for all modules.
    Exported(Definition),
    /// Exported by another module.
    Imported,
}

/// Where a [`Symbol`] was defined, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Where.
    pub place: Place,
    /// A label's section. None for a constant.
    pub section: Option<SectionId>,
    /// The offset in that section, or the constant.
    pub value: i32,
}

/// Whether a section may be defined more than once, and how its parts go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier {
    /// Only once.
    None,
    /// The parts lie over each other.
    Union,
    /// The parts lie behind each other.
    Fragment,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: Slice,
    /// Where it was first defined.
    pub place: Place,
    /// Where it can be. None in an object of SDCC, for a linker script to say.
    pub region: Option<Region>,
    /// Whether it may have several parts.
    pub modifier: Modifier,
    /// How many bytes it has.
    pub size: u32,
    /// The address that it must have.
    pub address: Option<u16>,
    /// The bank that it must have.
    pub bank: Option<u32>,
    /// How many low bits of its address are given, 0 to 16.
    pub align: u8,
    /// These bits.
    pub align_offset: u16,
    /// Its content, [`size`](Self::size) bytes; empty where [`Region::has_data`] says no. Without a region
    /// either.
    pub data: Slice,
    /// Its patches: a range of [`Module::patches`].
    pub patches: Range<u32>,
}

/// Bytes of a section that the linker computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where in the source.
    pub place: Place,
    /// Where in the section's data.
    pub offset: u32,
    /// The section that `@` is in, which in a LOAD block is another one.
    pub pc_section: Option<SectionId>,
    /// The offset of `@` there.
    pub pc_offset: u32,
    /// How many bytes, and how they are computed.
    pub kind: PatchKind,
    /// The value: an expression as in an object file (rgbds(5), "RPN expressions").
    pub expression: Slice,
}

/// What a [`Patch`] writes. The order is that of the numbers in an object file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PatchKind {
    /// One byte.
    Byte = 0,
    /// Two bytes, the low one first.
    Word = 1,
    /// Four bytes, the low one first.
    Long = 2,
    /// One byte: the distance from the byte behind it.
    Relative = 3,
}

/// What the linker is to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Where in the source.
    pub place: Place,
    /// The offset that stands in an object file, where it means nothing.
    pub offset: u32,
    /// As for a [`Patch`].
    pub pc_section: Option<SectionId>,
    /// As for a [`Patch`].
    pub pc_offset: u32,
    /// What becomes of it if it does not hold.
    pub severity: AssertionSeverity,
    /// As for a [`Patch`]. It holds if the value is not 0.
    pub expression: Slice,
    /// The author's words. Empty if there are none.
    pub message: Slice,
}

/// What an [`Assertion`] that does not hold is. The order is that of the numbers in an object file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AssertionSeverity {
    /// A warning.
    Warn = 0,
    /// An error; the other assertions are checked.
    Error = 1,
    /// The end.
    Fatal = 2,
}

/// The codes of an expression, which lies in an object file as a sequence of bytes in reverse Polish notation (rgbds(5)).
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
