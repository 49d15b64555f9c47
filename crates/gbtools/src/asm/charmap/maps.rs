//! The character maps of an assembly, and the one in use.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Charmap;
use crate::asm::issue::{Issue, Kind};
use crate::report::warnings::AssemblerFlag;

/// All character maps. The map `main` always exists.
///
/// Maps are shared until they change, so NEWCHARMAP with a base and cloning this copy no map.
#[derive(Clone, Debug)]
pub struct Charmaps {
    /// The maps in order of creation.
    maps: Vec<(Box<[u8]>, Arc<Charmap>)>,
    numbers: HashMap<Box<[u8]>, usize>,
    current: usize,
    stack: Vec<usize>,
    memory: usize,
}

/// An error or warning about a directive for character maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// A map with this name already exists.
    Exists,
    /// No map has this name.
    Unknown,
    /// No map has the name of the base.
    UnknownBase,
    /// POPC without a PUSHC.
    EmptyStack,
    /// CHARMAP with an empty string.
    EmptyText,
    /// The string was already mapped.
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
    /// The map in use.
    pub fn current(&self) -> &Charmap {
        &self.maps[self.current].1
    }

    /// All maps with their names, in order of creation.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Charmap)> {
        self.maps.iter().map(|(name, map)| (&**name, &**map))
    }

    /// The approximate memory use in bytes.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// NEWCHARMAP: creates a map, empty or as a copy of its base, and uses it. If the base does not exist, it is empty.
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
    /// [`Misuse::Unknown`]. The current map stays in use.
    pub fn set(&mut self, name: &[u8]) -> Result<(), Misuse> {
        self.current = *self.numbers.get(name).ok_or(Misuse::Unknown)?;
        Ok(())
    }

    /// PUSHC: saves the name of the map in use.
    pub fn push(&mut self) {
        self.stack.push(self.current);
    }

    /// POPC: uses the map saved last.
    ///
    /// # Errors
    /// [`Misuse::EmptyStack`].
    pub fn pop(&mut self) -> Result<(), Misuse> {
        self.current = self.stack.pop().ok_or(Misuse::EmptyStack)?;
        Ok(())
    }

    /// The number of saved maps.
    pub(crate) fn pushed(&self) -> usize {
        self.stack.len()
    }

    /// The approximate memory that a new mapping needs. It may need a copy of the map.
    pub(crate) fn cost(&self, text: &[u8], values: &[i32]) -> usize {
        let map = &self.maps[self.current].1;
        let copy = if Arc::strong_count(map) > 1 { map.memory() } else { 0 };
        copy + text.len() * (1 + size_of::<super::Node>()) + size_of_val(values)
    }

    /// Whether a map is still saved. At the end of a source, this causes a warning.
    pub fn is_pushed(&self) -> bool {
        !self.stack.is_empty()
    }

    /// CHARMAP: adds a mapping to the map in use.
    ///
    /// # Errors
    /// [`Misuse::EmptyText`], and [`Misuse::Redefined`], which is only a warning.
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
            Self::Exists => "A character map with this name already exists",
            Self::Unknown => "There is no character map of this name",
            Self::UnknownBase => "There is no character map of this name to copy",
            Self::EmptyStack => "POPC without a PUSHC before it",
            Self::EmptyText => "An empty text cannot be mapped",
            Self::Redefined => "This text was already mapped, perhaps to another value",
        })
    }
}
