//! The file that takes the place of an output's FIFO when that is opened. It is for those that open the output again.
//!
//! Nothing shows what an open of a FIFO wants: to empty what is there, to write over it, or to read it back. A file's own
//! rules do all of that. So the file gets the content so far before the first such open goes on. A lease holds up that
//! open, and until then the file is empty.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt};

use crate::fifo::Fifo;
use crate::system::{give_back, is_wanted, lease};

#[derive(Debug)]
pub(super) struct Successor {
    file: File,
    is_wanted: bool,
    is_held: bool,
    /// From the first open on: the file as this process has last left it.
    left: Option<Left>,
}

/// The length, and the times of the last changes.
type Left = [(i64, i64); 3];

fn left(metadata: &Metadata) -> Left {
    let times = [(metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec())];
    [(metadata.len().cast_signed(), 0), times[0], times[1]]
}

impl Successor {
    /// Makes one beside the FIFO, if the system and the file system have leases.
    pub(super) fn make(fifo: &Fifo) -> io::Result<Option<(Fifo, Self)>> {
        let (fresh, file) = fifo.fresh_file()?;
        Ok(lease(&file).is_ok().then(|| (fresh, Self { file, is_wanted: false, is_held: false, left: None })))
    }

    /// Whether somebody waits to open it, by now.
    pub(super) fn look(&mut self) -> io::Result<bool> {
        self.is_wanted = !self.is_shared() && is_wanted(&self.file)?;
        Ok(self.is_wanted)
    }

    /// Whether somebody waited to open it at the last look.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Whether it has the content, and others may change it.
    pub(super) fn is_shared(&self) -> bool {
        self.left.is_some()
    }

    /// Lets those go on that wait to open it.
    pub(super) fn share(&mut self, content: &[u8]) -> io::Result<()> {
        self.is_wanted = false;
        self.write(content, 0)?;
        let in_time = give_back(&self.file)?;
        in_time
            .then_some(())
            .ok_or_else(|| io::Error::new(ErrorKind::TimedOut, "it was opened while rgbpipe was stopped"))
    }

    /// Writes what comes after `from`.
    pub(super) fn write(&mut self, content: &[u8], from: usize) -> io::Result<()> {
        self.file.write_all_at(&content[from..], from as u64)?;
        self.left = Some(left(&self.file.metadata()?));
        Ok(())
    }

    /// Whether nobody has changed it. It held `content`.
    pub(super) fn is_unchanged(&self, content: &[u8]) -> io::Result<bool> {
        let metadata = self.file.metadata()?;
        if Some(left(&metadata)) == self.left {
            return Ok(true);
        }
        if metadata.len() != content.len() as u64 {
            return Ok(false);
        }
        let mut bytes = vec![0; content.len()];
        Ok(self.file.read_exact_at(&mut bytes, 0).is_ok() && bytes == content)
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Whether the tool has linked it.
    pub(super) fn has_more_names(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.nlink() > 1)
    }

    /// Whether somebody has it open. What opens it later waits.
    pub(super) fn is_open(&self) -> bool {
        self.is_shared() && lease(&self.file).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// Lets those go on that wait to open it, after the tool's end.
    pub(super) fn release(&mut self) {
        self.is_held = self.is_open();
        // If there is no lease by now, that is as well.
        let _ = give_back(&self.file);
    }

    /// Closes it. Returns whether somebody else had it open when it was released.
    pub(super) fn end(self) -> bool {
        self.is_held
    }
}
