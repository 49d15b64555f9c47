//! Where one artifact goes.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::outputs::target::{Target, identity_of};

/// Where one artifact goes.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    pub(super) typed: PathBuf,
    pub(super) target: Target,
}

impl Sink {
    /// The sink at `path`, if it can be written. Changes nothing.
    pub(crate) fn at(path: &Path) -> anyhow::Result<Self> {
        let target = Target::of(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { typed: path.to_owned(), target })
    }

    /// As the user wrote it.
    pub(crate) fn typed(&self) -> &Path {
        &self.typed
    }

    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self.target, Target::Stdout)
    }

    /// The path as the user wrote it, if it is a file.
    pub(crate) fn file(&self) -> Option<&Path> {
        matches!(self.target, Target::File(_) | Target::Fixed(_)).then_some(&self.typed)
    }

    /// Whether the contents of both would mix.
    pub(crate) fn mixes_with(&self, other: &Self) -> bool {
        self.target.which().is_some_and(|own| Some(own) == other.target.which())
    }

    fn is_device(&self) -> bool {
        self.target.metadata().is_some_and(|metadata| metadata.file_type().is_char_device())
    }

    /// The regular file that is there now.
    pub(crate) fn old_file(&self) -> Option<Metadata> {
        self.target.metadata().filter(Metadata::is_file)
    }

    /// Whether this is the regular file with this metadata.
    pub(crate) fn is_file(&self, metadata: &Metadata) -> bool {
        self.old_file().is_some_and(|own| identity_of(&own) == identity_of(metadata))
    }

    /// Whether standard error goes to this regular file, under another name.
    pub(crate) fn has_messages(&self) -> bool {
        matches!(self.target, Target::File(_) | Target::Fixed(_))
            && Target::Stderr.metadata().is_some_and(|metadata| self.is_file(&metadata))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match &self.target {
            Target::Stdout => io::stdout().is_terminal(),
            Target::Stderr => io::stderr().is_terminal(),
            Target::Descriptor(file) => file.is_terminal(),
            Target::File(_) | Target::Fixed(_) => false,
            // Opened for reading, which has no effect, and only if it is a device: opening a FIFO would block.
            Target::Special(path) => self.is_device() && File::open(path).is_ok_and(|file| file.is_terminal()),
        }
    }
}
