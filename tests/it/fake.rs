//! The fake tool (`tests/fake_tool`) as a [`Program`], and its report of the run.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rgbpipe::program::{Content, Failure, Finished, Program, RunError};
use tempfile::TempDir;

#[path = "../fake_tool/bytes.rs"]
mod bytes;

pub(crate) use bytes::{Digest, pattern};

/// A run that takes longer is considered hung. The longest one should take a second, but other tests run at the same
/// time.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// The fake tool's path. cargo puts it next to this binary, but does not tell one test where another is. There may be
/// several builds of it, and only one from today's source counts.
pub(crate) fn fake_tool() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let source = concat!(
            include_str!("../fake_tool/main.rs"),
            include_str!("../fake_tool/bytes.rs"),
            include_str!("../fake_tool/paths.rs")
        );
        let beside = std::env::current_exe().unwrap();
        let files = fs::read_dir(beside.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        let named = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_string_lossy();
            name.starts_with("fake_tool-") && !name.contains('.')
        };
        let of_today = |file: &PathBuf| {
            Command::new(file).arg("--source").output().is_ok_and(|output| output.stdout == source.as_bytes())
        };
        files.filter(named).find(of_today).expect("the fake tool is built: cargo test --no-run")
    })
}

/// A planned run of the fake tool.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) program: Program<'static>,
    dir: TempDir,
}

/// A finished run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) finished: Finished,
    pub(crate) log: Log,
    pub(crate) took: Duration,
}

/// A run of this script. The ports that are added become its arguments 1, 2, ...
pub(crate) fn fake(script: &str) -> Fake {
    let dir = tempfile::tempdir().unwrap();
    let program = Program::new(fake_tool()).env("FAKE_TOOL", script).env("FAKE_TOOL_LOG", dir.path().join("log"));
    Fake { program, dir }
}

impl Fake {
    pub(crate) fn input(self, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        self.with(|program| program.input("in", bytes))
    }

    pub(crate) fn output(self, name: &str) -> Self {
        self.with(|program| program.output(name))
    }

    pub(crate) fn with(self, change: impl FnOnce(Program<'static>) -> Program<'static>) -> Self {
        Self { program: change(self.program), dir: self.dir }
    }

    /// Runs it. Expects that it ends, and that no FIFO is left, and no process except those that it leaves behind
    /// itself.
    pub(crate) fn run(self) -> Ran {
        self.run_or_error().expect("the fake tool runs")
    }

    /// The same, for a run in which the ports may fail.
    pub(crate) fn run_or_error(self) -> Result<Ran, RunError> {
        let Self { program, dir } = self;
        let log_path = dir.path().join("log");
        let before = Instant::now();
        let finished = within(BOUND, &log_path, move || program.run());
        let took = before.elapsed();
        let log = Log::read(&log_path);
        assert_eq!(log.errors(), Vec::<&str>::new(), "{log:?}");
        for arg in log.lines("arg ") {
            assert!(!Path::new(arg).exists(), "left: {arg}");
        }
        Ok(Ran { finished: finished?, log, took })
    }
}

impl Ran {
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        self.finished.verdict()
    }

    pub(crate) fn content(&self, name: &str) -> &Content {
        let find = self.finished.outputs.iter().find(|(output, _)| output == name);
        &find.unwrap_or_else(|| panic!("no output {name}")).1
    }

    /// The run succeeded with this content.
    #[track_caller]
    pub(crate) fn gave(&self, name: &str, bytes: &[u8]) -> &Self {
        assert_eq!(self.verdict(), Ok(()), "{:?}", self.log);
        assert_eq!(digest(self.content(name)), Ok(Digest::of(bytes)), "{name}\n{:?}", self.log);
        self
    }
}

/// The digest of a content, which itself is too long to show.
pub(crate) fn digest(content: &Content) -> Result<Digest, &Content> {
    match content {
        Content::Complete(bytes) => Ok(Digest::of(bytes)),
        other => Err(other),
    }
}

/// The fake tool's log.
pub(crate) struct Log(String);

impl Log {
    pub(crate) fn read(path: &Path) -> Self {
        Self(fs::read_to_string(path).unwrap_or_default())
    }

    /// The rest of each line that begins with `prefix`.
    pub(crate) fn lines(&self, prefix: &str) -> Vec<&str> {
        self.0.lines().filter_map(|line| line.strip_prefix(prefix)).collect()
    }

    /// The steps that it has done.
    pub(crate) fn done(&self) -> Vec<&str> {
        self.lines("< ")
    }

    /// The bytes read between each open and close of this file.
    pub(crate) fn read_by(&self, name: &str) -> Vec<String> {
        self.lines(&format!("< close {name}: ")).into_iter().map(str::to_owned).collect()
    }

    fn errors(&self) -> Vec<&str> {
        self.lines("! ")
    }

    pub(crate) fn pids(&self) -> Vec<Pid> {
        self.lines("pid ").iter().map(|pid| Pid::from_raw(pid.parse().unwrap())).collect()
    }

    /// Waits until all of its processes have ended. A killed process takes a moment to end.
    #[track_caller]
    pub(crate) fn all_gone(&self) {
        let give_up = Instant::now() + BOUND;
        for pid in self.pids() {
            while is_running(pid) {
                assert!(Instant::now() < give_up, "process {pid} still runs\n{self:?}");
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Kills the processes that still run, and returns their number.
    pub(crate) fn kill_left(&self) -> usize {
        let left: Vec<_> = self.pids().into_iter().filter(|pid| is_running(*pid)).collect();
        let killed = left.iter().filter(|pid| kill(**pid, Signal::SIGKILL).is_ok()).count();
        self.all_gone();
        killed
    }
}

impl Log {
    /// Call this after a run that leaves at most this many processes behind. rgbpipe may have killed some of them.
    #[track_caller]
    pub(crate) fn kill_left_of(&self, most: usize) {
        if most == 0 {
            self.all_gone();
        } else {
            let killed = self.kill_left();
            assert!(killed <= most, "{killed} left behind\n{self:?}");
        }
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a process runs. A zombie does not; nobody may reap it if it is an orphan.
pub(crate) fn is_running(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    kill(pid, None).is_ok() && !stat.is_ok_and(|stat| stat.contains(") Z "))
}

/// Does `work` on its own thread. If that takes longer than `bound`, fails and reports which thread waits in which
/// system call, and the fake tool's last step.
pub(crate) fn within<T: Send + 'static>(bound: Duration, log: &Path, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let worker = thread::Builder::new().name("run".to_owned()).spawn(move || drop(done.send(work()))).unwrap();
    match result.recv_timeout(bound) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Disconnected) => match worker.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("it sends before it ends"),
        },
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let log = Log::read(log);
            let mut report = waiting("this process", Path::new("/proc/self/task"));
            for pid in log.pids() {
                report += &waiting(&format!("the tool's {pid}"), Path::new(&format!("/proc/{pid}/task")));
            }
            log.kill_left();
            panic!("not done after {bound:?}\n{report}the tool's log:\n{log:?}");
        }
    }
}

/// The threads of a process, and the system call in which each one waits.
pub(crate) fn waiting(whose: &str, tasks: &Path) -> String {
    let mut report = String::new();
    for task in fs::read_dir(tasks).into_iter().flatten().flatten() {
        let read = |name| fs::read_to_string(task.path().join(name)).unwrap_or_default().trim().to_owned();
        let (comm, wchan, syscall) = (read("comm"), read("wchan"), read("syscall"));
        let (number, arguments) = syscall.split_once(' ').unwrap_or((&syscall, ""));
        let call = call_name(number).unwrap_or(number);
        let _ = writeln!(report, "{whose}: thread '{comm}' is in {call} ({wchan}) {arguments}");
    }
    report
}

/// The system calls in which a run waits.
fn call_name(number: &str) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    {
        use nix::libc;
        let calls = [
            (libc::SYS_openat, "openat"),
            (libc::SYS_read, "read"),
            (libc::SYS_write, "write"),
            (libc::SYS_ppoll, "ppoll"),
            #[cfg(target_arch = "x86_64")]
            (libc::SYS_poll, "poll"),
            (libc::SYS_futex, "futex"),
            (libc::SYS_waitid, "waitid"),
            (libc::SYS_wait4, "wait4"),
            (libc::SYS_clock_nanosleep, "clock_nanosleep"),
        ];
        let number: libc::c_long = number.parse().ok()?;
        calls.iter().find(|(call, _)| *call == number).map(|(_, name)| *name)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = number;
        None
    }
}
