//! The fixer's options.

use bstr::{BStr, BString};

use super::{Cartridge, Issue};

/// How to write a value that the Game Boy checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Write the correct value.
    Fix,
    /// Write the inverse of the correct value.
    Trash,
}

impl Treatment {
    /// The byte itself, or its inverse.
    pub(super) fn apply(self, byte: u8) -> u8 {
        match self {
            Self::Fix => byte,
            Self::Trash => !byte,
        }
    }
}

/// How a game uses the Game Boy Color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// It runs on the Game Boy and the Game Boy Color.
    Compatible,
    /// It runs only on the Game Boy Color.
    Only,
}

/// The changes to a ROM. A field that is None leaves the ROM's value.
///
/// The title, the game ID and the color flag share bytes, so they are set by functions, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) title: Option<BString>,
    pub(super) game_id: Option<BString>,
    pub(super) color: Option<Color>,
    pub(super) new_licensee: Option<BString>,
    /// The logo.
    pub logo: Option<Treatment>,
    /// A 1bpp image of 48 by 8 pixels. None for Nintendo's logo.
    pub logo_image: Option<[u8; 48]>,
    /// The checksum of the header.
    pub header_checksum: Option<Treatment>,
    /// The checksum of the whole ROM.
    pub global_checksum: Option<Treatment>,
    /// Sets the Super Game Boy flag.
    pub super_game_boy: bool,
    /// Sets the region to "not Japan".
    pub non_japanese: bool,
    /// The cartridge type.
    pub cartridge: Option<Cartridge>,
    /// The RAM size code. TPP1 has its own place for it.
    pub ram_size: Option<u8>,
    /// The old licensee code.
    pub old_licensee: Option<u8>,
    /// The version number of the ROM.
    pub version: Option<u8>,
    /// Pads the ROM with this value to the next valid size, and sets the ROM size.
    pub pad: Option<u8>,
}

impl Options {
    /// Sets the title, cut to the size of the field.
    pub fn set_title(&mut self, title: &BStr, say: &mut dyn FnMut(&Issue)) {
        self.title = Some(title.to_owned());
        self.cut_title(title, say);
    }

    /// Sets the game ID, of at most 4 bytes. It shortens the title.
    pub fn set_game_id(&mut self, id: &BStr, say: &mut dyn FnMut(&Issue)) {
        self.game_id = Some(cut(id, 4, |most| say(&Issue::GameIdTooLong { id: id.to_owned(), most })));
        self.cut_old_title(say);
    }

    /// Sets the color flag. It shortens the title.
    pub fn set_color(&mut self, color: Color, say: &mut dyn FnMut(&Issue)) {
        self.color = Some(color);
        self.cut_old_title(say);
    }

    /// Sets the new licensee code, of at most 2 bytes.
    pub fn set_new_licensee(&mut self, licensee: &BStr, say: &mut dyn FnMut(&Issue)) {
        let text = licensee.to_owned();
        self.new_licensee = Some(cut(licensee, 2, |most| say(&Issue::LicenseeTooLong { licensee: text, most })));
    }

    /// Reports options that do not fit together. Call this after all are set.
    pub fn check(&self, say: &mut dyn FnMut(&Issue)) {
        match self.cartridge {
            Some(Cartridge::Tpp1 { .. }) if self.non_japanese => say(&Issue::RegionIgnored),
            Some(Cartridge::Type(code)) => {
                if let Some(size) = self.ram_size {
                    Cartridge::check_ram(code, size, say);
                }
            }
            _ => {}
        }
        if let Some(licensee) = self.old_licensee {
            self.check_licensee(licensee, say);
        }
    }

    /// Warns about a licensee code that turns off the Super Game Boy's functions.
    pub(super) fn check_licensee(&self, licensee: u8, say: &mut dyn FnMut(&Issue)) {
        if self.super_game_boy && licensee != 0x33 {
            say(&Issue::SuperGameBoyLicensee { licensee });
        }
    }

    /// The minimum size of a ROM.
    pub(super) fn header_size(&self) -> usize {
        if matches!(self.cartridge, Some(Cartridge::Tpp1 { .. })) { 0x154 } else { 0x150 }
    }

    fn cut_old_title(&mut self, say: &mut dyn FnMut(&Issue)) {
        if let Some(title) = self.title.take() {
            self.cut_title(title.as_ref(), say);
        }
    }

    fn cut_title(&mut self, title: &BStr, say: &mut dyn FnMut(&Issue)) {
        let most = match (&self.game_id, self.color) {
            (Some(_), _) => 11,
            (None, Some(_)) => 15,
            (None, None) => 16,
        };
        self.title = Some(cut(title, most, |most| say(&Issue::TitleTooLong { title: title.to_owned(), most })));
    }
}

/// The first `most` bytes of a text.
fn cut(text: &BStr, most: usize, too_long: impl FnOnce(usize)) -> BString {
    if text.len() > most {
        too_long(most);
    }
    text[..text.len().min(most)].into()
}
