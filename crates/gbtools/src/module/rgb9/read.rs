//! Reads object files.
//!
//! The reader checks everything that users of a module rely on: numbers of nodes, symbols and sections are in range, no
//! node is its own ancestor, and patches belong to sections with data. Expressions are checked when they are evaluated.

mod nodes;

use std::fmt;

use bstr::ByteSlice;

use super::{MAGIC, REVISION};
use crate::limits::Budget;
use crate::memory::Region;
use crate::module::{
    Assertion, AssertionSeverity, Definition, Modifier, Module, Patch, PatchKind, Place, Section, Slice, Symbol,
    SymbolKind,
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

/// The reason why there is no module.
pub type Unread = crate::module::Unread<Malformed>;

/// The error is boxed, because results of this type are returned for each number in a file.
type Read<T> = Result<T, Box<Unread>>;

/// The module in an object file. It keeps names, data and expressions, which are a third of a large file.
///
/// # Errors
/// See [`Unread`].
pub fn read(file: &[u8], budget: &Budget<'_>) -> Result<Module, Unread> {
    if u32::try_from(file.len()).is_err() {
        let text = "The object is larger than 4 GiB".to_owned();
        return Err(Unread::Malformed(Malformed { offset: 0, text }));
    }
    // The capacity is always enough. The unused part takes no memory.
    let kept = Vec::with_capacity(file.len());
    let mut reader = Reader { file, budget, at: 0, kept, nodes: 0, symbols: 0, sections: 0 };
    let module = reader.module().map_err(|unread| *unread)?;
    reader.kept.shrink_to_fit();
    Ok(Module { bytes: reader.kept, ..module })
}

struct Reader<'a> {
    file: &'a [u8],
    budget: &'a Budget<'a>,
    at: usize,
    /// Becomes [`Module::bytes`].
    kept: Vec<u8>,
    nodes: u32,
    symbols: u32,
    sections: u32,
}

/// The number that stands for "none".
const NONE: u32 = u32::MAX;

/// The smallest size of each item in a file, in bytes.
mod least {
    pub(super) const NODE: usize = 10;
    pub(super) const SYMBOL: usize = 2;
    pub(super) const SECTION: usize = 27;
    pub(super) const PATCH: usize = 25;
    pub(super) const ASSERTION: usize = 26;
}

impl<'a> Reader<'a> {
    fn wrong<T>(&self, text: impl Into<String>) -> Read<T> {
        Err(Unread::Malformed(Malformed { offset: self.at, text: text.into() }).into())
    }

    /// The capacity to reserve for a list: its length, unless the file is too short for that.
    fn room<T>(&self, count: u32, least: usize) -> Read<usize> {
        let count = (count as usize).min((self.file.len() - self.at) / least);
        self.budget.take_room_for::<T>(count)?;
        Ok(count)
    }

    fn bytes(&mut self, count: usize, what: &str) -> Read<&'a [u8]> {
        let Some(bytes) = self.file[self.at..].get(..count) else { return self.ends(what) };
        self.at += count;
        Ok(bytes)
    }

    /// Copies bytes into the module.
    #[expect(clippy::cast_possible_truncation, reason = "the file has less than 4 GiB")]
    fn keep(&mut self, bytes: &[u8]) -> Read<Slice> {
        self.budget.take(bytes.len())?;
        self.budget.work(bytes.len())?;
        let slice = Slice { start: self.kept.len() as u32, len: bytes.len() as u32 };
        self.kept.extend_from_slice(bytes);
        Ok(slice)
    }

    fn byte(&mut self, what: &str) -> Read<u8> {
        let Some(&byte) = self.file.get(self.at) else { return self.ends(what) };
        self.at += 1;
        Ok(byte)
    }

    fn long(&mut self, what: &str) -> Read<u32> {
        let [number] = self.longs(what)?;
        Ok(number)
    }

    fn longs<const COUNT: usize>(&mut self, what: &str) -> Read<[u32; COUNT]> {
        let bytes = self.bytes(4 * COUNT, what)?;
        let mut numbers = [0; COUNT];
        for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = u32::from_le_bytes(*bytes);
        }
        Ok(numbers)
    }

    #[cold]
    fn ends<T>(&self, what: &str) -> Read<T> {
        self.wrong(format!("The object ends within {what}"))
    }

    fn string(&mut self, what: &str) -> Read<&'a [u8]> {
        let rest = &self.file[self.at..];
        let Some(len) = rest.find_byte(0) else { return self.ends(what) };
        self.at += len + 1;
        Ok(&rest[..len])
    }

    fn kept_string(&mut self, what: &str) -> Read<Slice> {
        let string = self.string(what)?;
        self.keep(string)
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
        module.symbols.reserve_exact(self.room::<Symbol>(self.symbols, least::SYMBOL)?);
        for _ in 0..self.symbols {
            let symbol = self.symbol()?;
            module.symbols.push(symbol);
        }
        module.sections.reserve_exact(self.room::<Section>(self.sections, least::SECTION)?);
        for _ in 0..self.sections {
            let section = self.section()?;
            module.sections.push(section);
        }
        self.check_labels(&module)?;
        let assertions = self.long("the number of assertions")?;
        module.assertions.reserve_exact(self.room::<Assertion>(assertions, least::ASSERTION)?);
        for _ in 0..assertions {
            self.budget.step()?;
            let assertion = self.assertion()?;
            module.assertions.push(assertion);
        }
        Ok(module)
    }

    fn place(&self, node: u32, line: u32) -> Read<Place> {
        if node >= self.nodes {
            return self.wrong(format!("There is no node {node}"));
        }
        Ok(Place { node, line })
    }

    fn section_id(&self, number: u32) -> Read<Option<u32>> {
        match number {
            NONE => Ok(None),
            section if section < self.sections => Ok(Some(section)),
            section => self.wrong(format!("There is no section {section}")),
        }
    }

    fn symbol(&mut self) -> Read<Symbol> {
        let name = self.kept_string("a symbol's name")?;
        let kind = self.byte("a symbol")?;
        if kind == 1 {
            return Ok(Symbol { name, kind: SymbolKind::Imported });
        }
        if kind > 2 {
            return self.wrong(format!("A symbol has the unknown type {kind}"));
        }
        let [node, line, section, value] = self.longs("a symbol")?;
        let (place, section) = (self.place(node, line)?, self.section_id(section)?);
        let definition = Definition { place, section, value: value.cast_signed() };
        let kind = if kind == 0 { SymbolKind::Local(definition) } else { SymbolKind::Exported(definition) };
        Ok(Symbol { name, kind })
    }

    /// Checks that labels lie inside their sections.
    fn check_labels(&self, module: &Module) -> Read<()> {
        for symbol in &module.symbols {
            self.budget.step()?;
            if let SymbolKind::Local(definition) | SymbolKind::Exported(definition) = symbol.kind
                && let Some(section) = definition.section
                && definition.value.cast_unsigned() > module.sections[section as usize].size
            {
                return self.wrong("A label is outside of its section");
            }
        }
        Ok(())
    }

    fn section(&mut self) -> Read<Section> {
        let name = self.kept_string("a section's name")?;
        let [node, line, size] = self.longs("a section")?;
        let place = self.place(node, line)?;
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
        let (mut data, mut patches) = (Slice::default(), Vec::new());
        if region.has_data() {
            let bytes = self.bytes(size as usize, "a section's data")?;
            data = self.keep(bytes)?;
            let count = self.long("the number of patches")?;
            patches.reserve_exact(self.room::<Patch>(count, least::PATCH)?);
            for _ in 0..count {
                self.budget.step()?;
                let patch = self.patch()?;
                patches.push(patch);
            }
        }
        let region = Some(region);
        Ok(Section { name, place, region, modifier, size, address, bank, align, align_offset, data, patches })
    }

    fn patch(&mut self) -> Read<Patch> {
        let [node, line, offset, pc_section, pc_offset] = self.longs("a patch")?;
        let (place, pc_section) = (self.place(node, line)?, self.section_id(pc_section)?);
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
        let code = self.bytes(size as usize, "an expression")?;
        self.keep(code)
    }

    fn assertion(&mut self) -> Read<Assertion> {
        let [node, line, offset, pc_section, pc_offset] = self.longs("an assertion")?;
        let (place, pc_section) = (self.place(node, line)?, self.section_id(pc_section)?);
        let severity = match self.byte("an assertion's type")? {
            0 => AssertionSeverity::Warn,
            1 => AssertionSeverity::Error,
            2 => AssertionSeverity::Fatal,
            other => return self.wrong(format!("An assertion has the unknown type {other}")),
        };
        let expression = self.expression()?;
        let message = self.kept_string("an assertion's message")?;
        Ok(Assertion { place, offset, pc_section, pc_offset, severity, expression, message })
    }
}
