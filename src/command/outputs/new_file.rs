//! A new file that replaces an old one. It has the old one's permissions, group, ACL and attributes, and more people
//! can never read it, not even for a moment.

use std::cell::Cell;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use tempfile::NamedTempFile;
use xattr::FileExt;

use crate::outputs::artifact::Artifact;
use crate::outputs::target::{directory, is_forbidden};

/// A complete file next to the place where it will appear. If it does not appear, it is removed.
#[derive(Debug)]
pub(super) struct NewFile(pub(super) NamedTempFile);

impl NewFile {
    /// `None` if the new file cannot be like the old one, which must then be overwritten.
    pub(super) fn beside(path: &Path, artifact: &Artifact) -> anyhow::Result<Option<Self>> {
        let old = fs::metadata(path).ok();
        // The permissions of any new file, from which the umask removes some.
        let mode = if old.is_some() { 0o600 } else { 0o666 };
        let mut file = match create(directory(path), mode) {
            Err(error) if old.is_some() && is_forbidden(&error) => return Ok(None),
            file => file?,
        };
        // Not through the wrapper, because its errors contain the hidden name.
        artifact.write_to(file.as_file_mut())?;
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
    // Its error contains the hidden name.
    created.map_err(|error| cause.get().map_or(error, io::Error::from_raw_os_error))
}

/// Gives a new file the properties of the old one. Writing to the old file would not change them, so neither may this.
fn make_alike(file: &File, path: &Path, old: &Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // Only the superuser can change the owner.
        fchown(file, None, Some(old.gid()))?;
    }
    copy_attributes(file, path)?;
    // Without the set-user-ID and set-group-ID bits, which a write also clears.
    file.set_permissions(Permissions::from_mode(old.mode() & 0o777))
}

/// Copies extended attributes, which include the ACL. Removes those that the directory gives to new files.
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

/// Attributes of security modules are not copied. They describe the file's content, or each new file gets them by the
/// module's own rules.
fn is_copied(name: &[u8]) -> bool {
    !name.starts_with(b"security.")
}
