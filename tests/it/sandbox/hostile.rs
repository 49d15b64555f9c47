//! A hostile tool that is not RGBDS, in the sandbox.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use rgbpipe::Until;
use rgbpipe::program::{Content, Finished, Program, RunError, Sandbox, SandboxError, Support};

use crate::support::{has, needs};

use super::{Scene, landlock};

/// Runs a shell script as a hostile tool that is not RGBDS. `$1` is an output.
fn hostile(script: &str, sandbox: Option<Sandbox>) -> Result<Finished, RunError> {
    Program::new("/bin/sh").args(["-c", script, "sh"]).output("out").sandbox(sandbox).run()
}

/// A sandbox in which only a shell can run.
fn shell_only() -> Sandbox {
    Sandbox { processes: true, ..Sandbox::for_program(Path::new("/bin/sh"), &Until::never()).unwrap() }
}

/// Runs a script that writes `yes` or `no` to its output.
#[track_caller]
fn can(script: &str, sandbox: Option<Sandbox>) -> bool {
    let script = format!("if {script}; then echo yes; else echo no; fi 2>&- >\"$1\"");
    let finished = hostile(&script, sandbox).unwrap();
    finished.verdict().unwrap();
    match &finished.outputs[0].1 {
        Content::Complete(bytes) if bytes == b"yes\n" => true,
        Content::Complete(bytes) if bytes == b"no\n" => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hostile_tool_is_held_too() {
    if !landlock() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file").display().to_string();
    fs::write(&file, "x").unwrap();
    let support = Support::of_this_system().unwrap();
    let own = std::process::id();
    for (script, held) in [
        (format!("read -r line <{file} || [ \"$line\" ]"), true),
        (format!("true >>{file}"), true),
        (format!("true >{file}.new"), true),
        // It cannot create a file in the directory of its FIFOs either.
        ("true >\"${1%/*}/new\"".to_owned(), true),
        // Listing a directory, and running another program.
        (format!("set -- {}/*; [ -e \"$1\" ]", dir.path().display()), true),
        ("[ \"$(/bin/ls /)\" ]".to_owned(), true),
        (format!("kill -0 {own}"), support.signals),
    ] {
        assert!(can(&script, None), "without the sandbox it does not work either: {script}");
        assert_eq!(can(&script, Some(shell_only())), !held, "{script}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

#[test]
fn files_in_an_allowed_directory_can_only_be_read() {
    if !landlock() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().display();
    fs::write(dir.path().join("file"), "x\n").unwrap();
    fs::copy(which::which("true").unwrap(), dir.path().join("program")).unwrap();
    let mut sandbox = shell_only().and(&Sandbox::for_program(&dir.path().join("program"), &Until::never()).unwrap());
    sandbox.run.retain(|file| !file.starts_with(dir.path()));
    sandbox.read.push(dir.path().into());
    for (script, allowed) in [
        (format!("read -r line <{path}/file"), true),
        (format!("true >>{path}/file"), false),
        (format!("true >{path}/new"), false),
        (format!("{path}/program"), false),
        (format!("set -- {path}/*; [ -e \"$1\" ]"), false),
    ] {
        assert!(can(&script, None), "without the sandbox it does not work either: {script}");
        assert_eq!(can(&script, Some(sandbox.clone())), allowed, "{script}");
    }
}

#[test]
fn a_directory_exchanged_during_the_build_is_not_readable() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    let project = scene.folder.path().to_owned();
    scene.folder.write("second.asm", format!("SECTION \"b\", ROM0\nINCBIN \"{}\"\n", scene.outside("secret")));
    scene.folder.write("first.asm", "INCLUDE \"pipe\"\n");
    nix::unistd::mkfifo(&project.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let (pipe, moved) = (project.join("pipe"), project.with_file_name("moved"));
    let exchange = std::thread::spawn({
        let (project, moved) = (project.clone(), moved.clone());
        move || {
            // It opens when the first rgbasm opens it, and so during the build.
            let pipe = fs::OpenOptions::new().write(true).open(pipe).unwrap();
            fs::rename(&project, &moved).unwrap();
            symlink("/", &project).unwrap();
            drop(pipe);
        }
    });
    let command = ["build", "-j1", "--sandbox", "first.asm", "second.asm", "-o", "-", "--timeout", "60"];
    let ended = scene.folder.rgbpipe(command).status(1);
    assert!(project.is_symlink(), "the build ended before: {}", ended.stderr);
    exchange.join().unwrap();
    fs::remove_file(&project).unwrap();
    fs::rename(moved, &project).unwrap();
    assert!(ended.stdout.is_empty() && ended.stderr.contains("ermission denied"), "{}", ended.stderr);
}

#[test]
fn a_program_without_a_loader_starts() {
    if !landlock() || !needs("cc") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (source, program) = (dir.path().join("x.c"), dir.path().join("x"));
    fs::write(&source, "int main(void) { return 7; }\n").unwrap();
    let cc = Command::new("cc").arg("-static").arg("-o").arg(&program).arg(&source).output().unwrap();
    if !has(cc.status.success(), "a static C library") {
        return;
    }
    let sandbox = Sandbox::for_program(&program, &Until::never()).unwrap();
    let finished = Program::new(&program).sandbox(Some(sandbox)).run().unwrap();
    assert_eq!(finished.status.code(), Some(7));
}

#[test]
fn a_hostile_tool_has_no_network() {
    if !landlock() || !needs("bash") {
        return;
    }
    if !has(Support::of_this_system().unwrap().tcp, "a Landlock that confines TCP") {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let script = format!(": <>/dev/tcp/127.0.0.1/{}", listener.local_addr().unwrap().port());
    let bash = which::which("bash").unwrap();
    let sandbox = Sandbox::for_program(&bash, &Until::never()).unwrap();
    let works =
        |script, sandbox| Program::new(&bash).args(["-c", script]).sandbox(sandbox).run().unwrap().status.success();
    assert!(works(&script, None), "without the sandbox it does not work either");
    assert!(works(":", Some(sandbox.clone())), "nothing works in the sandbox");
    assert!(!works(&script, Some(sandbox)));
}

#[test]
fn children_of_a_tool_are_in_the_sandbox_too() {
    if !landlock() {
        return;
    }
    let sandbox = shell_only().and(&Sandbox::for_program(&which::which("cat").unwrap(), &Until::never()).unwrap());
    assert!(can("cat /etc/passwd | read -r line", None));
    assert!(!can("cat /etc/passwd | read -r line", Some(sandbox.clone())));
    // The shell does start.
    assert!(can("echo x | cat | read -r line", Some(sandbox)));
}

#[test]
fn a_program_that_may_not_run_is_not_started() {
    if !landlock() {
        return;
    }
    assert!(matches!(hostile(":", Some(Sandbox::default())), Err(RunError::Spawn(..))));
    let script = env!("CARGO_MANIFEST_DIR").to_owned() + "/scripts/with-rgbds";
    assert!(matches!(Sandbox::for_program(Path::new(&script), &Until::never()), Err(SandboxError::Script(_))));
}

#[test]
fn a_library_is_read_and_not_run() {
    if !landlock() {
        return;
    }
    let libc = shell_only().read.into_iter().find(|file| file.to_string_lossy().contains("/libc.so"));
    let run = libc.map(|libc| format!("{} >/dev/null", libc.display()));
    if let Some(run) = run.filter(|run| has(can(run, None), "a C library that can be run")) {
        assert!(!can(&run, Some(shell_only())));
    }
}

#[test]
fn a_confined_tool_leaves_no_core_file_and_gains_no_privileges() {
    if !landlock() {
        return;
    }
    let may_leave_one = "[ \"$(ulimit -Hc)\" != 0 ]";
    if has(can(may_leave_one, None), "a limit that allows core files") {
        assert!(!can(may_leave_one, Some(shell_only())));
    }
    let mut sandbox = shell_only();
    sandbox.read.push("/proc".into());
    let script = "while read -r name value; do [ \"$name\" != NoNewPrivs: ] || break; done </proc/self/status; [ \"$value\" = 1 ]";
    assert!(can(script, Some(sandbox)));
}

#[test]
fn a_hostile_tool_can_neither_cut_a_file_short_nor_remove_its_pipe() {
    if !landlock() || !needs("perl") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    let perl = which::which("perl").unwrap();
    let mut sandbox = Sandbox::for_program(&perl, &Until::never()).unwrap();
    sandbox.read.push(dir.path().into());
    let works = |script: &str, sandbox: Option<&Sandbox>| {
        let perl = Program::new(&perl).arg("-").output("out").stdin(script.as_bytes()).sandbox(sandbox.cloned());
        perl.run().unwrap().status.success()
    };
    let (truncate, unlink) = (format!("exit !truncate('{}', 0);", file.display()), "exit !unlink($ARGV[0]);");
    assert!(works("exit 0;", Some(&sandbox)), "nothing works in the sandbox");
    assert!(!works(unlink, Some(&sandbox)));
    if has(Support::of_this_system().unwrap().truncation, "a Landlock that denies truncate(2)") {
        assert!(!works(&truncate, Some(&sandbox)));
    }
    assert!(works(unlink, None) && works(&truncate, None), "without the sandbox it does not work either");
}
