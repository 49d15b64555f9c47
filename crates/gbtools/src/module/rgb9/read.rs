//! Reads object files.
//!
//! The reader checks everything that users of a module rely on: numbers of nodes, symbols and sections are in range, no
//! node is its own ancestor, and patches belong to sections with data. Expressions are checked when they are evaluated.

use std::fmt;

use bstr::ByteSlice;

use super::{MAGIC, REVISION};
use crate::memory::Region;
use crate::module::{
    Assertion, AssertionSeverity, Definition, Modifier, Module, Node, NodeKind, Patch, PatchKind, Place, Section,
    Slice, Symbol, SymbolKind,
};

/// An error in an object file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The offset of the byte at which it was found.
    pub offset: usize,
    /// A description.
    pub text: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.text, self.offset)
    }
}

impl std::error::Error for Malformed {}

type Read<T> = Result<T, Malformed>;

/// The module in an object file. It takes over the file's buffer, so nothing is copied.
///
/// # Errors
/// See [`Malformed`].
pub fn read(file: Vec<u8>) -> Read<Module> {
    if u32::try_from(file.len()).is_err() {
        return Err(Malformed { offset: 0, text: "The object is larger than 4 GiB".to_owned() });
    }
    let mut reader = Reader { file: &file, at: 0, nodes: 0, symbols: 0, sections: 0 };
    let module = reader.module()?;
    Ok(Module { bytes: file, ..module })
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
    nodes: u32,
    symbols: u32,
    sections: u32,
}

/// The number that stands for "none".
const NONE: u32 = u32::MAX;

/// The capacity to reserve for a list. A count in a damaged file must not make the reader allocate much.
fn room(count: u32) -> usize {
    count.min(1 << 16) as usize
}

/// Whether some node is its own ancestor.
fn has_circle(nodes: &[Node]) -> bool {
    /// The state of a node in the search.
    #[derive(Clone, Copy, PartialEq)]
    enum Known {
        Nothing,
        OnTheWay,
        Fine,
    }
    let mut known = vec![Known::Nothing; nodes.len()];
    let mut way = Vec::new();
    for start in 0..nodes.len() {
        let mut next = Some(start);
        while let Some(node) = next {
            match known[node] {
                Known::Fine => break,
                Known::OnTheWay => return true,
                Known::Nothing => known[node] = Known::OnTheWay,
            }
            way.push(node);
            next = nodes[node].parent.map(|parent| parent.node as usize);
        }
        for node in way.drain(..) {
            known[node] = Known::Fine;
        }
    }
    false
}

impl Reader<'_> {
    fn wrong<T>(&self, text: impl Into<String>) -> Read<T> {
        Err(Malformed { offset: self.at, text: text.into() })
    }

    fn bytes(&mut self, count: usize, what: &str) -> Read<Slice> {
        if self.file.len() - self.at < count {
            return self.wrong(format!("The object ends within {what}"));
        }
        let slice = self.slice(self.at, count);
        self.at += count;
        Ok(slice)
    }

    #[expect(clippy::unused_self, reason = "the file's size is what makes the numbers fit")]
    #[expect(clippy::cast_possible_truncation, reason = "the file has less than 4 GiB")]
    fn slice(&self, start: usize, len: usize) -> Slice {
        Slice { start: start as u32, len: len as u32 }
    }

    fn byte(&mut self, what: &str) -> Read<u8> {
        let at = self.bytes(1, what)?.start;
        Ok(self.file[at as usize])
    }

    fn long(&mut self, what: &str) -> Read<u32> {
        let at = self.bytes(4, what)?.start as usize;
        Ok(self.file[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    fn string(&mut self, what: &str) -> Read<Slice> {
        let Some(len) = self.file[self.at..].find_byte(0) else {
            return self.wrong(format!("The object ends within {what}"));
        };
        let slice = self.slice(self.at, len);
        self.at += len + 1;
        Ok(slice)
    }

    fn module(&mut self) -> Read<Module> {
        let magic = self.file.get(..MAGIC.len());
        if magic != Some(MAGIC) {
            return self.wrong("This is not an RGBDS object");
        }
        self.at = MAGIC.len();
        let revision = self.long("the revision")?;
        if revision != REVISION {
            return self.wrong(format!(
                "The object has revision {revision}, but revision {REVISION} is needed: it was made by another release"
            ));
        }
        self.symbols = self.long("the number of symbols")?;
        self.sections = self.long("the number of sections")?;
        let mut module = Module::default();
        self.nodes(&mut module)?;
        for _ in 0..self.symbols {
            let symbol = self.symbol()?;
            module.symbols.push(symbol);
        }
        for _ in 0..self.sections {
            let section = self.section(&mut module.patches)?;
            module.sections.push(section);
        }
        self.check_labels(&module)?;
        let assertions = self.long("the number of assertions")?;
        module.assertions.reserve(room(assertions));
        for _ in 0..assertions {
            let assertion = self.assertion()?;
            module.assertions.push(assertion);
        }
        Ok(module)
    }

    /// Reads the nodes. The file lists them last to first.
    fn nodes(&mut self, module: &mut Module) -> Read<()> {
        self.nodes = self.long("the number of nodes")?;
        module.nodes.reserve(room(self.nodes));
        for _ in 0..self.nodes {
            let parent = self.long("a node")?;
            let line = self.long("a node")?;
            if parent != NONE && parent >= self.nodes {
                return self.wrong(format!("A node's parent is {parent}, which does not exist"));
            }
            let parent = (parent != NONE).then_some(Place { node: parent, line });
            let kind = self.byte("a node")?;
            let quiet = kind & 0x80 != 0;
            let kind = match kind & 0x7F {
                0 if parent.is_none() => return self.wrong("A loop is not in a file"),
                0 => {
                    let depth = self.long("a loop's depth")?;
                    if depth == 0 {
                        return self.wrong("A loop has no iteration");
                    }
                    let mut iterations = Vec::with_capacity(room(depth));
                    for _ in 0..depth {
                        iterations.push(self.long("a loop's iterations")?);
                    }
                    NodeKind::Loop(iterations)
                }
                1 => NodeKind::File(self.string("a file's name")?),
                2 => NodeKind::Macro(self.string("a macro's name")?),
                other => return self.wrong(format!("A node has the unknown type {other}")),
            };
            module.nodes.push(Node { parent, kind, quiet });
        }
        module.nodes.reverse();
        if has_circle(&module.nodes) {
            return self.wrong("A node is its own ancestor");
        }
        Ok(())
    }

    fn place(&mut self, what: &str) -> Read<Place> {
        let node = self.long(what)?;
        let line = self.long(what)?;
        if node >= self.nodes {
            return self.wrong(format!("There is no node {node}"));
        }
        Ok(Place { node, line })
    }

    fn section_id(&mut self, what: &str) -> Read<Option<u32>> {
        match self.long(what)? {
            NONE => Ok(None),
            section if section < self.sections => Ok(Some(section)),
            section => self.wrong(format!("There is no section {section}")),
        }
    }

    fn symbol(&mut self) -> Read<Symbol> {
        let name = self.string("a symbol's name")?;
        let kind = self.byte("a symbol")?;
        if kind == 1 {
            return Ok(Symbol { name, kind: SymbolKind::Imported });
        }
        if kind > 2 {
            return self.wrong(format!("A symbol has the unknown type {kind}"));
        }
        let place = self.place("a symbol")?;
        let section = self.section_id("a symbol")?;
        let value = self.long("a symbol")?.cast_signed();
        let definition = Definition { place, section, value };
        let kind = if kind == 0 { SymbolKind::Local(definition) } else { SymbolKind::Exported(definition) };
        Ok(Symbol { name, kind })
    }

    /// Checks that labels lie inside their sections.
    fn check_labels(&self, module: &Module) -> Read<()> {
        for symbol in &module.symbols {
            if let SymbolKind::Local(definition) | SymbolKind::Exported(definition) = symbol.kind
                && let Some(section) = definition.section
                && definition.value.cast_unsigned() > module.sections[section as usize].size
            {
                return self.wrong("A label is outside of its section");
            }
        }
        Ok(())
    }

    fn section(&mut self, patches: &mut Vec<Patch>) -> Read<Section> {
        let name = self.string("a section's name")?;
        let place = self.place("a section")?;
        let size = self.long("a section's size")?;
        if size > 0x1_0000 {
            return self.wrong(format!("A section has {size} bytes, which is more than any memory region has"));
        }
        let kind = self.byte("a section's type")?;
        let Some(region) = Region::from_number(kind & 0x3F) else {
            return self.wrong(format!("A section has the unknown type {}", kind & 0x3F));
        };
        let modifier = match kind >> 6 {
            0 => Modifier::None,
            1 => Modifier::Fragment,
            2 => Modifier::Union,
            _ => return self.wrong("A section is a UNION and a FRAGMENT"),
        };
        let address = match self.long("a section's address")? {
            NONE => None,
            address => match u16::try_from(address) {
                Ok(address) => Some(address),
                Err(_) => return self.wrong(format!("A section has the address ${address:X}")),
            },
        };
        let bank = Some(self.long("a section's bank")?).filter(|&bank| bank != NONE);
        let align = self.byte("a section's alignment")?.min(16);
        let offset = self.long("a section's alignment")?;
        // A section with a fixed address has no alignment, but rgbasm still writes the offset that the source gave.
        let fits = |&offset: &u16| address.is_some() || u32::from(offset) < 1 << align;
        let Some(align_offset) = u16::try_from(offset).ok().filter(fits) else {
            return self.wrong(format!("A section has the alignment offset {offset}"));
        };
        let first = patches.len();
        let mut data = Slice::default();
        if region.has_data() {
            data = self.bytes(size as usize, "a section's data")?;
            let count = self.long("the number of patches")?;
            patches.reserve(room(count));
            for _ in 0..count {
                let patch = self.patch()?;
                patches.push(patch);
            }
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let patches = number(first)..number(patches.len());
        let region = Some(region);
        Ok(Section { name, place, region, modifier, size, address, bank, align, align_offset, data, patches })
    }

    fn patch(&mut self) -> Read<Patch> {
        let place = self.place("a patch")?;
        let offset = self.long("a patch")?;
        let pc_section = self.section_id("a patch")?;
        let pc_offset = self.long("a patch")?;
        let kind = match self.byte("a patch's type")? {
            0 => PatchKind::Byte,
            1 => PatchKind::Word,
            2 => PatchKind::Long,
            3 => PatchKind::Relative,
            other => return self.wrong(format!("A patch has the unknown type {other}")),
        };
        Ok(Patch { place, offset, pc_section, pc_offset, kind, expression: self.expression()? })
    }

    fn expression(&mut self) -> Read<Slice> {
        let size = self.long("an expression's size")?;
        self.bytes(size as usize, "an expression")
    }

    fn assertion(&mut self) -> Read<Assertion> {
        let place = self.place("an assertion")?;
        let offset = self.long("an assertion")?;
        let pc_section = self.section_id("an assertion")?;
        let pc_offset = self.long("an assertion")?;
        let severity = match self.byte("an assertion's type")? {
            0 => AssertionSeverity::Warn,
            1 => AssertionSeverity::Error,
            2 => AssertionSeverity::Fatal,
            other => return self.wrong(format!("An assertion has the unknown type {other}")),
        };
        let expression = self.expression()?;
        let message = self.string("an assertion's message")?;
        Ok(Assertion { place, offset, pc_section, pc_offset, severity, expression, message })
    }
}
