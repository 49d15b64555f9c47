//! The Game Boy's memory, as section types divide it (rgbasm(5), "SECTION").

/// Where a section can be. The order is that of the numbers in an object file (rgbds(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Region {
    /// Work RAM that is always there.
    Wram0 = 0,
    /// Video RAM.
    Vram = 1,
    /// The switchable part of the ROM.
    Romx = 2,
    /// The part of the ROM that is always there.
    Rom0 = 3,
    /// High RAM.
    Hram = 4,
    /// The switchable part of work RAM.
    Wramx = 5,
    /// Cartridge RAM.
    Sram = 6,
    /// Object attribute memory.
    Oam = 7,
}

/// The bounds of a [`Region`] as the assembler sees it. The linker narrows ROM0 and WRAM0 unless `-t` or `-w` is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Its name in a source.
    pub name: &'static str,
    /// The first address.
    pub start: u16,
    /// How many bytes a bank has.
    pub size: u16,
    /// The lowest bank.
    pub first_bank: u32,
    /// The highest bank.
    pub last_bank: u32,
}

impl Region {
    /// All of them, by number.
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

    /// Whether a section there has data, and not only room.
    pub const fn has_data(self) -> bool {
        matches!(self, Self::Rom0 | Self::Romx)
    }

    /// Whether there is more than one bank.
    pub const fn is_banked(self) -> bool {
        self.bounds().first_bank != self.bounds().last_bank
    }

    /// The region of a number in an object file.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
