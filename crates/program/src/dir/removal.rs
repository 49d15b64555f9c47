//! The removal of a directory with all that a program has made in it.

use std::ffi::{CStr, CString};
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use rustix::fs::{AtFlags, Dir, OFlags, openat, renameat, unlinkat};
use rustix::io::Errno;

/// The deepest directory that is removed at once. A process that goes on making directories would otherwise never let this
/// end. The next run removes the rest.
const DEPTH: u32 = 1 << 17;

/// Removes it, whatever it is, and whatever modes a tool has given the directories there. Nothing to remove is no error.
///
/// No stack and no descriptors are used for each level: a tool can make more levels than there are of either. Directories
/// that are not empty move up into the first one instead. Nothing is removed from a file system that is mounted there: the
/// first directory of one is busy.
pub(super) fn remove_all(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(metadata) if !metadata.is_dir() => return fs::remove_file(path),
        _ => {}
    }
    allow_all(AT_FDCWD, path);
    let root = open_dir(rustix::fs::CWD, path)?;
    let mut moved = 0;
    for _ in 0..DEPTH {
        let before = moved;
        for name in names(&root)? {
            remove_or_empty(&root, &name, &mut moved)?;
        }
        if moved == before {
            break;
        }
    }
    fs::remove_dir(path)
}

/// Removes an entry of `root`, after moving up what it contains.
fn remove_or_empty(root: &OwnedFd, name: &CStr, moved: &mut u64) -> io::Result<()> {
    if is_removed(root, name)? {
        return Ok(());
    }
    allow_all(root, name);
    let dir = open_dir(root, name)?;
    for inner in names(&dir)? {
        if !is_removed(&dir, &inner)? {
            // Its entry `..` is about to change, which is a write.
            allow_all(&dir, &*inner);
            move_up(&dir, &inner, root, moved)?;
        }
    }
    Ok(unlinkat(root, name, AtFlags::REMOVEDIR)?)
}

/// Whether it is gone. False if it is a directory that is not empty.
fn is_removed(dir: &OwnedFd, name: &CStr) -> io::Result<bool> {
    match unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(true),
        // The second is POSIX's for a directory.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(error) => return Err(error.into()),
    }
    match unlinkat(dir, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives a directory a new name in `root`.
fn move_up(dir: &OwnedFd, name: &CStr, root: &OwnedFd, moved: &mut u64) -> io::Result<()> {
    loop {
        *moved += 1;
        match renameat(dir, name, root, format!("moved-{moved}")) {
            // There is something of that name.
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => {}
            done => return Ok(done?),
        }
    }
}

/// An error shows in what is tried next.
fn allow_all(dir: impl AsFd, path: &(impl nix::NixPath + ?Sized)) {
    let _ = fchmodat(dir, path, Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink);
}

fn open_dir(dir: impl AsFd, path: impl rustix::path::Arg) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(dir, path, flags, rustix::fs::Mode::empty())?)
}

fn names(dir: &OwnedFd) -> io::Result<Vec<CString>> {
    let entries = Dir::read_from(dir)?.map(|entry| Ok(entry?.file_name().to_owned()));
    let names = entries.collect::<io::Result<Vec<_>>>()?;
    Ok(names.into_iter().filter(|name| ![c".", c".."].contains(&&**name)).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A directory with another inside, and so on.
    fn deep(path: &Path, levels: u32) {
        fs::create_dir(path).unwrap();
        let mut dir = open_dir(rustix::fs::CWD, path).unwrap();
        for _ in 0..levels {
            rustix::fs::mkdirat(&dir, "dir", rustix::fs::Mode::RWXU).unwrap();
            rustix::fs::mkdirat(&dir, "moved-1", rustix::fs::Mode::RWXU).unwrap();
            dir = open_dir(&dir, "dir").unwrap();
        }
    }

    #[test]
    fn no_depth_is_too_much() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("deep");
        for levels in [0, 1, 1_000] {
            deep(&path, levels);
            // As in a thread with a small stack.
            let thread = std::thread::Builder::new().stack_size(64 << 10);
            thread
                .spawn({
                    let path = path.clone();
                    move || remove_all(&path)
                })
                .unwrap()
                .join()
                .unwrap()
                .unwrap();
            assert!(!path.exists(), "{levels}");
        }
    }

    #[test]
    fn no_kind_of_file_and_no_mode_is_an_obstacle() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        fs::create_dir_all(path("all/a/b/c")).unwrap();
        fs::create_dir_all(path("all/moved-1/x")).unwrap();
        fs::create_dir(path("outside")).unwrap();
        fs::write(path("outside/kept"), "").unwrap();
        fs::write(path("all/moved-2"), "").unwrap();
        symlink(path("outside"), path("all/a/link")).unwrap();
        symlink(path("outside"), path("link")).unwrap();
        for dir in ["all/a/b", "all/a", "all/moved-1", "all"] {
            fs::set_permissions(path(dir), fs::Permissions::from_mode(0o000)).unwrap();
        }
        for name in ["all", "link", "none"] {
            remove_all(&path(name)).unwrap();
            assert!(fs::symlink_metadata(path(name)).is_err(), "{name}");
        }
        assert!(path("outside/kept").exists());
    }
}
