//! Tells the built-in toolchain under the real tools' names, such as a link that `rgbpipe tools` has made, from the real tools.

use std::fs;
use std::io;
use std::path::Path;

/// Whether the program at this path is the one that runs now, by a link or as a copy. Nothing is started for this: before a
/// build is known to be right, no tool runs.
pub fn is_own(path: &Path) -> bool {
    std::env::current_exe().is_ok_and(|this| is_same(&this, path).unwrap_or(false))
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (one.canonicalize()?, other.canonicalize()?);
    if one == other {
        return Ok(true);
    }
    // They are read only if they are as large as each other.
    Ok(fs::metadata(&one)?.len() == fs::metadata(&other)?.len() && fs::read(one)? == fs::read(other)?)
}
