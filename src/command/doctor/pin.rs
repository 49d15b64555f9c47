//! `.rgbds-version`: the release that a project asks for, as `rgbenv` reads it from the project's directory: `1.0.3`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rgbpipe::toolchain::rgbds::Version;

use crate::ending::plain;

const NAME: &str = ".rgbds-version";

/// More bytes than a release needs.
const LONGEST: u64 = 64;

/// A `.rgbds-version` file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) path: PathBuf,
    /// The release that it asks for, or the words of an error if it cannot be used.
    pub(crate) version: Result<Version, String>,
}

/// Finds the file that applies to `dir`, an absolute path: its own, or the one in the nearest directory above.
pub(crate) fn of(dir: &Path) -> Option<Pin> {
    let path = dir.ancestors().map(|dir| dir.join(NAME)).find(|path| path.exists())?;
    let version = match read(&path) {
        Ok(text) => Version::parse(&text).ok_or_else(|| format!("says {:?}, which is not a release", text.trim())),
        Err(error) => Err(format!("cannot be read: {}", plain(&error.to_string()))),
    };
    Some(Pin { path, version })
}

/// Reads the beginning. A file in a directory above may belong to anyone.
fn read(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
