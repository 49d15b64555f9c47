//! Runs rgbpipe and the plain tools, each in a new folder, and checks the files that they leave.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Once, OnceLock};
use std::thread;
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigHandler, Signal};
use tempfile::TempDir;

use crate::not_tried;

/// A command that takes longer is considered hung. It is killed, and the test fails.
const BOUND: Duration = Duration::from_secs(120);

/// The prefix of the real tools. Without them, no test of a build means anything.
pub(crate) fn rgbds() -> &'static str {
    static PREFIX: OnceLock<String> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = std::env::var("RGBDS").unwrap_or_default();
        let version = Command::new(format!("{prefix}rgbasm")).arg("--version").output();
        assert!(
            version.is_ok_and(|output| output.status.success()),
            "these tests need the real RGBDS, and '{prefix}rgbasm' does not run: scripts/with-rgbds cargo test"
        );
        prefix
    })
}

/// The folder with the programs that the tests build.
pub(crate) fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs")
}

/// A new folder with a `TMPDIR` next to it. At the end, the `TMPDIR` must be empty, and no process may be left.
pub(crate) struct Folder {
    dir: TempDir,
    cwd: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["work", "tmp"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let cwd = dir.path().join("work");
        Self { dir, cwd }
    }

    /// A folder with a copy of one of the test programs.
    pub(crate) fn with_program(name: &str) -> Self {
        let folder = Self::new();
        copy(&programs().join(name), &folder.cwd);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.cwd
    }

    pub(crate) fn tmpdir(&self) -> PathBuf {
        self.dir.path().join("tmp")
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.cwd.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.cwd.join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.cwd)
    }

    pub(crate) fn rgbpipe(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation<'_> {
        rgbds();
        self.command(env!("CARGO_BIN_EXE_rgbpipe"), args)
    }

    /// rgbpipe without RGBDS: nothing names it, and it is not on `PATH`.
    pub(crate) fn without_rgbds(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation<'_> {
        let mut invocation = self.command(env!("CARGO_BIN_EXE_rgbpipe"), args);
        invocation.command.env_remove("RGBDS");
        invocation.env("PATH", "/no/such/dir")
    }

    /// rgbpipe without the superuser's right to write anywhere, in case the superuser runs the tests.
    pub(crate) fn as_anyone(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation<'_> {
        if !nix::unistd::geteuid().is_root() {
            return self.rgbpipe(args);
        }
        rgbds();
        // `setpriv` is part of util-linux.
        let own = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", env!("CARGO_BIN_EXE_rgbpipe")];
        let args: Vec<_> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        self.command("setpriv", own.iter().map(|word| OsString::from(*word)).chain(args))
    }

    /// One of the real tools.
    pub(crate) fn tool(&self, name: &str, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation<'_> {
        self.command(format!("{}{name}", rgbds()), args)
    }

    /// A script. It can call rgbpipe by name.
    pub(crate) fn sh(&self, script: &str) -> Invocation<'_> {
        if script.contains("rgbpipe") {
            rgbds();
        }
        self.command("sh", ["-euc", script])
    }

    pub(crate) fn command(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Invocation<'_> {
        heed_signals();
        let mut command = Command::new(program);
        command
            .args(args)
            .env("PATH", path_with(&[]))
            .current_dir(&self.cwd)
            .env("TMPDIR", self.tmpdir())
            .process_group(0);
        let others = ["MAKEFLAGS", "MFLAGS", "CARGO_MAKEFLAGS"];
        for name in ["NO_COLOR", "FORCE_COLOR", "SOURCE_DATE_EPOCH", "RGBASM", "RGBLINK", "RGBFIX", "RGBPIPE_TOOLCHAIN"]
            .iter()
            .chain(&others)
        {
            command.env_remove(name);
        }
        Invocation { command, stdin: Vec::new(), folder: self }
    }

    /// The processes that run in this folder.
    #[cfg(target_os = "linux")]
    fn processes(&self) -> Vec<PathBuf> {
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        let here = |process: &PathBuf| fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&self.cwd));
        processes.filter(here).collect()
    }

    /// Waits until a tool has written `up` to the FIFO of that name. Returns the open FIFO.
    pub(crate) fn is_up(&self) -> File {
        // Opening it for reading and writing does not wait.
        let mut up = File::options().read(true).write(true).open(self.cwd.join("up")).unwrap();
        let mut polled = [PollFd::new(up.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut polled, PollTimeout::try_from(BOUND).unwrap()), Ok(1), "no tool comes up");
        up.read_exact(&mut [0; 3]).unwrap();
        up
    }

    /// Kills the processes with this name in this folder, and expects no others.
    #[cfg(target_os = "linux")]
    pub(crate) fn kill_all(&self, name: &str) {
        use nix::sys::signal::{Signal, kill};
        let deadline = Instant::now() + BOUND;
        while let Some(process) = self.processes().first() {
            assert!(Instant::now() < deadline, "still running: {}", process.display());
            let Ok(comm) = fs::read_to_string(process.join("comm")) else { continue };
            if comm.trim() == name {
                let pid = process.file_name().unwrap().to_str().unwrap().parse().unwrap();
                let _ = kill(nix::unistd::Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        assert_eq!(names(&self.tmpdir()), Vec::<String>::new(), "left in TMPDIR");
        // A killed process takes a moment to end.
        #[cfg(target_os = "linux")]
        {
            let give_up = Instant::now() + Duration::from_secs(5);
            while !self.processes().is_empty() && Instant::now() < give_up {
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(self.processes(), Vec::<PathBuf>::new(), "left running");
        }
    }
}

/// A `PATH` with rgbpipe, which scripts call by name, and with these directories.
fn path_with(directories: &[&Path]) -> OsString {
    let rgbpipe = Path::new(env!("CARGO_BIN_EXE_rgbpipe")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = directories.iter().copied().chain([rgbpipe]).map(Path::to_owned).chain(std::env::split_paths(&path));
    std::env::join_paths(all).unwrap()
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if to.is_dir() {
        fs::copy(from, to.join(from.file_name().unwrap())).unwrap();
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// Most of the tests' programs have no header, and some nothing at all. This is kept out of their standard error; `hints` looks at it.
const OF_TEST_PROGRAMS: [&str; 2] = ["no valid header; --fix makes one", "the sources have no SECTION"];

/// A command to run.
pub(crate) struct Invocation<'a> {
    pub(crate) command: Command,
    stdin: Vec<u8>,
    folder: &'a Folder,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit status, or 128 and the signal's number.
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Invocation<'_> {
    /// Puts RGBDS's own tools on its `PATH` too.
    pub(crate) fn with_tools(self) -> Self {
        let rgbasm = which::which(format!("{}rgbasm", rgbds())).unwrap();
        self.env("PATH", path_with(&[rgbasm.parent().unwrap()]))
    }

    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn run(self) -> Ended {
        self.run_with(|_| {})
    }

    /// Runs it, and calls `meanwhile` while it runs.
    pub(crate) fn run_with(mut self, meanwhile: impl FnOnce(nix::unistd::Pid)) -> Ended {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", self.command));
        let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
        let mut feed = child.stdin.take().unwrap();
        let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (done, bound) = mpsc::channel::<()>();
        let (status, stdout, stderr, hung) = thread::scope(|scope| {
            // A command may exit without reading.
            scope.spawn(|| drop(feed.write_all(&std::mem::take(&mut self.stdin)).map(|()| drop(feed))));
            let stdout = scope.spawn(move || {
                let mut bytes = Vec::new();
                stdout.read_to_end(&mut bytes).map(|_| bytes).unwrap()
            });
            let stderr = scope.spawn(move || {
                let mut bytes = Vec::new();
                stderr.read_to_end(&mut bytes).map(|_| bytes).unwrap()
            });
            let watchdog = scope.spawn(move || {
                let hung = bound.recv_timeout(BOUND) == Err(RecvTimeoutError::Timeout);
                if hung {
                    let _ = nix::sys::signal::killpg(pid, nix::sys::signal::Signal::SIGKILL);
                }
                hung
            });
            if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| meanwhile(pid))) {
                // The threads above would wait for the process.
                let _ = nix::sys::signal::killpg(pid, Signal::SIGKILL);
                std::panic::resume_unwind(panic);
            }
            let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
            let status = child.wait().unwrap();
            drop(done);
            (status, stdout, stderr, watchdog.join().unwrap())
        });
        assert!(!hung, "hangs: {:?}\n{}", self.command, String::from_utf8_lossy(&stderr));
        let status = status.code().unwrap_or_else(|| 128 + status.signal().unwrap());
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        let of_them =
            |line: &&str| line.starts_with("rgbpipe: ") && OF_TEST_PROGRAMS.iter().any(|words| line.contains(words));
        Ended { status, stdout, stderr: stderr.split_inclusive('\n').filter(|line| !of_them(line)).collect() }
    }

    /// Runs it, and expects this exit status.
    #[track_caller]
    pub(crate) fn status(self, expected: i32) -> Ended {
        let shown = format!("{:?} in {}", self.command, self.folder.path().display());
        let ended = self.run();
        assert_eq!(ended.status, expected, "{shown}\n{}", ended.stderr);
        ended
    }

    /// Runs it. Expects success, and nothing on standard error.
    #[track_caller]
    pub(crate) fn ok(self) -> Ended {
        let ended = self.status(0);
        assert_eq!(ended.stderr, "");
        ended
    }
}

/// `words` as arguments.
pub(crate) fn args(words: &str) -> Vec<OsString> {
    words.split_whitespace().map(OsString::from).collect()
}

/// Whether a program that a test needs is installed. If not, the summary at the end says so. In CI, where everything must be
/// installed, it is a failure.
pub(crate) fn needs(program: &str) -> bool {
    has(which::which(program).is_ok(), program)
}

/// Programs inherit ignored signals. A shell makes its background commands ignore some, and these tests may be one of
/// those.
#[expect(unsafe_code, reason = "a handler could do harm; the default is none")]
fn heed_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGHUP] {
            // SAFETY: no function of this process is made a handler.
            unsafe { nix::sys::signal::signal(signal, SigHandler::SigDfl) }.unwrap();
        }
    });
}

/// [`needs`], for anything else.
pub(crate) fn has(here: bool, what: &str) -> bool {
    assert!(here || std::env::var_os("CI").is_none(), "{what} is not on this machine");
    if !here {
        not_tried::add(thread::current().name().unwrap_or_default(), what);
    }
    here
}
