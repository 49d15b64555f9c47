//! Character maps (rgbasm(5), "Character maps").

mod flaw;
mod functions;
mod maps;

use std::ops::Range;

pub use flaw::Flaw;
pub use maps::{Charmaps, Misuse};

use super::utf8;
use crate::until::{Stop, Until};

/// What characters become.
///
/// The texts that are mapped are the paths of a trie. A node's children are a list, except the root's: what most texts
/// begin with is one byte that decides.
#[derive(Clone, Debug)]
pub struct Charmap {
    /// By the first byte of a text: a node, or 0.
    roots: Box<[u32; 256]>,
    /// The first is not used.
    nodes: Vec<Node>,
    /// In the order of their definition.
    mappings: Vec<Mapping>,
    texts: Vec<u8>,
    values: Vec<i32>,
    /// While nothing is mapped in it, all characters are meant to stay as they are.
    is_main: bool,
}

/// A text that is mapped, or the beginning of one. 0 stands for none in all of its numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The last byte of the text.
    byte: u8,
    /// The first of the nodes that are a byte longer.
    child: u32,
    /// The next node of the same parent.
    sibling: u32,
    /// One more than the number of the mapping.
    mapping: u32,
}

#[derive(Clone, Debug)]
struct Mapping {
    text: Range<u32>,
    values: Range<u32>,
}

/// A part of a text that is mapped as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The part.
    pub text: &'a [u8],
    /// What it is mapped to. Without that its bytes are its values.
    pub values: Option<&'a [i32]>,
}

/// Why a text is not wholly converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The work is to stop.
    Stopped(Stop),
    /// It would have more than [`MOST_VALUES`].
    TooMany,
}

/// How many values a text may have: more than any section has room for.
pub const MOST_VALUES: usize = 1 << 20;

/// How many steps are taken until it is asked whether to stop.
const STEPS: usize = 1 << 16;

/// Splits a text into units.
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

    /// Maps a text, which is not empty, to values. True if it was mapped before.
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

    /// The node of this byte in a list of siblings.
    fn among(&self, mut node: u32, byte: u8) -> u32 {
        while node != 0 && self.nodes[node as usize].byte != byte {
            node = self.nodes[node as usize].sibling;
        }
        node
    }

    /// The longest text at the beginning of this one that is mapped, and how many bytes were looked at.
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

    /// All that is mapped, in the order of its first definition: each text with its values.
    pub fn mappings(&self) -> impl Iterator<Item = (&[u8], &[i32])> {
        self.mappings.iter().map(|mapping| {
            let unit = self.unit(mapping);
            (unit.text, unit.values.unwrap_or_default())
        })
    }

    /// The values of exactly this text.
    pub fn mapping(&self, text: &[u8]) -> Option<&[i32]> {
        let (unit, _) = self.longest(text);
        unit.filter(|unit| unit.text.len() == text.len())?.values
    }

    /// Appends the values of a text.
    ///
    /// # Errors
    /// If the work is to stop, or the values are too many.
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
                Some(mapped) => values.extend_from_slice(mapped),
                None => values.extend(unit.text.iter().copied().map(own_value)),
            }
        }
        Ok(())
    }

    fn units<'a>(&'a self, text: &'a [u8], until: &'a dyn Until) -> Units<'a> {
        Units { map: self, rest: text, until, steps: 0 }
    }

    /// About how many bytes it takes.
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

/// The value of a byte that is not mapped. RGBDS 1.0.4 takes it as signed: `dw "é"` is $FFC3, $FFA9.
fn own_value(byte: u8) -> i32 {
    byte.cast_signed().into()
}

/// The length of a list as the maps store numbers.
///
/// # Panics
/// Beyond four thousand million, which no source can reach that fits in memory.
fn len<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).expect("a character map of less than 4 GiB")
}

#[cfg(test)]
mod tests;
