//! Sections and the current position (rgbasm(5), SECTIONS).

mod merge;

use std::collections::HashMap;

use bstr::BString;
use rustc_hash::FxBuildHasher;

use super::names::Name;
use crate::memory::Region;
use crate::module::{Modifier, Patch, Place, SectionId};

pub(crate) use merge::{Conflict, Wanted, mask};

/// A section.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub name: BString,
    pub place: Place,
    pub region: Region,
    pub modifier: Modifier,
    pub address: Option<u16>,
    pub bank: Option<u32>,
    pub align: u8,
    pub align_offset: u16,
    pub size: u32,
    pub data: Vec<u8>,
    /// The code of patches is in [`Output`](super::output::Output).
    pub patches: Vec<Patch>,
}

/// A LOAD block. Labels belong to another section than the bytes.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub section: SectionId,
    pub offset: u32,
    /// The scopes before the block, which are restored after it.
    pub scopes: Scopes,
}

/// The current global and local label.
pub(crate) type Scopes = (Option<Name>, Option<Name>);

/// A UNION in a section: its start, and the size of its largest member so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Union {
    pub start: u32,
    pub size: u32,
}

/// The current position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Position {
    pub section: Option<SectionId>,
    pub offset: u32,
    pub load: Option<Load>,
    pub unions: Vec<Union>,
}

/// All sections.
#[derive(Clone, Default)]
pub(crate) struct Sections {
    pub all: Vec<Section>,
    by_name: HashMap<BString, SectionId, FxBuildHasher>,
    pub now: Position,
    /// The number of bytes in all sections.
    bytes: usize,
    /// The positions that PUSHS has put aside.
    pub stack: Vec<(Position, Scopes)>,
}

/// The size of a section exceeds its counter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overflow;

impl Sections {
    pub(crate) fn get(&self, id: SectionId) -> &Section {
        &self.all[id as usize]
    }

    pub(crate) fn get_mut(&mut self, id: SectionId) -> &mut Section {
        &mut self.all[id as usize]
    }

    /// The approximate memory use in bytes, without the part that was already counted.
    pub(crate) fn memory(&self) -> usize {
        self.bytes
            + self.stack.capacity() * size_of::<(Position, Scopes)>()
            + self.now.unions.capacity() * size_of::<Union>()
    }

    /// The section with this name.
    pub(crate) fn find(&self, name: &[u8]) -> Option<SectionId> {
        self.by_name.get(name).copied()
    }

    /// Adds a section with a new name.
    pub(crate) fn add(&mut self, section: Section) -> SectionId {
        let name = section.name.clone();
        let id = self.add_anonymous(section);
        self.by_name.insert(name, id);
        id
    }

    /// Adds a section that cannot be opened again by name.
    pub(crate) fn add_anonymous(&mut self, section: Section) -> SectionId {
        let id = SectionId::try_from(self.all.len()).unwrap_or(SectionId::MAX);
        self.all.push(section);
        id
    }

    /// The section of labels at the current position, and the offset in it.
    #[inline]
    pub(crate) fn pc(&self) -> Option<(SectionId, u32)> {
        match &self.now.load {
            Some(load) => Some((load.section, load.offset)),
            None => self.now.section.map(|section| (section, self.now.offset)),
        }
    }

    /// The address of a section, if it is known.
    #[inline]
    pub(crate) fn address(&self, id: SectionId) -> Option<u16> {
        self.get(id).address
    }

    pub(crate) fn bank(&self, id: SectionId) -> Option<u32> {
        self.get(id).bank
    }

    /// The number of known low bits of a section's address, and their value.
    pub(crate) fn alignment(&self, id: SectionId) -> (u8, u16) {
        let section = self.get(id);
        (section.align, section.align_offset)
    }

    /// The size of a section, if it is final: a section without modifier that is neither open nor put aside by PUSHS.
    pub(crate) fn size_if_known(&self, name: &[u8]) -> Option<u32> {
        let id = self.find(name)?;
        // The section of a LOAD block that was put aside with its outer section counts as final.
        let loaded = self.now.load.as_ref().is_some_and(|load| load.section == id);
        let open = self.now.section == Some(id) || loaded || self.is_pushed(id);
        let section = self.get(id);
        (!open && section.modifier == Modifier::None).then_some(section.size)
    }

    /// Whether a section is put aside by PUSHS.
    pub(crate) fn is_pushed(&self, id: SectionId) -> bool {
        self.stack.iter().any(|(position, _)| position.section == Some(id))
    }

    /// Whether bytes can be written at the current position.
    pub(crate) fn has_data(&self) -> bool {
        self.now.section.is_some_and(|id| self.get(id).region.has_data())
    }

    /// Reserves space: advances the position and grows the sections.
    #[inline]
    pub(crate) fn reserve(&mut self, bytes: u32) -> Result<(), Overflow> {
        let Some(id) = self.now.section else { return Ok(()) };
        self.now.offset = self.now.offset.checked_add(bytes).ok_or(Overflow)?;
        let section = &mut self.all[id as usize];
        section.size = section.size.max(self.now.offset);
        if let Some(load) = &mut self.now.load {
            load.offset = load.offset.checked_add(bytes).ok_or(Overflow)?;
            let section = &mut self.all[load.section as usize];
            section.size = section.size.max(load.offset);
        }
        Ok(())
    }

    /// Writes bytes. Bytes after the end of the section's region are counted but not kept.
    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Overflow> {
        if let Some(id) = self.now.section {
            let section = &mut self.all[id as usize];
            if section.data.len() + bytes.len() <= usize::from(section.region.bounds().size) {
                match *bytes {
                    [byte] => section.data.push(byte),
                    [low, high] => section.data.extend_from_slice(&[low, high]),
                    _ => section.data.extend_from_slice(bytes),
                }
                self.bytes += bytes.len();
            }
        }
        self.reserve(u32::try_from(bytes.len()).map_err(|_| Overflow)?)
    }

    /// Writes a byte repeatedly.
    pub(crate) fn fill(&mut self, byte: u8, count: u32) -> Result<(), Overflow> {
        if let Some(id) = self.now.section {
            let section = &mut self.all[id as usize];
            let room = usize::from(section.region.bounds().size).saturating_sub(section.data.len());
            let kept = room.min(count as usize);
            section.data.resize(section.data.len() + kept, byte);
            self.bytes += kept;
        }
        self.reserve(count)
    }
}
