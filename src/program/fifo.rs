//! A private directory of FIFOs, and the ways to open one.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;

/// Names start so: a person who finds one in `$TMPDIR` knows whose it is.
const PREFIX: &str = "rgbpipe-";

/// A directory that only this user can enter, made with the first FIFO, and removed with all that is in it when
/// dropped.
#[derive(Debug, Default)]
pub(super) struct FifoDir(Option<TempDir>);

impl FifoDir {
    /// Makes a FIFO called `name`, in a directory in `$TMPDIR` or `/tmp`. The error names the path.
    pub(super) fn fifo(&mut self, name: &OsStr) -> io::Result<Fifo> {
        let dir = match self.0.take() {
            Some(dir) => dir,
            None => tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir()?,
        };
        let path = self.0.insert(dir).path().join(name);
        make(&path)?;
        Ok(Fifo { path })
    }
}

/// One FIFO, by its path. The file is removed with its [`FifoDir`].
#[derive(Debug)]
pub(super) struct Fifo {
    path: PathBuf,
}

impl Fifo {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it for reading without waiting for a writer, so that a tool's own open for writing never waits.
    /// `read` gives 0 before the first writer: that is not the end of anything.
    pub(super) fn open_reader(&self) -> io::Result<File> {
        self.open(OFlag::O_RDONLY | OFlag::O_NONBLOCK)
    }

    /// Opens it for writing; **waits** until a reader opens it, or [`hold`](Self::hold) is called.
    pub(super) fn open_writer(&self) -> io::Result<File> {
        self.open(OFlag::O_WRONLY)
    }

    /// Releases whoever waits in an open of this FIFO. The descriptor must be kept until that open has
    /// returned: one that is closed at once can be missed by the waiter, which then sleeps on. (Linux
    /// `fifo(7)`: opening read-write never waits; POSIX leaves it undefined, the BSDs do the same.)
    pub(super) fn hold(&self) -> io::Result<File> {
        self.open(OFlag::O_RDWR | OFlag::O_NONBLOCK)
    }

    /// Puts a fresh FIFO at the same path. Who has the old one open keeps it; the next open gets the new one.
    pub(super) fn renew(&self) -> io::Result<()> {
        let mut fresh = self.path.clone().into_os_string();
        fresh.push(".fresh");
        let fresh = PathBuf::from(fresh);
        make(&fresh)?;
        fs::rename(&fresh, &self.path)
    }

    fn open(&self, flags: OFlag) -> io::Result<File> {
        loop {
            match open(&self.path, flags | OFlag::O_CLOEXEC, Mode::empty()) {
                Ok(fd) => return Ok(File::from(fd)),
                Err(nix::Error::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

fn make(path: &Path) -> io::Result<()> {
    mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).map_err(|errno| {
        let cause = io::Error::from(errno);
        io::Error::new(cause.kind(), format!("cannot make a FIFO at {}: {cause}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileTypeExt;

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

    #[test]
    fn an_open_that_waits_is_released_by_holding_the_other_end() {
        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| fifo.open_writer());
            let hold = fifo.hold().unwrap();
            waiting.join().unwrap().unwrap();
            drop(hold);
        });
    }
}
