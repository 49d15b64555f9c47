//! A private directory of FIFOs, and the ways to open one.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
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

    /// Opens it for writing if a reader has it open, or waits to.
    pub(super) fn try_open_writer(&self) -> io::Result<Option<File>> {
        match self.open(OFlag::O_WRONLY | OFlag::O_NONBLOCK) {
            Ok(writer) => Ok(Some(writer)),
            Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What finds this very FIFO again, be it removed from the directory meanwhile.
    #[cfg(target_os = "linux")]
    pub(super) fn handle(&self) -> io::Result<Handle> {
        self.open(OFlag::O_PATH).map(Handle)
    }

    /// Only Linux has descriptors of a file that do not open it.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn handle(&self) -> io::Result<Handle> {
        Ok(Handle())
    }

    /// Releases whoever waits in an open of this FIFO. The descriptor must be kept until that open has
    /// returned: one that is closed at once can be missed by the waiter, which then sleeps on. (Linux
    /// `fifo(7)`: opening read-write never waits; POSIX leaves it undefined, the BSDs do the same.)
    pub(super) fn hold(&self, handle: &Handle) -> io::Result<File> {
        let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK;
        handle.open(flags).map_or_else(|| self.open(flags), Ok)
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
        open_path(&self.path, flags)
    }
}

/// See [`Fifo::handle`].
#[derive(Debug)]
pub(super) struct Handle(#[cfg(target_os = "linux")] File);

impl Handle {
    /// Opens the FIFO by its other name (`proc(5)`), if the system has one.
    fn open(&self, flags: OFlag) -> Option<File> {
        #[cfg(target_os = "linux")]
        return open_path(format!("/proc/self/fd/{}", self.0.as_raw_fd()).as_ref(), flags).ok();
        #[cfg(not(target_os = "linux"))]
        return None::<File>.filter(|_| flags.is_empty());
    }
}

fn open_path(path: &Path, flags: OFlag) -> io::Result<File> {
    loop {
        match open(path, flags | OFlag::O_CLOEXEC, Mode::empty()) {
            Ok(fd) => return Ok(File::from(fd)),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_wait_is_released_though_the_directory_is_gone() {
        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        let handle = fifo.handle().unwrap();
        // Waits in the open that a thread would wait in, on the FIFO and not on its name.
        let path = PathBuf::from(format!("/proc/self/fd/{}", handle.0.as_raw_fd()));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || open_path(&path, OFlag::O_WRONLY));
            drop(dir);
            let hold = fifo.hold(&handle).unwrap();
            waiting.join().unwrap().unwrap();
            drop(hold);
        });
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
    fn an_open_that_waits_is_released_by_holding_the_other_end() {
        let mut dir = FifoDir::default();
        let fifo = dir.fifo("port".as_ref()).unwrap();
        std::thread::scope(|scope| {
            let handle = fifo.handle().unwrap();
            let waiting = scope.spawn(|| fifo.open_writer());
            let hold = fifo.hold(&handle).unwrap();
            waiting.join().unwrap().unwrap();
            drop(hold);
        });
    }
}
