//! The files that the built-in toolchain may read, and the time it may take.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::snippets::while_exchanging;
use crate::support::{Folder, args, has};

/// Longer than any of these takes if it is stopped.
const BOUND: Duration = Duration::from_secs(20);

#[cfg(target_os = "linux")]
#[test]
fn a_sandbox_is_the_project_alone() {
    let (folder, outside) = (Folder::new(), Folder::new());
    outside.write("secret.inc", "DEF SECRET EQU 42\n");
    let secret = outside.path().join("secret.inc");
    let source = |path: &str| format!("INCLUDE \"{path}\"\nSECTION \"a\", ROM0\n\tdb SECRET\n");
    std::fs::create_dir(folder.path().join("inc")).unwrap();
    symlink(&secret, folder.path().join("link.inc")).unwrap();
    symlink(outside.path(), folder.path().join("dir")).unwrap();
    folder
        .write("inside.asm", source("inc/inside.inc"))
        .write("inc/inside.inc", "DEF SECRET EQU 1\n")
        .write("path.asm", source(secret.to_str().unwrap()))
        .write("link.asm", source("link.inc"))
        .write("dir.asm", source("dir/secret.inc"))
        .write(
            "dots.asm",
            source(&format!("inc/../../../{}", secret.strip_prefix("/tmp").unwrap_or(&secret).display())),
        );
    let build = |name: &str, more: &[&str]| {
        let words = format!("build --toolchain builtin --sandbox -o - {name}");
        folder.without_rgbds(args(&words).iter().map(|word| word.to_str().unwrap()).chain(more.iter().copied())).run()
    };
    assert_eq!(build("inside.asm", &[]).stdout[0], 1);
    for name in ["path.asm", "link.asm", "dir.asm"] {
        let ended = build(name, &[]);
        assert_eq!((ended.status, ended.stdout.len()), (1, 0), "{name}");
        assert!(ended.stderr.contains("cannot be read: Permission denied\n"), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains("--allow-read DIR lets them read more"), "{name}: {}", ended.stderr);
        let allowed = build(name, &["--allow-read", outside.path().to_str().unwrap()]);
        assert_eq!((allowed.status, allowed.stdout.first()), (0, Some(&42)), "{name}: {}", allowed.stderr);
    }
    assert_eq!(build("dots.asm", &[]).status, 1);
}

/// A link in the project may lead to a pipe of any process of this user.
#[cfg(target_os = "linux")]
#[test]
fn a_link_to_a_pipe_leads_outside() {
    let folder = Folder::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"DEF SECRET EQU 42\n").unwrap();
    drop(writer);
    let pipe = format!("/proc/{}/fd/{}", std::process::id(), std::os::fd::AsRawFd::as_raw_fd(&reader));
    symlink(&pipe, folder.path().join("link.inc")).unwrap();
    symlink(Path::new(&pipe).parent().unwrap(), folder.path().join("dir")).unwrap();
    let in_dir = format!("dir/{}", Path::new(&pipe).file_name().unwrap().to_str().unwrap());
    for path in ["link.inc", &in_dir, &pipe] {
        folder.write("a.asm", format!("INCLUDE \"{path}\"\nSECTION \"a\", ROM0\n\tdb SECRET\n"));
        let build = |more: &str| folder.without_rgbds(args(&format!("build a.asm -o - --timeout 20 {more}"))).run();
        let confined = build("--sandbox");
        assert_eq!((confined.status, confined.stdout.len()), (1, 0), "{path}: {}", confined.stderr);
        assert!(confined.stderr.contains("Permission denied"), "{path}: {}", confined.stderr);
        if path == pipe {
            assert_eq!(build("").stdout.first(), Some(&42), "without the sandbox it does not work either");
        }
    }
}

/// The path that the kernel tells of a file in another mount namespace can be one of the project.
#[cfg(target_os = "linux")]
#[test]
fn a_link_into_another_mount_namespace_leads_outside() {
    let folder = Folder::new();
    if !has(folder.sh("exec unshare -rm true").run().status == 0, "unshare") {
        return;
    }
    folder.write("dir/kept.inc", "").write("here.asm", "INCLUDE \"dir/secret.inc\"\n");
    mkfifo(&folder.path().join("up"), Mode::S_IRWXU).unwrap();
    let script = "mount -t tmpfs none dir; echo 'DEF SECRET EQU 42' > dir/secret.inc; echo $$ > up; exec sleep 1000";
    let other = folder.sh(&format!("exec unshare -rm sh -euc \"{}\"", script.replace('$', "\\$")));
    other.run_with(|pid| {
        let other = std::fs::read_to_string(folder.path().join("up")).unwrap();
        let secret = format!("/proc/{}/root{}", other.trim(), folder.path().join("dir/secret.inc").display());
        symlink(&secret, folder.path().join("link.inc")).unwrap();
        folder.write("a.asm", "INCLUDE \"link.inc\"\nSECTION \"a\", ROM0\n\tdb SECRET\n");
        let build = |more: &str| folder.without_rgbds(args(&format!("build a.asm -o - {more}"))).run();
        assert_eq!(build("").stdout.first(), Some(&42), "without the sandbox it does not work either");
        let confined = build("--sandbox");
        assert_eq!((confined.status, confined.stdout.len()), (1, 0), "{}", confined.stderr);
        assert!(confined.stderr.contains("Permission denied"), "{}", confined.stderr);
        nix::sys::signal::killpg(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    });
}

/// A build that waits for standard input has opened its places already.
#[cfg(target_os = "linux")]
#[test]
fn a_project_that_is_replaced_meanwhile_is_not_the_project() {
    let folder = Folder::new();
    let secret = Folder::new();
    secret.write("secret", "42");
    let (stdin, mut feed) = std::io::pipe().unwrap();
    let mut command = folder.without_rgbds(args("build - -o - --sandbox --timeout 60")).command;
    let child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    // More than a pipe holds: it has begun to read.
    feed.write_all(&b"\n".repeat(70_000)).unwrap();
    let (project, moved) = (folder.path(), folder.path().with_file_name("moved"));
    std::fs::rename(project, &moved).unwrap();
    symlink("/", project).unwrap();
    write!(feed, "SECTION \"a\", ROM0\nINCBIN \"{}\"\n", secret.path().join("secret").display()).unwrap();
    drop(feed);
    let ended = child.wait_with_output().unwrap();
    std::fs::remove_file(project).unwrap();
    std::fs::rename(moved, project).unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), ended.stdout.len()), (Some(1), 0), "{said}");
    assert!(said.contains("Permission denied"), "{said}");
}

/// The kernel says where the file is that was opened, and not where its path leads.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_exchanged_for_a_link_shows_nothing_outside() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let mut lines = vec!["SECTION \"a\", ROM0\n".to_owned()];
    // Each file is read once, so there are many.
    for file in 0..200 {
        folder.write(format!("dir/{file}"), "allowed ");
        outside.write(file.to_string(), "a secret");
        lines.push(format!("INCBIN \"dir/{file}\"\n"));
    }
    // A file that cannot be read is fatal, so most builds end early.
    folder.write("a.asm", lines.concat());
    symlink(outside.path(), folder.path().join("link")).unwrap();
    while_exchanging(&folder, ["dir", "link"], || {
        let build = || folder.without_rgbds(args("build a.asm -o - --sandbox")).run();
        let ends: Vec<_> = (0..60).map(|_| build()).collect();
        for ended in &ends {
            assert!(!ended.stdout.windows(8).any(|bytes| bytes == b"a secret"), "{}", ended.stderr);
            assert!(ended.status == 0 || ended.stderr.contains("Permission denied"), "{}", ended.stderr);
        }
        assert!(ends.iter().any(|ended| ended.status != 0), "never exchanged at the right time: it proves nothing");
    });
}

#[test]
fn endless_work_ends_in_time() {
    let folder = Folder::new();
    mkfifo(&folder.path().join("fifo"), Mode::from_bits_truncate(0o600)).unwrap();
    let endless = [
        "FOR N, $7FFFFFFF\nENDR\n",
        "REPT $7FFFFFFF\n\tPRINT \"x\"\nENDR\n",
        "MACRO m\n\tm\nENDM\nREPT $7FFFFFF\nDEF x EQUS \"y\"\nPURGE x\nENDR\n",
        "INCLUDE \"fifo\"\n",
        "SECTION \"a\", ROM0\nINCBIN \"fifo\"\n",
    ];
    for source in endless {
        folder.write("a.asm", source);
        let start = Instant::now();
        let ended = folder.without_rgbds(args("build a.asm -o a.gb --timeout 0.3")).status(124);
        assert!(ended.stderr.ends_with("rgbpipe: timed out during rgbasm a.asm\n"), "{source}: {}", ended.stderr.len());
        assert!(start.elapsed() < BOUND, "{source}");
    }
    folder.without_rgbds(args("build fifo -o a.gb --timeout 0.3")).status(124);
    assert_eq!(folder.names(), ["a.asm", "fifo"]);
}

#[test]
fn a_device_without_an_end_is_an_error() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\nINCBIN \"/dev/zero\"\n");
    let ended = folder.without_rgbds(args("build a.asm -o a.gb")).status(1);
    assert!(ended.stderr.contains("/dev/zero"), "{}", ended.stderr);
    assert!(ended.stderr.contains("not a regular file, and has more than 64 MiB"), "{}", ended.stderr);
    folder.write("b.asm", "INCLUDE \"/dev/null\"\nSECTION \"b\", ROM0\n\tdb 7\n");
    assert_eq!(folder.without_rgbds(args("build b.asm -o -")).ok().stdout[0], 7);
}

#[test]
fn a_pipe_is_read_to_its_end() {
    let folder = Folder::new();
    folder.write("a.asm", "INCLUDE \"pipe\"\nSECTION \"a\", ROM0\n\tdb FROM_PIPE\n");
    mkfifo(&folder.path().join("pipe"), Mode::from_bits_truncate(0o600)).unwrap();
    let script = "{ sleep 0.1; printf 'DEF FROM_'; sleep 0.1; echo 'PIPE EQU 9'; } > pipe &
        rgbpipe build --toolchain builtin a.asm -o a.gb; wait";
    folder.command("sh", ["-euc", script]).ok();
    assert_eq!(folder.read("a.gb")[0], 9);
}
