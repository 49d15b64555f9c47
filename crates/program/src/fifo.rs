//! A private directory of FIFOs, and the ways to open a FIFO.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;

/// Directory names start with this, which no person would choose. It identifies directories left by killed runs.
const PREFIX: &str = "rgbpipe-fifos-";

/// The number of random letters and digits that follow.
const DRAWN: usize = 6;

/// A directory that only this user can enter. It is created with the first FIFO and removed with everything in it on
/// drop. It is locked while in use, so that one left by a killed run can be recognized.
#[derive(Debug, Default)]
pub(super) struct FifoDir(Option<Locked>);

#[derive(Debug)]
struct Locked {
    /// Dropped before the lock.
    dir: TempDir,
    /// `None` on a file system without locks. There, no directory is ever considered left behind.
    _lock: Option<Flock<File>>,
}

impl FifoDir {
    /// Creates a FIFO called `name` in a directory in `$TMPDIR` or `/tmp`. The error contains the path.
    pub(super) fn fifo(&mut self, name: &OsStr) -> io::Result<Fifo> {
        let locked = match self.0.take() {
            Some(locked) => locked,
            None => Locked::new_in(&fifo_directory())?,
        };
        let path = self.0.insert(locked).dir.path().join(name);
        make(&path)?;
        Ok(Fifo { path })
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // The FIFOs are gone by now. The directory is searched only if a tool has put something else there.
        let removed = fs::remove_dir(self.dir.path()).is_ok();
        self.dir.disable_cleanup(removed);
    }
}

impl Locked {
    fn new_in(place: &Path) -> io::Result<Self> {
        loop {
            let mode = Permissions::from_mode(0o700);
            let mut builder = tempfile::Builder::new();
            let dir = builder.prefix(PREFIX).rand_bytes(DRAWN).permissions(mode.clone()).tempdir_in(place);
            let dir = dir.map_err(|cause| {
                io::Error::new(cause.kind(), format!("cannot create a directory for FIFOs (in TMPDIR): {cause}"))
            })?;
            // The umask may have removed permission bits.
            let opened = fs::set_permissions(dir.path(), mode).and_then(|()| open_dir(dir.path()));
            // Between creation and locking, another run may think it was left behind. Then the loop creates another.
            let opened = match opened {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                opened => opened?,
            };
            let lock = Flock::lock(opened, FlockArg::LockExclusive).ok();
            if lock.as_ref().is_none_or(|lock| is_at(lock, dir.path())) {
                return Ok(Self { dir, _lock: lock });
            }
        }
    }
}

fn open_dir(path: &Path) -> io::Result<File> {
    open_path(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW)
}

/// Whether `path` still leads to this directory.
fn is_at(dir: &File, path: &Path) -> bool {
    dir.metadata().and_then(|own| Ok(is_same(&own, &fs::symlink_metadata(path)?))).unwrap_or(false)
}

/// The place for directories of FIFOs: `$TMPDIR`, or `/tmp` if that is unset or empty.
pub fn fifo_directory() -> PathBuf {
    Some(std::env::temp_dir()).filter(|dir| dir != Path::new("")).unwrap_or_else(|| "/tmp".into())
}

/// Removes what killed runs of this user left in `$TMPDIR` or `/tmp`: directories of this crate that nobody has
/// locked. Directories in use by any process stay, and so does one that contains anything but FIFOs.
///
/// This looks at the directory once, which is cheap enough for the start of every command. Anything that cannot be
/// removed is left alone.
pub fn remove_left_behind() {
    remove_left_behind_in(&fifo_directory());
}

fn remove_left_behind_in(dir: &Path) {
    let own = nix::unistd::geteuid().as_raw();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if !is_drawn(&entry.file_name()) {
            continue;
        }
        let Ok(dir) = open_dir(&entry.path()) else { continue };
        let is_ours = |metadata: Metadata| metadata.uid() == own && metadata.mode() & 0o7777 == 0o700;
        if dir.metadata().is_ok_and(is_ours)
            && let Ok(_locked) = Flock::lock(dir, FlockArg::LockExclusiveNonblock)
        {
            let _ = remove(&entry.path());
        }
    }
}

/// Whether [`FifoDir`] could have generated this name.
fn is_drawn(name: &OsStr) -> bool {
    let drawn = name.as_encoded_bytes().strip_prefix(PREFIX.as_bytes());
    drawn.is_some_and(|drawn| drawn.len() == DRAWN && drawn.iter().all(u8::is_ascii_alphanumeric))
}

/// Removes a directory of FIFOs if it contains nothing else.
fn remove(dir: &Path) -> io::Result<()> {
    let fifos = fs::read_dir(dir)?.collect::<io::Result<Vec<_>>>()?;
    if fifos.iter().all(|entry| entry.file_type().is_ok_and(|kind| kind.is_fifo())) {
        fifos.iter().try_for_each(|fifo| fs::remove_file(fifo.path()))?;
        fs::remove_dir(dir)?;
    }
    Ok(())
}

/// One FIFO by its path. It is removed on drop, or with its [`FifoDir`].
#[derive(Debug)]
pub(super) struct Fifo {
    path: PathBuf,
}

impl Drop for Fifo {
    fn drop(&mut self) {
        // If this fails, dropping the directory removes it.
        let _ = fs::remove_file(&self.path);
    }
}

impl Fifo {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it for reading without waiting for a writer, so that a tool never waits when it opens it for writing.
    /// `read` returns 0 before the first writer; that is not the end.
    pub(super) fn open_reader(&self) -> io::Result<File> {
        self.open(OFlag::O_RDONLY | OFlag::O_NONBLOCK)
    }

    /// Opens it for writing, with additional `flags`. Returns `None` if it no longer exists: a tool may remove its
    /// input or put another file there.
    pub(super) fn open_writer(&self, flags: OFlag) -> io::Result<Option<File>> {
        match self.open(flags | OFlag::O_WRONLY | OFlag::O_NOFOLLOW) {
            Ok(writer) => Ok(Some(writer).filter(is_fifo)),
            Err(error) if is_one_of(&error, &[Errno::ENOENT, Errno::ELOOP]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens it for writing if a reader has it open or is waiting to open it.
    pub(super) fn try_open_writer(&self) -> io::Result<Option<File>> {
        match self.open_writer(OFlag::O_NONBLOCK) {
            Err(error) if is_one_of(&error, &[Errno::ENXIO]) => Ok(None),
            opened => opened,
        }
    }

    /// Returns what is at the path now, for reading without waiting. `reader` has the FIFO open.
    pub(super) fn found(&self, reader: &File) -> io::Result<Found> {
        let itself = reader.metadata()?;
        let found = match self.open(OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW) {
            Ok(found) => found,
            Err(error) if is_one_of(&error, &[Errno::ENOENT, Errno::ELOOP]) => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let metadata = found.metadata()?;
        Ok(if is_same(&metadata, &itself) {
            Found::Itself(found)
        } else if metadata.is_file() {
            Found::File(found)
        } else {
            Found::Nothing
        })
    }

    /// Puts a fresh FIFO at the same path. Processes that have the old one open keep it; the next open gets the new
    /// one.
    pub(super) fn renew(&self) -> io::Result<()> {
        let mut fresh = self.path.clone().into_os_string();
        fresh.push(".fresh");
        let fresh = PathBuf::from(fresh);
        make(&fresh)?;
        fs::rename(&fresh, &self.path)
    }

    fn open(&self, flags: OFlag) -> io::Result<File> {
        open_path(&self.path, flags)
    }
}

/// What is at a FIFO's path. A tool may remove its output, or rename another file onto the path.
#[derive(Debug)]
pub(super) enum Found {
    /// The FIFO.
    Itself(File),
    /// A regular file in its place.
    File(File),
    /// No file, or something that holds no bytes.
    Nothing,
}

pub(super) fn open_path(path: &Path, flags: OFlag) -> io::Result<File> {
    loop {
        match open(path, flags | OFlag::O_CLOEXEC, Mode::empty()) {
            Ok(fd) => return Ok(File::from(fd)),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

fn is_fifo(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
}

pub(super) fn is_one_of(error: &io::Error, errnos: &[Errno]) -> bool {
    errnos.iter().any(|errno| error.raw_os_error() == Some(*errno as i32))
}

fn make(path: &Path) -> io::Result<()> {
    let made = mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).map_err(io::Error::from);
    // The umask may have removed permission bits.
    made.and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o600)))
        .map_err(|cause| io::Error::new(cause.kind(), format!("cannot create a FIFO at {}: {cause}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_is_private_and_goes_with_its_fifos() {
        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        let path = fifo.path().to_owned();
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        drop(dir);
        assert!(!path.parent().unwrap().exists());
    }

    /// A separate directory for directories of FIFOs, because other runs on this machine clean up the usual one.
    fn place() -> TempDir {
        tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap()
    }

    fn private_in(place: &TempDir, prefix: &str) -> TempDir {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(place).unwrap()
    }

    #[test]
    fn only_what_nobody_has_locked_is_left_behind() {
        let place = place();
        let dir = |prefix: &str| private_in(&place, prefix);
        let used = Locked::new_in(place.path()).unwrap();
        let left = dir(PREFIX);
        make(&left.path().join("0-port")).unwrap();
        // What a person may have there: another name, another mode, other files.
        let (other, open, full) = (dir("rgbpipe-"), dir(PREFIX), dir(PREFIX));
        fs::set_permissions(open.path(), Permissions::from_mode(0o755)).unwrap();
        make(&full.path().join("0-port")).unwrap();
        fs::create_dir(full.path().join("precious")).unwrap();
        remove_left_behind_in(place.path());
        assert!(used.dir.path().exists() && full.path().join("0-port").exists());
        assert!([&other, &open, &full].iter().all(|dir| dir.path().exists()));
        assert!(!left.path().exists());
    }

    #[test]
    fn another_users_directory_and_what_a_link_leads_to_stay() {
        let place = place();
        let (foreign, far) = (private_in(&place, PREFIX), private_in(&place, "rgbpipe-"));
        make(&far.path().join("0-port")).unwrap();
        std::os::unix::fs::symlink(far.path(), place.path().join(format!("{PREFIX}aBc123"))).unwrap();
        let is_root = nix::unistd::geteuid().is_root();
        if is_root {
            std::os::unix::fs::chown(foreign.path(), Some(54321), None).unwrap();
        }
        remove_left_behind_in(place.path());
        assert!(far.path().join("0-port").exists(), "a link was followed");
        assert!(!is_root || foreign.path().exists(), "another user's");
    }

    #[test]
    fn a_directory_that_is_taken_for_left_behind_is_made_anew() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let place = place();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        remove_left_behind_in(place.path());
                    }
                });
            }
            let made = (0..2000).map(|_| {
                let locked = Locked::new_in(place.path())?;
                make(&locked.dir.path().join("port"))?;
                Ok(locked.dir.path().join("port").exists())
            });
            let made: Vec<io::Result<bool>> = made.collect();
            over.store(true, Ordering::Relaxed);
            assert!(made.iter().all(|made| matches!(made, Ok(true))));
        });
    }

    #[test]
    fn only_drawn_names_are_taken_for_ours() {
        assert!(is_drawn("rgbpipe-fifos-aB3dEf".as_ref()));
        for name in ["", "aB3dE", "aB3dEfg", "a.3dEf"].map(|drawn| format!("{PREFIX}{drawn}")) {
            assert!(!is_drawn(name.as_ref()), "{name}");
        }
        assert!(!is_drawn("rgbpipe-aB3dEf".as_ref()));
    }

    #[test]
    fn a_writer_is_had_only_while_somebody_reads() {
        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        assert!(fifo.try_open_writer().unwrap().is_none());
        let reader = fifo.open_reader().unwrap();
        assert!(fifo.try_open_writer().unwrap().is_some());
        drop(reader);
        assert!(fifo.try_open_writer().unwrap().is_none());
    }

    #[test]
    fn a_wait_is_released() {
        use std::sync::atomic::{AtomicBool, Ordering};

        use crate::system::{Handle, wait_for_reader};

        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        let released = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let handle = Handle::new(&fifo).unwrap();
            let waiting = scope.spawn(|| wait_for_reader(&fifo, || released.load(Ordering::Relaxed)));
            released.store(true, Ordering::Relaxed);
            let hold = handle.release(&fifo).unwrap();
            waiting.join().unwrap().unwrap();
            drop(hold);
        });
    }
}
