//! System calls that only a tool that was taken over makes, tried in Perl, which can make any.

use std::path::PathBuf;

use nix::libc::*;
use rgbpipe::Until;
use rgbpipe::program::{Program, Sandbox, Support};

use super::landlock;
use crate::support::{has, needs};

/// The tools that may use a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// No tool.
    Nobody,
    /// A tool that may start processes.
    Programs,
    /// Every tool.
    Any,
}

/// Perl, and the files that it needs to start.
fn perl() -> (PathBuf, Sandbox) {
    let perl = which::which("perl").unwrap();
    let sandbox = Sandbox::for_program(&perl, &Until::never()).unwrap();
    (perl, sandbox)
}

/// Whether a script's last value is true. The script is given on standard input, so that it needs no file.
fn holds(script: &str, sandbox: Option<Sandbox>) -> bool {
    let script = format!("my $parent = getppid(); my $buffer = \"\\0\" x 256; exit !do {{ {script} }};");
    let run = Program::new(perl().0).arg("-").stdin(script.as_bytes()).sandbox(sandbox).run().unwrap();
    assert!(matches!(run.status.code(), Some(0 | 1)), "{script}: {:?} {}", run.status, run.stderr.bytes.escape_ascii());
    run.status.success()
}

/// A call that is not denied: it succeeds, or fails for another reason.
fn call(number: c_long, arguments: &str) -> String {
    format!("do {{ $! = 0; syscall({number}, {arguments}) != -1 || ($! != {EPERM} && $! != {ENOSYS}) }}")
}

#[test]
fn system_calls_that_only_harm_are_denied() {
    if !landlock() || !needs("perl") {
        return;
    }
    if !has(Support::of_this_system().unwrap().system_calls, "a filter of system calls (seccomp)") {
        return;
    }
    let cases = [
        // For comparison.
        (call(SYS_getpid, ""), To::Any),
        (call(SYS_prlimit64, &format!("0, {RLIMIT_NOFILE}, 0, $buffer")), To::Any),
        // Other processes.
        (call(SYS_prlimit64, &format!("$parent, {RLIMIT_NOFILE}, 0, $buffer")), To::Nobody),
        (call(SYS_setpriority, "0, $parent, 0"), To::Nobody),
        (call(SYS_sched_setaffinity, "$parent, 128, $buffer"), To::Nobody),
        (call(SYS_ioprio_set, "1, $parent, 0"), To::Nobody),
        (call(SYS_pidfd_open, "$parent, 0"), To::Nobody),
        (call(SYS_ptrace, "0x4206, $parent, 0, 0"), To::Nobody),
        (call(SYS_process_vm_readv, "$parent, $buffer, 0, $buffer, 0, 0"), To::Nobody),
        // A process that lives on.
        (call(SYS_prctl, &format!("{PR_SET_PDEATHSIG}, 0, 0, 0, 0")), To::Nobody),
        ("my $child = fork; exit 0 if defined $child && !$child; defined $child".to_owned(), To::Programs),
        (
            format!("my $c = fork; exit !({}) if defined $c && !$c; waitpid($c, 0) > 0 && !$?", call(SYS_setsid, "")),
            To::Nobody,
        ),
        // Memory that nobody counts.
        (
            format!(
                "$! = 0; my $id = syscall({SYS_shmget}, 0, 4096, 0600); syscall({SYS_shmctl}, $id, 0, 0); $id != -1"
            ),
            To::Nobody,
        ),
        (call(SYS_memfd_create, "$buffer, 0"), To::Nobody),
        (call(SYS_add_key, "$buffer, $buffer, 0, 0, 0"), To::Nobody),
        // Names of files, and attributes.
        (call(SYS_inotify_init1, "0"), To::Nobody),
        (call(SYS_fchmod, "0, 0600"), To::Programs),
        (call(SYS_utimensat, "0, 0, 0, 0"), To::Programs),
        (call(SYS_fsetxattr, "99, $buffer, $buffer, 0, 0"), To::Programs),
        // Here the file is a pipe, which has no such flags, and no lease.
        (call(SYS_ioctl, "0, 0x40086602, $buffer"), To::Nobody),
        (call(SYS_ioctl, "0, 0x401c5820, $buffer"), To::Nobody),
        (call(SYS_ioctl, "0, 0x40806685, $buffer"), To::Nobody),
        (call(SYS_ioctl, "0, 0x800c6613, $buffer"), To::Nobody),
        (call(SYS_fcntl, &format!("0, {F_SETLEASE}, {F_RDLCK}")), To::Nobody),
        // Networks and new worlds.
        (call(SYS_socket, &format!("{AF_NETLINK}, {SOCK_RAW}, 0")), To::Nobody),
        (call(SYS_socket, &format!("{AF_INET}, {SOCK_DGRAM}, 0")), To::Nobody),
        (call(SYS_socket, &format!("{AF_UNIX}, {SOCK_STREAM}, 0")), To::Programs),
        (call(SYS_unshare, "0"), To::Nobody),
        // The kernel refuses these two together, so no process is made where the call is not denied.
        (call(SYS_clone, &format!("{CLONE_NEWUSER} | {CLONE_FS}, 0, 0, 0, 0")), To::Nobody),
        (call(SYS_personality, "0xffffffff"), To::Nobody),
        (call(SYS_io_uring_enter, "99, 0, 0, 0, 0, 0"), To::Nobody),
        (call(SYS_bpf, "99, $buffer, 0"), To::Nobody),
    ];
    let (_, alone) = perl();
    let with_others = Sandbox { processes: true, ..alone.clone() };
    for (script, to) in &cases {
        assert!(holds(script, None), "without the sandbox it does not work either: {script}");
        assert_eq!(holds(script, Some(with_others.clone())), *to != To::Nobody, "with others: {script}");
        assert_eq!(holds(script, Some(alone.clone())), *to == To::Any, "alone: {script}");
    }
}

#[test]
fn calls_that_a_filter_cannot_judge_do_not_exist() {
    if !landlock() || !needs("perl") || !has(Support::of_this_system().unwrap().system_calls, "seccomp") {
        return;
    }
    for number in [SYS_clone3, SYS_mseal + 1, 0x4000_0000 + SYS_getpid] {
        let script = format!("syscall({number}, 0, 0) == -1 && $! == {ENOSYS}");
        assert!(holds(&script, Some(perl().1)), "{number}");
    }
}

#[test]
fn a_confined_tool_has_no_capabilities() {
    if !landlock() || !needs("perl") {
        return;
    }
    let mut sandbox = perl().1;
    sandbox.read.push("/proc".into());
    let sets =
        |sets: &str| format!("open my $f, '<', '/proc/self/status'; !grep {{ /^Cap({sets}):\\s*0*[1-9a-f]/ }} <$f>");
    assert!(holds(&sets("Inh|Prm|Eff|Amb"), Some(sandbox)));
    if has(nix::unistd::Uid::effective().is_root(), "capabilities that could be lost (run as root)") {
        assert!(!holds(&sets("Eff"), None), "without the sandbox it has none either");
    }
}
