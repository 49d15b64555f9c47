//! Character maps (rgbasm(5), "Character maps").

mod flaw;
mod functions;
mod maps;

use std::ops::Range;

pub use flaw::Flaw;
pub use maps::{Charmaps, Misuse};

use super::utf8;
use crate::until::{Stop, Until};

/// A character map: maps strings to values.
///
/// The mapped strings are the paths of a trie. The children of a node are a list, except those of the root: the first
/// byte of a string looks up its node directly.
#[derive(Clone, Debug)]
pub struct Charmap {
    /// The node for each first byte of a string, or 0.
    roots: Box<[u32; 256]>,
    /// The first node is not used.
    nodes: Vec<Node>,
    /// The mappings in order of definition.
    mappings: Vec<Mapping>,
    texts: Vec<u8>,
    values: Vec<i32>,
    /// Whether this is the initial map `main`. While it is empty, unmapped characters cause no warning.
    is_main: bool,
}

/// A mapped string, or the start of one. In each of its numbers, 0 stands for none.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The last byte of the string.
    byte: u8,
    /// The first of the nodes that are one byte longer.
    child: u32,
    /// The next node with the same parent.
    sibling: u32,
    /// The number of the mapping, plus one.
    mapping: u32,
}

#[derive(Clone, Debug)]
struct Mapping {
    text: Range<u32>,
    values: Range<u32>,
}

/// A part of a string that is mapped as a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The part.
    pub text: &'a [u8],
    /// The values of the unit. If it is not mapped, its bytes are its values.
    pub values: Option<&'a [i32]>,
}

/// The reason why a string was not completely converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The caller stopped the work.
    Stopped(Stop),
    /// The result would have more than [`MOST_VALUES`] values.
    TooMany,
}

/// The largest number of values for a string. No section has room for so many.
pub const MOST_VALUES: usize = 1 << 20;

/// The number of steps between two checks whether to stop.
const STEPS: usize = 1 << 16;

/// Splits a string into units.
pub(super) struct Units<'a> {
    map: &'a Charmap,
    rest: &'a [u8],
    until: &'a dyn Until,
    steps: usize,
}

impl Charmap {
    fn new(is_main: bool) -> Self {
        let roots = Box::new([0; 256]);
        Self { roots, nodes: vec![Node::default()], mappings: vec![], texts: vec![], values: vec![], is_main }
    }

    /// Maps a string, which must not be empty, to values. Returns whether it was already mapped.
    fn define(&mut self, text: &[u8], values: &[i32]) -> bool {
        let mut node = 0;
        for (at, &byte) in text.iter().enumerate() {
            let first = if at == 0 { self.roots[usize::from(byte)] } else { self.nodes[node].child };
            let found = self.among(first, byte);
            if found != 0 {
                node = found as usize;
                continue;
            }
            let added = len(&self.nodes);
            let sibling = if at == 0 { 0 } else { first };
            self.nodes.push(Node { byte, sibling, ..Node::default() });
            if at == 0 {
                self.roots[usize::from(byte)] = added;
            } else {
                self.nodes[node].child = added;
            }
            node = added as usize;
        }
        let old = self.nodes[node].mapping.checked_sub(1).map(|old| &mut self.mappings[old as usize]);
        if let Some(Mapping { values: old, .. }) = &old
            && old.len() == values.len()
        {
            self.values[old.start as usize..old.end as usize].copy_from_slice(values);
            return true;
        }
        let start = len(&self.values);
        self.values.extend_from_slice(values);
        let values = start..len(&self.values);
        if let Some(old) = old {
            old.values = values;
            return true;
        }
        let start = len(&self.texts);
        self.texts.extend_from_slice(text);
        self.mappings.push(Mapping { text: start..len(&self.texts), values });
        self.nodes[node].mapping = len(&self.mappings);
        false
    }

    /// The node for this byte in a list of siblings.
    fn among(&self, mut node: u32, byte: u8) -> u32 {
        while node != 0 && self.nodes[node as usize].byte != byte {
            node = self.nodes[node as usize].sibling;
        }
        node
    }

    /// The longest mapped string at the start of this one, and the number of bytes examined.
    fn longest(&self, text: &[u8]) -> (Option<Unit<'_>>, usize) {
        let (mut found, mut looked_at) = (0, 0);
        let mut node = text.first().map_or(0, |&byte| self.roots[usize::from(byte)]);
        while node != 0 {
            looked_at += 1;
            let Node { child, mapping, .. } = self.nodes[node as usize];
            if mapping != 0 {
                found = mapping;
            }
            node = text.get(looked_at).map_or(0, |&byte| self.among(child, byte));
        }
        (found.checked_sub(1).map(|mapping| self.unit(&self.mappings[mapping as usize])), looked_at)
    }

    fn unit(&self, mapping: &Mapping) -> Unit<'_> {
        let text = &self.texts[mapping.text.start as usize..mapping.text.end as usize];
        Unit { text, values: Some(&self.values[mapping.values.start as usize..mapping.values.end as usize]) }
    }

    /// All mapped strings with their values, in the order of their first definition.
    pub fn mappings(&self) -> impl Iterator<Item = (&[u8], &[i32])> {
        self.mappings.iter().map(|mapping| {
            let unit = self.unit(mapping);
            (unit.text, unit.values.unwrap_or_default())
        })
    }

    /// The values of this string, if the map has it as a whole.
    pub fn mapping(&self, text: &[u8]) -> Option<&[i32]> {
        let (unit, _) = self.longest(text);
        unit.filter(|unit| unit.text.len() == text.len())?.values
    }

    /// Appends the values of a string.
    ///
    /// # Errors
    /// If the caller stops the work, or there are too many values.
    pub fn convert<'a>(
        &'a self,
        text: &'a [u8],
        values: &mut Vec<i32>,
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<(), Unfinished> {
        let mut units = self.units(text, until);
        while let Some(unit) = units.next(report).map_err(Unfinished::Stopped)? {
            if values.len() > MOST_VALUES {
                return Err(Unfinished::TooMany);
            }
            match unit.values {
                // Most units have one value.
                Some(&[value]) => values.push(value),
                Some(mapped) => values.extend_from_slice(mapped),
                None => values.extend(unit.text.iter().copied().map(own_value)),
            }
        }
        Ok(())
    }

    fn units<'a>(&'a self, text: &'a [u8], until: &'a dyn Until) -> Units<'a> {
        Units { map: self, rest: text, until, steps: 0 }
    }

    /// The approximate memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>()
            + self.nodes.len() * size_of::<Node>()
            + self.mappings.len() * size_of::<Mapping>()
            + self.texts.len()
            + self.values.len() * 4
            + 1024
    }
}

impl<'a> Units<'a> {
    fn next(&mut self, report: &mut impl FnMut(Flaw<'a>)) -> Result<Option<Unit<'a>>, Stop> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (mapped, looked_at) = self.map.longest(self.rest);
        self.steps += looked_at + 1;
        if self.steps > STEPS {
            self.steps = 0;
            if let Some(stop) = self.until.stop() {
                return Err(stop);
            }
        }
        let unit = match mapped {
            Some(unit) => unit,
            None => self.unmapped(report),
        };
        self.rest = &self.rest[unit.text.len()..];
        Ok(Some(unit))
    }

    fn unmapped(&self, report: &mut impl FnMut(Flaw<'a>)) -> Unit<'a> {
        let len = utf8::first(self.rest).unwrap_or_else(|| {
            report(Flaw::Invalid);
            1
        });
        let bytes = &self.rest[..len];
        let empty_map = self.map.mappings.is_empty();
        if !(empty_map && self.map.is_main) {
            report(Flaw::Unmapped { bytes, empty_map });
        }
        Unit { text: bytes, values: None }
    }
}

/// The value of an unmapped byte. RGBDS 1.0.4 treats it as signed: `dw "é"` gives $FFC3, $FFA9.
fn own_value(byte: u8) -> i32 {
    byte.cast_signed().into()
}

/// The length of a list, as a number that maps can store.
///
/// # Panics
/// If the list has four thousand million entries. No source that fits in memory can do that.
fn len<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).expect("a character map of less than 4 GiB")
}

#[cfg(test)]
mod tests;
