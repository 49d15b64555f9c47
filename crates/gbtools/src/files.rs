//! Access to files: on the disk, or in a map in memory.

mod disk;
mod memory;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use disk::Disk;
pub use memory::InMemory;

use crate::until::Until;

/// Why a file could not be opened or read, without the error number that Rust adds.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or_default().to_owned()
}

/// A file's content. It is cheap to clone, so a file can be read once and used often.
pub type Content = Arc<[u8]>;

/// Opens every file that a tool reads: sources, INCLUDE, INCBIN, READFILE, linker scripts, overlays and objects.
///
/// Paths are those of the source or the command line. An implementation decides what they are relative to, and which of
/// them may be read.
pub trait Files: Sync {
    /// The whole content of a file. An implementation may keep it for later calls.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] if the file has more than `most` bytes, [`io::ErrorKind::Interrupted`] if
    /// `until` stops the read, and any error from opening and reading the file.
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content>;

    /// Like [`read`](Self::read), but replaces the content of a buffer, which can be used for one file after the other.
    ///
    /// # Errors
    /// Those of [`read`](Self::read). The buffer can then have anything in it.
    fn read_into(&self, buffer: &mut Vec<u8>, path: &Path, most: u64, until: &dyn Until) -> io::Result<()> {
        let content = self.read(path, most, until)?;
        buffer.clear();
        buffer.extend_from_slice(&content);
        Ok(())
    }

    /// Whether a readable file, not a directory, is at this path.
    fn is_file(&self, path: &Path) -> bool;
}
