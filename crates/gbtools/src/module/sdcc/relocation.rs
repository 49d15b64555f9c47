//! Reads T lines, which hold bytes, and R lines, which hold their relocations.

use bstr::ByteSlice;

use super::problem::{Problem, Read, wrong};
use super::{Reader, count};
use crate::module::{Patch, PatchKind, rpn};

/// The flags of a relocation.
mod flag {
    /// The linker computes one byte, not two.
    pub(super) const BYTE: u8 = 1 << 0;
    /// The value is relative to a symbol, not to an area.
    pub(super) const SYMBOL: u8 = 1 << 1;
    /// The value is a distance.
    pub(super) const RELATIVE: u8 = 1 << 2;
    /// The value takes three bytes of the T line, of which one remains.
    pub(super) const WIDE: u8 = 1 << 3;
    pub(super) const PAGED: u8 = 1 << 5 | 1 << 6;
    /// The byte is the high byte of the value.
    pub(super) const HIGH: u8 = 1 << 7;
}

impl Reader<'_> {
    fn bytes(&self, words: &[&[u8]]) -> Read<Vec<u8>> {
        let byte = |word: &&[u8]| {
            self.budget.step()?;
            let value = self.value(word)?;
            u8::try_from(value).map_err(|_| Problem::Wrong(format!("{value} is not a byte")))
        };
        words.iter().map(byte).collect()
    }

    /// Reads an address and bytes, which wait for the R line.
    pub(super) fn text(&mut self, words: &[&[u8]]) -> Read<()> {
        let bytes = self.bytes(words)?;
        if bytes.len() < self.address_size {
            return wrong(format!("Expected an address of {} bytes", self.address_size));
        }
        if self.text.replace(bytes).is_some() {
            self.remark("The previous T line has no R line; it is ignored")?;
        }
        Ok(())
    }

    /// Reads the area of the last T line and its relocations: `0 0 AREA16 (FLAGS INDEX TARGET16)...`
    pub(super) fn relocate(&mut self, words: &[&[u8]]) -> Read<()> {
        let bytes = self.bytes(words)?;
        let Some(mut text) = self.text.take() else {
            self.remark("The R line has no T line; it is ignored")?;
            return Ok(());
        };
        let [_, _, low, high, ref relocations @ ..] = bytes[..] else {
            return wrong("Expected `R 0 0` and the two bytes of an area".to_owned());
        };
        let area = self.area_id(u16::from_le_bytes([low, high]).into())?;
        if relocations.len() % 4 != 0 {
            return wrong("A relocation does not have four bytes".to_owned());
        }
        let mut data = text.split_off(self.address_size);
        let address = u32::from(u16::from_le_bytes([text[0], text[1]]));
        let target = &self.areas[area as usize];
        let written = count(target.data.len());
        let start = u32::from(target.address.unwrap_or_default());
        if !data.is_empty() && address != start + written {
            return wrong(format!(
                "The bytes are for ${address:04X}, but the last ones end at ${:04X}",
                start + written
            ));
        }
        let mut left_out = 0;
        for relocation in relocations.chunks_exact(4) {
            self.budget.step()?;
            self.budget.take_room_for::<Patch>(1)?;
            let [flags, index, low, high] = [relocation[0], relocation[1], relocation[2], relocation[3]];
            let Some(index) = usize::from(index).checked_sub(self.address_size) else {
                return wrong("A relocation is in the T line's address".to_owned());
            };
            let at = index.checked_sub(left_out).ok_or("A relocation is in bytes that were left out")?;
            let offset = written + count(at);
            if self.areas[area as usize].patches.last().is_some_and(|last| last.offset >= offset) {
                return wrong("The relocations of an R line are not in the order of their bytes".to_owned());
            }
            let (value, kind) = self.field(flags, data.get(at..).unwrap_or_default())?;
            if flags & (flag::BYTE | flag::WIDE) == flag::BYTE | flag::WIDE {
                data.drain(at + 1..at + 3);
                left_out += 2;
            }
            let target = u16::from_le_bytes([low, high]).into();
            let mut code = Vec::new();
            if flags & flag::SYMBOL == 0 {
                push(&mut code, rpn::SYMBOL, self.areas[self.area_id(target)? as usize].base);
            } else {
                self.push_symbol(&mut code, target)?;
            }
            if value != 0 {
                push(&mut code, rpn::CONST, value);
                code.push(rpn::ADD);
            }
            if kind == PatchKind::Byte {
                if flags & (flag::WIDE | flag::HIGH) == flag::WIDE | flag::HIGH {
                    push(&mut code, rpn::CONST, 8);
                    code.push(rpn::SHR);
                }
                push(&mut code, rpn::CONST, 0xFF);
                code.push(rpn::AND);
            }
            let patch = Patch {
                place: self.place(),
                offset,
                pc_section: Some(area),
                // A jump starts with its opcode, one byte before the distance.
                pc_offset: offset.wrapping_sub(1),
                kind,
                expression: self.add(&code)?,
            };
            self.areas[area as usize].patches.push(patch);
        }
        self.budget.take(data.len())?;
        let area = &mut self.areas[area as usize];
        area.data.extend_from_slice(&data);
        if area.data.len() > area.size as usize {
            return wrong(format!("The area has {} bytes, but {} are given", area.size, area.data.len()));
        }
        Ok(())
    }

    /// The number in the bytes, and the kind of patch.
    fn field(&self, flags: u8, data: &[u8]) -> Read<(u32, PatchKind)> {
        if flags & flag::PAGED != 0 {
            return wrong("Paged relocations are not supported".to_owned());
        }
        let (size, kind) = match (flags & flag::BYTE != 0, flags & flag::RELATIVE != 0) {
            (true, false) => (self.address_size, PatchKind::Byte),
            (true, true) => (self.address_size, PatchKind::Relative),
            (false, false) if flags & flag::WIDE == 0 => (2, PatchKind::Word),
            _ => return wrong(format!("Relocations of words with flags ${flags:02X} are not supported")),
        };
        let Some(bytes) = data.get(..size) else {
            return wrong(format!("A relocation needs {size} bytes, but the T line has only {} there", data.len()));
        };
        Ok((bytes.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)), kind))
    }

    /// Pushes a symbol's value. Three prefixes have a meaning: `b_` is the bank of a symbol, `l_` the length of an area
    /// and `s_` its start.
    fn push_symbol(&self, code: &mut Vec<u8>, number: u32) -> Read<()> {
        let Some(&symbol) = self.symbols.get(number as usize) else {
            return wrong(format!("There is no symbol {number}: there are {}", self.symbols.len()));
        };
        let name = self.module.get(self.module.symbols[symbol as usize].name);
        let (operator, section) = match name {
            // The symbol whose bank this is has a name that starts with the underscore.
            [b'b', named @ ..] if named.starts_with(b"_") => {
                let Some(&symbol) = self.symbols_by_name.get(named.as_bstr()) else {
                    return wrong(format!("\"{}\" is the bank of a symbol that does not exist", name.escape_ascii()));
                };
                push(code, rpn::BANK_SYMBOL, symbol);
                return Ok(());
            }
            [b'l', b'_', section @ ..] => (rpn::SIZEOF_SECTION, section),
            [b's', b'_', section @ ..] => (rpn::STARTOF_SECTION, section),
            _ => {
                push(code, rpn::SYMBOL, symbol);
                return Ok(());
            }
        };
        code.push(operator);
        code.extend_from_slice(section);
        code.push(0);
        Ok(())
    }
}

/// Appends an operator and its number.
fn push(code: &mut Vec<u8>, operator: u8, number: u32) {
    code.push(operator);
    code.extend_from_slice(&number.to_le_bytes());
}
