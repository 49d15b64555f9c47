//! Reads objects of SDCC's assembler (`ASxxxx` with SDCC's relocations). Areas become sections.
//!
//! SDCC does not know the Game Boy's memory, so most areas have no region until a linker script gives them one. An
//! absolute area has the region of its address.

mod relocation;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::from_utf8;

use bstr::{BStr, BString, ByteSlice};

use super::{
    Definition, Modifier, Module, Node, NodeKind, Patch, Place, Section, SectionId, Slice, Symbol, SymbolId, SymbolKind,
};
use crate::memory::Region;

/// An error or a warning about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line, from 1.
    pub line: u32,
    /// The message.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (in line {})", self.text, self.line)
    }
}

impl std::error::Error for Remark {}

type Read<T> = Result<T, String>;

/// The largest file that is read. Below this size, no number in a module overflows.
const LARGEST: usize = 1 << 28;

/// Whether a file is an object of SDCC, judged by its first byte.
pub fn is_object(file: &[u8]) -> bool {
    matches!(file.first(), Some(b'X' | b'D' | b'Q'))
}

/// The module in an object file, and warnings.
///
/// # Errors
/// An error in the first line that cannot be read.
pub fn read(file: &[u8], name: &BStr) -> Result<(Module, Vec<Remark>), Remark> {
    if file.len() > LARGEST || name.len() > LARGEST {
        return Err(Remark { line: 1, text: "The object is larger than 256 MiB".to_owned() });
    }
    let mut reader = Reader::of(name);
    for line in file.lines() {
        reader.number += 1;
        reader.line(line).map_err(|text| Remark { line: reader.number, text })?;
    }
    reader.number += 1;
    let line = reader.number;
    reader.end().map_err(|text| Remark { line, text })
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
    symbols_by_name: HashMap<BString, SymbolId>,
    area_names: HashSet<BString>,
    /// The bytes of a T line that still waits for its R line.
    text: Option<Vec<u8>>,
    module: Module,
    remarks: Vec<Remark>,
}

impl<'a> Reader<'a> {
    fn of(name: &'a BStr) -> Self {
        let mut reader = Self {
            name,
            number: 0,
            radix: 16,
            address_size: 0,
            has_header: false,
            areas: Vec::new(),
            area_count: Count::default(),
            symbol_count: Count::default(),
            symbols: Vec::new(),
            symbols_by_name: HashMap::new(),
            area_names: HashSet::new(),
            text: None,
            module: Module::default(),
            remarks: Vec::new(),
        };
        let file = reader.add(name);
        reader.module.nodes.push(Node { parent: None, kind: NodeKind::File(file), quiet: false });
        reader
    }

    /// Appends bytes to the module.
    fn add(&mut self, bytes: &[u8]) -> Slice {
        let slice = Slice { start: count(self.module.bytes.len()), len: count(bytes.len()) };
        self.module.bytes.extend_from_slice(bytes);
        slice
    }

    fn add_symbol(&mut self, name: &[u8], kind: SymbolKind) -> SymbolId {
        let name = self.add(name);
        self.module.symbols.push(Symbol { name, kind });
        count(self.module.symbols.len() - 1)
    }

    fn place(&self) -> Place {
        Place { node: 0, line: self.number }
    }

    fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(Remark { line: self.number, text: text.into() });
    }

    fn line(&mut self, line: &[u8]) -> Read<()> {
        if self.address_size == 0 {
            return self.format(line);
        }
        let Some(&kind) = line.first().filter(|&&kind| kind != b';') else { return Ok(()) };
        let words: Vec<&[u8]> = line[1..].fields_with(|letter| matches!(letter, ' ' | '\t')).collect();
        if !self.has_header {
            if kind != b'H' {
                return Err(format!("Expected the header, a line with `H`, but found `{}`", kind.escape_ascii()));
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
                self.remark(format!("Lines with `{}` are ignored", kind.escape_ascii()));
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
            _ => return Err("This is not an SDCC object".to_owned()),
        };
        match line.get(1) {
            Some(b'L') => {}
            Some(b'H') => return Err("Big-endian SDCC objects are not supported".to_owned()),
            _ => return Err("Expected `L`, for little-endian, after the first letter".to_owned()),
        }
        self.address_size = match line.get(2) {
            Some(b'3') => 3,
            Some(b'4') => 4,
            _ => return Err("Addresses must have 3 or 4 bytes".to_owned()),
        };
        if line.len() > 3 {
            self.remark("The text after the object's format is ignored");
        }
        Ok(())
    }

    fn header(&mut self, words: &[&[u8]]) -> Read<()> {
        let [areas, b"areas", symbols, b"global", b"symbols"] = words else {
            return Err("Expected `H N areas N global symbols`".to_owned());
        };
        self.area_count.expected = self.value(areas)?;
        self.symbol_count.expected = self.value(symbols)?;
        self.has_header = true;
        Ok(())
    }

    fn value(&self, word: &[u8]) -> Read<u32> {
        from_utf8(word)
            .ok()
            .filter(|word| !word.starts_with('+'))
            .and_then(|word| u32::from_str_radix(word, self.radix).ok())
            .ok_or_else(|| format!("Expected a number of base {}, but found \"{}\"", self.radix, word.as_bstr()))
    }

    fn area(&mut self, words: &[&[u8]]) -> Read<()> {
        const OVERLAID: u32 = 1 << 2;
        const ABSOLUTE: u32 = 1 << 3;
        const PAGED: u32 = 1 << 4;
        let [name, b"size", size, b"flags", flags, b"addr", address] = words else {
            return Err("Expected `A NAME size N flags N addr N`".to_owned());
        };
        let (size, flags, address) = (self.value(size)?, self.value(flags)?, self.value(address)?);
        self.area_count.found += 1;
        if self.area_count.found == self.area_count.expected.saturating_add(1) {
            self.remark(format!("The header has {} areas, but there are more", self.area_count.expected));
        }
        if size > 0xFFFF {
            return Err(format!("The area has {size} bytes, which is more than any memory region has"));
        }
        if flags & PAGED != 0 {
            return Err("Paged areas are not supported".to_owned());
        }
        let own = flags & (OVERLAID | ABSOLUTE) != 0;
        let full_name = if own { [self.name.as_bytes(), b" ", name].concat() } else { name.to_vec() };
        if !self.area_names.insert(full_name.clone().into()) {
            return Err(format!("The area \"{}\" is defined twice", full_name.as_bstr()));
        }
        // Addresses wrap around.
        let address = (flags & ABSOLUTE != 0).then_some((address & 0xFFFF) as u16);
        if address.is_some_and(|address| region_at(address).is_none()) {
            return Err("The area is in echo RAM".to_owned());
        }
        let section = Some(count(self.areas.len()));
        let definition = Definition { place: self.place(), section, value: 0 };
        let base = self.add_symbol(b"", SymbolKind::Local(definition));
        let name = self.add(&full_name);
        let modifier = if own { Modifier::None } else { Modifier::Fragment };
        let (data, patches) = (Vec::new(), Vec::new());
        self.areas.push(Area { name, line: self.number, size, address, modifier, data, patches, base });
        Ok(())
    }

    fn symbol(&mut self, words: &[&[u8]]) -> Read<()> {
        let [name, definition] = words else { return Err("Expected `S NAME DefN` or `S NAME RefN`".to_owned()) };
        if self.symbol_count.found >= self.symbol_count.expected {
            return Err(format!("The header has {} symbols, but there are more", self.symbol_count.expected));
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
            return Err("A symbol is neither `Def` nor `Ref`".to_owned());
        };
        let symbol = self.add_symbol(name, kind);
        self.symbols.push(symbol);
        self.symbols_by_name.entry((*name).into()).or_insert(symbol);
        Ok(())
    }

    fn end(mut self) -> Result<(Module, Vec<Remark>), String> {
        if !self.has_header {
            return Err("The object ends before its header".to_owned());
        }
        if self.text.is_some() {
            self.remark("The last T line has no R line; it is ignored");
        }
        for (count, what) in [(&self.area_count, "areas"), (&self.symbol_count, "symbols")] {
            if count.found < count.expected {
                let text = format!("The header has {} {what}, but there are only {}", count.expected, count.found);
                self.remarks.push(Remark { line: self.number, text });
            }
        }
        for area in std::mem::take(&mut self.areas) {
            let name = self.module.get(area.name).as_bstr();
            if !area.data.is_empty() && area.data.len() != area.size as usize {
                return Err(format!(
                    "\"{name}\" has {} bytes, but {} are missing",
                    area.size,
                    area.size as usize - area.data.len()
                ));
            }
            let region = area.address.and_then(region_at);
            if let Some(region) = region.filter(|region| area.size > 0 && region.has_data() == area.data.is_empty()) {
                let has = if region.has_data() { "no data" } else { "data" };
                return Err(format!("\"{name}\" is in {}, by its address, but has {has}", region.bounds().name));
            }
            let data = self.add(&area.data);
            let first = count(self.module.patches.len());
            self.module.patches.extend(area.patches.into_iter().rev());
            let patches = first..count(self.module.patches.len());
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
                patches,
            });
        }
        Ok((self.module, self.remarks))
    }

    fn area_id(&self, number: u32) -> Read<SectionId> {
        if (number as usize) < self.areas.len() {
            Ok(number)
        } else {
            Err(format!("There is no area {number}: there are {}", self.areas.len()))
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
                Err(format!("The symbol is at ${value:X}, outside of memory"))
            };
        };
        value.checked_sub(address.into()).filter(|&offset| offset <= self.size).ok_or_else(|| {
            let end = u32::from(address) + self.size;
            format!("The symbol is at ${value:04X}, but its area is from ${address:04X} to ${end:04X}")
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
