//! The pipes that this process itself writes to.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

/// Whether it is the pipe that standard output or standard error goes to. Who reads it waits for an end that does not come
/// before this process has ended.
pub fn is_own_stream(file: &Metadata) -> bool {
    let is_it = |stream: BorrowedFd<'_>| {
        let own = stream.try_clone_to_owned().and_then(|own| File::from(own).metadata());
        own.is_ok_and(|own| (own.dev(), own.ino()) == (file.dev(), file.ino()))
    };
    file.file_type().is_fifo() && (is_it(io::stdout().as_fd()) || is_it(io::stderr().as_fd()))
}
