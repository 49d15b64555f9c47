//! Writes the fields of the header, in a fixed order.

use super::{Cartridge, Color, Messages, Options};
use crate::fix::Issue;

/// Nintendo's logo, which the boot ROM checks.
const LOGO: [u8; 48] = [
    0xCE, 0xED, 0x66, 0x66, 0xCC, 0x0D, 0x00, 0x0B, 0x03, 0x73, 0x00, 0x83, 0x00, 0x0C, 0x00, 0x0D, 0x00, 0x08, 0x11,
    0x1F, 0x88, 0x89, 0x00, 0x0E, 0xDC, 0xCC, 0x6E, 0xE6, 0xDD, 0xDD, 0xD9, 0x99, 0xBB, 0xBB, 0x67, 0x63, 0x6E, 0x0E,
    0xEC, 0xCC, 0xDD, 0xDC, 0x99, 0x9F, 0xBB, 0xB9, 0x33, 0x3E,
];

/// A ROM whose header is being written.
pub(super) struct Header<'a, 'm> {
    pub(super) rom: &'a mut Vec<u8>,
    pub(super) messages: &'a mut Messages<'m>,
}

impl Header<'_, '_> {
    /// Writes a field. Warns if that changes a byte that was not zero.
    pub(super) fn write(&mut self, at: usize, bytes: &[u8], field: &'static str) {
        let old = &mut self.rom[at..at + bytes.len()];
        let overwrites = old.iter().zip(bytes).any(|(&old, &new)| old != 0 && old != new);
        old.copy_from_slice(bytes);
        if overwrites {
            self.messages.say(&Issue::Overwrote { field });
        }
    }

    /// Writes all fields except the ROM size and the checksums, which depend on the others.
    pub(super) fn write_fields(&mut self, options: &Options) {
        if let Some(treatment) = options.logo {
            let (logo, field) = match &options.logo_image {
                Some(image) => (tiles(image), "logo"),
                None => (LOGO, "Nintendo logo"),
            };
            self.write(0x104, &logo.map(|byte| treatment.apply(byte)), field);
        }
        if let Some(title) = &options.title {
            self.write(0x134, title, "title");
        }
        if let Some(id) = &options.game_id {
            self.write(0x13F, id, "manufacturer code");
        }
        if let Some(color) = options.color {
            self.write(0x143, &[if color == Color::Only { 0xC0 } else { 0x80 }], "CGB flag");
        }
        if let Some(licensee) = &options.new_licensee {
            self.write(0x144, licensee, "new licensee code");
        }
        if options.super_game_boy {
            self.write(0x146, &[0x03], "SGB flag");
        }
        self.write_cartridge(options);
        if let Some(licensee) = options.old_licensee {
            self.write(0x14B, &[licensee], "old licensee code");
        } else {
            let licensee = self.rom[0x14B];
            options.check_licensee(licensee, &mut |issue| self.messages.say(issue));
        }
        if let Some(version) = options.version {
            self.write(0x14C, &[version], "mask ROM version number");
        }
    }

    fn write_cartridge(&mut self, options: &Options) {
        let (code, tpp1) = match options.cartridge {
            Some(Cartridge::Type(code)) => (Some(code), None),
            Some(Cartridge::Tpp1 { minor, features }) => (Some(0xBC), Some((minor, features))),
            None => (None, None),
        };
        if let Some(code) = code {
            self.write(0x147, &[code], "cartridge type");
        }
        if let Some((minor, features)) = tpp1 {
            self.write(0x149, &[0xC1, 0x65], "TPP1 identification code");
            self.write(0x150, &[1, minor], "TPP1 revision number");
            if let Some(size) = options.ram_size {
                self.write(0x152, &[size], "RAM size");
            }
            self.write(0x153, &[features], "TPP1 feature flags");
            return;
        }
        if let Some(size) = options.ram_size {
            self.write(0x149, &[size], "RAM size");
        }
        if options.non_japanese {
            self.write(0x14A, &[0x01], "destination code");
        }
    }
}

/// Converts an image of 6 tiles to the order of the header: the upper halves of all tiles, then the lower halves. A
/// byte has 4 pixels of one row and 4 of the row below.
fn tiles(image: &[u8; 48]) -> [u8; 48] {
    let mut logo = [0; 48];
    for (index, byte) in logo.iter_mut().enumerate() {
        let (half, tile, left, rows) = (index / 24, index % 24 / 4, index % 4 / 2 == 0, index % 2 * 2);
        let at = tile * 8 + half * 4 + rows;
        let nibble = |byte: u8| if left { byte >> 4 } else { byte & 0xF };
        *byte = nibble(image[at]) << 4 | nibble(image[at + 1]);
    }
    logo
}
