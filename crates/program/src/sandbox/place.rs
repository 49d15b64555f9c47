//! A file or directory that was opened once.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A path, and the file that it led to when the place was created. Renaming that file later, or putting something else
/// there, does not change the place.
#[derive(Clone, Debug)]
pub struct Place {
    path: PathBuf,
    /// `None` if it could not be opened.
    held: Option<Arc<OwnedFd>>,
}

impl Place {
    /// Opens what the path leads to, following symbolic links.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let held = open(&path).map(Arc::new);
        Self { path, held }
    }

    /// Where it is now, by the kernel's word. Nothing if it could not be opened, or the system does not tell.
    pub fn real_path(&self) -> Option<PathBuf> {
        crate::proc::real_path(self.held.as_ref()?)
    }

    pub(super) fn held(&self) -> Option<BorrowedFd<'_>> {
        self.held.as_ref().map(|held| held.as_fd())
    }
}

/// Opens it without reading, which has no effect on the file and needs no permission for it.
#[cfg(target_os = "linux")]
fn open(path: &Path) -> Option<OwnedFd> {
    use nix::fcntl::OFlag;
    nix::fcntl::open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, nix::sys::stat::Mode::empty()).ok()
}

/// Only Linux has the sandbox.
#[cfg(not(target_os = "linux"))]
fn open(_path: &Path) -> Option<OwnedFd> {
    None
}

impl<T: Into<PathBuf>> From<T> for Place {
    fn from(path: T) -> Self {
        Self::new(path)
    }
}

impl Deref for Place {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Place {
    fn as_ref(&self) -> &Path {
        self
    }
}

/// Places are compared by path.
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Place {}
