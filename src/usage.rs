//! How full the banks of a ROM's memory are.

/// A bank of memory, and the sections in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// The region, such as `ROMX`.
    pub region: &'static str,
    /// The number, as in a map: the first bank of `ROMX` and of `WRAMX` is 1.
    pub number: u32,
    /// In bytes.
    pub size: u32,
    /// In address order.
    pub sections: Vec<Section>,
}

/// A section that was placed. The parts of a union, or of fragments, count as one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The name in the source. Invalid UTF-8 is replaced.
    pub name: String,
    /// The address of its first byte.
    pub address: u32,
    /// In bytes.
    pub size: u32,
}

impl Bank {
    /// How many bytes the sections use.
    pub fn used(&self) -> u32 {
        self.sections.iter().map(|section| section.size).fold(0, u32::saturating_add).min(self.size)
    }

    /// How many bytes are free. They may be in several pieces.
    pub fn free(&self) -> u32 {
        self.size - self.used()
    }
}
