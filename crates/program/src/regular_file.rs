//! Opens a regular file that somebody else has named, without waiting. The file is identified by the open descriptor.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::libc;

use crate::sandbox::{Place, is_within};

/// A regular file with content, open for reading. Even if its path later leads elsewhere, this is the file that was
/// opened.
///
/// A FIFO, a device or a socket is refused, and so is a file that seems empty: some files of the kernel do, and reading
/// them may block or never end.
#[derive(Debug)]
pub struct RegularFile {
    file: File,
    metadata: Metadata,
}

impl RegularFile {
    /// Opens it. This never waits, and has no effect on anything that is not a regular file.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or it is not a regular one.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Err(ErrorKind::InvalidInput.into());
        }
        Ok(Self { file, metadata })
    }

    /// Whether it is one of these files, or below one of these directories. False where the system does not say which
    /// file was opened.
    pub fn is_within(&self, places: &[Place]) -> bool {
        is_within(&self.file, places)
    }

    /// Device and inode, which identify the file.
    pub fn identity(&self) -> (u64, u64) {
        (self.metadata.dev(), self.metadata.ino())
    }

    /// Reads no more than `most` bytes.
    ///
    /// # Errors
    /// Those of reading.
    pub fn read(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        (&self.file).take(most).read_to_end(&mut content)?;
        Ok(content)
    }
}

const FLAGS: i32 = libc::O_NONBLOCK | libc::O_NOCTTY;

/// Opened first without reading (`O_PATH`): to open a FIFO, or some devices, for reading is an event for others.
#[cfg(target_os = "linux")]
fn open(path: &Path) -> io::Result<File> {
    let held = OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(path)?;
    let metadata = held.metadata()?;
    if !metadata.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    match OpenOptions::new().read(true).custom_flags(FLAGS).open(crate::proc::descriptor(&held)) {
        // Without `/proc`, the file is opened by its path. The path may lead elsewhere by now, so this must not wait
        // either, and the caller checks the result.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            OpenOptions::new().read(true).custom_flags(FLAGS).open(path)
        }
        opened => opened,
    }
}

#[cfg(not(target_os = "linux"))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(FLAGS).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_file_that_was_opened() {
        let dir = tempfile::tempdir().unwrap();
        let [inside, outside] = ["inside", "outside"].map(|name| dir.path().join(name));
        for place in [&inside, &outside] {
            std::fs::create_dir(place).unwrap();
            std::fs::write(place.join("file"), place.to_str().unwrap()).unwrap();
        }
        let places = [Place::new(&inside)];
        let file = RegularFile::open(&inside.join("file")).unwrap();
        // Neither is judged by what its name leads to by now.
        std::fs::rename(&inside, dir.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(&outside, &inside).unwrap();
        assert!(file.is_within(&places));
        assert_eq!(file.read(6).unwrap(), inside.to_str().unwrap().as_bytes()[..6]);
        let other = RegularFile::open(&inside.join("file")).unwrap();
        assert!(!other.is_within(&places) && other.is_within(&[Place::new(outside.join("file"))]));
        assert_ne!(file.identity(), other.identity());
    }

    #[test]
    fn a_file_that_is_not_regular_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let empty = dir.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        for path in [fifo.as_path(), &empty, dir.path(), Path::new("/dev/zero"), Path::new("/proc/kmsg")] {
            assert!(RegularFile::open(path).is_err(), "{}", path.display());
        }
    }
}
