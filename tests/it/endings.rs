//! Builds that are ended by a signal or by the clock.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::support::{Folder, args, rgbds};

/// A folder with old outputs, and an assembler that announces its start and then does nothing for a long time.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("a.asm", "").write("b.asm", "").write("old.gb", "old").write("old.sym", "old");
    folder
        .write("slow", "#!/bin/sh\necho up > up\nsleep 1000\n")
        .write("deaf", "#!/bin/sh\ntrap '' TERM INT HUP\necho up > up\nsleep 1000\nsleep 1000\n");
    for script in ["slow", "deaf"] {
        std::fs::set_permissions(folder.path().join(script), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    mkfifo(&folder.path().join("up"), Mode::S_IRWXU).unwrap();
    folder
}

fn intact(folder: &Folder) {
    assert_eq!(folder.names(), ["a.asm", "b.asm", "deaf", "old.gb", "old.sym", "slow", "up"]);
    assert_eq!((folder.read("old.gb"), folder.read("old.sym")), (b"old".to_vec(), b"old".to_vec()));
}

#[test]
fn a_signal_ends_the_tools_and_then_rgbpipe() {
    for (signal, tool) in [
        (Signal::SIGINT, "./slow"),
        (Signal::SIGTERM, "./slow"),
        (Signal::SIGHUP, "./slow"),
        (Signal::SIGQUIT, "./slow"),
        (Signal::SIGTERM, "./deaf"),
    ] {
        let folder = folder();
        let words = args("build -j2 a.asm b.asm -o old.gb -n old.sym");
        let invocation = folder.rgbpipe(words).env("RGBASM", tool);
        let ended = invocation.run_with(|pid| {
            let _up = folder.is_up();
            kill(pid, signal).unwrap();
        });
        assert_eq!(ended.status, 128 + signal as i32, "{signal} {tool}: {}", ended.stderr);
        assert_eq!((ended.stdout, ended.stderr), (Vec::new(), String::new()), "{signal} {tool}");
        intact(&folder);
    }
}

#[test]
fn a_signal_ends_a_wait_for_standard_input_or_output() {
    // The test holds the other ends of both, and neither reads nor writes.
    let folder = folder();
    folder.write("large.asm", "SECTION \"a\", ROMX, BANK[63]\n db 1\n");
    let (_stdin_writer, silent) = nothing();
    let mut child = folder.rgbpipe(args("build - -o old.gb")).command;
    let mut child = child.stdin(silent).spawn().unwrap();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15), "{status}");

    let (mut reader, full) = std::io::pipe().unwrap();
    let mut child = folder.rgbpipe(args("build large.asm -o - -n old.sym")).command;
    let mut child = child.stdout(full).spawn().unwrap();
    // The first byte has arrived, so all tools have finished and the pipe is full.
    reader.read_exact(&mut [0]).unwrap();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15), "{status}");
    std::fs::remove_file(folder.path().join("large.asm")).unwrap();
    intact(&folder);
}

/// It would wait for an end that comes only with its own. The test has no timeout: each of these ends by itself.
#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn a_source_that_reads_what_its_assembler_writes_is_an_error() {
    let folder = folder();
    // In RGBDS, 3 is the list of what it reads, which rgbpipe asks for because there is an old output. There the reader may be
    // noticed at once, as a second open.
    let reading = "standard output or error' to read what it writes itself, which a pipe does not allow\n";
    let names = [
        ("/proc/self/fd/1", reading),
        ("/dev/stdout", reading),
        ("/dev/stderr", reading),
        ("/proc/thread-self/fd/3", "dependencies' "),
    ];
    for (path, words) in names {
        let opened = format!("rgbpipe: rgbasm a.asm: opened '{words}");
        for directive in
            [&*format!("INCLUDE \"{path}\""), &format!("INCBIN \"{path}\""), &format!("PRINTLN READFILE(\"{path}\")")]
        {
            folder.write("a.asm", format!("SECTION \"a\", ROM0\n{directive}\n"));
            let ended = folder.rgbpipe(args("build a.asm -o old.gb --toolchain rgbds")).status(1);
            assert!(ended.stderr.starts_with(&opened), "{directive}: {}", ended.stderr);
        }
        folder.write("a.asm", "");
        let ended = folder.rgbpipe(args(&format!("build a.asm -o old.gb --toolchain rgbds -P {path}"))).status(1);
        assert!(ended.stderr.starts_with(&opened), "-P {path}: {}", ended.stderr);
    }
    // A script that runs the assembler, as one may be named by RGBASM.
    folder.write("a.asm", "INCLUDE \"/dev/stdout\"\n");
    folder.write("slow", format!("#!/bin/sh\necho it runs >/dev/stderr\n'{}rgbasm' \"$@\"\n", rgbds()));
    // In the human format, both streams are one pipe, from which the assembler may take what the script has written.
    for (format, before) in [("human", ""), ("short", "it runs\n")] {
        let build = format!("build a.asm -o old.gb --message-format {format}");
        let ended = folder.rgbpipe(args(&build)).env("RGBASM", "./slow").status(1);
        assert!(
            ended.stderr.starts_with(before) && ended.stderr.contains("opened 'standard output"),
            "{format}: {}",
            ended.stderr
        );
    }
    // The linker.
    folder.write("a.asm", "");
    for option in ["-l", "-O"] {
        let build = format!("build a.asm -o old.gb --toolchain rgbds {option} /dev/stdout");
        let ended = folder.rgbpipe(args(&build)).status(1);
        assert!(ended.stderr.contains("rgblink: opened 'standard output"), "{option}: {}", ended.stderr);
    }
    intact(&folder);
}

#[test]
fn a_source_that_reads_the_standard_output_of_rgbpipe_is_an_error() {
    let folder = folder();
    for path in ["/proc/self/fd/1", "/dev/stdout", "/dev/stderr"] {
        folder.write("a.asm", format!("INCLUDE \"{path}\"\n"));
        folder.write("b.asm", "");
        for words in ["a.asm", &format!("b.asm -P {path}"), &format!("b.asm -l {path}"), &format!("b.asm -O {path}")] {
            let ended = folder.rgbpipe(args(&format!("build {words} -o old.gb --toolchain builtin"))).status(1);
            let is_named = ended.stderr.contains(path)
                && ended.stderr.contains("itself writes to this pipe, so it would never end");
            assert!(is_named, "{words}: {}", ended.stderr);
        }
    }
    intact(&folder);
}

#[test]
fn a_missing_tool_is_reported_before_standard_input_ends() {
    let folder = folder();
    let (_stdin_writer, silent) = nothing();
    let mut child = folder.rgbpipe(args("build --timeout 100 - -o old.gb")).env("RGBLINK", "./none").command;
    assert_eq!(child.stdin(silent).status().unwrap().code(), Some(3));
    intact(&folder);
}

fn nothing() -> (std::io::PipeWriter, std::io::PipeReader) {
    let (reader, writer) = std::io::pipe().unwrap();
    (writer, reader)
}

#[test]
fn an_unread_standard_error_does_not_delay_the_end() {
    let folder = folder();
    folder.write("noisy.asm", "REPT 20000\n WARN \"and on and on\"\nENDR\n");
    for (words, signal, status) in [
        ("build noisy.asm -o old.gb", Some(Signal::SIGTERM), None),
        ("check noisy.asm", Some(Signal::SIGINT), None),
        ("build noisy.asm -o old.gb --timeout 3", None, Some(124)),
        ("exec --timeout 3 -- sh -c", None, Some(124)),
        ("exec -- sh -c", Some(Signal::SIGTERM), None),
    ] {
        let mut words = args(words);
        if words[0] == "exec" {
            words.push("yes | head -c 300000 >&2".into());
        }
        let (mut reader, full) = std::io::pipe().unwrap();
        let mut command = folder.rgbpipe(&words).command;
        let mut child = command.stderr(full).spawn().unwrap();
        // The command also holds the other end of the pipe.
        drop(command);
        // The first byte has arrived, and more than a pipe holds follows.
        reader.read_exact(&mut [0]).unwrap();
        if let Some(signal) = signal {
            kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        }
        let ended = child.wait().unwrap();
        assert_eq!(ended.code(), status, "{words:?}");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), signal.map(|signal| signal as i32));
    }
    std::fs::remove_file(folder.path().join("noisy.asm")).unwrap();
    intact(&folder);
}

#[test]
fn a_build_that_timed_out_has_written_nothing_to_standard_output() {
    let folder = folder();
    folder.write("good.asm", "SECTION \"a\", ROM0\n db 1\n");
    // The time is over during each step of some of these builds.
    for microseconds in (200..6000).step_by(40) {
        let timeout = format!("{}ms", f64::from(microseconds) / 1000.0);
        let words = args("build good.asm --toolchain builtin -o - --fix --timeout").into_iter().chain([timeout.into()]);
        let ended = folder.rgbpipe(words).run();
        assert!(
            [(0, 0x8000), (124, 0)].contains(&(ended.status, ended.stdout.len())),
            "{microseconds}: {}",
            ended.status
        );
    }
    std::fs::remove_file(folder.path().join("good.asm")).unwrap();
    intact(&folder);
}

#[test]
fn a_parent_that_ignores_its_childrens_ends_does_not_matter() {
    let folder = folder();
    folder.write("good.asm", "SECTION \"a\", ROM0\n db 1\n");
    folder.sh("trap '' CHLD; exec rgbpipe build good.asm -o new.gb").ok();
    assert_eq!(folder.read("new.gb")[0], 1);
    folder.sh("trap '' CHLD; rgbpipe exec -- sh -c 'exit 7'").status(7);
}

#[test]
fn waiting_for_a_version_is_bounded_by_the_builds_timeout() {
    let folder = folder();
    folder.write("mute", "#!/bin/sh\n[ \"$1\" != --version ] || echo up > up\nsleep 1000\n");
    std::fs::set_permissions(folder.path().join("mute"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let words = args("build a.asm -o old.gb --asm-flags=-X5");
    let invocation = folder.rgbpipe(&words).env("RGBASM", "./mute");
    let start = std::time::Instant::now();
    let ended = invocation.run_with(|pid| {
        let _up = folder.is_up();
        kill(pid, Signal::SIGTERM).unwrap();
    });
    assert_eq!(ended.status, 128 + 15, "{}", ended.stderr);
    let up = std::fs::OpenOptions::new().read(true).write(true).open(folder.path().join("up")).unwrap();
    folder.rgbpipe(words.into_iter().chain(args("--timeout 0.2"))).env("RGBASM", "./mute").status(124);
    drop(up);
    assert!(start.elapsed() < std::time::Duration::from_secs(9), "the ten seconds of patience");
    std::fs::remove_file(folder.path().join("mute")).unwrap();
    intact(&folder);
}

#[cfg(target_os = "linux")]
#[test]
fn the_first_process_of_a_container_ends_with_the_signals_status() {
    let folder = folder();
    let rgbpipe = env!("CARGO_BIN_EXE_rgbpipe");
    // `unshare` is part of util-linux. With its own user namespace, any user may run it.
    let own = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
    if !crate::support::has(
        folder.command("unshare", own.iter().chain(&["true"])).run().status == 0,
        "a namespace of one's own",
    ) {
        return;
    }
    let words = own.iter().map(|word| (*word).into()).chain([rgbpipe.into()]).chain(args("build a.asm -o old.gb"));
    let invocation = folder.command("unshare", words.collect::<Vec<std::ffi::OsString>>()).env("RGBASM", "./slow");
    let ended = invocation.run_with(|pid| {
        let _up = folder.is_up();
        let children = format!("/proc/{pid}/task/{pid}/children");
        let child = std::fs::read_to_string(children).unwrap().trim().parse().unwrap();
        kill(Pid::from_raw(child), Signal::SIGTERM).unwrap();
    });
    assert_eq!(ended.status, 128 + 15, "{}", ended.stderr);
    intact(&folder);
}

#[test]
fn a_signal_that_the_parent_ignores_stays_ignored() {
    let folder = folder();
    let script = "trap '' HUP; exec rgbpipe build a.asm -o new.gb";
    let invocation = folder.sh(script).env("RGBASM", "./slow");
    let ended = invocation.run_with(|pid| {
        let _up = folder.is_up();
        kill(pid, Signal::SIGHUP).unwrap();
        kill(pid, Signal::SIGTERM).unwrap();
    });
    assert_eq!(ended.status, 128 + 15);
    intact(&folder);
}

#[test]
fn a_timeout_is_124_whatever_is_waited_for() {
    let folder = folder();
    folder.write("large.asm", "SECTION \"a\", ROMX, BANK[63]\n db 1\n");
    // A tool that hangs after `up` has a reader.
    let up = std::fs::OpenOptions::new().read(true).write(true).open(folder.path().join("up")).unwrap();
    for tool in ["./slow", "./deaf"] {
        let words = args("build --timeout 0.2 a.asm b.asm -o old.gb -n old.sym");
        let ended = folder.rgbpipe(words).env("RGBASM", tool).status(124);
        assert!(ended.stderr.starts_with("rgbpipe: timed out during rgbasm "), "{}", ended.stderr);
    }
    drop(up);
    // Standard input that never ends, and standard output that nobody reads.
    let (_stdin_writer, silent) = nothing();
    let mut child = folder.rgbpipe(args("build --timeout 200ms - -o old.gb")).command;
    assert_eq!(child.stdin(silent).status().unwrap().code(), Some(124));
    let (_reader, full) = std::io::pipe().unwrap();
    let mut child = folder.rgbpipe(args("build --timeout 3 large.asm -o - -n old.sym")).command;
    assert_eq!(child.stdout(full).status().unwrap().code(), Some(124));
    std::fs::remove_file(folder.path().join("large.asm")).unwrap();
    // A logo that never comes.
    let words = ["build", "a.asm", "-o", "old.gb", "--timeout", "0.2", "--fix", "--fix-flags", "-L up", "--toolchain"];
    for toolchain in ["rgbds", "builtin"] {
        let ended = folder.rgbpipe(words.into_iter().chain([toolchain])).status(124);
        assert!(ended.stderr.starts_with("rgbpipe: timed out during rgbfix"), "{}", ended.stderr);
    }
    intact(&folder);
    // Enough time, or no limit.
    for timeout in ["60", "1m", "0"] {
        folder.rgbpipe(["build", "--timeout", timeout, "a.asm", "-o", "/dev/null"]).ok();
    }
}

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn no_tool_outlives_a_killed_rgbpipe() {
    let folder = folder();
    // The directories with pipes in TMPDIR.
    let left = || crate::support::names(&folder.tmpdir());
    let invocation = folder.rgbpipe(args("build a.asm -o old.gb")).env("RGBASM", "./slow");
    let mut up = None;
    let ended = invocation.run_with(|pid| {
        up = Some(folder.is_up());
        kill(pid, Signal::SIGKILL).unwrap();
    });
    assert_eq!(ended.status, 128 + 9);
    intact(&folder);
    // The tool itself is gone. Its child, `sleep`, is not a child of rgbpipe.
    folder.kill_all("sleep");
    // The next run removes these pipes, but not those of a run that still works.
    assert_eq!(left().len(), 1);
    let dead = left();
    let ended = folder.rgbpipe(args("build a.asm -o old.gb")).env("RGBASM", "./slow").run_with(|pid| {
        up = Some(folder.is_up());
        // It does so while its tool runs.
        let give_up = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while left().len() > 1 && std::time::Instant::now() < give_up {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let running = left();
        assert_eq!(running.len(), 1, "{running:?}");
        assert_ne!(running, dead);
        folder.rgbpipe(args("build a.asm -o /dev/null")).ok();
        assert_eq!(left(), running);
        kill(pid, Signal::SIGTERM).unwrap();
    });
    assert_eq!(ended.status, 128 + 15);
    intact(&folder);
}

#[test]
fn a_second_signal_does_not_wait_for_the_tools() {
    let folder = folder();
    // The tool uses the grace period after SIGTERM. The file that it writes shows that it got one.
    folder.write("slow", "#!/bin/sh\ntrap 'sleep 0.8; : > late; exit' TERM\necho up > up\nsleep 1000\n");
    let ended = folder.rgbpipe(args("build a.asm -o old.gb -n old.sym")).env("RGBASM", "./slow").run_with(|pid| {
        let _up = folder.is_up();
        kill(pid, Signal::SIGINT).unwrap();
        kill(pid, Signal::SIGTERM).unwrap();
    });
    // If two signals are waiting, the one with the lower number comes first.
    assert_eq!(ended.status, 128 + 2);
    intact(&folder);
}

#[test]
fn a_build_continues_after_being_stopped() {
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

    let folder = folder();
    let map = folder.rgbpipe(args("build a.asm -m -")).ok().stdout;
    let tool = format!("#!/bin/sh\necho up > up\nread -r word < go\nexec '{}rgbasm' \"$@\"\n", rgbds());
    folder.write("waits", tool).sh("chmod +x waits").ok();
    mkfifo(&folder.path().join("go"), Mode::S_IRWXU).unwrap();
    // Like Ctrl-Z and `fg`. The tool continues meanwhile, or afterwards.
    for meanwhile in [true, false] {
        let ended = folder.rgbpipe(args("build a.asm -m -")).env("RGBASM", "./waits").run_with(|pid| {
            let _up = folder.is_up();
            let go = || std::fs::write(folder.path().join("go"), "go\n").unwrap();
            kill(pid, Signal::SIGSTOP).unwrap();
            let stopped = waitpid(pid, Some(WaitPidFlag::WUNTRACED));
            assert_eq!(stopped, Ok(WaitStatus::Stopped(pid, Signal::SIGSTOP)));
            if meanwhile {
                go();
            }
            kill(pid, Signal::SIGCONT).unwrap();
            if !meanwhile {
                go();
            }
        });
        assert_eq!((ended.status, &ended.stdout), (0, &map), "{}", ended.stderr);
    }
}

/// At any moment, there are either all old outputs or all new ones, and nothing else. The moments are random, but the
/// result must not depend on them.
#[test]
fn a_signal_at_any_moment_leaves_all_or_nothing() {
    let folder = Folder::with_program("greeter");
    let words = args("build -j2 -I include -l layout.link -o game.gb -m game.map -n game.sym --fix");
    let sources =
        ["main", "bob", "font", "greeting", "interrupts", "memory", "message", "screen", "signature", "variables"];
    let words: Vec<_> = words.into_iter().chain(sources.map(|source| format!("src/{source}.asm").into())).collect();
    let start = std::time::Instant::now();
    folder.rgbpipe(&words).ok();
    let took = start.elapsed();
    let files = ["game.gb", "game.map", "game.sym"];
    let new = files.map(|file| folder.read(file));
    let names = folder.names();

    let mut endings = std::collections::BTreeMap::new();
    let signals = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];
    for (round, signal) in (0_u32..80).zip(signals.into_iter().cycle()) {
        for file in files {
            folder.write(file, "old");
        }
        let moment = took * 6 / 5 * (round * 37 % 80) / 80;
        let ended = folder.rgbpipe(&words).run_with(|pid| {
            std::thread::sleep(moment);
            let _ = kill(pid, signal);
        });
        let whole = files.map(|file| folder.read(file));
        if ended.status == 0 || whole[0] != b"old" {
            assert!(whole == new, "{signal} after {moment:?}: {}", ended.stderr);
        } else {
            assert_eq!(whole, [b"old"; 3], "{signal} after {moment:?}: {}", ended.stderr);
        }
        assert!(ended.status == 0 || ended.status == 128 + signal as i32, "{signal}: {ended:?}");
        assert_eq!(folder.names(), names, "{signal} after {moment:?}");
        *endings.entry(ended.status).or_insert(0) += 1;
    }
    assert!(endings.len() >= 3, "every build ended alike: {endings:?}");
    // A signal that comes too early leaves nothing either. One at the very end may leave pipes.
    folder.rgbpipe(args("build src/memory.asm -o /dev/null")).ok();
}
