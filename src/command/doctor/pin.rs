//! `.rgbds-version`: the release that a project asks for, as `rgbenv` reads it from the project's directory: `1.0.3`.
//!
//! In a stranger's project it may be a link to a secret. So nothing of its content is shown except a release.

use std::fs;
use std::path::{Path, PathBuf};

use rgbpipe::program::RegularFile;
use rgbpipe::toolchain::rgbds::Version;

use crate::ending::plain;

const NAME: &str = ".rgbds-version";

/// Longer than any release.
const LONGEST: u64 = 64;

/// A `.rgbds-version` file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) path: PathBuf,
    /// The release that it asks for, or a description of the error.
    pub(crate) version: Result<Version, String>,
}

/// Finds the file that applies to `dir`, an absolute path: its own, or the one in the nearest directory above.
pub(crate) fn of(dir: &Path) -> Option<Pin> {
    let mut paths = dir.ancestors().map(|dir| dir.join(NAME));
    let path = paths.find(|path| fs::symlink_metadata(path).is_ok())?;
    let version = read(&path);
    Some(Pin { path, version })
}

/// Never waits, even if the path leads to a pipe.
fn read(path: &Path) -> Result<Version, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {}", plain(&error.to_string()));
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if metadata.is_symlink() {
        return Err("is a link, which is not followed".to_owned());
    }
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let text = if metadata.len() == 0 {
        Vec::new()
    } else {
        RegularFile::open(path).and_then(|file| file.read(LONGEST + 1)).map_err(unreadable)?
    };
    let text = str::from_utf8(&text).ok().filter(|text| text.len() as u64 <= LONGEST);
    text.and_then(|text| release(text.trim())).ok_or_else(|| "does not name a release, such as 1.0.4".to_owned())
}

/// The release that a text names. A longer text is not searched for one, so `10.0.0.1 server` names none.
fn release(word: &str) -> Option<Version> {
    let digits = word.strip_prefix('v').unwrap_or(word);
    let numbers = digits.split(['-', '+']).next().unwrap_or_default().split('.').count();
    let is_one = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    ((2..=3).contains(&numbers) && word.chars().all(is_one)).then(|| Version::parse(word))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_release_is_one() {
        for word in ["1.0.4", "v0.9.0", "1.1", "0.9.0-rc1", "1.0.2+hotfix"] {
            assert_eq!(release(word), Version::parse(word), "{word}");
            assert!(release(word).is_some(), "{word}");
        }
        for word in
            ["", "1", "10.0.0.1", "10.0.0 secret", "1.0.4\nsecret", "latest", "1.0.99999999999", "1.0;ls", "a1.0"]
        {
            assert_eq!(release(word), None, "{word}");
        }
    }
}
