//! Writes the map: the sections in each bank, and the free space.

use std::io::Write;

use super::Link;
use super::region::LISTED;
use super::resolve::Found;
use super::sym::{definition, push_name};
use crate::memory::Region;
use crate::module::Modifier;

fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Appends a section's name, escaped as in a string of a source.
fn push_escaped(file: &mut Vec<u8>, name: &[u8]) {
    for &byte in name {
        match byte {
            b'\n' => file.extend_from_slice(b"\\n"),
            b'\r' => file.extend_from_slice(b"\\r"),
            b'\t' => file.extend_from_slice(b"\\t"),
            b'\\' | b'"' => file.extend_from_slice(&[b'\\', byte]),
            _ => file.push(byte),
        }
    }
}

impl Link<'_> {
    pub(super) fn map(&self) -> Vec<u8> {
        let mut file = b"SUMMARY:\n".to_vec();
        for region in LISTED {
            self.summary(region, &mut file);
        }
        let labels = if self.options.no_symbols_in_map { Vec::new() } else { self.labels_by_section() };
        for region in LISTED {
            let bounds = self.layout.bounds(region);
            for (bank, sections) in (bounds.first_bank..).zip(self.merged.banks.of(region)) {
                let _ = writeln!(file, "\n{} bank #{bank}:", bounds.name);
                self.bank(region, sections, &labels, &mut file);
            }
        }
        file
    }

    /// Prints how much of a region is used. VRAM and OAM are left out.
    fn summary(&self, region: Region, file: &mut Vec<u8>) {
        let banks = self.merged.banks.of(region);
        if banks.is_empty() || matches!(region, Region::Vram | Region::Oam) {
            return;
        }
        let bounds = self.layout.bounds(region);
        let used: u32 = banks.iter().flatten().map(|&index| self.merged.sections[index].size).sum();
        let count = u32::try_from(banks.len()).unwrap_or(u32::MAX);
        let free = u32::from(bounds.size) * count - used;
        let _ = write!(file, "\t{}: {used} byte{} used / {free} free", bounds.name, plural(used));
        if bounds.last_bank > bounds.first_bank {
            let _ = write!(file, " in {count} bank{}", plural(count));
        }
        file.push(b'\n');
    }

    fn bank(&self, region: Region, sections: &[usize], labels: &[Vec<Vec<u32>>], file: &mut Vec<u8>) {
        if sections.is_empty() {
            file.extend_from_slice(b"\tEMPTY\n");
            return;
        }
        let bounds = self.layout.bounds(region);
        let mut at = u32::from(bounds.start);
        let end = at + u32::from(bounds.size);
        let mut free = 0;
        let mut gap = |from: u32, to: u32, file: &mut Vec<u8>| {
            if from < to {
                let size = to - from;
                free += size;
                let last = to - 1;
                let _ = writeln!(file, "\tEMPTY: ${from:04x}-${last:04x} (${size:04x} byte{})", plural(size));
            }
        };
        for &index in sections {
            let section = &self.merged.sections[index];
            let (start, size) = (u32::from(section.address.unwrap_or_default()), section.size);
            gap(at, start, file);
            let last = if size == 0 { String::new() } else { format!("-${:04x}", start + size - 1) };
            let _ = write!(file, "\tSECTION: ${start:04x}{last} (${size:04x} byte{}) [\"", plural(size));
            push_escaped(file, &section.name);
            file.extend_from_slice(b"\"]\n");
            if !labels.is_empty() {
                self.symbols(index, labels, file);
            }
            at = at.max(start + size);
        }
        if sections.iter().all(|&index| self.merged.sections[index].size == 0) {
            file.extend_from_slice(b"\tEMPTY\n");
            return;
        }
        gap(at, end, file);
        let _ = writeln!(file, "\tTOTAL EMPTY: ${free:04x} byte{}", plural(free));
    }

    /// Prints the labels of a section, one piece after the other.
    fn symbols(&self, index: usize, labels: &[Vec<Vec<u32>>], file: &mut Vec<u8>) {
        let section = &self.merged.sections[index];
        for (number, piece) in section.pieces.iter().enumerate() {
            let module = &self.modules[piece.module].1;
            let mut found: Vec<_> = labels[piece.module][piece.section]
                .iter()
                .filter_map(|&label| {
                    let symbol = &module.symbols[label as usize];
                    let definition = definition(symbol.kind)?;
                    Some((self.value(Found { module: piece.module, definition }).0, symbol.name))
                })
                .collect();
            if found.is_empty() {
                continue;
            }
            if number > 0 {
                let what = if section.modifier == Modifier::Union { "union" } else { "fragment" };
                let _ = writeln!(file, "\t         ; Next {what}");
            }
            // Labels at the same address keep the order of the object.
            found.sort_by_key(|&(address, _)| address);
            for (address, name) in found {
                let _ = write!(file, "\t         ${address:04x} = ");
                push_name(file, module.get(name));
                file.push(b'\n');
            }
        }
    }
}
