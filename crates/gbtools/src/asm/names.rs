//! Identifiers, with one entry per spelling.
//!
//! A name is a small number. So comparisons and the look-up of keywords and symbols take an index, not a hash.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

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

/// The data of a name.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    len: u32,
    spelling: Spelling,
}

/// A name in the hash table.
#[derive(Clone, Copy)]
struct Slot {
    key: Key,
    name: Name,
    spelling: Spelling,
}

/// Parts of a spelling, and its length. Spellings of up to 24 bytes are equal if their keys are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    first: u64,
    middle: u64,
    last: u64,
    /// The length, or 255 for a longer one.
    len: u8,
}

/// The longest spelling that fits in the key.
const IN_KEY: usize = 24;

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Self {
        let len = u8::try_from(text.len()).unwrap_or(u8::MAX);
        let (first, last) = if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
        } else {
            // At most three bytes.
            (text.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0)
        };
        let middle = text.get(8..16).and_then(|text| text.first_chunk()).map_or(0, |text| u64::from_le_bytes(*text));
        Self { first, middle, last, len }
    }

    /// A hash. For a long spelling, it includes the bytes that the key lacks.
    #[inline]
    fn hash(self, text: &[u8]) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_u64(self.first);
        hasher.write_u64(self.middle);
        hasher.write_u64(self.last ^ u64::from(self.len) << 56);
        if let Some(rest) = not_in_key(text) {
            hasher.write(rest);
        }
        hasher.finish()
    }
}

/// The bytes that the key of a long spelling lacks.
#[inline]
fn not_in_key(text: &[u8]) -> Option<&[u8]> {
    if text.len() > IN_KEY { text.get(16..text.len() - 8) } else { None }
}

/// All names of an assembly.
#[derive(Clone, Default)]
pub(crate) struct Names {
    text: Vec<u8>,
    entries: Vec<Entry>,
    table: HashTable<Slot>,
}

impl Names {
    /// The name with this spelling.
    pub(crate) fn intern(&mut self, text: &[u8]) -> Name {
        self.find_or_add(text).0
    }

    /// The name with this spelling, and its kind.
    #[inline]
    pub(crate) fn find_or_add(&mut self, text: &[u8]) -> (Name, Spelling) {
        let key = Key::of(text);
        let hash = key.hash(text);
        let same = |slot: &Slot| {
            slot.key == key && (text.len() <= IN_KEY || text_of(&self.text, &self.entries[slot.name.index()]) == text)
        };
        match self.table.find(hash, same) {
            Some(slot) => (slot.name, slot.spelling),
            None => self.add(text, key, hash),
        }
    }

    #[cold]
    fn add(&mut self, text: &[u8], key: Key, hash: u64) -> (Name, Spelling) {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let (name, start, len) = (Name(self.entries.len() as u32), self.text.len() as u32, text.len() as u32);
        let spelling = spelling(text);
        self.text.extend_from_slice(text);
        self.entries.push(Entry { start, len, spelling });
        let Self { text: all, entries, table } = self;
        let rehash = |slot: &Slot| match usize::from(slot.key.len) {
            0..=IN_KEY => slot.key.hash(&[]),
            _ => slot.key.hash(text_of(all, &entries[slot.name.index()])),
        };
        table.insert_unique(hash, Slot { key, name, spelling }, rehash);
        (name, spelling)
    }

    /// The spelling.
    pub(crate) fn get(&self, name: Name) -> &[u8] {
        text_of(&self.text, &self.entries[name.index()])
    }

    /// The approximate memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.text.capacity()
            + self.entries.capacity() * size_of::<Entry>()
            + self.table.capacity() * (size_of::<Slot>() + 1)
    }

    /// The kind of the spelling.
    #[inline]
    pub(crate) fn spelling(&self, name: Name) -> Spelling {
        self.entries[name.index()].spelling
    }
}

fn text_of<'a>(all: &'a [u8], entry: &Entry) -> &'a [u8] {
    &all[entry.start as usize..][..entry.len as usize]
}

fn spelling(text: &[u8]) -> Spelling {
    match text.iter().position(|&byte| byte == b'.') {
        None => Keyword::find(text).map_or(Spelling::Plain, Spelling::Keyword),
        Some(_) if matches!(text, b"." | b"..") => Spelling::Dots,
        Some(dot) if Keyword::find(&text[..dot]).is_some() => Spelling::LocalInKeyword,
        Some(_) => Spelling::Local,
    }
}
