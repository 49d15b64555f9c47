//! How full the banks of a ROM's memory are.

/// One bank of memory, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// The region that it is a bank of, such as `ROMX`.
    pub region: &'static str,
    /// Its number, as the map has it: 1 is the first of `ROMX` and `WRAMX`.
    pub number: u32,
    /// In bytes.
    pub size: u32,
    /// In the order of their addresses.
    pub sections: Vec<Section>,
}

/// A section, where it was placed. Those of a union, or of fragments, are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// As in its source; what is not UTF-8 is replaced.
    pub name: String,
    /// Of its first byte.
    pub address: u32,
    /// In bytes.
    pub size: u32,
}

impl Bank {
    /// How much of it sections take, in bytes.
    pub fn used(&self) -> u32 {
        self.sections.iter().map(|section| section.size).fold(0, u32::saturating_add).min(self.size)
    }

    /// How much of it is free, in bytes, in one piece or several.
    pub fn free(&self) -> u32 {
        self.size - self.used()
    }
}
