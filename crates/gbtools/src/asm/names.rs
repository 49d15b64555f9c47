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
    start: u32,
    len: u32,
    hash: u32,
    spelling: Spelling,
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
        let hash = hash(text);
        let Self { text: all, entries, table } = self;
        let same = |&index: &u32| {
            let entry = &entries[index as usize];
            entry.len as usize == text.len() && &all[entry.start as usize..][..text.len()] == text
        };
        if let Some(&index) = table.find(u64::from(hash) << 32 | u64::from(hash), same) {
            return Name(index);
        }
        self.add(text, hash)
    }

    #[cold]
    fn add(&mut self, text: &[u8], hash: u32) -> Name {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let (index, start, len) = (self.entries.len() as u32, self.text.len() as u32, text.len() as u32);
        self.text.extend_from_slice(text);
        self.entries.push(Entry { start, len, hash, spelling: spelling(text) });
        let entries = &self.entries;
        let wide = |hash: u32| u64::from(hash) << 32 | u64::from(hash);
        self.table.insert_unique(wide(hash), index, |&other| wide(entries[other as usize].hash));
        Name(index)
    }

    /// How it is spelt.
    pub(crate) fn get(&self, name: Name) -> &[u8] {
        let entry = &self.entries[name.index()];
        &self.text[entry.start as usize..][..entry.len as usize]
    }

    /// What can be told of its spelling.
    pub(crate) fn spelling(&self, name: Name) -> Spelling {
        self.entries[name.index()].spelling
    }
}

fn hash(text: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    let hash = hasher.finish();
    #[expect(clippy::cast_possible_truncation, reason = "both halves are folded into one")]
    let folded = (hash ^ hash >> 32) as u32;
    folded
}

fn spelling(text: &[u8]) -> Spelling {
    match text.iter().position(|&byte| byte == b'.') {
        None => Keyword::find(text).map_or(Spelling::Plain, Spelling::Keyword),
        Some(_) if matches!(text, b"." | b"..") => Spelling::Dots,
        Some(dot) if Keyword::find(&text[..dot]).is_some() => Spelling::LocalInKeyword,
        Some(_) => Spelling::Local,
    }
}
