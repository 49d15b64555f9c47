//! Finds the file to which a path leads, before something is written there.
//!
//! Symbolic links are followed one by one, because each of them may lead to a file that is open already. Such a file is
//! not replaced, even if it is a regular file.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::process::standard_streams;

/// The maximum number of symbolic links, the same as in Linux (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// The identity of a file: its device and inode.
pub(crate) type Identity = (u64, u64);

/// The identity of a target: equal for two targets whose contents would mix.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Which {
    Stdout,
    Old(Identity),
    /// The directory, and the name there.
    New(Identity, OsString),
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Another descriptor that this process inherited.
    Descriptor(Arc<File>),
    /// A file to be replaced in one step. Symbolic links are resolved.
    File(PathBuf),
    /// A regular file that cannot be replaced, only overwritten.
    Fixed(PathBuf),
    /// Something that is not a regular file, and is written in place.
    Special(PathBuf),
}

impl Target {
    /// Looks at a path, and changes nothing.
    pub(super) fn of(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let mut path = path.to_owned();
        for _ in 0..=MAX_LINKS {
            match descriptor(&path) {
                Some(Descriptor::Own(1)) => return Ok(Self::Stdout),
                Some(Descriptor::Own(2)) => return Ok(Self::Stderr),
                Some(Descriptor::Own(number)) => {
                    return Ok(Self::Descriptor(Arc::new(standard_streams::descriptor(number)?)));
                }
                Some(Descriptor::Foreign) => {
                    fs::metadata(&path)?;
                    return Ok(Self::Special(path));
                }
                None => {}
            }
            match fs::read_link(&path) {
                Ok(target) => path = directory(&path).join(target),
                Err(_) => return Self::of_no_link(&path),
            }
        }
        anyhow::bail!("too many symbolic links")
    }

    fn of_no_link(path: &Path) -> anyhow::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(io::Error::from(ErrorKind::IsADirectory).into()),
            Ok(metadata) if metadata.is_file() => {
                // Opening without truncating does not change the file.
                OpenOptions::new().write(true).open(path)?;
                of_file(path, &metadata)
            }
            Ok(metadata) if metadata.file_type().is_socket() => anyhow::bail!("it is a socket"),
            Ok(_) => Ok(Self::Special(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let (directory, path) = resolved(path)?;
                tempfile::tempfile_in(&directory).with_context(|| cannot_create_in(&directory))?;
                Ok(Self::File(path))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The metadata of the file that is there now.
    pub(super) fn metadata(&self) -> Option<Metadata> {
        match self {
            Self::Stdout => metadata_of(&io::stdout()),
            Self::Stderr => metadata_of(&io::stderr()),
            Self::Descriptor(file) => file.metadata().ok(),
            Self::File(path) | Self::Fixed(path) | Self::Special(path) => fs::metadata(path).ok(),
        }
    }

    /// The identity of the file, which does not depend on its name. The file need not exist yet.
    pub(super) fn which(&self) -> Option<Which> {
        match (self.metadata(), self) {
            (Some(metadata), Self::Stdout) if metadata.file_type().is_char_device() => Some(Which::Stdout),
            // Nothing mixes in `/dev/null` and similar devices.
            (Some(metadata), _) if metadata.file_type().is_char_device() => None,
            (Some(metadata), _) => Some(Which::Old(identity_of(&metadata))),
            (None, Self::Stdout) => Some(Which::Stdout),
            (None, Self::File(path)) => Some(Which::New(identity(directory(path))?, path.file_name()?.to_owned())),
            (None, _) => None,
        }
    }
}

/// A file that can be replaced by a new one, or only overwritten.
fn of_file(path: &Path, metadata: &Metadata) -> anyhow::Result<Target> {
    let (directory, path) = resolved(path)?;
    if is_mount_point(&path) || is_kept_by_sticky(&directory, metadata) {
        return Ok(Target::Fixed(path));
    }
    // Tried by creating a file without a name.
    match tempfile::tempfile_in(&directory) {
        Ok(_) => Ok(Target::File(path)),
        Err(error) if is_forbidden(&error) => Ok(Target::Fixed(path)),
        Err(error) => Err(error).with_context(|| cannot_create_in(&directory)),
    }
}

/// Whether a rename, or a new file, is forbidden here.
pub(super) fn is_forbidden(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::ResourceBusy)
}

fn cannot_create_in(directory: &Path) -> String {
    format!("cannot create a file in {}", directory.display())
}

/// The directory of a file, and its path there.
fn resolved(path: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let Some(name) = path.file_name().filter(|_| !path.as_os_str().as_bytes().ends_with(b"/")) else {
        return Err(io::Error::from(ErrorKind::IsADirectory).into());
    };
    let typed = directory(path);
    let directory = fs::canonicalize(typed).with_context(|| format!("directory {}", typed.display()))?;
    let path = directory.join(name);
    Ok((directory, path))
}

/// Whether it is a mount point, such as a file that a container gets from its host. Nothing can be renamed onto one.
#[cfg(target_os = "linux")]
fn is_mount_point(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let found = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn is_mount_point(_: &Path) -> bool {
    false
}

/// Whether a sticky directory forbids replacing the file: only the owner of the file, or of the directory, can do that.
/// The superuser may be able to, which shows only when it is tried.
fn is_kept_by_sticky(directory: &Path, file: &Metadata) -> bool {
    let user = nix::unistd::geteuid();
    let is_ours = |metadata: &Metadata| metadata.uid() == user.as_raw();
    let is_sticky = |metadata: &Metadata| metadata.mode() & 0o1000 != 0;
    let directory = fs::metadata(directory);
    !user.is_root() && !is_ours(file) && directory.is_ok_and(|directory| is_sticky(&directory) && !is_ours(&directory))
}

enum Descriptor {
    /// A descriptor of this process, by its number.
    Own(u32),
    /// A descriptor of another process.
    Foreign,
}

/// `/dev/fd/N`, and the names that `/proc` has for it.
fn descriptor(path: &Path) -> Option<Descriptor> {
    let number = path.file_name()?.to_str()?.parse().ok()?;
    let directory = fs::canonicalize(directory(path)).ok()?;
    let is_own = directory == Path::new("/dev/fd")
        || fs::canonicalize("/proc/self").is_ok_and(|own| directory.starts_with(own) && directory.ends_with("fd"));
    if is_own {
        return Some(Descriptor::Own(number));
    }
    (directory.starts_with("/proc") && directory.ends_with("fd")).then_some(Descriptor::Foreign)
}

/// The metadata of a standard stream.
pub(super) fn metadata_of(stream: &impl AsFd) -> Option<Metadata> {
    File::from(stream.as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

pub(crate) fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|metadata| identity_of(&metadata))
}

pub(super) fn identity_of(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

pub(super) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}
