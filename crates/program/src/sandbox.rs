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

pub use place::Place;
pub(super) use system::Confinement;

/// What a confined tool may use besides its own FIFOs and standard streams. Everything else is denied: writing,
/// creating, removing and listing files; and, if the kernel can deny it (see [`Support`]), the network, devices, and
/// signals to other processes.
///
/// Symbolic links in the paths here are followed once, when the [`Place`] is made. For the tool, what counts is the file
/// that it really opens, so a link that leads outside does not work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Files that it may read, and directories whose files it may read, at any depth. Missing ones are ignored.
    pub read: Vec<Place>,
    /// Files, and directories with all below them, that it may read **and run**: itself and the loader. See
    /// [`for_program`](Self::for_program).
    pub run: Vec<Place>,
    /// Whether it may start processes, connect to sockets, and change modes and times of files as far as it could without a
    /// sandbox. RGBDS does none of that.
    pub processes: bool,
}

impl Sandbox {
    /// One with what the program at `path` needs to start, and nothing else: itself and its loader, to be run; and its
    /// libraries, to be read, as the loader itself lists them (`LD_TRACE_LOADED_OBJECTS`, `ld.so(8)`). Where it lists none,
    /// because it is not glibc's or the program is linked statically: the system's directories of libraries.
    ///
    /// The program is started for this, with the argument `--version`, to which the loader pays no attention; if that takes
    /// longer than ten seconds, or `until` ends it, it is taken for one of which nothing is known.
    ///
    /// # Errors
    /// The system cannot confine a tool; `path` is a script, which would need who knows what; it cannot be run.
    pub fn for_program(path: &Path, until: &Until) -> Result<Self, SandboxError> {
        Support::of_this_system()?;
        system::for_program(path, until)
    }

    /// What either of the two lets in.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.read.extend_from_slice(&other.read);
        self.run.extend_from_slice(&other.run);
        self.processes |= other.processes;
        self
    }
}

/// What the system can deny a tool, besides reading, writing, making, removing and listing files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not")]
#[non_exhaustive]
pub struct Support {
    /// To cut a file short without opening it, `truncate(2)`: Linux 6.2.
    pub truncation: bool,
    /// To bind and to connect TCP sockets: Linux 6.7.
    pub tcp: bool,
    /// To control devices, `ioctl(2)`: Linux 6.10.
    pub devices: bool,
    /// To signal other processes, and to connect to abstract Unix sockets: Linux 6.12.
    pub signals: bool,
    /// To connect to Unix sockets by path: Linux 7.1.
    pub unix_sockets: bool,
    /// To bind, to connect and to send on UDP sockets: Linux 7.2.
    pub udp: bool,
    /// To make system calls that only harm: a `seccomp(2)` filter. They are to start processes, to change others, to make
    /// memory that outlives the tool, sockets, namespaces, and more.
    pub system_calls: bool,
}

impl Support {
    /// Asks the running kernel.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`]: it cannot even confine what files a tool reads and writes.
    pub fn of_this_system() -> Result<Self, SandboxError> {
        system::support()
    }
}

/// Why a tool cannot be confined. It has not been started then.
#[derive(Debug)]
#[non_exhaustive]
pub enum SandboxError {
    /// The system has no means to, for this reason.
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

// (Without a source: the words have the cause already.)
impl std::error::Error for SandboxError {}
