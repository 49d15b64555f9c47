//! Attempts to break out of the sandbox. Each one succeeds without the sandbox, or else its failure would prove
//! nothing.

mod hostile;
mod project;
mod system_calls;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use rgbpipe::program::Support;
use tempfile::TempDir;

use crate::support::{Folder, args, has};

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

/// It is the file itself, and nothing tells that it has another name. SECURITY.md says so.
#[test]
fn a_hard_link_in_the_project_can_be_read() {
    if !landlock() {
        return;
    }
    let scene = Scene::new();
    fs::hard_link(scene.outside("secret"), scene.folder.path().join("hard")).unwrap();
    scene.folder.write("x.asm", "SECTION \"x\", ROM0\nINCBIN \"hard\"\n");
    for toolchain in ["rgbds", "builtin"] {
        let build = format!("build x.asm -o - --sandbox --toolchain {toolchain}");
        let rom = scene.folder.rgbpipe(args(&build)).ok().stdout;
        assert!(rom.starts_with(SECRET.as_bytes()), "{toolchain}");
    }
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

/// Works as on a kernel without this system call.
#[cfg(all(target_os = "linux", target_endian = "little"))]
pub(crate) fn without_system_call(command: &mut Command, number: nix::libc::c_long, errno: nix::errno::Errno) {
    without_system_call_of(command, number, None, errno);
}

/// The same, if the call's second argument is this number.
#[cfg(all(target_os = "linux", target_endian = "little"))]
#[expect(unsafe_code, reason = "a seccomp filter has no safe interface in nix")]
pub(crate) fn without_system_call_of(
    command: &mut Command,
    number: nix::libc::c_long,
    argument: Option<u32>,
    errno: nix::errno::Errno,
) {
    use nix::libc::{self, sock_filter, sock_fprog};
    use std::os::unix::process::CommandExt;

    let instruction = |code: u32, jf: u8, k: u32| sock_filter { code: u16::try_from(code).unwrap(), jt: 0, jf, k };
    let load = |offset| instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, offset);
    // If it is not this value, the call is allowed, so many instructions further on.
    let is = |value, further| instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, further, value);
    let end = |value| instruction(libc::BPF_RET | libc::BPF_K, 0, value);
    // Where the number and the second argument are in `struct seccomp_data` (seccomp(2)).
    let mut filter = vec![load(0), is(u32::try_from(number).unwrap(), if argument.is_some() { 3 } else { 1 })];
    filter.extend(argument.into_iter().flat_map(|argument| [load(24), is(argument, 1)]));
    filter.extend([end(libc::SECCOMP_RET_ERRNO | errno as u32), end(libc::SECCOMP_RET_ALLOW)]);
    let len = u16::try_from(filter.len()).unwrap();
    let install = move || {
        nix::sys::prctl::set_no_new_privs()?;
        let program = sock_fprog { len, filter: filter.as_mut_ptr() };
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
fn doctor_tries_the_sandbox() {
    if !landlock() {
        return;
    }
    let report = Folder::new().rgbpipe(["doctor"]).ok().stdout;
    let report = String::from_utf8_lossy(&report);
    assert!(report.contains("sandbox  works"), "{report}");
    let lines = [
        ("files", "reads only the project, writes only its pipes"),
        ("network", "no"),
        ("processes", if cfg!(target_arch = "x86_64") { "starts none" } else { "" }),
        ("signals", ""),
        ("memory", if cfg!(target_arch = "x86_64") { "leaves none behind" } else { "" }),
        ("rights", "none of the superuser's"),
    ];
    for (what, held) in lines {
        assert!(report.contains(&format!("\n         {what:10} {held}")), "{what}: {report}");
    }
}
