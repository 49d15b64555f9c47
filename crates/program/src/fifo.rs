//! One FIFO: the ways to open it, and to put a fresh one or a file in its place. None of them waits.

use std::fs::{self, File, FileType, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::system;

/// The identity of a file, independent of its name: device and inode. The inode of a FIFO that is gone may be another
/// file's by now, so the kind counts too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId(u64, u64, FileType);

impl FileId {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino(), metadata.file_type())
    }

    /// What is known of it if it is at this path.
    fn at(self, path: &Path) -> Option<Metadata> {
        fs::symlink_metadata(path).ok().filter(|metadata| Self::of(metadata) == self)
    }
}

/// A FIFO, or the file that has taken its place, at a path that a tool may change at any time. It is removed on drop.
#[derive(Debug)]
pub(super) struct Fifo {
    path: PathBuf,
    id: FileId,
}

impl Drop for Fifo {
    fn drop(&mut self) {
        // If this fails, dropping the directory removes it.
        let _ = fs::remove_file(&self.path);
    }
}

impl Fifo {
    /// The error says where, but not under which name, which was drawn.
    pub(super) fn make(path: PathBuf) -> io::Result<Self> {
        let id = make_at(&path)?;
        Ok(Self { path, id })
    }

    /// Another one at the same path, which no tool knows yet.
    #[cfg(all(target_os = "linux", not(portable)))]
    pub(super) fn make_again(&mut self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        self.id = make_at(&self.path)?;
        Ok(())
    }

    /// One beside this, for [`renew`](Self::renew).
    pub(super) fn fresh(&self) -> io::Result<Self> {
        Self::make(self.beside())
    }

    /// A regular file beside this, for [`renew`](Self::renew), open for reading and writing.
    pub(super) fn fresh_file(&self) -> io::Result<(Self, File)> {
        let path = self.beside();
        let made = OpenOptions::new().read(true).write(true).create_new(true).mode(OWN).open(&path);
        let file = made.map_err(|cause| cannot_create("file", &path, &cause))?;
        let id = FileId::of(&file.metadata()?);
        Ok((Self { path, id }, file))
    }

    fn beside(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(".fresh");
        path.into()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it for reading without waiting for a writer, so that a tool never waits when it opens it for writing.
    /// `read` returns 0 before the first writer; that is not the end.
    pub(super) fn open_reader(&self) -> io::Result<File> {
        open_path(&self.path, OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW)
    }

    /// Opens it for writing if a reader has it open or is waiting to open it. Returns `None` also where the tool has
    /// removed it, put anything else there, or denies it.
    pub(super) fn open_writer(&self) -> io::Result<Option<File>> {
        match open_path(&self.path, OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW) {
            Ok(writer) => Ok(Some(writer).filter(|writer| self.is(writer))),
            Err(error) if is_changed(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens it for writing though nobody reads, so that a reader neither waits when it opens it nor finds an end.
    pub(super) fn hold_writer(&self) -> io::Result<File> {
        let _reader = self.open_reader()?;
        self.open_writer()?.ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Puts `fresh` at this path, for the next open, with the mode that the tool has given the one that is there, `opened`.
    pub(super) fn renew(&mut self, fresh: Self, opened: &File) -> io::Result<Renewal> {
        let Some(there) = self.id.at(&self.path) else { return lost(opened) };
        if mode(&there) != OWN {
            fs::set_permissions(&fresh.path, Permissions::from_mode(mode(&there)))?;
        }
        let mut names = there.nlink();
        match system::exchange(&fresh.path, &self.path) {
            Ok(()) => {
                let Some(old) = self.id.at(&fresh.path) else {
                    // The tool was quicker.
                    system::exchange(&fresh.path, &self.path)?;
                    return lost(opened);
                };
                names = old.nlink();
            }
            // The file system cannot exchange. Then the tool may change the path between the two lines.
            Err(_) if self.id.at(&self.path).is_some() => fs::rename(&fresh.path, &self.path)?,
            Err(_) => return lost(opened),
        }
        self.id = fresh.id;
        // Its path has the old one now.
        drop(fresh);
        Ok(if names > 1 { Renewal::Elsewhere } else { Renewal::Done })
    }

    /// Whether it is still at its path.
    pub(super) fn is_there(&self) -> bool {
        self.id.at(&self.path).is_some()
    }

    /// The file at the path now. If it cannot be examined, that counts as no file.
    pub(super) fn found(&self) -> io::Result<Found> {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) if FileId::of(&metadata) == self.id => Ok(Found::Itself),
            Ok(metadata) if metadata.is_file() => regular(&self.path),
            Ok(_) | Err(_) => Ok(Found::Nothing),
        }
    }

    fn is(&self, opened: &File) -> bool {
        opened.metadata().is_ok_and(|metadata| FileId::of(&metadata) == self.id)
    }
}

/// What became of a FIFO that somebody has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    /// A fresh one is in its place.
    Done,
    /// The tool has removed it, or put another file there. That one is left alone.
    Gone,
    /// The tool has given it another name. What opens it there shares it with those that have it open.
    Elsewhere,
}

/// It is not at its path.
fn lost(opened: &File) -> io::Result<Renewal> {
    Ok(if opened.metadata()?.nlink() == 0 { Renewal::Gone } else { Renewal::Elsewhere })
}

/// The mode of a FIFO that no tool has changed.
const OWN: u32 = 0o600;

fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o7777
}

fn make_at(path: &Path) -> io::Result<FileId> {
    let made = mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).map_err(io::Error::from);
    let made = made.and_then(|()| fs::symlink_metadata(path)).and_then(|metadata| {
        // The umask may have removed permission bits.
        if mode(&metadata) != OWN {
            fs::set_permissions(path, Permissions::from_mode(OWN))?;
        }
        Ok(FileId::of(&metadata))
    });
    made.map_err(|cause| cannot_create("FIFO", path, &cause))
}

fn cannot_create(what: &str, path: &Path, cause: &io::Error) -> io::Error {
    // It is in a directory of its own.
    let place = path.ancestors().nth(2).unwrap_or(path).display();
    io::Error::new(cause.kind(), format!("cannot create a {what} in {place}: {cause}"))
}

/// The file at a port's path. A tool may remove its output, or rename another file onto the path.
#[derive(Debug)]
pub(super) enum Found {
    /// The FIFO, or the file that has taken its place.
    Itself,
    /// Another regular file.
    File(File),
    /// No file, or something that holds no bytes.
    Nothing,
}

/// Opens a regular file. Does not wait if the path now leads to something else.
pub(super) fn regular(path: &Path) -> io::Result<Found> {
    match open_path(path, OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW | OFlag::O_NOCTTY) {
        Ok(file) if file.metadata()?.is_file() => Ok(Found::File(file)),
        Ok(_) => Ok(Found::Nothing),
        Err(error) if is_changed(&error) => Ok(Found::Nothing),
        Err(error) => Err(error),
    }
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

/// Whether a file cannot be opened because the tool has changed it or its directory, or because nobody reads it: there is
/// none, or a link, a socket, a directory, or no permission.
fn is_changed(error: &io::Error) -> bool {
    let errnos = [Errno::ENXIO, Errno::ENOENT, Errno::ELOOP, Errno::EACCES, Errno::EISDIR, Errno::ENOTDIR];
    errnos.iter().any(|errno| error.raw_os_error() == Some(*errno as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fifo() -> (tempfile::TempDir, Fifo) {
        let dir = tempfile::tempdir().unwrap();
        let fifo = Fifo::make(dir.path().join("port")).unwrap();
        (dir, fifo)
    }

    #[test]
    fn a_writer_opens_only_while_there_is_a_reader() {
        let (_dir, fifo) = fifo();
        assert!(fifo.open_writer().unwrap().is_none());
        let reader = fifo.open_reader().unwrap();
        assert!(fifo.open_writer().unwrap().is_some());
        drop(reader);
        assert!(fifo.open_writer().unwrap().is_none());
        fifo.hold_writer().unwrap();
    }

    /// Puts a fresh one there, as after an open.
    fn renew(fifo: &mut Fifo, opened: &File) -> Renewal {
        let fresh = fifo.fresh().unwrap();
        fifo.renew(fresh, opened).unwrap()
    }

    #[test]
    fn a_file_that_the_tool_puts_at_the_path_stays() {
        let (dir, mut fifo) = fifo();
        let is_at_path = |content: &str| fs::read_to_string(dir.path().join("port")).is_ok_and(|text| text == content);
        let opened = fifo.open_reader().unwrap();
        assert_eq!(renew(&mut fifo, &opened), Renewal::Done);
        assert!(matches!(fifo.found().unwrap(), Found::Itself));
        let opened = fifo.open_reader().unwrap();
        fs::write(dir.path().join("file"), "its own").unwrap();
        fs::rename(dir.path().join("file"), fifo.path()).unwrap();
        assert!(renew(&mut fifo, &opened) == Renewal::Gone && is_at_path("its own"));
        assert!(matches!(fifo.found().unwrap(), Found::File(_)));
        assert!(fifo.open_writer().unwrap().is_none());
        // Though it has the number of the FIFO that is gone.
        let metadata = fs::metadata(fifo.path()).unwrap();
        fifo.id = FileId(metadata.dev(), metadata.ino(), fifo.id.2);
        assert!(renew(&mut fifo, &opened) == Renewal::Gone && is_at_path("its own"));
        assert!(matches!(fifo.found().unwrap(), Found::File(_)));
        fs::remove_file(fifo.path()).unwrap();
        assert!(renew(&mut fifo, &opened) == Renewal::Gone && matches!(fifo.found().unwrap(), Found::Nothing));
        fs::create_dir(fifo.path()).unwrap();
        assert!(renew(&mut fifo, &opened) == Renewal::Gone && matches!(fifo.found().unwrap(), Found::Nothing));
        assert!(fifo.open_writer().unwrap().is_none());
        fs::remove_dir(fifo.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing else is left");
    }

    #[test]
    fn a_file_can_take_its_place() {
        let (_dir, mut fifo) = fifo();
        let opened = fifo.open_reader().unwrap();
        fs::set_permissions(fifo.path(), Permissions::from_mode(0o640)).unwrap();
        let (fresh, file) = fifo.fresh_file().unwrap();
        assert_eq!(fifo.renew(fresh, &opened).unwrap(), Renewal::Done);
        let there = fs::symlink_metadata(fifo.path()).unwrap();
        assert_eq!((FileId::of(&there), mode(&there)), (FileId::of(&file.metadata().unwrap()), 0o640));
        assert!(matches!(fifo.found().unwrap(), Found::Itself));
        assert_eq!(fs::read_dir(fifo.path().parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_fifo_with_another_name_is_known() {
        let (dir, mut fifo) = fifo();
        let opened = fifo.open_reader().unwrap();
        fs::hard_link(fifo.path(), dir.path().join("link")).unwrap();
        assert_eq!(renew(&mut fifo, &opened), Renewal::Elsewhere);
        let opened = fifo.open_reader().unwrap();
        fs::rename(fifo.path(), dir.path().join("moved")).unwrap();
        assert_eq!(renew(&mut fifo, &opened), Renewal::Elsewhere);
    }

    #[test]
    fn a_fresh_one_has_the_mode_that_the_tool_has_given_it() {
        let (_dir, mut fifo) = fifo();
        let opened = fifo.open_reader().unwrap();
        fs::set_permissions(fifo.path(), Permissions::from_mode(0o444)).unwrap();
        assert_eq!(renew(&mut fifo, &opened), Renewal::Done);
        assert_eq!(mode(&fs::metadata(fifo.path()).unwrap()), 0o444);
    }
}
