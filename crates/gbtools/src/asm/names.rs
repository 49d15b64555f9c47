//! Identifiers, with one entry per spelling.
//!
//! A name is a small number. So comparisons and the look-up of keywords and symbols take an index, not a hash.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::chunks::Chunks;
use super::keyword::Keyword;

/// An identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(u32);

impl Name {
    /// The number of the name. Names are numbered from 0 in order of appearance.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The name with this number, which must come from [`index`](Self::index).
    pub(crate) fn from_index(index: u32) -> Self {
        Self(index)
    }
}

/// The kind of an identifier, which depends only on its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// A name without a dot.
    Plain,
    /// A keyword, in any case.
    Keyword(Keyword),
    /// A local name: it has a dot, and other characters.
    Local,
    /// A local name whose part before the dot is a keyword.
    LocalInKeyword,
    /// `.` or `..`.
    Dots,
}

/// The longest spelling that is kept in its entry.
const SHORT: usize = 24;

/// The data of a name: its spelling if that is short, otherwise where the spelling is. Half of a cache line.
#[derive(Clone, Copy)]
struct Entry {
    /// The spelling, or the number of its first byte in [`Names::long`].
    text: [u8; SHORT],
    len: u32,
    spelling: Spelling,
}

impl Default for Entry {
    fn default() -> Self {
        Self { text: [0; SHORT], len: 0, spelling: Spelling::Plain }
    }
}

impl Entry {
    #[inline]
    fn text<'a>(&'a self, long: &'a [u8]) -> &'a [u8] {
        let len = self.len as usize;
        if let Some(text) = self.text.get(..len) {
            return text;
        }
        let [a, b, c, d, ..] = self.text;
        &long[u32::from_le_bytes([a, b, c, d]) as usize..][..len]
    }
}

/// A name in the hash table, with a part of its hash.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    name: Name,
}

/// A hash of a spelling.
#[inline]
fn hash(text: &[u8]) -> u32 {
    let (first, last) = if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
    } else {
        // At most three bytes.
        (text.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0)
    };
    let middle = text.get(8..16).and_then(|text| text.first_chunk()).map_or(0, |text| u64::from_le_bytes(*text));
    let mut hasher = FxHasher::default();
    hasher.write_u64(first);
    hasher.write_u64(middle);
    hasher.write_u64(last ^ (text.len() as u64) << 56);
    if let Some(rest) = text.len().checked_sub(8).and_then(|end| text.get(SHORT - 8..end)) {
        hasher.write(rest);
    }
    #[expect(clippy::cast_possible_truncation, reason = "its lower half has the better bits")]
    let hash = hasher.finish() as u32;
    hash
}

/// The hash that the table takes, in which the lowest and the highest bits count.
#[inline]
fn wide(hash: u32) -> u64 {
    u64::from(hash) | u64::from(hash) << 38
}

/// All names of an assembly.
#[derive(Clone, Default)]
pub(crate) struct Names {
    entries: Chunks<Entry>,
    count: usize,
    /// The long spellings.
    long: Vec<u8>,
    table: HashTable<Slot>,
}

impl Names {
    /// The name with this spelling.
    pub(crate) fn intern(&mut self, text: &[u8]) -> Name {
        self.find_or_add(text).0
    }

    /// A copy for other assemblies, which share what they do not change.
    pub(crate) fn to_share(&self) -> Self {
        let copy = self.clone();
        Self { entries: copy.entries.into_shared(), ..copy }
    }

    /// The name with this spelling, and its kind.
    #[inline]
    pub(crate) fn find_or_add(&mut self, text: &[u8]) -> (Name, Spelling) {
        let hash = hash(text);
        let mut spelling = None;
        let same = |slot: &Slot| {
            slot.hash == hash && {
                let entry = self.entry(slot.name);
                spelling = Some(entry.spelling);
                entry.text(&self.long) == text
            }
        };
        match (self.table.find(wide(hash), same), spelling) {
            (Some(slot), Some(spelling)) => (slot.name, spelling),
            _ => self.add(text, hash),
        }
    }

    #[cold]
    fn add(&mut self, text: &[u8], hash: u32) -> (Name, Spelling) {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let (name, start, len) = (Name(self.count as u32), self.long.len() as u32, text.len() as u32);
        let spelling = spelling(text);
        let mut kept = [0; SHORT];
        if let Some(kept) = kept.get_mut(..text.len()) {
            kept.copy_from_slice(text);
        } else {
            kept[..4].copy_from_slice(&start.to_le_bytes());
            self.long.extend_from_slice(text);
        }
        *self.entries.get_mut(self.count) = Entry { text: kept, len, spelling };
        self.count += 1;
        self.table.insert_unique(wide(hash), Slot { hash, name }, |slot| wide(slot.hash));
        (name, spelling)
    }

    #[inline]
    fn entry(&self, name: Name) -> &Entry {
        self.entries.get(name.index()).expect("each name has an entry")
    }

    /// The spelling.
    #[inline]
    pub(crate) fn get(&self, name: Name) -> &[u8] {
        self.entry(name).text(&self.long)
    }

    /// The approximate memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.entries.memory() + self.long.capacity() + self.table.capacity() * (size_of::<Slot>() + 1)
    }

    /// The kind of the spelling.
    #[inline]
    pub(crate) fn spelling(&self, name: Name) -> Spelling {
        self.entry(name).spelling
    }
}

fn spelling(text: &[u8]) -> Spelling {
    match text.iter().position(|&byte| byte == b'.') {
        None => Keyword::find(text).map_or(Spelling::Plain, Spelling::Keyword),
        Some(_) if matches!(text, b"." | b"..") => Spelling::Dots,
        Some(dot) if Keyword::find(&text[..dot]).is_some() => Spelling::LocalInKeyword,
        Some(_) => Spelling::Local,
    }
}
