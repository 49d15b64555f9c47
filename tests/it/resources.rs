//! Scarce resources: descriptors, threads, disk space, and a `TMPDIR` that does not work. Each gives an error, or a
//! slower build.

mod disks;
mod streams;

use std::fmt::Write;

use crate::support::{Folder, args, has};

/// A program with this many sources, each a section that refers to the next, and the ROM of the plain tools.
fn many(folder: &Folder, count: usize) -> Vec<u8> {
    let mut assemble = String::new();
    let mut objects = String::new();
    for number in 0..count {
        let text = format!("SECTION \"s{number}\", ROMX\nS{number}:: dw S{}\n", (number + 1) % count);
        folder.write(format!("{number:04}.asm"), text);
        writeln!(assemble, "\"$RGBDS\"rgbasm -o plain/{number:04}.o {number:04}.asm").unwrap();
        write!(objects, " plain/{number:04}.o").unwrap();
    }
    folder.write("plain/build", format!("{assemble}\"$RGBDS\"rgblink -o plain/plain.gb{objects}\n"));
    folder.sh(". plain/build").env("RGBDS", crate::support::rgbds()).ok();
    folder.read("plain/plain.gb")
}

#[test]
fn two_thousand_objects_are_linked_with_few_descriptors() {
    let folder = Folder::new();
    let plain = many(&folder, 2000);
    let build = "ulimit -n 128; exec rgbpipe build *.asm -o ours.gb";
    folder.sh(build).ok();
    assert!(folder.read("ours.gb") == plain);
}

#[test]
fn many_builds_at_once_do_not_mix() {
    let folder = Folder::new();
    for number in 0..200 {
        folder.write(format!("{number}.asm"), format!("SECTION \"a\", ROM0\nN{number}:: ds 1000, {number}\n"));
    }
    let build = "for n in $(seq 0 199); do rgbpipe build $n.asm -o $n.gb -n $n.sym & pids=\"${pids:-} $!\"; done
        for p in $pids; do wait $p; done";
    folder.sh(build).ok();
    for number in 0..200_u8 {
        assert_eq!(folder.read(format!("{number}.gb"))[..1000], [number; 1000]);
        assert!(
            String::from_utf8(folder.read(format!("{number}.sym"))).unwrap().contains(&format!("00:0000 N{number}\n"))
        );
    }
}

/// From no threads to enough of them: either a build, or an error that gives the reason.
#[cfg(target_os = "linux")]
#[test]
fn with_few_threads_a_build_is_right_or_an_error() {
    use std::fs::{self, Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    if !has(nix::unistd::geteuid().is_root(), "the superuser, who can be a user with no other process") {
        return;
    }
    let folder = Folder::new();
    // Copies that any user can run.
    let bin = folder.tmpdir().parent().unwrap().join("bin");
    fs::create_dir(&bin).unwrap();
    let rgbpipe = bin.join("rgbpipe");
    fs::copy(env!("CARGO_BIN_EXE_rgbpipe"), &rgbpipe).unwrap();
    let fake = bin.join("fake");
    fs::copy(crate::fake::fake_tool(), &fake).unwrap();
    let scripts =
        [("rgbasm", "w o -o; write o 1000 1; close o"), ("rgblink", "r i last; w o -o; copy i o; close i; close o")];
    for (name, script) in scripts {
        let text =
            format!("#!/bin/sh\nFAKE_TOOL='{script}' FAKE_TOOL_LOG=/dev/null exec '{}' \"$@\"\n", fake.display());
        fs::write(bin.join(name), text).unwrap();
        set_permissions(bin.join(name), Permissions::from_mode(0o755)).unwrap();
    }
    for dir in [folder.tmpdir().parent().unwrap(), &folder.tmpdir(), folder.path()] {
        set_permissions(dir, Permissions::from_mode(0o777)).unwrap();
    }
    folder.write("a.asm", "").write("b.asm", "").write("c.asm", "").write("x", "x");
    let mut statuses = Vec::new();
    for limit in 1..=20 {
        folder.write("game.gb", "old");
        set_permissions(folder.path().join("game.gb"), Permissions::from_mode(0o666)).unwrap();
        let run = |words: &[&str]| {
            let nobody = args("--reuid=54321 --regid=54321 --clear-groups prlimit");
            let mut invocation = folder.command("setpriv", nobody);
            invocation.command.arg(format!("--nproc={limit}")).arg(&rgbpipe).args(words);
            invocation.env("RGBDS", format!("{}/", bin.display())).run()
        };
        let ended = run(&["build", "-j3", "a.asm", "b.asm", "c.asm", "-o", "game.gb"]);
        if ended.status == 0 {
            assert_eq!(folder.read("game.gb"), crate::fake::pattern(1, 1000), "with {limit} threads");
        } else {
            assert_eq!(ended.status, 3, "with {limit} threads: {}", ended.stderr);
            assert!(ended.stderr.ends_with("Resource temporarily unavailable\n"), "{limit}: {}", ended.stderr);
            assert_eq!(folder.read("game.gb"), b"old", "with {limit} threads");
        }
        statuses.push(ended.status);
        // A tool that opens all its inputs, and one that opens only one.
        let all = ["sh", "-c", "exec cat \"$@\" > \"$0\"", "{b}", "{a}", "{a}", "{a}", "{a}", "{a}"];
        for program in [&all[..], &["cp", "{a}", "{b}"]] {
            let ended = run(&[&["exec", "--in", "a=x", "--out", "b=-", "--"], program].concat());
            match ended.status {
                0 => assert!(!ended.stdout.is_empty() && ended.stdout.iter().all(|byte| *byte == b'x'), "{limit}"),
                status => assert_eq!(status, 3, "with {limit} threads: {}", ended.stderr),
            }
        }
    }
    assert_eq!((statuses[0], statuses[19]), (3, 0), "{statuses:?}");
}

#[cfg(all(target_os = "linux", target_env = "gnu", target_endian = "little"))]
#[test]
fn without_a_process_or_a_thread_it_is_an_error_that_says_so() {
    use nix::errno::Errno;
    use nix::libc::{SYS_clone, SYS_clone3};

    let folder = Folder::new();
    folder.write("a.asm", "").write("old.gb", "old");
    // glibc creates processes with one of these calls and threads with the other. Without threads, a build cannot
    // handle signals.
    for (call, words) in
        [(SYS_clone, "rgbpipe: cannot run rgbasm at "), (SYS_clone3, "rgbpipe: cannot start a thread: ")]
    {
        let mut invocation = folder.rgbpipe(args("build a.asm -o old.gb"));
        crate::sandbox::without_system_call(&mut invocation.command, call, Errno::EAGAIN);
        let words_given = invocation.status(3).stderr;
        assert!(words_given.starts_with(words), "{words_given}");
        assert!(words_given.ends_with("Resource temporarily unavailable\n"), "{words_given}");
        assert_eq!(folder.read("old.gb"), b"old");
    }
}

/// Like Linux before 5.3, or a system call filter that does not know this call.
#[cfg(all(target_os = "linux", target_endian = "little"))]
#[test]
fn a_tools_exit_is_seen_also_where_processes_have_no_descriptors() {
    use nix::errno::Errno;

    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\nHere:: db 1\n").write("bad.asm", "FAIL \"on purpose\"\n");
    folder.write("endless.asm", "REPT $7FFFFFFF\nDEF x = 1\nENDR\n");
    for errno in [Errno::ENOSYS, Errno::EPERM] {
        let without = |words: &str| {
            let mut invocation = folder.rgbpipe(args(words));
            crate::sandbox::without_system_call(&mut invocation.command, nix::libc::SYS_pidfd_open, errno);
            invocation
        };
        without("build a.asm -o a.gb -m a.map -n a.sym").ok();
        assert_eq!(folder.read("a.gb")[0], 1);
        let words = without("build bad.asm -o bad.gb").status(1).stderr;
        assert!(words.contains("on purpose"), "{words}");
        let words = without("build endless.asm -o endless.gb --timeout 0.5").status(124).stderr;
        assert!(words.contains("timed out during rgbasm endless.asm"), "{words}");
    }
}

/// Descriptors, threads, memory and directories after many builds in one process, two at a time.
/// `RGBPIPE_SOAK_BUILDS=N` sets the number of builds.
#[cfg(target_os = "linux")]
#[test]
fn builds_in_one_process_leave_nothing_in_it() {
    use rgbpipe::{Input, Request};
    // Uses its own process, because other tests have descriptors and threads too.
    if std::env::var_os("RGBPIPE_TEST_ALONE").is_none() {
        let folder = Folder::new();
        let test = "resources::builds_in_one_process_leave_nothing_in_it";
        let mut alone = folder.command(std::env::current_exe().unwrap(), ["--exact", "--nocapture", test]);
        alone.command.stdout(std::process::Stdio::inherit());
        // No time limit, because it may be asked to run for hours.
        assert!(alone.env("RGBPIPE_TEST_ALONE", "1").command.status().unwrap().success());
        return;
    }
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<usize>().unwrap()
    };
    let build = |number: usize| {
        let source = format!("SECTION \"a\", ROM0\nHere:: ds 1000, {}\n", number % 256);
        let rom = rgbpipe::build(&Request::new([Input::Stdin(source.into_bytes())])).unwrap().rom.unwrap();
        assert!(rom[..1000].iter().all(|byte| usize::from(*byte) == number % 256));
    };
    let both = |count: usize| {
        std::thread::scope(|scope| {
            for half in 0..2 {
                scope.spawn(move || (0..count / 2).for_each(|number| build(2 * number + half)));
            }
        });
    };
    both(100);
    // The test's own thread, and the test runner's.
    let before = (count("fd"), 2);
    let memory = resident();
    let builds = std::env::var("RGBPIPE_SOAK_BUILDS").ok().and_then(|builds| builds.parse().ok()).unwrap_or(200);
    both(builds);
    // A thread that has returned its result may take a moment to end.
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while (count("fd"), count("task")) != before {
        assert!(std::time::Instant::now() < give_up, "{} fds, {} threads, not {before:?}", count("fd"), count("task"));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // In KiB. The allocator's own pools may still grow a little, but not with the number of builds.
    let grown = resident().saturating_sub(memory);
    println!("{builds} builds: {grown} KiB more than before");
    assert!(grown < 4096, "{grown} KiB more after {builds} builds");
}

#[test]
fn with_few_descriptors_a_run_is_right_or_an_error() {
    let folder = Folder::new();
    folder.write("x", "x");
    let inputs = " {a}".repeat(40);
    for limit in 8..=80 {
        let ended = folder
            .sh(&format!(
                "ulimit -n {limit}; exec rgbpipe exec --timeout 20 --in a=x --out b=- -- sh -c 'cat \"$@\" > \"$0\"' {{b}}{inputs}"
            ))
            .run();
        match ended.status {
            0 => assert_eq!(ended.stdout, [b'x'; 40], "{limit}"),
            3 => assert!(ended.stderr.contains("Too many open files"), "{limit}: {}", ended.stderr),
            other => panic!("{limit}: {other} {}", ended.stderr),
        }
    }
}
