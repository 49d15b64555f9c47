//! How the processes of a tool have a FIFO open, according to `/proc` (`proc(5)`).

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;

use nix::libc;
use nix::unistd::Pid;

use crate::fifo::FileId;

/// How a FIFO is open. By default nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Openers {
    /// How often it was opened. Descriptors that were duplicated or inherited count once.
    pub(crate) opens: usize,
    /// One of them writes at the end of what there is (`O_APPEND`).
    pub(crate) appends: bool,
    /// One of them only reads.
    pub(crate) reads: bool,
    /// One of them both reads and writes.
    pub(crate) reads_and_writes: bool,
}

#[derive(Clone, Copy)]
struct Descriptor {
    pid: i32,
    fd: i32,
    flags: i32,
}

impl Openers {
    /// Those of `fifo` among the tool and what it has started. Where `/proc` is missing, or does not show them, there
    /// are none. `own` is this process's end of it. `is_open` says whether anybody has it open at all.
    pub(crate) fn of(own: &File, tool: Pid, is_open: impl FnOnce() -> bool) -> io::Result<Self> {
        let fifo = FileId::of(&own.metadata()?);
        let mut found = Vec::new();
        let mut ahead = vec![tool.as_raw()];
        while let Some(pid) = ahead.pop() {
            found.extend(descriptors(pid, fifo));
            ahead.extend(children(pid));
        }
        if found.is_empty() && is_open() {
            // An orphan is nobody's child any more.
            let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
            let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
            let our = Descriptor { pid: std::process::id().cast_signed(), fd: own.as_raw_fd(), flags: 0 };
            found = pids.filter(|pid| *pid != our.pid).flat_map(|pid| descriptors(pid, fifo)).collect();
            // A process that another thread is just starting has copies of this process's descriptors.
            found.retain(|one| order(&our, one) != 0);
        }
        let is_first =
            |(index, one): &(usize, &Descriptor)| !found[..*index].iter().any(|other| is_same(one, other, fifo));
        let any = |is: fn(i32) -> bool| found.iter().any(|one| is(one.flags));
        Ok(Self {
            opens: found.iter().enumerate().filter(is_first).count(),
            appends: any(|flags| flags & libc::O_APPEND != 0),
            reads: any(|flags| flags & libc::O_ACCMODE == libc::O_RDONLY),
            reads_and_writes: any(|flags| flags & libc::O_ACCMODE == libc::O_RDWR),
        })
    }
}

fn descriptors(pid: i32, fifo: FileId) -> Vec<Descriptor> {
    let all = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let descriptor = |entry: fs::DirEntry| {
        let fd = entry.file_name().to_str()?.parse().ok()?;
        if !leads_to(pid, fd, fifo) {
            return None;
        }
        let flags = flags(pid, fd)?;
        // The process runs on, and may have given the number to another file.
        leads_to(pid, fd, fifo).then_some(Descriptor { pid, fd, flags })
    };
    all.filter_map(descriptor).collect()
}

/// Follows the descriptor's link to the open file itself.
fn leads_to(pid: i32, fd: i32, fifo: FileId) -> bool {
    fs::metadata(format!("/proc/{pid}/fd/{fd}")).is_ok_and(|metadata| FileId::of(&metadata) == fifo)
}

fn flags(pid: i32, fd: i32) -> Option<i32> {
    let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    i32::from_str_radix(flags.trim(), 8).ok()
}

fn children(pid: i32) -> Vec<i32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Whether two descriptors come from one open. Where the system does not tell, or one of them is closed by now, they are
/// taken to.
fn is_same(one: &Descriptor, other: &Descriptor, fifo: FileId) -> bool {
    order(one, other) <= 0 || [one, other].iter().any(|descriptor| !leads_to(descriptor.pid, descriptor.fd, fifo))
}

/// 0 for descriptors that come from one open, and more for others. Negative where the system does not tell.
#[expect(unsafe_code, reason = "kcmp(2) has no safe interface")]
fn order(one: &Descriptor, other: &Descriptor) -> libc::c_long {
    const KCMP_FILE: libc::c_int = 0;
    // SAFETY: a bare system call that takes numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_kcmp, one.pid, other.pid, KCMP_FILE, one.fd, other.fd) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    /// How a FIFO is open in a shell that has done this.
    fn openers(script: &str) -> Openers {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("port");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        // So that no open waits.
        let both = fs::File::options().read(true).write(true).open(&path).unwrap();
        let script = format!("{script}; echo; read line");
        let mut shell = Command::new("sh");
        let mut child =
            shell.args(["-c", &script, "sh"]).arg(&path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
        let found = Openers::of(&both, Pid::from_raw(child.id().cast_signed()), || true).unwrap();
        drop(child.stdin.take());
        child.wait().unwrap();
        found
    }

    #[test]
    fn what_is_duplicated_or_inherited_counts_once() {
        let once = Openers { opens: 1, reads: true, ..Openers::default() };
        assert_eq!(openers("exec 3<$1"), once);
        assert_eq!(openers("exec 3<$1 4<&3 5<&4"), once);
        assert_eq!(openers("exec 3<$1; sleep 1 >/dev/null & :"), once);
        assert_eq!(openers("exec 3<$1 4<$1").opens, 2);
        assert_eq!(openers(":"), Openers::default());
    }

    #[test]
    fn proc_shows_how_a_file_is_open() {
        assert_eq!(openers("exec 3>$1"), Openers { opens: 1, ..Openers::default() });
        assert_eq!(openers("exec 3>>$1"), Openers { opens: 1, appends: true, ..Openers::default() });
        assert_eq!(openers("exec 3<>$1"), Openers { opens: 1, reads_and_writes: true, ..Openers::default() });
    }

    #[test]
    fn copies_of_our_own_descriptor_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("port");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let both = fs::File::options().read(true).write(true).open(&path).unwrap();
        // As a process has them that another thread starts, until its exec. No tool has it open, so all are looked at.
        let start = |stdin: Stdio| Command::new("sleep").arg("1000").stdin(stdin).spawn().unwrap();
        let mut tool = start(Stdio::null());
        let mut copy = start(both.try_clone().unwrap().into());
        let found = || Openers::of(&both, Pid::from_raw(tool.id().cast_signed()), || true).unwrap();
        assert_eq!(found(), Openers::default());
        let mut orphan = start(fs::File::open(&path).unwrap().into());
        assert_eq!(found(), Openers { opens: 1, reads: true, ..Openers::default() });
        for child in [&mut tool, &mut copy, &mut orphan] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
