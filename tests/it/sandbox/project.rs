//! The project: builds in the sandbox give the same results, and odd projects are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Folder, args, needs};

use super::{GOOD, SECRET, Scene, is_stolen, landlock};

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

/// What rgbpipe was started with, such as make's jobserver, or a pipe of the server that runs it.
#[test]
fn a_descriptor_that_nobody_names_is_closed_in_a_sandbox() {
    if !landlock() || !needs("bash") {
        return;
    }
    let folder = Folder::new();
    folder.write("x.asm", "SECTION \"a\", ROM0\nINCBIN \"/proc/self/fd/5\"\n").write("log", "");
    let run =
        |rgbpipe: &str, descriptors: &str| folder.command("bash", ["-c", &format!("rgbpipe {rgbpipe} {descriptors}")]);
    let pipe = "5< <(printf secret)";
    for toolchain in ["rgbds", "builtin"] {
        let build = format!("build --toolchain {toolchain} -o -");
        let sandbox = format!("{build} --sandbox");
        let stolen = run(&format!("{build} x.asm"), pipe).ok();
        assert!(stolen.stdout.starts_with(b"secret"), "{toolchain}: not stolen without the sandbox either");
        run(&format!("{sandbox} x.asm"), pipe).status(1);
        run(&format!("{sandbox} <(cat x.asm)"), pipe).status(1);
        // A name is a permission.
        let named = run(&format!("{sandbox} x.asm --allow-read /dev/fd/5"), pipe).ok();
        assert!(named.stdout.starts_with(b"secret"), "{toolchain}");
        let source = "5< <(printf 'SECTION \"a\", ROM0\\ndb 42\\n')";
        assert_eq!(run(&format!("{sandbox} /dev/fd/5"), source).ok().stdout[0], 42, "{toolchain}");
        assert_eq!(run(&format!("{sandbox} x.asm -P /dev/fd/6"), &format!("{pipe} 6< <(:)")).status(1).stdout, b"");
    }
    let write = |more: &str| run(&format!("exec {more} -- bash -c 'echo written >&5'"), "5>> log");
    write("--sandbox").status(1);
    assert_eq!(folder.read("log"), b"");
    write("").ok();
    assert_eq!(folder.read("log"), b"written\n");
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
