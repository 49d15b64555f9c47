//! A file or directory that was opened once.

use std::fs::{self, Metadata};
use std::ops::Deref;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::proc::{descriptor, real_path};

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

    /// Whether this real path is its own, or is below it. False if the place could not be opened, or the system does not
    /// tell where it is now.
    pub fn has(&self, real: &Path) -> bool {
        let own = self.held.as_ref().and_then(real_path);
        own.is_some_and(|own| real.starts_with(own))
    }

    /// Whether this open file is a pipe, and the place is that pipe. A pipe without a name is below no directory.
    pub fn is_pipe(&self, file: &impl AsRawFd) -> bool {
        let identity = |metadata: Metadata| metadata.file_type().is_fifo().then(|| (metadata.dev(), metadata.ino()));
        let of = |fd: PathBuf| fs::metadata(fd).ok().and_then(identity);
        let own = self.held.as_ref().and_then(|held| of(descriptor(held)));
        own.is_some() && own == of(descriptor(file))
    }

    /// What the kernel can have a rule for: it has none for a pipe without a name.
    pub(super) fn held(&self) -> Option<BorrowedFd<'_>> {
        self.held.as_ref().filter(|held| !self.is_pipe(*held) || real_path(*held).is_some()).map(|held| held.as_fd())
    }

    /// The descriptor of this process that it names.
    pub(super) fn descriptor(&self) -> Option<RawFd> {
        let named = ["/dev/fd/", "/proc/self/fd/"].iter().find_map(|fds| self.path.to_str()?.strip_prefix(fds));
        named.and_then(|number| number.parse().ok())
    }
}

/// Whether this open file is one of these files, or is below one of these directories. False if the system does not tell which
/// file it is.
///
/// A path of the kernel's can be that of a file in another mount namespace, which `/proc/N/root` leads to. So it must also
/// lead to this very file.
pub fn is_within(file: &impl AsRawFd, places: &[Place]) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    let is_it = |real: &PathBuf| {
        let (own, there) = (fs::metadata(descriptor(file)).map(identity), fs::symlink_metadata(real).map(identity));
        own.is_ok_and(|own| there.is_ok_and(|there| own == there))
    };
    real_path(file).filter(is_it).is_some_and(|real| places.iter().any(|place| place.has(&real)))
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
