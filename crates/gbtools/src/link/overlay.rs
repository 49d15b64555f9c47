//! Reads the overlay, and checks its size.

use std::io::{self, ErrorKind};

use bstr::{BStr, ByteSlice};

use super::image::BANK;
use super::{Done, LARGEST_FILE, Link};
use crate::files::{Content, reason};
use crate::report::Severity;

/// The largest number of banks in a ROM.
const MOST_BANKS: usize = 65536;

/// The overlay, or why it cannot be read. RGBDS reads it only when all patches are right.
pub(super) struct Overlay(io::Result<Content>);

impl Overlay {
    pub(super) fn content(&self) -> Option<&[u8]> {
        self.0.as_deref().ok()
    }
}

impl Link<'_> {
    pub(super) fn read_overlay(&mut self, path: &BStr) -> Done<Overlay> {
        let file = path.to_path_lossy();
        let most = LARGEST_FILE.min(self.budget.room());
        let given = self.options.overlay_content.clone();
        let in_file = given.is_none();
        let read = given.map_or_else(|| self.files.read(&file, most, self.budget.until()), Ok);
        match &read {
            Ok(content) => {
                self.within("link", |link| link.budget.take(content.len()))?;
                if in_file {
                    self.reads.push(file.into_owned());
                }
                if content.len().div_ceil(BANK) > MOST_BANKS {
                    let text = format!("The overlay \"{path}\" has more than {MOST_BANKS} banks");
                    return Err(self.fatal("overlay-size", text));
                }
            }
            Err(error) => {
                self.look_up()?;
                if error.kind() == ErrorKind::FileTooLarge && most < LARGEST_FILE {
                    return Err(self.out_of_memory());
                }
            }
        }
        Ok(Overlay(read))
    }

    /// Reports an overlay that could not be read, or has an odd size. RGBDS takes a directory for an empty file.
    pub(super) fn check_overlay(&mut self, overlay: &Overlay, rom: usize) -> Done {
        let Some(path) = &self.options.overlay else { return Ok(()) };
        let size = match &overlay.0 {
            Err(error) if error.kind() == ErrorKind::IsADirectory => {
                self.odd(format!("The overlay \"{path}\" is a directory, which counts as an empty file"));
                0
            }
            Err(error) => {
                let text = format!("The overlay \"{path}\" cannot be read: {}", reason(error));
                return Err(self.fatal("unreadable-file", text));
            }
            Ok(content) => {
                let size = content.len();
                if !size.is_multiple_of(BANK) {
                    self.odd(format!("The overlay \"{path}\" is not a multiple of 16 KiB"));
                } else if self.layout.tiny && size != 2 * BANK {
                    self.odd(format!("The overlay \"{path}\" is not 32 KiB"));
                }
                if size < 2 * BANK {
                    self.odd(format!("The overlay \"{path}\" has less than 32 KiB"));
                }
                size
            }
        };
        if self.options.wanted.rom && self.options.pad.is_none() && size < rom && self.covered_from(size) < rom - size {
            self.odd("The ROM is larger than the overlay, and no -p gives the padding after it");
        }
        Ok(())
    }

    /// The number of bytes from this offset of the ROM that are in a section.
    fn covered_from(&self, offset: usize) -> usize {
        let sections = self.merged.sections.iter().filter(|section| section.region.has_data());
        let covered = sections.map(|section| {
            let start = section.rom_offset();
            (start + section.size as usize).saturating_sub(start.max(offset))
        });
        covered.sum()
    }

    /// Reports a warning without a place or a flag.
    fn odd(&mut self, text: impl Into<bstr::BString>) {
        self.tell(Severity::Warning, None, "odd-overlay", text.into(), &[]);
    }
}
