//! `.rgbds-version`: the release that a project asks for, in its own directory, as `rgbenv` reads it: `1.0.3`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rgbpipe::toolchain::rgbds::Version;

use crate::failure::plain;

const NAME: &str = ".rgbds-version";

/// More than a release takes, in bytes.
const LONGEST: u64 = 64;

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
    let version = match read(&path) {
        Ok(text) => Version::parse(&text).ok_or_else(|| format!("says {:?}, which is not a release", text.trim())),
        Err(error) => Err(format!("cannot be read: {}", plain(&error.to_string()))),
    };
    Some(Pin { path, version })
}

/// How it begins. (It may be anybody's, where a directory above is.)
fn read(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
