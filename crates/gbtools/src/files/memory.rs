//! Files in memory.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Content, Files};
use crate::until::Until;

/// A map of paths to contents. Paths are compared by components, so `a/./b` equals `a/b`.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    files: HashMap<PathBuf, Content>,
}

impl InMemory {
    /// Adds or replaces a file.
    pub fn add(&mut self, path: impl AsRef<Path>, content: impl Into<Content>) {
        self.files.insert(normal(path.as_ref()), content.into());
    }
}

/// The same path without `.` components.
fn normal(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}

impl Files for InMemory {
    fn read(&self, path: &Path, most: u64, _until: &dyn Until) -> io::Result<Content> {
        match self.files.get(&normal(path)) {
            Some(content) if content.len() as u64 > most => Err(io::ErrorKind::FileTooLarge.into()),
            Some(content) => Ok(content.clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(&normal(path))
    }
}
