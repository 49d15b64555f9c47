//! A tool confined by the kernel: it may read only what is listed, and write only its FIFOs.

#[cfg(target_os = "linux")]
#[path = "sandbox/landlock.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "sandbox/none.rs"]
mod system;

#[cfg(target_os = "linux")]
mod loader;

#[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "x86_64")))]
mod calls;
#[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "x86_64")))]
#[path = "sandbox/seccomp.rs"]
mod filter;
#[cfg(all(target_os = "linux", not(any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "x86_64"))))]
#[path = "sandbox/no_filter.rs"]
mod filter;

mod place;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::Until;

pub use place::{Place, is_within};
pub(super) use system::Confinement;

/// The resources of a confined tool besides its own FIFOs and standard streams. Everything else is denied: writing,
/// creating, removing and listing files; and, if the kernel can deny it (see [`Support`]), the network, devices, and
/// signals to other processes.
///
/// Symbolic links in the paths here are followed once, when the [`Place`] is made. For the tool, what counts is the file
/// that it really opens, so a link that leads outside does not work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Files that it may read, and directories whose files it may read, at any depth. Missing ones are ignored.
    pub read: Vec<Place>,
    /// Files that it may read **and run**, and directories in which it may do that at any depth: the program itself and
    /// the loader. See [`for_program`](Self::for_program).
    pub run: Vec<Place>,
    /// Whether it may start processes, connect to sockets, and change modes and times of files, as far as it could
    /// without a sandbox. RGBDS does none of that.
    pub processes: bool,
}

impl Sandbox {
    /// A sandbox with only what the program at `path` needs to start: itself and its loader, to be run, and its
    /// libraries, to be read. The loader itself lists the libraries (`LD_TRACE_LOADED_OBJECTS`, `ld.so(8)`). If it
    /// lists none, because it is not glibc's or the program is linked statically, the system's library directories are
    /// used.
    ///
    /// The program is started for this, with the argument `--version`, which the loader ignores. If that takes longer
    /// than ten seconds, or `until` ends it, the libraries count as unknown.
    ///
    /// # Errors
    /// The system cannot confine a tool; `path` is a script, whose needs are unknown; or it cannot be run.
    pub fn for_program(path: &Path, until: &Until) -> Result<Self, SandboxError> {
        Support::of_this_system()?;
        system::for_program(path, until)
    }

    /// A sandbox that allows everything that one of the two allows.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.read.extend_from_slice(&other.read);
        self.run.extend_from_slice(&other.run);
        self.processes |= other.processes;
        self
    }
}

/// The operations that the system can deny a tool, apart from reading, writing, creating, removing and listing files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not")]
#[non_exhaustive]
pub struct Support {
    /// Truncating a file without opening it, `truncate(2)`: Linux 6.2.
    pub truncation: bool,
    /// Binding and connecting TCP sockets: Linux 6.7.
    pub tcp: bool,
    /// Controlling devices, `ioctl(2)`: Linux 6.10.
    pub devices: bool,
    /// Sending signals to other processes, and connecting to abstract Unix sockets: Linux 6.12.
    pub signals: bool,
    /// Connecting to Unix sockets by path: Linux 7.1.
    pub unix_sockets: bool,
    /// Binding, connecting and sending on UDP sockets: Linux 7.2.
    pub udp: bool,
    /// Harmful system calls, by a `seccomp(2)` filter: starting processes, changing other processes, creating memory
    /// that outlives the tool, sockets, namespaces, and more.
    pub system_calls: bool,
}

impl Support {
    /// Asks the running kernel.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`]: it cannot even restrict which files a tool reads and writes.
    pub fn of_this_system() -> Result<Self, SandboxError> {
        system::support()
    }
}

/// Why a tool cannot be confined. The tool has not been started.
#[derive(Debug)]
#[non_exhaustive]
pub enum SandboxError {
    /// The system cannot do it, for this reason.
    Unsupported(String),
    /// The program at this path is a script.
    Script(PathBuf),
    /// The program at this path could not be asked for its libraries.
    Loader(PathBuf, String),
    /// The kernel refused the rules.
    Rules(io::Error),
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported(why) => write!(f, "no sandbox here: {why}"),
            Self::Script(path) => {
                write!(f, "{} is a script, and a sandbox runs only programs: name the program itself", path.display())
            }
            Self::Loader(path, why) => write!(f, "cannot tell what {} needs to start: {why}", path.display()),
            Self::Rules(cause) => write!(f, "cannot set up the sandbox: {cause}"),
        }
    }
}

// It has no `source`, because its text includes the cause already.
impl std::error::Error for SandboxError {}
