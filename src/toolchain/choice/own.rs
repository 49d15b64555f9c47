//! Tells the built-in toolchain under the real tools' names, such as a link that `rgbpipe tools` has made, from the real tools.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::program::{Program, Until};
use crate::role::Role;
use crate::toolchain::rgbds::name;

/// How long a program may take to print its version.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the program at this path is the built-in tool of this role. Its `--version` says so in a second line, but it is asked
/// only if it is a link to a program of another name, or as large as this program: a process takes time.
pub fn is_own(role: Role, path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    let has_other_name = real.file_name().is_some_and(|file| file != name(role));
    if !has_other_name && !is_like_this_program(&real) {
        return false;
    }
    let version = Program::new(path).arg("--version").until(&Until::after(PATIENCE)).run();
    version.is_ok_and(|finished| {
        let printed = String::from_utf8_lossy(&finished.stdout.bytes).into_owned();
        printed.lines().nth(1).is_some_and(|line| line.starts_with("rgbpipe ") || line.starts_with("gbtools "))
    })
}

fn is_like_this_program(path: &Path) -> bool {
    let size = |path: &Path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    std::env::current_exe().is_ok_and(|this| size(&this) == size(path))
}
