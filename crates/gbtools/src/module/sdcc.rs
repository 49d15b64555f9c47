//! Reads objects of SDCC's assembler (`ASxxxx` with SDCC's relocations). Areas become sections.
//!
//! SDCC does not know the Game Boy's memory, so most areas have no region until a linker script gives them one. An
//! absolute area has the region of its address.

mod problem;
mod relocation;

use std::collections::{HashMap, HashSet};
use std::str::from_utf8;

use bstr::{BStr, BString, ByteSlice};
use rustc_hash::FxBuildHasher;

use super::{
    Definition, Modifier, Module, Node, NodeKind, Patch, Place, Section, SectionId, Slice, Symbol, SymbolId, SymbolKind,
};
use crate::limits::{Budget, Spent};
use crate::memory::Region;
use problem::{Problem, Read, wrong};

pub use problem::{Remark, Unread};

/// The largest file that is read. Below this size, no number in a module overflows.
const LARGEST: usize = 1 << 28;

/// The shortest line with a symbol, in bytes: `S a Ref0`.
const SHORTEST_SYMBOL: usize = 9;

/// Whether a file is an object of SDCC, judged by its first byte.
pub fn is_object(file: &[u8]) -> bool {
    matches!(file.first(), Some(b'X' | b'D' | b'Q'))
}

/// The module in an object file. The file counts as memory. Adds warnings to `remarks`, also before an error.
///
/// # Errors
/// See [`Unread`]. An error is about the first line that cannot be read.
pub fn read(file: &[u8], name: &BStr, budget: &Budget<'_>, remarks: &mut Vec<Remark>) -> Result<Module, Unread> {
    if file.len() > LARGEST || name.len() > LARGEST {
        return Err(Problem::from("The object is larger than 256 MiB").in_line(1));
    }
    budget.take(file.len()).map_err(Unread::Spent)?;
    let mut reader = Reader::of(name, file.len(), budget, remarks).map_err(Unread::Spent)?;
    for line in file.lines() {
        reader.number += 1;
        reader.line(line).map_err(|problem| problem.in_line(reader.number))?;
    }
    reader.number += 1;
    let line = reader.number;
    reader.end().map_err(|problem| problem.in_line(line))
}

/// An area.
struct Area {
    name: Slice,
    line: u32,
    size: u32,
    /// The address, if the area is absolute.
    address: Option<u16>,
    modifier: Modifier,
    data: Vec<u8>,
    patches: Vec<Patch>,
    /// A symbol without a name for the start of the area.
    base: SymbolId,
}

/// The number of lines of one kind: as counted, and as declared.
#[derive(Default)]
struct Count {
    expected: u32,
    found: u32,
}

struct Reader<'a> {
    name: &'a BStr,
    budget: &'a Budget<'a>,
    /// The size of the file in bytes.
    size: usize,
    number: u32,
    radix: u32,
    /// The size of an address in bytes. 0 until the first line has been read.
    address_size: usize,
    has_header: bool,
    areas: Vec<Area>,
    area_count: Count,
    symbol_count: Count,
    /// The symbols of the S lines, in the order that relocations count.
    symbols: Vec<SymbolId>,
    symbols_by_name: HashMap<&'a BStr, SymbolId, FxBuildHasher>,
    area_names: HashSet<BString, FxBuildHasher>,
    /// The bytes of a T line that still waits for its R line.
    text: Option<Vec<u8>>,
    module: Module,
    remarks: &'a mut Vec<Remark>,
}

impl<'a> Reader<'a> {
    fn of(name: &'a BStr, size: usize, budget: &'a Budget<'a>, remarks: &'a mut Vec<Remark>) -> Result<Self, Spent> {
        let mut reader = Self {
            name,
            budget,
            size,
            number: 0,
            radix: 16,
            address_size: 0,
            has_header: false,
            areas: Vec::new(),
            area_count: Count::default(),
            symbol_count: Count::default(),
            symbols: Vec::new(),
            symbols_by_name: HashMap::default(),
            area_names: HashSet::default(),
            text: None,
            module: Module::default(),
            remarks,
        };
        let file = reader.add(name)?;
        reader.module.nodes.push(Node { parent: None, kind: NodeKind::File(file), quiet: false });
        Ok(reader)
    }

    /// Appends bytes to the module.
    fn add(&mut self, bytes: &[u8]) -> Result<Slice, Spent> {
        self.budget.work(bytes.len())?;
        self.budget.take(bytes.len())?;
        let slice = Slice { start: count(self.module.bytes.len()), len: count(bytes.len()) };
        self.module.bytes.extend_from_slice(bytes);
        Ok(slice)
    }

    fn add_symbol(&mut self, name: &[u8], kind: SymbolKind) -> Result<SymbolId, Spent> {
        self.budget.take_room_for::<(Symbol, SymbolId, &BStr, SymbolId)>(1)?;
        let name = self.add(name)?;
        self.module.symbols.push(Symbol { name, kind });
        Ok(count(self.module.symbols.len() - 1))
    }

    fn place(&self) -> Place {
        Place { node: 0, line: self.number }
    }

    fn remark(&mut self, text: impl Into<String>) -> Result<(), Spent> {
        let remark = Remark { line: self.number, text: text.into() };
        self.budget.take(size_of::<Remark>() + remark.text.len())?;
        self.remarks.push(remark);
        Ok(())
    }

    fn line(&mut self, line: &'a [u8]) -> Read<()> {
        self.budget.work(line.len())?;
        if line.contains(&b'\r') {
            return wrong("A line ends with a carriage return alone, without a line feed");
        }
        if self.address_size == 0 {
            return self.format(line);
        }
        let Some(&kind) = line.first().filter(|&&kind| kind != b';') else { return Ok(()) };
        // Each word has at least one letter and one blank.
        if (line.len() / 2 * size_of::<&[u8]>()) as u64 > self.budget.room() {
            return Err(Spent::Memory.into());
        }
        let mut words: Vec<&[u8]> = Vec::new();
        for word in line[1..].fields_with(|letter| matches!(letter, ' ' | '\t')) {
            self.budget.step()?;
            words.push(word);
        }
        if !self.has_header {
            if kind != b'H' {
                return wrong(format!("Expected the header, a line with `H`, but found `{}`", kind.escape_ascii()));
            }
            return self.header(&words);
        }
        match kind {
            b'A' => self.area(&words),
            b'S' => self.symbol(&words),
            b'T' => self.text(&words),
            b'R' => self.relocate(&words),
            // The name of the module and its options, which are ignored.
            b'M' | b'O' => Ok(()),
            _ => {
                self.remark(format!("Lines with `{}` are ignored", kind.escape_ascii()))?;
                Ok(())
            }
        }
    }

    /// Reads the first line, which says how numbers are written.
    fn format(&mut self, line: &[u8]) -> Read<()> {
        self.radix = match line.first() {
            Some(b'X') => 16,
            Some(b'D') => 10,
            Some(b'Q') => 8,
            _ => return wrong("This is not an SDCC object".to_owned()),
        };
        match line.get(1) {
            Some(b'L') => {}
            Some(b'H') => return wrong("Big-endian SDCC objects are not supported".to_owned()),
            _ => return wrong("Expected `L`, for little-endian, after the first letter".to_owned()),
        }
        self.address_size = match line.get(2) {
            Some(b'3') => 3,
            Some(b'4') => 4,
            _ => return wrong("Addresses must have 3 or 4 bytes".to_owned()),
        };
        if line.len() > 3 {
            self.remark("The text after the object's format is ignored")?;
        }
        Ok(())
    }

    fn header(&mut self, words: &[&[u8]]) -> Read<()> {
        let [areas, b"areas", symbols, b"global", b"symbols"] = words else {
            return wrong("Expected `H N areas N global symbols`".to_owned());
        };
        self.area_count.expected = self.value(areas)?;
        self.symbol_count.expected = self.value(symbols)?;
        self.has_header = true;
        // A large table takes long to grow, and cannot be stopped.
        let most = self.size / SHORTEST_SYMBOL;
        self.symbols_by_name.reserve((self.symbol_count.expected as usize).min(most));
        Ok(())
    }

    fn value(&self, word: &[u8]) -> Read<u32> {
        from_utf8(word)
            .ok()
            .filter(|word| !word.starts_with('+'))
            .and_then(|word| u32::from_str_radix(word, self.radix).ok())
            .ok_or_else(|| format!("Expected a number of base {}, but found \"{}\"", self.radix, word.as_bstr()).into())
    }

    fn area(&mut self, words: &[&[u8]]) -> Read<()> {
        const OVERLAID: u32 = 1 << 2;
        const ABSOLUTE: u32 = 1 << 3;
        const PAGED: u32 = 1 << 4;
        let [name, b"size", size, b"flags", flags, b"addr", address] = words else {
            return wrong("Expected `A NAME size N flags N addr N`".to_owned());
        };
        let (size, flags, address) = (self.value(size)?, self.value(flags)?, self.value(address)?);
        self.area_count.found += 1;
        if self.area_count.found == self.area_count.expected.saturating_add(1) {
            self.remark(format!("The header has {} areas, but there are more", self.area_count.expected))?;
        }
        if size > 0xFFFF {
            return wrong(format!("The area has {size} bytes, which is more than any memory region has"));
        }
        if flags & PAGED != 0 {
            return wrong("Paged areas are not supported".to_owned());
        }
        let own = flags & (OVERLAID | ABSOLUTE) != 0;
        let full_name = if own { [self.name.as_bytes(), b" ", name].concat() } else { name.to_vec() };
        self.budget.take(size_of::<(Area, Section, BString)>() + full_name.len())?;
        if !self.area_names.insert(full_name.clone().into()) {
            return wrong(format!("The area \"{}\" is defined twice", full_name.as_bstr()));
        }
        // Addresses wrap around.
        let address = (flags & ABSOLUTE != 0).then_some((address & 0xFFFF) as u16);
        if address.is_some_and(|address| region_at(address).is_none()) {
            return wrong("The area is in echo RAM".to_owned());
        }
        let section = Some(count(self.areas.len()));
        let definition = Definition { place: self.place(), section, value: 0 };
        let base = self.add_symbol(b"", SymbolKind::Local(definition))?;
        let name = self.add(&full_name)?;
        let modifier = if own { Modifier::None } else { Modifier::Fragment };
        let (data, patches) = (Vec::new(), Vec::new());
        self.areas.push(Area { name, line: self.number, size, address, modifier, data, patches, base });
        Ok(())
    }

    fn symbol(&mut self, words: &[&'a [u8]]) -> Read<()> {
        let [name, definition] = words else { return wrong("Expected `S NAME DefN` or `S NAME RefN`".to_owned()) };
        if self.symbol_count.found >= self.symbol_count.expected {
            return wrong(format!("The header has {} symbols, but there are more", self.symbol_count.expected));
        }
        self.symbol_count.found += 1;
        let (kind, value) = definition.split_at(definition.len().min(3));
        let value = self.value(value)?;
        let kind = if kind.eq_ignore_ascii_case(b"Ref") {
            SymbolKind::Imported
        } else if kind.eq_ignore_ascii_case(b"Def") {
            let section = self.areas.len().checked_sub(1);
            let value = match section {
                Some(area) => self.areas[area].offset(value)?,
                None => value,
            };
            let (section, value) = (section.map(count), value.cast_signed());
            SymbolKind::Exported(Definition { place: self.place(), section, value })
        } else {
            return wrong("A symbol is neither `Def` nor `Ref`".to_owned());
        };
        let symbol = self.add_symbol(name, kind)?;
        self.symbols.push(symbol);
        self.symbols_by_name.entry(name.as_bstr()).or_insert(symbol);
        Ok(())
    }

    fn end(mut self) -> Read<Module> {
        if !self.has_header {
            return wrong("The object ends before its header".to_owned());
        }
        if self.text.is_some() {
            self.remark("The last T line has no R line; it is ignored")?;
        }
        for (count, what) in [(&self.area_count, "areas"), (&self.symbol_count, "symbols")] {
            if count.found < count.expected {
                let text = format!("The header has {} {what}, but there are only {}", count.expected, count.found);
                self.remarks.push(Remark { line: self.number, text });
            }
        }
        for area in std::mem::take(&mut self.areas) {
            self.budget.work(area.patches.len() * size_of::<Patch>())?;
            let name = self.module.get(area.name).as_bstr();
            if !area.data.is_empty() && area.data.len() != area.size as usize {
                return wrong(format!(
                    "\"{name}\" has {} bytes, but {} are missing",
                    area.size,
                    area.size as usize - area.data.len()
                ));
            }
            let region = area.address.and_then(region_at);
            if let Some(region) = region.filter(|region| area.size > 0 && region.has_data() == area.data.is_empty()) {
                let has = if region.has_data() { "no data" } else { "data" };
                return wrong(format!("\"{name}\" is in {}, by its address, but has {has}", region.bounds().name));
            }
            let data = self.add(&area.data)?;
            self.module.sections.push(Section {
                name: area.name,
                place: Place { node: 0, line: area.line },
                region,
                modifier: area.modifier,
                size: area.size,
                address: area.address,
                // SDCC gives only the address. RGBDS's linker then uses bank 0, which ROMX and WRAMX do not have.
                bank: area.address.map(|_| 0),
                align: 0,
                align_offset: 0,
                data,
                // Unlike those of an RGBDS object, they are computed in the order of the file.
                patches: area.patches,
            });
        }
        Ok(self.module)
    }

    fn area_id(&self, number: u32) -> Read<SectionId> {
        if (number as usize) < self.areas.len() {
            Ok(number)
        } else {
            wrong(format!("There is no area {number}: there are {}", self.areas.len()))
        }
    }
}

impl Area {
    /// The offset in the area of a symbol with this value.
    fn offset(&self, value: u32) -> Read<u32> {
        let Some(address) = self.address else {
            return if value <= 0xFFFF {
                Ok(value)
            } else {
                wrong(format!("The symbol is at ${value:X}, outside of memory"))
            };
        };
        value.checked_sub(address.into()).filter(|&offset| offset <= self.size).ok_or_else(|| {
            let end = u32::from(address) + self.size;
            format!("The symbol is at ${value:04X}, but its area is from ${address:04X} to ${end:04X}").into()
        })
    }
}

/// The region at the address of an absolute area. None in echo RAM.
fn region_at(address: u16) -> Option<Region> {
    Some(match address {
        0..0x4000 => Region::Rom0,
        0x4000..0x8000 => Region::Romx,
        0x8000..0xA000 => Region::Vram,
        0xA000..0xC000 => Region::Sram,
        0xC000..0xD000 => Region::Wram0,
        0xD000..0xE000 => Region::Wramx,
        0xE000..0xFE00 => return None,
        0xFE00..0xFF00 => Region::Oam,
        0xFF00.. => Region::Hram,
    })
}

/// Converts a count. Files have less than 4 Gi of anything.
#[expect(clippy::cast_possible_truncation, reason = "`LARGEST` keeps them small")]
fn count(number: usize) -> u32 {
    number as u32
}
