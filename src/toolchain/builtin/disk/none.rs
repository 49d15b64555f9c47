//! For systems that do not say which file was opened.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use program::Place;

use crate::toolchain::builtin::Error;

pub(super) fn support() -> Result<(), Error> {
    Err(Error::NoConfinement(ErrorKind::Unsupported.into()))
}

pub(super) fn open(_path: &Path, _roots: &[Place]) -> io::Result<File> {
    Err(ErrorKind::Unsupported.into())
}
