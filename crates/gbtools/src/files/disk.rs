//! Files on the disk, without restrictions.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{Content, Files};
use crate::until::Until;

/// The size of one read, small enough to notice a stop in time.
const PIECE: u64 = 1 << 20;

/// The file system, relative to the working directory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content> {
        let mut content = Vec::new();
        self.read_into(&mut content, path, most, until)?;
        Ok(content.into())
    }

    fn read_into(&self, content: &mut Vec<u8>, path: &Path, most: u64, until: &dyn Until) -> io::Result<()> {
        let mut file = File::open(path)?;
        let expected = file.metadata().map_or(0, |metadata| metadata.len());
        if expected > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        content.clear();
        content.try_reserve_exact(usize::try_from(expected).unwrap_or(0) + 1)?;
        loop {
            if until.stop().is_some() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            // If the file's length is known, there is no extra read to look for its end.
            let left = expected.saturating_sub(content.len() as u64);
            if left == 0 && expected > 0 {
                return Ok(());
            }
            let piece = if expected > 0 { left.min(PIECE) } else { PIECE };
            if file.by_ref().take(piece).read_to_end(content)? == 0 {
                return Ok(());
            }
            if content.len() as u64 > most {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
    }

    fn is_file(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
    }
}
