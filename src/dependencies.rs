//! The files that a build reads.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The files that a build read by name, and those that it could not read because they do not exist yet.
///
/// ```
/// use rgbpipe::{Input, MissingFiles, Request};
///
/// let source = b"SECTION \"tiles\", ROM0\nINCBIN \"made/by/make.2bpp\"\n".to_vec();
/// let mut request = Request::new([Input::Stdin(source)]);
/// request.wanted.dependencies = Some(MissingFiles::Stop);
///
/// let artifacts = rgbpipe::build(&request)?;
/// let dependencies = artifacts.dependencies.unwrap_or_default();
/// assert_eq!(dependencies.missing, [std::path::Path::new("made/by/make.2bpp")]);
/// assert_eq!(artifacts.rom, None);
/// # Ok::<(), rgbpipe::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dependencies {
    /// Each file once, in the order of first use: the sources, each with the files it includes, then objects, the
    /// linker script and the files it includes, overlay and logo. A path is as in the request or the source, with the
    /// include directory in which it was found. Standard input, and existing files that are not regular, are omitted.
    pub files: Vec<PathBuf>,
    /// The files among them that do not exist, if files may be missing ([`MissingFiles`](crate::MissingFiles)). If
    /// there are any, nothing was linked.
    pub missing: Vec<PathBuf>,
}

impl Dependencies {
    /// From every use of a file, in order, in a build that has finished. `at` looks at a path.
    pub(crate) fn read(uses: impl IntoIterator<Item = PathBuf>, at: impl Fn(&Path) -> Presence) -> Self {
        let uses: Vec<_> = uses.into_iter().collect();
        let mut seen = HashSet::with_capacity(uses.len());
        let first: Vec<_> = uses.iter().map(|path| seen.insert(plain(path))).collect();
        let once = uses.into_iter().zip(first).filter_map(|(path, first)| first.then_some(path));
        // The modification time of a device or a FIFO says nothing about its content.
        let files: Vec<_> = once.filter(|path| at(path) != Presence::Special).collect();
        Self { files, missing: Vec::new() }
    }

    /// The same, for a build that may have stopped at a missing file.
    pub(crate) fn not_all_there(uses: impl IntoIterator<Item = PathBuf>, at: impl Fn(&Path) -> Presence) -> Self {
        let Self { files, .. } = Self::read(uses, &at);
        let missing = files.iter().filter(|path| at(path) == Presence::Missing).cloned().collect();
        Self { files, missing }
    }
}

/// A path without empty and `.` components. Most have none: comparing a path as a whole costs much less than by components.
fn plain(path: &Path) -> Cow<'_, OsStr> {
    let text = path.as_os_str().as_encoded_bytes();
    if text.windows(2).any(|pair| matches!(pair, b"//" | b"/.")) || text.ends_with(b"/") {
        Cow::Owned(path.components().collect::<PathBuf>().into_os_string())
    } else {
        Cow::Borrowed(path.as_os_str())
    }
}

/// The kind of file at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A regular file, or something that cannot be examined.
    File,
    /// Something other than a regular file, which may be different at each reading.
    Special,
    /// Nothing.
    Missing,
}

impl Presence {
    /// Looks at a path on the disk.
    pub fn on_disk(path: &Path) -> Self {
        match path.metadata() {
            Ok(metadata) if !metadata.is_file() => Self::Special,
            Err(_) if is_missing(path) => Self::Missing,
            Ok(_) | Err(_) => Self::File,
        }
    }
}

pub(crate) fn is_missing(path: impl AsRef<Path>) -> bool {
    path.as_ref().try_exists().is_ok_and(|exists| !exists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_listed_once_by_the_name_of_its_first_use() {
        let uses = ["a/b.inc", "a/./b.inc", "a//b.inc", "c/../a/b.inc", "a/b.inc", "./a/b.inc", "a/.b.inc", "d", "d/"];
        let read = Dependencies::read(uses.map(PathBuf::from), |_| Presence::File);
        assert_eq!(read.files, ["a/b.inc", "c/../a/b.inc", "./a/b.inc", "a/.b.inc", "d"].map(PathBuf::from));
    }
}
