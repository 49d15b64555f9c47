//! The files that a build reads.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What a build read by name, and what it could not read because it is not there yet.
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
    /// Each file once, in the order of first use: the sources, each with what it includes, then objects, the linker
    /// script and what it includes, overlay and logo. A path is as the request or the source has it, with the include
    /// directory where it was found. Standard input, and what is neither a regular file nor missing, is left out.
    pub files: Vec<PathBuf>,
    /// Those of the files that are not there, if they may be missing ([`MissingFiles`](crate::MissingFiles)). If there
    /// are any, nothing was linked.
    pub missing: Vec<PathBuf>,
}

impl Dependencies {
    /// Of every use of a file, in order, in a build that has used them all.
    pub(crate) fn read(uses: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut seen = HashSet::new();
        let once = uses.into_iter().filter(|path| seen.insert(path.clone()));
        // A device or a FIFO has no time of its content.
        let files: Vec<_> = once.filter(|path| path.metadata().map_or(true, |metadata| metadata.is_file())).collect();
        Self { files, missing: Vec::new() }
    }

    /// The same, in a build that may have come to a file that is missing.
    pub(crate) fn not_all_there(uses: impl IntoIterator<Item = PathBuf>) -> Self {
        let Self { files, .. } = Self::read(uses);
        let missing = files.iter().filter(|path| is_missing(path)).cloned().collect();
        Self { files, missing }
    }
}

pub(crate) fn is_missing(path: impl AsRef<Path>) -> bool {
    path.as_ref().try_exists().is_ok_and(|exists| !exists)
}
