//! The regions, with bounds that depend on the link's options.

use super::Options;
use crate::memory::{Bounds, Region};

/// The order of regions in listings.
pub(crate) const LISTED: [Region; 8] =
    [Region::Rom0, Region::Romx, Region::Vram, Region::Sram, Region::Wram0, Region::Wramx, Region::Oam, Region::Hram];

/// The bounds of all regions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub tiny: bool,
    pub wram0: bool,
    pub dmg: bool,
}

impl Layout {
    pub(crate) fn of(options: &Options) -> Self {
        Self { tiny: options.tiny || options.no_pad, wram0: options.wram0 || options.dmg, dmg: options.dmg }
    }

    /// The bounds of a region.
    pub(crate) fn bounds(self, region: Region) -> Bounds {
        let bounds = region.bounds();
        match region {
            Region::Rom0 if !self.tiny => Bounds { size: 0x4000, ..bounds },
            Region::Wram0 if !self.wram0 => Bounds { size: 0x1000, ..bounds },
            Region::Vram if self.dmg => Bounds { last_bank: 0, ..bounds },
            _ => bounds,
        }
    }
}
