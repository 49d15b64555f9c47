//! The files that a build reads.

use std::collections::HashSet;
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
    /// Those of the files that do not exist, if they may be missing ([`MissingFiles`](crate::MissingFiles)). If there
    /// are any, nothing was linked.
    pub missing: Vec<PathBuf>,
}

impl Dependencies {
    /// From every use of a file, in order, in a build that has used them all.
    pub(crate) fn read(uses: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut seen = HashSet::new();
        let once = uses.into_iter().filter(|path| seen.insert(path.clone()));
        // The time of a device or a FIFO says nothing about its content.
        let files: Vec<_> = once.filter(|path| path.metadata().map_or(true, |metadata| metadata.is_file())).collect();
        Self { files, missing: Vec::new() }
    }

    /// The same, for a build that may have stopped at a missing file.
    pub(crate) fn not_all_there(uses: impl IntoIterator<Item = PathBuf>) -> Self {
        let Self { files, .. } = Self::read(uses);
        let missing = files.iter().filter(|path| is_missing(path)).cloned().collect();
        Self { files, missing }
    }
}

pub(crate) fn is_missing(path: impl AsRef<Path>) -> bool {
    path.as_ref().try_exists().is_ok_and(|exists| !exists)
}
