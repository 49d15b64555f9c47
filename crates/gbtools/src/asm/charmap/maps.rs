//! All character maps of a run, and which of them is used.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Charmap;
use crate::asm::issue::{Issue, Kind};
use crate::report::warnings::AssemblerFlag;

/// All character maps. There is always one, `main`.
///
/// Maps are shared until they change: NEWCHARMAP with a base, and a clone of all, copy nothing.
#[derive(Clone, Debug)]
pub struct Charmaps {
    /// In the order of their creation.
    maps: Vec<(Box<[u8]>, Arc<Charmap>)>,
    numbers: HashMap<Box<[u8]>, usize>,
    current: usize,
    stack: Vec<usize>,
    memory: usize,
}

/// A directive about character maps that cannot be followed, or is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// The new map's name is another one's.
    Exists,
    /// There is no map of this name.
    Unknown,
    /// There is no map of the base's name.
    UnknownBase,
    /// POPC without a PUSHC.
    EmptyStack,
    /// CHARMAP of an empty text.
    EmptyText,
    /// This text was mapped before.
    Redefined,
}

impl Default for Charmaps {
    fn default() -> Self {
        let main = Box::from(&b"main"[..]);
        let map = Charmap::new(true);
        let memory = map.memory();
        let numbers = HashMap::from([(Box::clone(&main), 0)]);
        Self { maps: vec![(main, Arc::new(map))], numbers, current: 0, stack: vec![], memory }
    }
}

impl Charmaps {
    /// The map that is used.
    pub fn current(&self) -> &Charmap {
        &self.maps[self.current].1
    }

    /// All maps by name, in the order of their creation.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Charmap)> {
        self.maps.iter().map(|(name, map)| (&**name, &**map))
    }

    /// About how many bytes they take.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// NEWCHARMAP: a map, empty or like its base, which is used from now on. With an unknown base it is empty.
    pub fn create(&mut self, name: &[u8], base: Option<&[u8]>, report: &mut impl FnMut(Misuse)) {
        let base = base.and_then(|base| {
            let number = self.numbers.get(base);
            if number.is_none() {
                report(Misuse::UnknownBase);
            }
            number.copied()
        });
        if self.numbers.contains_key(name) {
            report(Misuse::Exists);
            return;
        }
        let map = match base {
            Some(base) if !self.maps[base].1.mappings.is_empty() => Arc::clone(&self.maps[base].1),
            _ => Arc::new(Charmap::new(false)),
        };
        self.memory += 2 * name.len() + 128;
        if Arc::strong_count(&map) == 1 {
            self.memory += map.memory();
        }
        self.current = self.maps.len();
        self.numbers.insert(name.into(), self.current);
        self.maps.push((name.into(), map));
    }

    /// SETCHARMAP: uses another map.
    ///
    /// # Errors
    /// [`Misuse::Unknown`], and the map stays.
    pub fn set(&mut self, name: &[u8]) -> Result<(), Misuse> {
        self.current = *self.numbers.get(name).ok_or(Misuse::Unknown)?;
        Ok(())
    }

    /// PUSHC: remembers the map that is used.
    pub fn push(&mut self) {
        self.stack.push(self.current);
    }

    /// POPC: uses the map that was remembered last.
    ///
    /// # Errors
    /// [`Misuse::EmptyStack`].
    pub fn pop(&mut self) -> Result<(), Misuse> {
        self.current = self.stack.pop().ok_or(Misuse::EmptyStack)?;
        Ok(())
    }

    /// How many maps are remembered.
    pub(crate) fn pushed(&self) -> usize {
        self.stack.len()
    }

    /// About how many bytes it takes to map a text to values, which may need a copy of the map.
    pub(crate) fn cost(&self, text: &[u8], values: &[i32]) -> usize {
        let map = &self.maps[self.current].1;
        let copy = if Arc::strong_count(map) > 1 { map.memory() } else { 0 };
        copy + text.len() * (1 + size_of::<super::Node>()) + size_of_val(values)
    }

    /// Whether a map is still remembered, which at the end of a source is odd.
    pub fn is_pushed(&self) -> bool {
        !self.stack.is_empty()
    }

    /// CHARMAP: maps a text to values in the map that is used.
    ///
    /// # Errors
    /// [`Misuse::EmptyText`], and [`Misuse::Redefined`], which is a warning.
    pub fn define(&mut self, text: &[u8], values: &[i32]) -> Result<(), Misuse> {
        if text.is_empty() {
            return Err(Misuse::EmptyText);
        }
        let map = &mut self.maps[self.current].1;
        if Arc::get_mut(map).is_none() {
            self.memory += map.memory();
        }
        let map = Arc::make_mut(map);
        let before = map.memory();
        let redefined = map.define(text, values);
        self.memory += map.memory() - before;
        if redefined { Err(Misuse::Redefined) } else { Ok(()) }
    }
}

impl Issue for Misuse {
    fn kind(&self) -> Kind {
        if *self == Self::Redefined { Kind::Warning(AssemblerFlag::CharmapRedef) } else { Kind::Error }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Exists => "charmap-exists",
            Self::Unknown => "unknown-charmap",
            Self::UnknownBase => "unknown-base-charmap",
            Self::EmptyStack => "empty-charmap-stack",
            Self::EmptyText => "empty-mapping",
            Self::Redefined => "charmap-redef",
        }
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exists => "There is a character map of this name already",
            Self::Unknown => "There is no character map of this name",
            Self::UnknownBase => "There is no character map of this name to start from",
            Self::EmptyStack => "POPC without a PUSHC before it",
            Self::EmptyText => "An empty text cannot be mapped",
            Self::Redefined => "This text was mapped before, to something else perhaps",
        })
    }
}
