//! What the tools read through: the disk, or a map of names to bytes.

mod disk;
mod memory;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use disk::Disk;
pub use memory::InMemory;

use crate::until::Until;

/// A file's content. Cheap to clone, so that a file can be read once and used often.
pub type Content = Arc<[u8]>;

/// Every file that a tool opens goes through this: sources, INCLUDE, INCBIN, READFILE, linker scripts, overlays, objects.
///
/// Paths are as the source or the command line has them. An implementation decides what they are relative to, and what may
/// be read at all.
pub trait Files: Sync {
    /// The whole content of a file. Implementations may keep it.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] for a file of more than `most` bytes; [`io::ErrorKind::Interrupted`] if `until` says
    /// stop meanwhile; else whatever opening and reading it gives.
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content>;

    /// Whether there is something at this path that could be read, and is not a directory.
    fn is_file(&self, path: &Path) -> bool;
}
