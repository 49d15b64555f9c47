//! Replaces the filter of system calls on processors that its crate does not support.

/// Never created.
#[derive(Debug)]
pub(super) enum Filter {}

impl Filter {
    pub(super) fn new(_processes: bool) -> Result<Self, std::io::Error> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    pub(super) fn is_supported() -> bool {
        false
    }

    pub(super) fn apply(&self) -> nix::Result<()> {
        match *self {}
    }
}
