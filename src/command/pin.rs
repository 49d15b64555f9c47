//! `.rgbds-version`: the release that a project asks for, in its own directory, as `rgbenv` reads it: `1.0.3`.

use std::fs;
use std::path::{Path, PathBuf};

use rgbpipe::toolchain::rgbds::Version;

use crate::failure::plain;

const NAME: &str = ".rgbds-version";

/// Such a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) path: PathBuf,
    /// What it says; an error's words if that is nothing that can be used.
    pub(crate) version: Result<Version, String>,
}

/// The one that counts in `dir`, an absolute path: its own, or else that of the nearest directory above.
pub(crate) fn of(dir: &Path) -> Option<Pin> {
    let path = dir.ancestors().map(|dir| dir.join(NAME)).find(|path| path.exists())?;
    let version = match fs::read_to_string(&path) {
        Ok(text) => Version::parse(&text).ok_or_else(|| format!("says '{}', which is no release", text.trim())),
        Err(error) => Err(format!("cannot be read: {}", plain(&error.to_string()))),
    };
    Some(Pin { path, version })
}
