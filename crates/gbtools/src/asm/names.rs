//! Identifiers, each spelling once.
//!
//! A name is a small number, so that comparing, looking up a keyword and looking up a symbol cost an index and no hash.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::token::Keyword;

/// A spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(u32);

impl Name {
    /// Its number: names are numbered from 0 in the order in which they are first met.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The name of a number, which [`index`](Self::index) gave.
    pub(crate) fn from_index(index: u32) -> Self {
        Self(index)
    }
}

/// What can be told of a spelling once and for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// A name without a dot.
    Plain,
    /// A keyword, in whatever case.
    Keyword(Keyword),
    /// A local name: it has a dot, and is not only dots.
    Local,
    /// A local name whose part before the dot is a keyword.
    LocalInKeyword,
    /// `.` or `..`.
    Dots,
}

#[derive(Clone, Copy)]
struct Entry {
    key: Key,
    start: u32,
    spelling: Spelling,
}

/// What tells most spellings apart without a look at their text: the length, and the first and last eight bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    first: u64,
    last: u64,
    len: u32,
}

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let len = text.len() as u32;
        let (first, last) = if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
        } else {
            // Up to three bytes.
            (text.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0)
        };
        Self { first, last, len }
    }

    /// A hash, in which a longer text's middle, which the key does not have, has its part.
    #[inline]
    fn hash(self, text: &[u8]) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_u64(self.first);
        hasher.write_u64(self.last ^ u64::from(self.len) << 56);
        if let Some(middle) = middle(text) {
            hasher.write(middle);
        }
        hasher.finish()
    }
}

/// What is between the first and the last eight bytes.
#[inline]
fn middle(text: &[u8]) -> Option<&[u8]> {
    if text.len() > 16 { text.get(8..text.len() - 8) } else { None }
}

/// All names of one assembly.
#[derive(Clone, Default)]
pub(crate) struct Names {
    text: Vec<u8>,
    entries: Vec<Entry>,
    table: HashTable<u32>,
}

impl Names {
    /// The name of this spelling.
    pub(crate) fn intern(&mut self, text: &[u8]) -> Name {
        self.find_or_add(text).0
    }

    /// The name of this spelling, and what can be told of it.
    #[inline]
    pub(crate) fn find_or_add(&mut self, text: &[u8]) -> (Name, Spelling) {
        let key = Key::of(text);
        let hash = key.hash(text);
        let Self { text: all, entries, table } = self;
        let same = |&index: &u32| {
            let entry = &entries[index as usize];
            entry.key == key
                && middle(text).is_none_or(|middle| &all[entry.start as usize + 8..][..middle.len()] == middle)
        };
        match table.find(hash, same) {
            Some(&index) => (Name(index), entries[index as usize].spelling),
            None => self.add(text, key, hash),
        }
    }

    #[cold]
    fn add(&mut self, text: &[u8], key: Key, hash: u64) -> (Name, Spelling) {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let (index, start) = (self.entries.len() as u32, self.text.len() as u32);
        let spelling = spelling(text);
        self.text.extend_from_slice(text);
        self.entries.push(Entry { key, start, spelling });
        let Self { text: all, entries, table } = self;
        let rehash = |&other: &u32| {
            let Entry { key, start, .. } = entries[other as usize];
            key.hash(&all[start as usize..][..key.len as usize])
        };
        table.insert_unique(hash, index, rehash);
        (Name(index), spelling)
    }

    /// How it is spelt.
    pub(crate) fn get(&self, name: Name) -> &[u8] {
        let entry = &self.entries[name.index()];
        &self.text[entry.start as usize..][..entry.key.len as usize]
    }

    /// About how many bytes they take.
    pub(crate) fn memory(&self) -> usize {
        self.text.capacity() + self.entries.capacity() * size_of::<Entry>() + self.table.capacity() * size_of::<u64>()
    }

    /// What can be told of its spelling.
    pub(crate) fn spelling(&self, name: Name) -> Spelling {
        self.entries[name.index()].spelling
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
