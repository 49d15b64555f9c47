//! The disk as the built-in toolchain reads it: every read ends, each file is read once, and a sandbox can confine it.

#[cfg(target_os = "linux")]
#[path = "disk/linux.rs"]
mod confine;
#[cfg(not(target_os = "linux"))]
#[path = "disk/none.rs"]
mod confine;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
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

/// The file system, relative to the working directory.
///
/// Reading anything that is not a regular file, such as a FIFO without a writer, stops waiting when the build has to
/// end. A regular file is read once, however many sources include it, so one `Disk` serves one build.
#[derive(Debug, Default)]
pub struct Disk {
    /// If there are any, files outside them cannot be read.
    roots: Option<Vec<Place>>,
    kept: Mutex<HashMap<PathBuf, Arc<Mutex<Option<Content>>>>>,
    /// Device and inode of every file that was opened.
    opened: Mutex<HashSet<(u64, u64)>>,
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

    /// Appends the content of a file. Returns whether it is a regular file.
    fn read_file(&self, content: &mut Vec<u8>, path: &Path, most: u64, until: &dyn Until) -> io::Result<bool> {
        let file = self.open(path)?;
        let metadata = file.metadata()?;
        self.opened().insert((metadata.dev(), metadata.ino()));
        if metadata.is_file() {
            read(content, &file, metadata.len(), most, until)?;
            return Ok(true);
        }
        if is_own_stream(&metadata) {
            return Err(io::Error::other("this process itself writes to this pipe, so it would never end"));
        }
        // A FIFO without a writer looks like one at its end.
        wait(&file, until)?;
        match read(content, &file, 0, most.min(ENDLESS), until) {
            Err(error) if error.kind() == ErrorKind::FileTooLarge && ENDLESS < most => {
                Err(io::Error::other("it is not a regular file, and has more than 64 MiB"))
            }
            done => done.map(|()| false),
        }
    }

    /// Whether one of these files, by device and inode, has been opened.
    pub(super) fn has_opened(&self, files: &[(u64, u64)]) -> bool {
        let opened = self.opened();
        files.iter().any(|file| opened.contains(file))
    }

    fn opened(&self) -> MutexGuard<'_, HashSet<(u64, u64)>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<PathBuf, Arc<Mutex<Option<Content>>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const READING: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

impl Files for Disk {
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content> {
        let kept = Arc::clone(self.kept().entry(path.to_owned()).or_default());
        // Another thread may be reading this file. It stops when its own build has to end.
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(content) = &*kept {
            return if content.len() as u64 > most { Err(ErrorKind::FileTooLarge.into()) } else { Ok(content.clone()) };
        }
        let mut content = Vec::new();
        let is_regular = self.read_file(&mut content, path, most, until)?;
        let content = Content::from(content);
        if is_regular && content.len() as u64 <= KEPT {
            *kept = Some(content.clone());
        }
        Ok(content)
    }

    fn read_into(&self, buffer: &mut Vec<u8>, path: &Path, most: u64, until: &dyn Until) -> io::Result<()> {
        buffer.clear();
        if self.kept().contains_key(path) {
            buffer.extend_from_slice(&self.read(path, most, until)?);
            return Ok(());
        }
        self.read_file(buffer, path, most, until)?;
        Ok(())
    }

    fn is_file(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
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
