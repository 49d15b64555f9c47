//! The disk as the built-in toolchain reads it: every read ends, what is read often is kept, and a sandbox can confine it.

#[cfg(target_os = "linux")]
#[path = "disk/linux.rs"]
mod confine;
#[cfg(not(target_os = "linux"))]
#[path = "disk/none.rs"]
mod confine;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gbtools::files::{Content, Files};
use gbtools::until::Until;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};

use super::error::Error;
use program::{Place, is_own_stream};

/// How much is read at once: 1 MiB, so that a stop is noticed in time.
const PIECE: u64 = 1 << 20;

/// How long it takes to notice a stop while nothing arrives: 20 ms.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// The most that is read from anything that is not a regular file, and may have no end: 64 MiB.
const ENDLESS: u64 = 64 << 20;

/// The largest file that is kept for its next reader: 16 MiB.
const KEPT: u64 = 16 << 20;

/// The paths that have been read, with the contents of those that have been read twice. A path is compared as a whole, not by its
/// components: that takes a tenth of the time.
type Kept = HashMap<OsString, Option<Content>>;

/// The file system, relative to the working directory.
///
/// Reading anything that is not a regular file, such as a FIFO without a writer, stops waiting when the build has to
/// end. A regular file that is read a second time is kept for the next readers, so one `Disk` serves one build. Most files of a
/// game are read only once: to keep them all would take new memory for each of them.
#[derive(Debug, Default)]
pub struct Disk {
    /// If there are any, files outside them cannot be read.
    roots: Option<Vec<Place>>,
    kept: Mutex<Kept>,
    /// Device and inode of every file that was opened.
    opened: Mutex<Vec<(u64, u64)>>,
}

impl Disk {
    /// The whole file system.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these files, and the files in these directories at any depth. The file that counts is the one that is really
    /// opened, so a symbolic link that leads outside does not work.
    ///
    /// # Errors
    /// [`Error::NoConfinement`], where the system cannot tell which file was opened.
    pub fn within(roots: &[Place]) -> Result<Self, Error> {
        confine::support()?;
        Ok(Self { roots: Some(roots.to_vec()), ..Self::default() })
    }

    /// Opens a file without waiting for the other end of a FIFO.
    fn open(&self, path: &Path) -> io::Result<File> {
        match &self.roots {
            None => Ok(rustix::fs::open(path, READING, Mode::empty())?.into()),
            Some(roots) => confine::open(path, roots),
        }
    }

    /// Opens a file, and looks at what it is.
    fn find(&self, path: &Path) -> io::Result<(File, Metadata)> {
        let file = self.open(path)?;
        let metadata = file.metadata()?;
        self.opened().push((metadata.dev(), metadata.ino()));
        Ok((file, metadata))
    }

    /// Whether one of these files, by device and inode, has been opened.
    pub(super) fn has_opened(&self, files: &[(u64, u64)]) -> bool {
        self.opened().iter().any(|file| files.contains(file))
    }

    fn opened(&self) -> MutexGuard<'_, Vec<(u64, u64)>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const READING: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

impl Files for Disk {
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content> {
        if let Some(Some(content)) = self.kept().get(path.as_os_str()).cloned() {
            return if content.len() as u64 > most { Err(ErrorKind::FileTooLarge.into()) } else { Ok(content) };
        }
        let (file, metadata) = self.find(path)?;
        let content = if metadata.is_file() && (1..=most.min(PIECE)).contains(&metadata.len()) {
            read_at_once(&file, metadata.len(), until)?
        } else {
            let mut content = Vec::new();
            read_any(&mut content, &file, &metadata, most, until)?;
            content.into()
        };
        if metadata.is_file() && content.len() as u64 <= KEPT {
            self.kept().entry(path.into()).and_modify(|kept| *kept = Some(content.clone())).or_insert(None);
        }
        Ok(content)
    }

    fn read_into(&self, buffer: &mut Vec<u8>, path: &Path, most: u64, until: &dyn Until) -> io::Result<()> {
        buffer.clear();
        if self.kept().contains_key(path.as_os_str()) {
            buffer.extend_from_slice(&self.read(path, most, until)?);
            return Ok(());
        }
        let (file, metadata) = self.find(path)?;
        read_any(buffer, &file, &metadata, most, until)
    }

    fn is_file(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
    }
}

/// The content of a short regular file of this length, which goes straight to where it stays.
fn read_at_once(mut file: &File, len: u64, until: &dyn Until) -> io::Result<Content> {
    if until.stop().is_some() {
        return Err(ErrorKind::Interrupted.into());
    }
    let mut content: Content = std::iter::repeat_n(0, usize::try_from(len).unwrap_or(0)).collect();
    let mut read = 0;
    let room = Arc::get_mut(&mut content).unwrap_or_default();
    while read < room.len() {
        match file.read(&mut room[read..]) {
            Ok(0) => return Ok(content[..read].into()),
            Ok(more) => read += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(content)
}

/// Appends the content of a file of any kind.
fn read_any(content: &mut Vec<u8>, file: &File, metadata: &Metadata, most: u64, until: &dyn Until) -> io::Result<()> {
    if metadata.is_file() {
        return read(content, file, metadata.len(), most, until);
    }
    if is_own_stream(metadata) {
        return Err(io::Error::other("this process itself writes to this pipe, so it would never end"));
    }
    // A FIFO without a writer looks like one at its end.
    wait(file, until)?;
    match read(content, file, 0, most.min(ENDLESS), until) {
        Err(error) if error.kind() == ErrorKind::FileTooLarge && ENDLESS < most => {
            Err(io::Error::other("it is not a regular file, and has more than 64 MiB"))
        }
        done => done,
    }
}

fn read(content: &mut Vec<u8>, mut file: &File, expected: u64, most: u64, until: &dyn Until) -> io::Result<()> {
    if expected > most {
        return Err(ErrorKind::FileTooLarge.into());
    }
    content.try_reserve_exact(usize::try_from(expected).unwrap_or(usize::MAX).saturating_add(1))?;
    loop {
        if until.stop().is_some() {
            return Err(ErrorKind::Interrupted.into());
        }
        // A file that says how long it is, is not asked whether there is more.
        let left = expected.saturating_sub(content.len() as u64);
        if left == 0 && expected > 0 {
            return Ok(());
        }
        let piece = if expected > 0 { left.min(PIECE) } else { PIECE };
        match file.by_ref().take(piece).read_to_end(content) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait(file, until)?,
            Err(error) => return Err(error),
        }
        if content.len() as u64 > most {
            return Err(ErrorKind::FileTooLarge.into());
        }
    }
}

/// Waits until there is something to read, or until the end of the file.
fn wait(file: &File, until: &dyn Until) -> io::Result<()> {
    loop {
        if until.stop().is_some() {
            return Err(ErrorKind::Interrupted.into());
        }
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&PATIENCE)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use gbtools::until::Never;

    use super::*;

    #[test]
    fn a_file_is_kept_from_its_second_reader_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.inc");
        let disk = Disk::new();
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            String::from_utf8(disk.read(&path, KEPT, &Never).unwrap().to_vec()).unwrap()
        };
        assert_eq!([read("one"), read("two"), read("three"), read("four")], ["one", "two", "two", "two"]);
        let mut buffer = b"old".to_vec();
        disk.read_into(&mut buffer, &path, KEPT, &Never).unwrap();
        assert_eq!(buffer, b"two");
        assert_eq!(disk.read(&path, 2, &Never).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
