//! A private directory for the ports of one run, and the sweeping of those that killed runs left behind.

mod removal;

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, Flock, FlockArg, OFlag};
use nix::sys::stat::{FchmodatFlags, Mode, fchmod, fchmodat};
use tempfile::TempDir;

use self::removal::remove_all;
use super::fifo::open_path;
use super::proc::real_path;

/// Names start with this, which no person would choose. It identifies directories left by killed runs.
const FIFOS: &str = "rgbpipe-fifos-";
/// The same for directories of files.
const FILES: &str = "rgbpipe-files-";

/// The number of random letters and digits that follow.
const DRAWN: usize = 6;

/// How many directories are created until one can be locked. Someone may lock each at once, to stop builds.
const TRIES: usize = 16;

/// A directory that only this user can enter. It is created when it is first needed, and removed with everything in it
/// on drop. It is locked while in use, so that one left by a killed run can be recognized.
#[derive(Debug)]
pub(super) struct PortDir {
    place: PathBuf,
    prefix: &'static str,
    locked: Option<Locked>,
}

#[derive(Debug)]
struct Locked {
    dir: TempDir,
    held: Held,
}

/// The directory, even if a tool has renamed it or changed its mode.
#[derive(Debug)]
enum Held {
    Locked(Flock<File>),
    /// On a file system without locks, and where someone else holds the lock. Then nobody takes the directory for one
    /// left behind.
    Unlocked(File),
}

impl PortDir {
    /// For FIFOs: in `$TMPDIR` or `/tmp`.
    pub(super) fn of_fifos() -> Self {
        Self { place: fifo_directory(), prefix: FIFOS, locked: None }
    }

    /// For files: in memory if this system has `/dev/shm`, otherwise where the FIFOs would be.
    pub(super) fn of_files() -> Self {
        Self { place: file_directory(), prefix: FILES, locked: None }
    }

    /// The path of a port called `name`. The directory exists from now on.
    pub(super) fn port(&mut self, name: &OsStr) -> io::Result<PathBuf> {
        if self.locked.is_none() {
            self.locked = Some(Locked::new_in(&self.place, self.prefix)?);
        }
        Ok(self.path().map(|dir| dir.join(name)).unwrap_or_default())
    }

    /// Where it is, once there is a port.
    pub(super) fn path(&self) -> Option<&Path> {
        self.locked.as_ref().map(|locked| locked.dir.path())
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // The ports are usually gone by now. The directory is searched only if a tool has put something else there.
        let is_there = is_at(self.file(), self.dir.path());
        if !is_there || fs::remove_dir(self.dir.path()).is_err() {
            // The next run tries again.
            let _ = self.remove_changed();
        }
        // The standard library's removal would also remove what is in a file system that the tool has mounted there.
        self.dir.disable_cleanup(true);
    }
}

impl Locked {
    fn file(&self) -> &File {
        match &self.held {
            Held::Locked(file) => file,
            Held::Unlocked(file) => file,
        }
    }

    /// Removes it though the tool has renamed it or changed its mode, and what the tool has put in its place.
    fn remove_changed(&self) -> io::Result<()> {
        fchmod(self.file(), Mode::S_IRWXU)?;
        let moved = real_path(self.file()).filter(|path| path != self.dir.path() && is_at(self.file(), path));
        moved.map_or(Ok(()), |path| remove_all(&path))?;
        remove_all(self.dir.path())
    }

    fn new_in(place: &Path, prefix: &str) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mode = Permissions::from_mode(0o700);
            let mut builder = tempfile::Builder::new();
            let dir = builder.prefix(prefix).rand_bytes(DRAWN).permissions(mode.clone()).tempdir_in(place);
            let dir = dir.map_err(|error| cannot_create_in(place, &error))?;
            // The umask may have removed permission bits.
            let opened = fs::set_permissions(dir.path(), mode).and_then(|()| open_dir(dir.path()));
            // Between creation and locking, another run may think it was left behind. Then the loop creates another.
            let opened = match opened {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                opened => opened?,
            };
            // Never waits: the lock may be held forever.
            let held = match Flock::lock(opened, FlockArg::LockExclusiveNonblock) {
                Ok(lock) => Held::Locked(lock),
                Err((_, Errno::EWOULDBLOCK)) if tries < TRIES => continue,
                Err((file, _)) => Held::Unlocked(file),
            };
            let locked = Self { dir, held };
            if is_at(locked.file(), locked.dir.path()) {
                return Ok(locked);
            }
        }
    }
}

/// Without the drawn name, which the error ends with.
fn cannot_create_in(place: &Path, error: &io::Error) -> io::Error {
    let words = error.to_string();
    let cause = words.split(" at path ").next().unwrap_or_default();
    io::Error::new(
        error.kind(),
        format!("cannot create a directory for FIFOs in {} (TMPDIR): {cause}", place.display()),
    )
}

fn open_dir(path: &Path) -> io::Result<File> {
    open_path(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW)
}

/// Whether `path` still leads to this directory.
fn is_at(dir: &File, path: &Path) -> bool {
    let same = |own: Metadata, other: Metadata| (own.dev(), own.ino()) == (other.dev(), other.ino());
    dir.metadata().and_then(|own| Ok(same(own, fs::symlink_metadata(path)?))).unwrap_or(false)
}

/// The place for directories of FIFOs: `$TMPDIR`, or `/tmp` if that is unset or empty.
pub fn fifo_directory() -> PathBuf {
    Some(std::env::temp_dir()).filter(|dir| dir != Path::new("")).unwrap_or_else(|| "/tmp".into())
}

/// The place for directories of files: `/dev/shm`, which Linux keeps in memory, if this user may write there.
fn file_directory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let writable = nix::unistd::access(memory, nix::unistd::AccessFlags::W_OK | nix::unistd::AccessFlags::X_OK);
    if memory.is_dir() && writable.is_ok() { memory.to_owned() } else { fifo_directory() }
}

/// Removes what killed runs of this user left in `$TMPDIR`, `/tmp` or `/dev/shm`: directories of this crate that nobody
/// has locked, with all that a tool has put there. Directories in use by any process stay.
///
/// This looks at each place once, which is cheap enough for the start of every command. Anything that cannot be
/// removed is left alone.
pub fn remove_left_behind() {
    let (fifos, files) = (fifo_directory(), file_directory());
    remove_left_behind_in(&fifos);
    if files != fifos {
        remove_left_behind_in(&files);
    }
}

fn remove_left_behind_in(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let Some(prefix) = [FIFOS, FILES].into_iter().find(|prefix| is_drawn(&entry.file_name(), prefix)) else {
            continue;
        };
        // An entry that cannot be removed stays.
        let _ = remove_unlocked(&entry.path(), prefix);
    }
}

/// Removes one, unless somebody has it locked. A tool may have changed its mode.
fn remove_unlocked(path: &Path, prefix: &str) -> io::Result<()> {
    let (dir, denied) = match open_dir(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let metadata = fs::symlink_metadata(path)?;
            if !is_ours(&metadata, prefix) {
                return Err(error);
            }
            fchmodat(AT_FDCWD, path, Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink)?;
            (open_dir(path)?, Some(metadata.mode()))
        }
        opened => (opened?, None),
    };
    if !is_ours(&dir.metadata()?, prefix) {
        return Ok(());
    }
    let locked = match Flock::lock(dir, FlockArg::LockExclusiveNonblock) {
        Ok(locked) => locked,
        Err((dir, _)) => return denied.map_or(Ok(()), |mode| dir.set_permissions(Permissions::from_mode(mode))),
    };
    fchmod(&*locked, Mode::S_IRWXU)?;
    remove_all(path)
}

/// Whether it is this user's. A directory of files that others may enter is not one of this crate.
fn is_ours(metadata: &Metadata, prefix: &str) -> bool {
    let is_private = metadata.mode() & 0o7077 == 0;
    metadata.is_dir() && metadata.uid() == nix::unistd::geteuid().as_raw() && (prefix == FIFOS || is_private)
}

/// Whether [`PortDir`] could have generated this name.
fn is_drawn(name: &OsStr, prefix: &str) -> bool {
    let drawn = name.as_encoded_bytes().strip_prefix(prefix.as_bytes());
    drawn.is_some_and(|drawn| drawn.len() == DRAWN && drawn.iter().all(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
#[path = "dir/tests.rs"]
mod tests;
