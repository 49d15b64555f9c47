//! Character maps (rgbasm(5), "Character maps").

mod functions;
mod maps;

use std::fmt;
use std::ops::Range;

use bstr::ByteSlice;

pub use maps::{Charmaps, Misuse};

use super::issue::{Issue, Kind};
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

/// What is wrong with a text, or with what is asked of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw<'a> {
    /// Here the text is not UTF-8, and not mapped either.
    Invalid,
    /// This is not mapped: a character, a part of one at the end of the text, or a byte that is not UTF-8.
    Unmapped {
        /// The bytes, which stand for themselves.
        bytes: &'a [u8],
        /// Nothing is mapped at all: a warning of the second level.
        empty_map: bool,
    },
    /// This is not mapped as a whole.
    NoMapping(&'a [u8]),
    /// This is mapped to more than one value.
    ManyValues(&'a [u8]),
    /// Nothing is mapped to these values.
    NoCharacter,
    /// More than one text is mapped to these values.
    ManyCharacters,
    /// The index or position is below the lowest one, which is this.
    TooLow(i32),
    /// The index or position is beyond the end.
    TooHigh(i32),
}

/// A part of a text that is mapped as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The part.
    pub text: &'a [u8],
    /// What it is mapped to. Without that its bytes are its values.
    pub values: Option<&'a [i32]>,
}

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
    /// If the work is to stop.
    pub fn convert<'a>(
        &'a self,
        text: &'a [u8],
        values: &mut Vec<i32>,
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<(), Stop> {
        let mut units = self.units(text, until);
        while let Some(unit) = units.next(report)? {
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
    fn memory(&self) -> usize {
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

impl Issue for Flaw<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Unmapped { empty_map, .. } => Kind::Level("unmapped-char", if *empty_map { 2 } else { 1 }),
            Self::TooLow(_) | Self::TooHigh(_) => Kind::Warning("builtin-args"),
            _ => Kind::Error,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid-utf-8",
            Self::Unmapped { .. } => "unmapped-char",
            Self::NoMapping(_) => "no-mapping",
            Self::ManyValues(_) => "many-values",
            Self::NoCharacter => "no-character",
            Self::ManyCharacters => "many-characters",
            Self::TooLow(_) => "index-too-low",
            Self::TooHigh(_) => "index-too-high",
        }
    }
}

impl fmt::Display for Flaw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => f.write_str("The text is not valid UTF-8"),
            Self::Unmapped { bytes, empty_map } => {
                write!(f, "The character {bytes:?} is not mapped", bytes = bytes.as_bstr())?;
                f.write_str(if *empty_map { ", nor is any in this character map" } else { "" })
            }
            Self::NoMapping(text) => write!(f, "{:?} is not mapped", text.as_bstr()),
            Self::ManyValues(text) => write!(f, "{:?} is mapped to several values; say which one", text.as_bstr()),
            Self::NoCharacter => f.write_str("Nothing is mapped to these values"),
            Self::ManyCharacters => f.write_str("More than one text is mapped to these values"),
            Self::TooLow(0) => f.write_str("The index is before the beginning"),
            Self::TooLow(lowest) => write!(f, "The position is before the beginning, which is {lowest}"),
            Self::TooHigh(index) => write!(f, "{index} is beyond the end"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;
    use crate::until::Never;

    fn maps(mappings: &[(&str, &[i32])]) -> Charmaps {
        let mut maps = Charmaps::default();
        for (text, values) in mappings {
            maps.define(text.as_bytes(), values).unwrap();
        }
        maps
    }

    fn convert(maps: &Charmaps, text: &[u8]) -> (Vec<i32>, usize) {
        let (mut values, mut flaws) = (vec![], 0);
        maps.current().convert(text, &mut values, &Never, &mut |_| flaws += 1).unwrap();
        (values, flaws)
    }

    #[test]
    fn the_longest_mapping_counts() {
        let maps = maps(&[("ab", &[0xFF]), ("abcd", &[0xFE, -1]), ("é", &[1])]);
        assert_eq!(convert(&maps, "abcabcdé".as_bytes()), (vec![0xFF, 99, 0xFE, -1, 1], 1));
    }

    #[test]
    fn bytes_that_are_not_mapped_stand_for_themselves() {
        assert_eq!(convert(&Charmaps::default(), "é".as_bytes()), (vec![-0x3D, -0x57], 0));
        // Cut off by the end, which RGBDS takes as one character; and not UTF-8, which is an error.
        assert_eq!(convert(&Charmaps::default(), b"\xE6\xBC"), (vec![-0x1A, -0x44], 0));
        assert_eq!(convert(&Charmaps::default(), b"\xE6\xBCA"), (vec![-0x1A, -0x44, 0x41], 2));
    }

    #[test]
    fn comparison_stops_where_it_is_decided() {
        let maps = maps(&[("w", &[3, 2, 1]), ("c", &[3]), ("n", &[-1])]);
        let mut flaws = vec![];
        let mut order = |left: &'static str, right: &'static str| {
            maps.current()
                .char_cmp(left.as_bytes(), right.as_bytes(), &Never, &mut |flaw| flaws.push(flaw.code()))
                .unwrap()
        };
        assert_eq!(order("wq", "cq"), Ordering::Less);
        assert_eq!(order("n", "w"), Ordering::Less);
        assert_eq!(order("w", ""), Ordering::Greater);
        assert_eq!(flaws, ["unmapped-char"]);
    }

    #[test]
    fn a_copy_changes_alone() {
        let mut maps = maps(&[("a", &[1])]);
        maps.create(b"copy", Some(b"main"), &mut |_| unreachable!());
        assert_eq!(maps.define(b"a", &[2, 3]), Err(Misuse::Redefined));
        assert_eq!(maps.current().mapping(b"a"), Some(&[2, 3][..]));
        maps.push();
        maps.set(b"main").unwrap();
        assert_eq!(maps.current().char_val(b"a"), Ok(1));
        maps.pop().unwrap();
        assert_eq!(maps.current().char_val(b"a"), Err(Flaw::ManyValues(b"a")));
        assert_eq!(maps.pop(), Err(Misuse::EmptyStack));
    }

    #[test]
    fn an_empty_copy_of_main_is_not_main() {
        let mut maps = Charmaps::default();
        maps.create(b"copy", Some(b"main"), &mut |_| unreachable!());
        assert_eq!(convert(&maps, b"a"), (vec![97], 1));
    }

    #[test]
    fn a_long_search_is_stopped() {
        struct Now;
        impl Until for Now {
            fn stop(&self) -> Option<Stop> {
                Some(Stop::Cancelled)
            }
        }
        let mut maps = Charmaps::default();
        let mut long = vec![b'a'; 1000];
        maps.define(&[&long[..], b"b"].concat(), &[1]).unwrap();
        maps.define(b"a", &[2]).unwrap();
        long.truncate(100);
        assert_eq!(maps.current().char_len(&long, &Now, &mut |_| ()), Ok(100));
        let long = vec![b'a'; 1000];
        assert_eq!(maps.current().char_len(&long, &Now, &mut |_| ()), Err(Stop::Cancelled));
    }
}
