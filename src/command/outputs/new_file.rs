//! A new file in the place of an old one: with its permissions, its group, its ACL and its attributes, and never, not even
//! for a moment, readable by more people.

use std::cell::Cell;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use tempfile::NamedTempFile;
use xattr::FileExt;

use crate::outputs::payload::Payload;
use crate::outputs::place::{directory, is_forbidden};

/// Complete, beside the place where it is to appear. Until then, its removal is certain.
#[derive(Debug)]
pub(super) struct NewFile(pub(super) NamedTempFile);

impl NewFile {
    /// Nothing, if the new file cannot be as the old one: that is to be written over.
    pub(super) fn beside(path: &Path, payload: &Payload) -> anyhow::Result<Option<Self>> {
        let old = fs::metadata(path).ok();
        // What `open(2)` gives any new file: the umask takes its part.
        let mode = if old.is_some() { 0o600 } else { 0o666 };
        let mut file = match create(directory(path), mode) {
            Err(error) if old.is_some() && is_forbidden(&error) => return Ok(None),
            file => file?,
        };
        // Not through the wrapper: its errors contain the hidden name.
        payload.write_to(file.as_file_mut())?;
        match old {
            Some(old) if make_alike(file.as_file(), path, &old).is_err() => Ok(None),
            _ => Ok(Some(Self(file))),
        }
    }
}

fn create(directory: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let cause = Cell::new(None);
    let open = |path: &Path| {
        let opened = OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path);
        opened.inspect_err(|error| cause.set(error.raw_os_error()))
    };
    let created = tempfile::Builder::new().prefix(".rgbpipe-").make_in(directory, open);
    // Its own error contains the hidden name.
    created.map_err(|error| cause.get().map_or(error, io::Error::from_raw_os_error))
}

/// Gives a new file what the old one has. A write changes nothing of it, so a new file must not either.
fn make_alike(file: &File, path: &Path, old: &Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // Only the superuser can give a file away.
        fchown(file, None, Some(old.gid()))?;
    }
    copy_attributes(file, path)?;
    // Without the set-user-ID and set-group-ID bits, which a write clears too.
    file.set_permissions(Permissions::from_mode(old.mode() & 0o777))
}

/// Extended attributes; an ACL is one. What the directory gives to new files is taken away.
fn copy_attributes(file: &File, old: &Path) -> io::Result<()> {
    if !xattr::SUPPORTED_PLATFORM {
        return Ok(());
    }
    let old_names: Vec<_> = match xattr::list(old) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(()),
        names => names?.filter(|name| is_copied(name.as_bytes())).collect(),
    };
    for name in file.list_xattr()?.filter(|name| is_copied(name.as_bytes()) && !old_names.contains(name)) {
        file.remove_xattr(name)?;
    }
    for name in &old_names {
        if let Some(value) = xattr::get(old, name)? {
            file.set_xattr(name, &value)?;
        }
    }
    Ok(())
}

/// What a security module keeps is its own: about the file's content, or given to each new file by its own rules.
fn is_copied(name: &[u8]) -> bool {
    !name.starts_with(b"security.")
}
