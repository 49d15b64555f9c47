//! The Game Boy's memory regions, which are the types of sections (rgbasm(5), "SECTION").

/// A region of memory. The numbers are those of object files (rgbds(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Region {
    /// Work RAM, fixed bank.
    Wram0 = 0,
    /// Video RAM.
    Vram = 1,
    /// ROM, switchable bank.
    Romx = 2,
    /// ROM, fixed bank.
    Rom0 = 3,
    /// High RAM.
    Hram = 4,
    /// Work RAM, switchable bank.
    Wramx = 5,
    /// Cartridge RAM.
    Sram = 6,
    /// Object attribute memory.
    Oam = 7,
}

/// The bounds of a [`Region`] for the assembler. The linker narrows ROM0 and WRAM0 unless `-t` or `-w` is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Its name in a source.
    pub name: &'static str,
    /// The first address.
    pub start: u16,
    /// The size of a bank in bytes.
    pub size: u16,
    /// The lowest bank.
    pub first_bank: u32,
    /// The highest bank.
    pub last_bank: u32,
}

impl Region {
    /// All regions, in the order of their numbers.
    pub const ALL: [Self; 8] =
        [Self::Wram0, Self::Vram, Self::Romx, Self::Rom0, Self::Hram, Self::Wramx, Self::Sram, Self::Oam];

    /// Its bounds.
    pub const fn bounds(self) -> Bounds {
        const fn bounds(name: &'static str, start: u16, size: u16, first_bank: u32, last_bank: u32) -> Bounds {
            Bounds { name, start, size, first_bank, last_bank }
        }
        match self {
            Self::Wram0 => bounds("WRAM0", 0xC000, 0x2000, 0, 0),
            Self::Vram => bounds("VRAM", 0x8000, 0x2000, 0, 1),
            Self::Romx => bounds("ROMX", 0x4000, 0x4000, 1, 65535),
            Self::Rom0 => bounds("ROM0", 0x0000, 0x8000, 0, 0),
            Self::Hram => bounds("HRAM", 0xFF80, 0x007F, 0, 0),
            Self::Wramx => bounds("WRAMX", 0xD000, 0x1000, 1, 7),
            Self::Sram => bounds("SRAM", 0xA000, 0x2000, 0, 255),
            Self::Oam => bounds("OAM", 0xFE00, 0x00A0, 0, 0),
        }
    }

    /// Whether sections there hold data. RAM sections only reserve space.
    pub const fn has_data(self) -> bool {
        matches!(self, Self::Rom0 | Self::Romx)
    }

    /// Whether the region has more than one bank.
    pub const fn is_banked(self) -> bool {
        self.bounds().first_bank != self.bounds().last_bank
    }

    /// The region with this number in an object file.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
