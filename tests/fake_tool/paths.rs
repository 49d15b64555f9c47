//! Steps that change what is at a path.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// `path` with something after its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

pub(crate) fn chmod(path: &Path, mode: &str) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(u32::from_str_radix(mode, 8).expect("a mode")))
}

/// Each gets the other's path, at once where the system can.
#[cfg(target_os = "linux")]
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    let aside = beside(one, "aside");
    fs::rename(one, &aside)?;
    fs::rename(other, one)?;
    fs::rename(aside, other)
}

/// Makes something of this kind beside the path, and renames it to there.
pub(crate) fn put(path: &Path, kind: &str) -> io::Result<()> {
    let new = beside(path, "put");
    match kind {
        "file" => fs::write(&new, "put there")?,
        "symlink" => symlink(beside(path, "nowhere"), &new)?,
        "socket" => drop(UnixListener::bind(&new)?),
        "directory" => {
            fs::create_dir(&new)?;
            fs::write(new.join("file"), "within")?;
            fs::set_permissions(&new, Permissions::from_mode(0o0))?;
            // A directory only replaces another.
            fs::remove_file(path)?;
        }
        _ => panic!("nothing is called {kind}"),
    }
    fs::rename(new, path)
}
