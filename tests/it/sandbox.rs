//! Attempts to break out of the sandbox. Each one succeeds without the sandbox, or else its failure would prove
//! nothing.

mod system_calls;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use rgbpipe::Until;
use rgbpipe::program::{Content, Finished, Program, RunError, Sandbox, SandboxError, Support};
use tempfile::TempDir;

use crate::support::{Folder, args, has, needs};

const GOOD: &str = "SECTION \"good\", ROM0\nGood:: db 1\n";
const SECRET: &str = "\"the key is 0123456789\"";

/// Whether this machine can confine anything.
pub(crate) fn landlock() -> bool {
    has(Support::of_this_system().is_ok(), "Landlock")
}

/// A project in the working directory, and another user's files next to it and elsewhere.
struct Scene {
    folder: Folder,
    outside: TempDir,
}

impl Scene {
    fn new() -> Self {
        let (folder, outside) = (Folder::new(), tempfile::tempdir().unwrap());
        // The secret as text, in a source that puts it into the ROM, in an object, and in a linker script.
        let asm = format!("SECTION \"stolen\", ROM0\ndb {SECRET}\n");
        folder.write("fixed.asm", "SECTION \"fixed\", ROM0[0]\ndb 1\n");
        folder.write("good.asm", GOOD).write("../secret", SECRET).write("../secret.asm", &asm);
        fs::write(outside.path().join("secret"), SECRET).unwrap();
        fs::write(outside.path().join("secret.asm"), asm).unwrap();
        fs::write(outside.path().join("secret.link"), "ROM0\norg $123\n\"good\"\n").unwrap();
        symlink(outside.path().join("secret"), folder.path().join("link")).unwrap();
        symlink(outside.path().join("secret.asm"), folder.path().join("link.asm")).unwrap();
        symlink(outside.path(), folder.path().join("dir")).unwrap();
        Self { folder, outside }
    }

    /// The path of another user's file.
    fn outside(&self, name: &str) -> String {
        self.outside.path().join(name).display().to_string()
    }

    /// All file names and contents in the project.
    fn files(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let names = self.folder.names().into_iter();
        names.map(|name| (name.clone(), fs::read(self.folder.path().join(&name)).ok())).collect()
    }

    /// Builds with these arguments. In the sandbox, expects exit status 1, the text of a denial and no output. Without
    /// it, expects success, and returns the ROM.
    #[track_caller]
    fn denied(&self, options: &[&str]) -> Vec<u8> {
        let all = |more: &[&str]| {
            ["build"].iter().chain(options).chain(&["-o", "x.gb"]).chain(more).map(OsString::from).collect::<Vec<_>>()
        };
        let before = self.files();
        let ended = self.folder.rgbpipe(all(&["--sandbox", "-m", "x.map"])).status(1);
        // rgblink gives no reason for a linker script.
        let denial = ["ermission denied", "Failed to open linker script"];
        assert!(denial.iter().any(|words| ended.stderr.contains(words)), "{options:?}: {}", ended.stderr);
        let hint = "rgbpipe: --sandbox lets the tools read only the project; --allow-read DIR lets them read more\n";
        assert_eq!(ended.stderr.contains(hint), ended.stderr.contains("Permission denied"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("0123456789"), "{options:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, b"", "{options:?}");
        assert_eq!(self.files(), before, "{options:?}");
        self.folder.rgbpipe(all(&[])).status(0);
        let rom = self.folder.read("x.gb");
        fs::remove_file(self.folder.path().join("x.gb")).unwrap();
        rom
    }

    /// [`denied`](Self::denied), for a source with this line.
    #[track_caller]
    fn line_denied(&self, line: &str) -> Vec<u8> {
        self.folder.write("bad.asm", format!("SECTION \"bad\", ROM0[0]\n{line}\n"));
        self.denied(&["bad.asm"])
    }
}

fn holds(rom: &[u8], words: &[u8]) -> bool {
    rom.windows(words.len()).any(|window| window == words)
}

/// The parts of the secret in a ROM, however they got there.
#[track_caller]
fn is_stolen(rom: &[u8], how: &str) {
    assert!(holds(rom, b"0123456789"), "without the sandbox it does not work either: {how}");
}

#[test]
fn a_source_cannot_read_outside() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    let absolute = scene.outside("secret");
    for path in [absolute.as_str(), "../secret", "link", "dir/secret", "/proc/self/cwd/../secret"] {
        for line in [format!("INCBIN \"{path}\""), format!("db READFILE(\"{path}\")")] {
            is_stolen(&scene.line_denied(&line), &line);
        }
    }
    for path in [scene.outside("secret.asm").as_str(), "../secret.asm", "link.asm", "dir/secret.asm"] {
        is_stolen(&scene.line_denied(&format!("INCLUDE \"{path}\"")), path);
    }
    let passwd = fs::read("/etc/passwd").unwrap();
    for path in ["/etc/passwd", "/proc/self/root/etc/passwd", "../../../../../../../../../../etc/passwd"] {
        assert!(holds(&scene.line_denied(&format!("INCBIN \"{path}\"")), &passwd[..40]), "{path}");
    }
}

#[test]
fn a_source_cannot_read_proc() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    let of_rgbpipe = format!("/proc/{}/environ", std::process::id());
    for (path, words) in [
        ("/proc/self/environ", "TMPDIR="),
        ("/proc/thread-self/environ", "TMPDIR="),
        (&of_rgbpipe, "PATH="),
        ("/proc/self/cmdline", "rgbasm"),
        ("/proc/version", "Linux"),
    ] {
        let rom = scene.line_denied(&format!("INCBIN \"{path}\""));
        assert!(holds(&rom, words.as_bytes()), "without the sandbox it does not work either: {path}");
    }
}

#[test]
fn a_source_on_standard_input_cannot_either() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    let source = format!("SECTION \"bad\", ROM0\nINCBIN \"{}\"\n", scene.outside("secret"));
    let ended = scene.folder.rgbpipe(args("build - --rom - --sandbox")).stdin(source.as_str()).status(1);
    assert!(ended.stderr.contains("ermission denied") && ended.stdout.is_empty(), "{}", ended.stderr);
    let ended = scene.folder.rgbpipe(args("build - --rom -")).stdin(source).ok();
    is_stolen(&ended.stdout, "INCBIN");
}

#[test]
fn a_link_in_the_project_does_not_let_a_file_outside_in() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    for source in ["link.asm", "dir/secret.asm", "./dir/secret.asm"] {
        is_stolen(&scene.denied(&[source]), source);
    }
    let absolute = scene.folder.path().join("link.asm").display().to_string();
    is_stolen(&scene.denied(&[&absolute]), "an absolute path");
    is_stolen(&scene.denied(&["good.asm", "-P", "link.asm"]), "-P");
    scene.folder.write("bad.asm", "INCLUDE \"secret.asm\"\n");
    is_stolen(&scene.denied(&["bad.asm", "-I", "dir"]), "-I");
    // As an object and as an overlay.
    scene.folder.tool("rgbasm", ["-o".into(), scene.outside("secret.o"), scene.outside("secret.asm")]).ok();
    is_stolen(&scene.denied(&["dir/secret.o"]), "an object");
    let overlay: Vec<u8> = SECRET.bytes().cycle().take(0x8000).collect();
    fs::write(scene.outside("secret.gb"), overlay).unwrap();
    is_stolen(&scene.denied(&["fixed.asm", "-O", "dir/secret.gb"]), "an overlay");
}

#[test]
fn a_linker_script_cannot_read_outside() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    for path in [scene.outside("secret.link").as_str(), "dir/secret.link"] {
        scene.folder.write("bad.link", format!("INCLUDE \"{path}\"\n"));
        let rom = scene.denied(&["good.asm", "-l", "bad.link"]);
        assert_eq!(rom[0x123], 1, "without the sandbox it does not work either: {path}");
    }
    assert_eq!(scene.denied(&["good.asm", "-l", "dir/secret.link"])[0x123], 1);
}

#[test]
fn flags_that_name_a_file_open_nothing() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    let asm = format!("-P {}", scene.outside("secret.asm"));
    is_stolen(&scene.denied(&["good.asm", "--asm-flags", &asm]), "-P");
    let link = format!("-l {}", scene.outside("secret.link"));
    assert_eq!(scene.denied(&["good.asm", "--link-flags", &link])[0x123], 1);
}

#[test]
fn no_tool_can_write_a_file() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    // rgbasm's state file: outside, inside, and over an existing file.
    scene.folder.write("old", "old");
    for path in [scene.outside("state"), "state".into(), "old".into()] {
        let before = fs::read(scene.folder.path().join(&path)).ok();
        let flags = format!("-s all:{path}");
        // `denied` checks only the project, and the run without a sandbox writes there.
        let build = ["build", "good.asm", "-o", "x.gb", "--asm-flags", &flags];
        let ended = scene.folder.rgbpipe(build.iter().chain(&["--sandbox"])).status(1);
        assert!(ended.stderr.contains("ermission denied"), "{path}: {}", ended.stderr);
        assert_eq!(fs::read(scene.folder.path().join(&path)).ok(), before, "{path}");
        assert!(!scene.folder.names().contains(&"x.gb".to_owned()));
        scene.folder.rgbpipe(build).ok();
        assert!(fs::read(scene.folder.path().join(&path)).unwrap() != before.unwrap_or_default(), "{path}");
        fs::remove_file(scene.folder.path().join(&path)).unwrap();
        fs::remove_file(scene.folder.path().join("x.gb")).unwrap();
    }
    // A file that rgbfix would change in place is refused before rgbfix starts, in a sandbox or not.
    scene.folder.write("victim.gb", vec![0; 0x8000]).write("flags", "-v victim.gb");
    let build = ["build", "good.asm", "-o", "x.gb", "--fix-flags=@flags"];
    for sandbox in [&["--sandbox"][..], &[]] {
        let ended = scene.folder.rgbpipe(build.iter().chain(sandbox)).status(2);
        assert!(ended.stderr.contains("'victim.gb' cannot be among rgbfix's flags"), "{}", ended.stderr);
        assert!(scene.folder.read("victim.gb") == vec![0; 0x8000]);
    }
}

#[test]
fn files_named_on_the_command_line_can_be_read() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    let asm = scene.outside("secret.asm");
    let same = |options: &str| {
        let build = |more: &str| scene.folder.rgbpipe(args(&format!("build {options} -o - {more}"))).ok().stdout;
        let (plain, confined) = (build(""), build("--sandbox"));
        assert!(!plain.is_empty() && plain == confined, "{options}");
        plain
    };
    // A source, a pre-included file and a linker script open their neighbours.
    scene.folder.write("inner.asm", "INCLUDE \"secret.asm\"\n");
    fs::write(scene.outside("outer.asm"), format!("INCLUDE \"{asm}\"\n")).unwrap();
    fs::write(scene.outside("outer.link"), format!("INCLUDE \"{}\"\n", scene.outside("secret.link"))).unwrap();
    is_stolen(&same(&scene.outside("outer.asm")), "a source");
    is_stolen(&same(&format!("good.asm -P {}", scene.outside("outer.asm"))), "-P");
    assert_eq!(same(&format!("good.asm -l {}", scene.outside("outer.link")))[0x123], 1);
    is_stolen(&same(&format!("inner.asm -I {}", scene.outside.path().display())), "-I");
    is_stolen(&same("../secret.asm"), "a source beside the project");
    // An overlay and an object open only themselves.
    fs::write(scene.outside("over.gb"), SECRET.bytes().cycle().take(0x8000).collect::<Vec<_>>()).unwrap();
    let overlay = format!("-O {}", scene.outside("over.gb"));
    is_stolen(&same(&format!("fixed.asm {overlay}")), "-O");
    scene.folder.tool("rgbasm", ["-o".into(), scene.outside("secret.o"), asm.clone()]).ok();
    is_stolen(&same(&scene.outside("secret.o")), "an object");
    let stolen = format!("INCBIN \"{}\"", scene.outside("secret"));
    scene.folder.write("bad.asm", format!("SECTION \"bad\", ROM0[0]\n{stolen}\n"));
    scene.denied(&["bad.asm", "-O", &scene.outside("over.gb")]);
    scene.denied(&["bad.asm", &scene.outside("secret.o")]);
    // Other allowed paths, also through a link.
    for allowed in [scene.outside.path().display().to_string(), scene.outside("secret"), "dir".into(), "link".into()] {
        is_stolen(&same_with_allowed(&scene, &allowed), &allowed);
    }
}

fn same_with_allowed(scene: &Scene, allowed: &str) -> Vec<u8> {
    scene.folder.rgbpipe(args(&format!("build bad.asm -o - --sandbox --allow-read {allowed}"))).ok().stdout
}

#[test]
fn a_build_is_the_same_in_a_sandbox() {
    if !landlock() {
        return;
    }
    let folder = Folder::with_program("greeter");
    folder.write("pre.inc", "DEF pre EQU 42\n");
    let sources = "src/bob.asm src/font.asm src/greeting.asm src/interrupts.asm src/main.asm src/memory.asm \
        src/message.asm src/screen.asm src/signature.asm src/variables.asm";
    let options = "-I . -I include -I no/such -l layout.link -Wall -j2 --fix";
    for more in ["-o x.gb -m x.map -n x.sym", "--tar x.tar", "-o x.gb -P pre.inc"] {
        let files = || {
            let names = folder.names().into_iter().filter(|name| name.starts_with("x."));
            names.map(|name| (folder.read(&name), name)).collect::<Vec<_>>()
        };
        let build = format!("build {sources} {options} {more}");
        let plain = folder.rgbpipe(args(&build)).status(0).stderr;
        let expected = files();
        for (_, name) in &expected {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        let confined = folder.rgbpipe(args(&format!("{build} --sandbox"))).status(0).stderr;
        assert!(!expected.is_empty() && files() == expected, "{more}");
        for (_, name) in &expected {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        assert_eq!(confined, plain, "{more}");
    }
    // From standard input to a tar, with limits.
    let tar = |more: &str| folder.rgbpipe(args(&format!("build - {more}"))).stdin(GOOD).ok().stdout;
    assert!(tar("--sandbox --max-memory 1G --timeout 60") == tar(""));
}

#[test]
fn a_process_substitution_is_a_source_in_a_sandbox_too() {
    if !landlock() || !needs("bash") {
        return;
    }
    let folder = Folder::new();
    let script = "rgbpipe build <(printf 'SECTION \"a\", ROM0\\ndb 42\\n') -o - --sandbox";
    let ended = folder.command("bash", ["-c", script]).ok();
    assert_eq!(ended.stdout[0], 42);
}

#[test]
fn a_sandbox_of_everything_is_refused() {
    let folder = Folder::new();
    folder.write("x.asm", GOOD);
    let source = folder.path().join("x.asm").display().to_string();
    let mut invocation = folder.rgbpipe(["build", &source, "-o", "-", "--sandbox"]);
    invocation.command.current_dir("/");
    let ended = invocation.status(2);
    assert!(ended.stderr.contains("the working directory is /"), "{}", ended.stderr);
    let ended = folder.rgbpipe(args("build x.asm -I / -o - --sandbox")).status(2);
    assert!(ended.stderr.contains("every file"), "{}", ended.stderr);
    let ended = folder.rgbpipe(args("build x.asm -o - --sandbox --allow-read none")).status(2);
    assert!(ended.stderr.contains("none"), "{}", ended.stderr);
    folder.rgbpipe(args("build x.asm -o - --allow-read .")).status(2);
}

#[test]
fn a_script_in_a_tools_place_is_refused() {
    if !landlock() {
        return;
    }
    let folder = Folder::new();
    folder.write("x.asm", GOOD).write("tool", "#!/bin/sh\ntouch ran\n");
    fs::set_permissions(folder.path().join("tool"), fs::Permissions::from_mode(0o755)).unwrap();
    let ended = folder.rgbpipe(args("build x.asm -o x.gb --sandbox")).env("RGBASM", "./tool").status(3);
    assert!(ended.stderr.contains("./tool is a script"), "{}", ended.stderr);
    assert_eq!(folder.names(), ["tool", "x.asm"]);
}

/// Works as on a kernel without this system call.
#[cfg(all(target_os = "linux", target_endian = "little"))]
#[expect(unsafe_code, reason = "a seccomp filter has no safe interface in nix")]
pub(crate) fn without_system_call(command: &mut Command, number: nix::libc::c_long, errno: nix::errno::Errno) {
    use nix::libc::{self, sock_filter, sock_fprog};
    use std::os::unix::process::CommandExt;

    let number = u32::try_from(number).unwrap();
    let instruction = |code: u32, jf: u8, k: u32| sock_filter { code: u16::try_from(code).unwrap(), jt: 0, jf, k };
    let mut filter = [
        // The number is the first word of `struct seccomp_data` (seccomp(2)).
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, number),
        instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | errno as u32),
        instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let install = move || {
        nix::sys::prctl::set_no_new_privs()?;
        let program = sock_fprog { len: 4, filter: filter.as_mut_ptr() };
        // SAFETY: a bare system call; the filter lives until it returns.
        let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
        nix::errno::Errno::result(result)?;
        Ok(())
    };
    // SAFETY: the closure makes two system calls and does not allocate.
    unsafe {
        command.pre_exec(install);
    }
}

#[cfg(all(target_os = "linux", target_endian = "little"))]
#[test]
fn without_landlock_it_is_an_error_and_no_tool_sees_the_source() {
    use nix::errno::Errno;
    use nix::libc::{SYS_landlock_add_rule, SYS_landlock_create_ruleset, SYS_landlock_restrict_self};

    let folder = Folder::new();
    // The assembler would print this if it read the source.
    folder.write("x.asm", "WARN \"seen\"\n").write("x.gb", "old");
    for (call, errno, words) in [
        (SYS_landlock_create_ruleset, Errno::ENOSYS, "no sandbox here"),
        (SYS_landlock_create_ruleset, Errno::EOPNOTSUPP, "no sandbox here"),
        (SYS_landlock_add_rule, Errno::EINVAL, "cannot set up the sandbox"),
        (SYS_landlock_restrict_self, Errno::EPERM, "cannot run rgbasm"),
    ] {
        if call != SYS_landlock_create_ruleset && !landlock() {
            continue;
        }
        let mut invocation = folder.rgbpipe(args("build x.asm -o x.gb --sandbox"));
        without_system_call(&mut invocation.command, call, errno);
        let ended = invocation.status(3);
        assert!(ended.stderr.contains(words) && !ended.stderr.contains("seen"), "{call} {errno}: {}", ended.stderr);
        assert_eq!((folder.names(), folder.read("x.gb")), (vec!["x.asm".into(), "x.gb".into()], b"old".to_vec()));
    }
    let mut invocation = folder.rgbpipe(["doctor"]);
    without_system_call(&mut invocation.command, SYS_landlock_create_ruleset, Errno::ENOSYS);
    assert!(String::from_utf8_lossy(&invocation.ok().stdout).contains("sandbox  no sandbox here"));
    // Only the sandbox lacks the call.
    let mut invocation = folder.rgbpipe(args("build x.asm -o x.gb"));
    without_system_call(&mut invocation.command, SYS_landlock_create_ruleset, Errno::ENOSYS);
    assert!(invocation.status(0).stderr.contains("seen"));
}

#[test]
fn doctor_tries_the_builtin_toolchain() {
    if !landlock() {
        return;
    }
    let report = Folder::new().rgbpipe(["doctor"]).ok().stdout;
    assert!(String::from_utf8_lossy(&report).contains("sandbox  works"), "{}", String::from_utf8_lossy(&report));
}

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
