//! The crate `program`, with `sh` and other POSIX tools as the tool. There is one test for each trap.

use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use rgbpipe::program::{Content, Failure, Finished, Limits, Program, RunError};
use rgbpipe::{Cancel, Stop, Until};

use crate::fake::is_running;

/// A run that takes longer is considered hung, and fails.
const BOUND: Duration = Duration::from_secs(60);

/// `sh -c SCRIPT`, with `$1`, `$2`, ... for the ports that are added to it.
fn sh(script: &str) -> Program<'static> {
    Program::new("sh").args(["-c", script, "sh"]).until(&Until::after(BOUND))
}

fn run(program: &Program<'_>) -> Finished {
    let finished = program.run().expect("the program runs");
    assert_ne!(finished.stop, Some(Stop::TimedOut), "hung: {program:?}");
    finished
}

fn complete(text: &[u8]) -> Content {
    Content::Complete(text.to_vec())
}

fn contents(finished: Finished) -> Vec<Content> {
    finished.outputs.into_iter().map(|(_, content)| content).collect()
}

#[test]
fn bytes_go_in_and_come_out() {
    let finished = run(&sh("cat \"$1\" > \"$2\"; echo out; echo err >&2").input("in", b"bytes\0\xff").output("out"));
    assert_eq!(finished.verdict(), Ok(()));
    assert_eq!((&finished.stdout.bytes[..], &finished.stderr.bytes[..]), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(contents(finished), [complete(b"bytes\0\xff")]);
}

#[test]
fn ports_are_opened_in_any_order() {
    let script = "cat \"$3\" \"$1\" > \"$4\"; cat \"$2\" > \"$5\"";
    let program = sh(script).input("1", b"one").input("2", b"two").input("3", b"three").output("4").output("5");
    assert_eq!(contents(run(&program)), [complete(b"threeone"), complete(b"two")]);
}

#[test]
fn all_ports_are_opened_before_any_is_used() {
    let script = "exec 6<\"$1\" 5>\"$4\" 4<\"$2\" 3>\"$3\"; cat <&4 >&5; cat <&6 >&3";
    let program = sh(script).input("1", b"one").input("2", b"two").output("3").output("4");
    assert_eq!(contents(run(&program)), [complete(b"one"), complete(b"two")]);
}

#[test]
fn content_larger_than_any_pipe_is_whole() {
    let bytes: Vec<u8> = (0..64_u32 << 18).flat_map(u32::to_le_bytes).collect();
    assert_eq!(bytes.len(), 64 << 20);
    let program = sh("cat \"$1\" > \"$2\"").input("in", &bytes).output("out");
    assert!(contents(run(&program)) == [Content::Complete(bytes.clone())], "64 MiB differ");
}

#[test]
fn empty_content_is_content() {
    let program = sh("cat \"$1\" > \"$2\"").input("in", b"").output("out");
    assert_eq!(contents(run(&program)), [complete(b"")]);
}

#[test]
fn an_exit_before_any_open_returns_at_once() {
    let program = sh("echo why >&2; exit 3").input("in", b"bytes").output("out");
    let finished = run(&program);
    assert!(matches!(finished.verdict(), Err(Failure::Status(status)) if status.code() == Some(3)));
    assert_eq!(finished.stderr.bytes, b"why\n");
    assert_eq!(contents(finished), [Content::Unopened]);
}

#[test]
fn death_after_half_an_output_is_the_verdict() {
    let finished = run(&sh("echo half > \"$1\"; kill -SEGV $$").output("out"));
    assert!(matches!(finished.verdict(), Err(Failure::Status(status)) if !status.success()));
}

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn an_output_that_is_opened_again_at_once_is_the_last() {
    for (first, second) in [("one", "two"), ("longer", "x"), ("x", "longer"), ("", "x"), ("", "")] {
        for _ in 0..20 {
            let script = "printf %s \"$2\" > \"$1\"; printf %s \"$3\" > \"$1\"";
            let program = Program::new("sh").args(["-c", script, "sh"]).output("out").args([first, second]);
            let finished = run(&program.until(&Until::after(BOUND)));
            assert_eq!(finished.verdict(), Ok(()));
            assert_eq!(finished.outputs[0].1, complete(second.as_bytes()), "{first:?}, {second:?}");
        }
    }
}

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn an_output_that_is_appended_to_keeps_what_it_has() {
    for (script, expected) in [
        ("printf one >> $1; printf two >> $1", "onetwo"),
        ("printf one > $1; printf two >> $1; printf three >> $1", "onetwothree"),
        ("printf one >> $1; printf two > $1; printf three >> $1", "twothree"),
    ] {
        for _ in 0..20 {
            let finished = run(&sh(script).output("out"));
            assert_eq!(
                (finished.verdict(), &finished.outputs[0].1),
                (Ok(()), &complete(expected.as_bytes())),
                "{script}"
            );
        }
    }
}

#[test]
fn more_inputs_than_are_held_are_read_in_any_order() {
    let contents: Vec<_> = (0..100).map(|index| format!("{index} ").repeat(index * 100)).collect();
    for (order, numbers) in [
        ("forwards", (1..=100).collect::<Vec<_>>()),
        ("backwards", (1..=100).rev().collect()),
        ("twice, in and out", (1..=100).chain((1..=100).map(|number| number * 37 % 101)).collect()),
    ] {
        let files: Vec<_> = numbers.iter().map(|number| format!("\"${{{}}}\"", number + 1)).collect();
        let script = format!("cat {} > \"$1\"", files.join(" "));
        let program =
            contents.iter().fold(sh(&script).output("out"), |program, content| program.input("in", content.as_bytes()));
        let expected: String = numbers.iter().map(|number| contents[number - 1].as_str()).collect();
        assert!(contents_of(&program) == [complete(expected.as_bytes())], "{order}");
    }
}

fn contents_of(program: &Program<'_>) -> Vec<Content> {
    contents(run(program))
}

#[test]
fn more_inputs_than_are_held_are_open_at_once() {
    // Far more than a server holds, all opened before the first is read.
    let open: Vec<_> = (2..=60).map(|number| format!("exec {{fd{number}}}<\"${{{number}}}\"")).collect();
    let read: Vec<_> = (2..=60).rev().map(|number| format!("cat <&$fd{number}")).collect();
    let script = format!("{}; {{ {}; }} > \"$1\"", open.join("; "), read.join("; "));
    // Uses bash, because sh can only name ten descriptors.
    if !crate::support::needs("bash") {
        return;
    }
    let program = Program::new("bash").args(["-c", &script, "bash"]).until(&Until::after(BOUND));
    let program =
        (2..=60).fold(program.output("out"), |program, number: u8| program.input("in", vec![number; 100_000]));
    let expected: Vec<u8> = (2..=60).rev().flat_map(|number| vec![number; 100_000]).collect();
    assert!(contents_of(&program) == [complete(&expected)]);
}

#[test]
fn an_output_that_is_not_written_is_named() {
    let finished = run(&sh("echo x > \"$1\"").output("written").output("forgotten"));
    assert_eq!(finished.verdict(), Err(Failure::NotWritten("forgotten".into())));
}

#[test]
fn an_input_that_is_not_read_is_no_error() {
    let bytes = vec![7; 1 << 20];
    let script = "head -c 3 \"$1\" > \"$3\"; exec < \"$1\"; exec < /dev/null";
    let program = sh(script).input("part", &bytes).input("unread", &bytes).output("out");
    let finished = run(&program);
    assert_eq!(finished.verdict(), Ok(()));
    assert_eq!(contents(finished), [complete(&[7; 3])]);
}

#[test]
fn an_input_that_is_read_twice_is_whole_each_time() {
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let program = sh("cat \"$1\" \"$1\" > \"$2\"").input("in", &bytes).output("out");
    assert!(contents(run(&program)) == [Content::Complete([&bytes[..], &bytes[..]].concat())]);
}

#[test]
fn an_input_that_is_open_twice_at_once_is_whole_for_each() {
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    // The second open is read to its end before the first is read.
    let script = "exec 3<\"$1\"; dd bs=1 count=1 <&3 2>/dev/null >\"$2\"; cat \"$1\" >\"$3\"; cat <&3 >\"$4\"";
    let program = sh(script).input("in", &bytes).output("first").output("second").output("rest");
    let first = Content::Complete(bytes[..1].to_vec());
    let rest = Content::Complete(bytes[1..].to_vec());
    assert!(contents(run(&program)) == [first, Content::Complete(bytes.clone()), rest]);
}

#[test]
fn a_process_left_behind_with_an_output_is_an_error_and_is_killed() {
    let finished = run(&sh("exec 3> \"$1\"; sleep 1000 & echo $!").output("out"));
    assert_eq!(finished.verdict(), Err(Failure::HeldOpen("out".into())));
    let pid = String::from_utf8(finished.stdout.bytes).unwrap().trim().parse().unwrap();
    wait_until_gone(pid);
}

#[test]
fn a_process_left_behind_with_stderr_only_is_no_error_and_is_killed() {
    let before = Instant::now();
    let finished = run(&sh("sleep 1000 & echo $!; echo x > \"$1\"").output("out"));
    assert_eq!(finished.verdict(), Ok(()));
    assert!(before.elapsed() < BOUND / 2);
    let pid = String::from_utf8(finished.stdout.bytes).unwrap().trim().parse().unwrap();
    wait_until_gone(pid);
}

#[test]
fn a_flood_on_stdout_and_stderr_does_not_stop_the_tool() {
    let flood = "head -c 33554432 /dev/zero";
    let finished = run(&sh(&format!("{flood}; {flood} >&2; cat \"$1\" > \"$2\"")).input("in", b"x").output("out"));
    for printed in [&finished.stdout, &finished.stderr] {
        assert_eq!(printed.bytes.len() as u64 + printed.omitted, 32 << 20);
        assert!(printed.omitted > 0, "kept all of it: {}", printed.bytes.len());
    }
    assert_eq!(contents(finished), [complete(b"x")]);
}

#[test]
fn standard_input_is_bytes_or_empty() {
    let bytes = vec![9; 1 << 20];
    assert_eq!(contents(run(&sh("cat > \"$1\"").stdin(&bytes).output("out"))), [complete(&bytes)]);
    assert_eq!(contents(run(&sh("cat > \"$1\"").output("out"))), [complete(b"")]);
    // A tool that closes its standard input at once.
    assert_eq!(contents(run(&sh("exec <&-; echo > \"$1\"").stdin(&bytes).output("out"))), [complete(b"\n")]);
}

#[test]
fn standard_output_can_be_an_output() {
    let finished = run(&sh("cat; echo err >&2").stdin(b"rom").output_on_stdout("rom"));
    assert_eq!(finished.stderr.bytes, b"err\n");
    assert_eq!(contents(finished), [complete(b"rom")]);
}

#[test]
fn what_is_printed_can_be_one_stream_in_its_order() {
    let program = sh("for n in 1 2 3 4 5; do echo out; echo err >&2; done").one_stream();
    let finished = run(&program);
    assert_eq!((&finished.stdout.bytes[..], &finished.stderr.bytes[..]), (&b""[..], &b"out\nerr\n".repeat(5)[..]));
    // Not if it is an output.
    let finished = run(&sh("echo out; echo err >&2").output_on_stdout("out").one_stream());
    assert_eq!(finished.stderr.bytes, b"err\n");
    assert_eq!(contents(finished), [complete(b"out\n")]);
}

#[test]
fn a_runaway_output_ends_the_tool() {
    for program in [
        sh("cat /dev/zero > \"$1\"").output("out").output_limit(1 << 20),
        sh("cat /dev/zero").output_on_stdout("out").output_limit(1 << 20),
    ] {
        assert_eq!(run(&program).verdict(), Err(Failure::TooLarge { output: "out".into(), limit: 1 << 20 }));
    }
    // An output of exactly the limit is allowed.
    let program = sh("head -c 4096 /dev/zero > \"$1\"").output("out").output_limit(4096);
    assert_eq!(contents(run(&program)), [complete(&[0; 4096])]);
}

/// At a path without anything, the tool's next open would make a file.
#[test]
fn what_is_at_the_path_of_an_output_that_is_read_no_more_stays_as_long_as_the_tool() {
    let script = "trap '' TERM; cat /dev/zero > \"$1\"; \
                  for try in 1 2 3 4 5 6 7 8 9 10; do [ -e \"$1\" ] || echo gone; sleep 0.02; done";
    let finished = run(&sh(script).output("out").output_limit(1 << 20));
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout.bytes, b"");
    assert_eq!(finished.verdict(), Err(Failure::TooLarge { output: "out".into(), limit: 1 << 20 }));
}

#[test]
fn a_deadline_ends_a_tool_that_hangs_ignores_sigterm_or_is_stopped() {
    for script in ["sleep 1000", "trap '' TERM; while :; do sleep 1000; done", "kill -STOP $$"] {
        let program = sh(script).input("in", b"x").output("out");
        let before = Instant::now();
        let finished = program.until(&Until::after(Duration::from_millis(100))).run().unwrap();
        assert_eq!(finished.verdict(), Err(Failure::Stopped(Stop::TimedOut)), "{script}");
        assert!(before.elapsed() < BOUND, "{script}");
    }
}

#[test]
fn cancelling_ends_the_tool_and_what_it_started() {
    let cancel = Cancel::new();
    // The writing end closes when everything that the tool started is dead.
    let dir = tempfile::tempdir().unwrap();
    let alive = dir.path().join("alive");
    nix::unistd::mkfifo(&alive, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let script = "exec 3> \"$1\"; sleep 1000 & echo up >&3; wait";
    let program =
        sh(script).arg(&alive).input("in", b"x").output("out").until(&Until::cancelled(&cancel).within(BOUND));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| program.run().unwrap());
        let mut alive = std::fs::File::open(&alive).unwrap();
        alive.read_exact(&mut [0; 3]).unwrap();
        cancel.cancel();
        assert_eq!(running.join().unwrap().verdict(), Err(Failure::Stopped(Stop::Cancelled)));
        assert_eq!(alive.read(&mut [0]).unwrap(), 0, "something is still alive");
    });
    // A tool that starts afterwards is stopped too, even if it could finish.
    for script in ["sleep 1000", ":"] {
        for _ in 0..20 {
            let late = sh(script).until(&Until::cancelled(&cancel).within(BOUND)).run().unwrap();
            assert_eq!(late.verdict(), Err(Failure::Stopped(Stop::Cancelled)));
        }
    }
}

#[test]
fn a_tool_that_leaves_its_process_group_is_ended_all_the_same() {
    if !crate::support::needs("perl") {
        return;
    }
    let before = Instant::now();
    let program = Program::new("perl").args(["-e", "setpgrp(0, getpgrp(getppid())) or die; sleep 1000"]);
    let finished = program.until(&Until::after(Duration::from_millis(300))).run().unwrap();
    assert_eq!(finished.verdict(), Err(Failure::Stopped(Stop::TimedOut)), "{finished:?}");
    assert!(before.elapsed() < BOUND);
}

#[test]
fn any_signal_is_a_status() {
    for signal in [9, 34, 64] {
        use std::os::unix::process::ExitStatusExt;
        let finished = sh(&format!("kill -{signal} $$")).run().unwrap();
        assert_eq!(finished.status.signal(), Some(signal));
    }
}

#[test]
fn an_output_is_as_it_was_written_whatever_is_in_it() {
    let finished =
        run(&sh("printf '%s' \"$1\" | tee \"$2\"").input("in", b"").output("out").output_on_stdout("stdout"));
    let [(_, Content::Complete(out)), (_, Content::Complete(stdout))] = &finished.outputs[..] else {
        panic!("{finished:?}");
    };
    assert!(out == stdout && out.ends_with(b"/0-in"), "{finished:?}");
    assert_eq!(finished.with_port_names(out.clone()), b"in");
}

#[test]
fn a_limit_beyond_all_measure_is_none() {
    let limits = Limits { cpu: Some(Duration::MAX), memory: Some(u64::MAX), output: u64::MAX };
    assert_eq!(run(&sh(":").limits(limits)).verdict(), Ok(()));
}

#[test]
fn a_tool_that_is_not_there_leaves_nothing() {
    let error = Program::new("/nonexistent/tool").input("in", b"x").output("out").run().unwrap_err();
    assert!(error.to_string().starts_with("cannot run /nonexistent/tool: No such file"), "{error}");
}

#[test]
fn messages_name_a_port_as_the_caller_does() {
    let name = format!("../\u{e4} b'\"/{}", "long".repeat(100));
    let finished = run(&sh("cat \"$1\"; echo \"in: $1, out: $2\"; echo \"$2\" >&2").input(&name, b"x").output("out.o"));
    assert_eq!(String::from_utf8_lossy(&finished.stdout.bytes), format!("xin: {name}, out: out.o\n"));
    assert_eq!(finished.stderr.bytes, b"out.o\n");
}

#[test]
fn odd_names_are_plain_in_paths_and_keep_their_ending() {
    let odd = |name: String| {
        let finished = run(&sh("printf %s \"${1##*/}\"").input(name, b""));
        String::from_utf8(finished.stdout.bytes).unwrap()
    };
    assert_eq!(odd("../\u{e4} '\"/x.png".into()), "0-..______x.png");
    assert_eq!(odd(format!("{}.png", "x".repeat(300))), format!("0-{}.png", "x".repeat(64 - 4)));
}

/// Waits until no process has this pid, which proves its end.
fn wait_until_gone(pid: i32) {
    let pid = nix::unistd::Pid::from_raw(pid);
    let give_up = Instant::now() + BOUND;
    while is_running(pid) {
        assert!(Instant::now() < give_up, "process {pid} is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The tool starts as from a shell: no signal is blocked, and none is ignored unexpectedly. Rust's runtime ignores
/// SIGPIPE.
#[cfg(target_os = "linux")]
#[test]
fn a_tool_starts_with_signals_at_their_defaults() {
    use nix::sys::signal::{SigSet, Signal};

    let blocked = SigSet::from(Signal::SIGUSR1);
    blocked.thread_block().unwrap();
    let finished = Program::new("cat").arg("/proc/self/status").run().unwrap();
    assert!(SigSet::thread_get_mask().unwrap().contains(Signal::SIGUSR1), "this thread's mask is as it was");
    blocked.thread_unblock().unwrap();
    let status = String::from_utf8(finished.stdout.bytes).unwrap();
    let signals = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    assert_eq!((signals("SigBlk:"), signals("SigCgt:")), (0, 0), "{status}");
    assert_eq!(signals("SigIgn:") & (1 << (Signal::SIGPIPE as u64 - 1)), 0, "{status}");
}

#[test]
fn the_environment_is_passed_on_with_what_is_changed_in_it() {
    let program = Program::new("env").env("RGBPIPE_TEST_SET", "a=b").env("HOME", "/changed").env_remove("PATH");
    let printed = program.run().unwrap().stdout.bytes;
    let lines: Vec<_> = std::str::from_utf8(&printed).unwrap().lines().collect();
    assert!(lines.contains(&"RGBPIPE_TEST_SET=a=b") && lines.contains(&"HOME=/changed"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("PATH=")), "{lines:?}");
    let passed_on = std::env::vars_os().count();
    assert!(lines.len() >= passed_on, "{passed_on} variables here, {} there", lines.len());
}

#[test]
fn what_cannot_be_started_is_an_error_and_leaves_no_process() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    std::fs::write(&plain, "no program").unwrap();
    for (path, errno) in [
        (PathBuf::from("/no/such/program"), Errno::ENOENT),
        (PathBuf::from("rgbpipe-no-such-program"), Errno::ENOENT),
        (plain, Errno::EACCES),
        (dir.path().to_owned(), Errno::EACCES),
    ] {
        let error = Program::new(&path).input("in", b"x").output("out").run().unwrap_err();
        let RunError::Spawn(named, cause) = error else { panic!("{error:?}") };
        assert_eq!((named, cause.raw_os_error()), (path, Some(errno as i32)));
    }
    let nul = Program::new("echo").arg("a\0b").run();
    assert!(matches!(nul, Err(RunError::Spawn(_, cause)) if cause.kind() == std::io::ErrorKind::InvalidInput));
    // Counts only this thread's children, because other tests have children too.
    #[cfg(target_os = "linux")]
    {
        let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
        assert_eq!(children, "");
    }
}

#[test]
fn a_port_that_becomes_a_link_is_not_followed() {
    let script = "rm \"${40}\"; ln -s /dev/null \"${40}\"; sleep 0.1; cat \"${40}\" > \"$1\"";
    let program = (2..=40).fold(sh(script).output("out"), |program, _| program.input("in", b"x"));
    assert_eq!(contents(run(&program)), [complete(b"")]);
    let program = sh("rm \"$1\"; ln -s /etc/passwd \"$1\"").output("out");
    assert_eq!(run(&program).verdict(), Err(Failure::NotWritten("out".into())));
}

#[test]
fn what_an_ended_tool_started_is_ended_too_though_it_ignores_sigterm() {
    let script = "(trap '' TERM; exec sleep 1000) & echo $!; trap 'exit 0' TERM; while :; do sleep 0.01; done";
    let finished = sh(script).until(&Until::after(Duration::from_millis(500))).run().unwrap();
    assert_eq!(finished.verdict(), Err(Failure::Stopped(Stop::TimedOut)));
    wait_until_gone(String::from_utf8(finished.stdout.bytes).unwrap().trim().parse().unwrap());
}

#[test]
fn a_deadline_that_has_passed_counts_whatever_the_tool_does() {
    for _ in 0..50 {
        let finished = sh(":").until(&Until::after(Duration::ZERO)).run().unwrap();
        assert_eq!(finished.verdict(), Err(Failure::Stopped(Stop::TimedOut)));
    }
}

#[test]
fn a_process_left_behind_may_still_open_an_input() {
    let script = "exec 3>\"$2\"; (exec </dev/null >/dev/null 2>&1; sleep 0.05; exec cat \"$1\" >&3) & exit 0";
    // A busy machine may be too slow for the grace period.
    let in_time = (0..10).any(|_| {
        let finished = run(&sh(script).input("in", b"bytes").output("out"));
        let in_time = finished.verdict().is_ok();
        if in_time {
            assert_eq!(contents(finished), [complete(b"bytes")]);
        }
        in_time
    });
    assert!(in_time, "never");
}

#[test]
fn standard_output_beside_another_output_is_not_taken_for_its_runs() {
    let script = "printf x; printf one > \"$1\"; sleep 0.2; printf two > \"$1\"";
    let program = Program::new("sh").args(["-c", script, "sh"]).output_on_stdout("stdout").output("b");
    assert_eq!(contents(run(&program)), [complete(b"x"), complete(b"two")]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_tool_inherits_no_descriptor_of_ours() {
    let plain = std::process::Command::new("ls").arg("/proc/self/fd").output().unwrap().stdout;
    let mut ls = Program::new("ls").arg("/proc/self/fd").stdin(b"x");
    ls.add_input("in", b"x");
    ls.add_output("out");
    assert_eq!(ls.run().unwrap().stdout.bytes, plain);
}
