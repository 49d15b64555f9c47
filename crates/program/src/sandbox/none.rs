//! Replaces Landlock on systems other than Linux.

use std::path::Path;

use super::{Sandbox, SandboxError, Support};
use crate::Until;
use crate::system::Setup;

/// Never created.
#[derive(Debug)]
pub(crate) enum Confinement {}

impl Confinement {
    pub(crate) fn new(_sandbox: &Sandbox, _ports: Option<&Path>, _files: bool) -> Result<Self, SandboxError> {
        Err(unsupported())
    }

    pub(crate) fn setup(self) -> Setup {
        match self {}
    }
}

pub(super) fn support() -> Result<Support, SandboxError> {
    Err(unsupported())
}

pub(super) fn for_program(_: &Path, _: &Until) -> Result<Sandbox, SandboxError> {
    Err(unsupported())
}

fn unsupported() -> SandboxError {
    SandboxError::Unsupported("only Linux has Landlock".to_owned())
}
