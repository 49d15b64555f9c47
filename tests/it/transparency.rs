//! Shows rgbpipe's work as commands that a person can run: `-v`, `--dry-run`, `--save-temps`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::support::{Folder, args, needs};

const OUTPUTS: [&str; 3] = ["game.gb", "game.map", "game.sym"];

/// The greeter, and sources whose names need quotes in a shell.
fn project() -> Folder {
    let folder = Folder::with_program("greeter");
    for (index, name) in odd_names().iter().enumerate() {
        folder.write(name, format!("SECTION \"odd{index}\", ROM0\nOdd{index}:: db {index}\n"));
    }
    folder.write("patch.asm", "SECTION \"patch\", ROM0[$150]\nPatch:: db 1\n");
    folder.write("prelude.inc", "DEF PRELUDE EQU 1\n").write("it's/an overlay.gb", vec![0x5A; 256 << 10]);
    folder
}

fn odd_names() -> Vec<OsString> {
    let names =
        "a b.asm/it's.asm/\"q\".asm/-dash.asm/@at.asm/$HOME.asm/new\nline.asm/é.asm/*.s/{1,2}.asm/~root.asm/=ls.asm";
    let mut names: Vec<_> = names.split('/').map(OsString::from).collect();
    names.push(OsStr::from_bytes(b"not-utf8-\xff.asm").to_owned());
    names
}

fn greeter(folder: &Folder) -> Vec<OsString> {
    let mut sources: Vec<OsString> = std::fs::read_dir(folder.path().join("src"))
        .unwrap()
        .map(|entry| OsString::from_iter([OsStr::new("src/"), &entry.unwrap().file_name()]))
        .collect();
    sources.sort();
    sources
}

fn words(options: &str, operands: impl IntoIterator<Item = impl Into<OsString>>) -> Vec<OsString> {
    let options = shell_words::split(options).unwrap().into_iter().map(OsString::from);
    options.chain(operands.into_iter().map(Into::into)).collect()
}

/// Runs `build`, then runs the commands of `--dry-run` in a new folder in the real shell, and compares the files. `-v`
/// prints the same commands.
#[track_caller]
fn same_by_hand(project: impl Fn() -> Folder, build: &[OsString], stdin: &[u8]) {
    let ours = project();
    let with = |option: &str| std::iter::once("build".into()).chain([option.into()]).chain(build.iter().cloned());
    let shown = ours.rgbpipe(with("-v")).stdin(stdin).status(0).stderr;
    let by_hand = project();
    let before = by_hand.names();
    // Standard input belongs to the pasted commands, not to rgbpipe.
    let printed = by_hand.rgbpipe(with("--dry-run")).ok().stdout;
    assert_eq!(by_hand.names(), before, "--dry-run made something");
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().filter(|line| !line.starts_with("mkdir ")).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&String::from_utf8_lossy(&printed)), sorted(&shown));
    by_hand.write("script", &printed);
    by_hand.command("sh", ["-eu", "script"]).stdin(stdin).ok();
    for file in OUTPUTS {
        assert!(by_hand.read(file) == ours.read(file), "{file} differs: {}", String::from_utf8_lossy(&printed));
    }
}

#[test]
fn the_commands_are_the_same_in_other_shells() {
    for shell in ["bash", "zsh", "fish"] {
        if needs(shell) {
            let folder = project();
            let build: Vec<_> =
                words("build -j1 -o game.gb", [OsString::from("--")]).into_iter().chain(odd_names()).collect();
            folder.rgbpipe(&build).ok();
            let rom = folder.read("game.gb");
            std::fs::remove_file(folder.path().join("game.gb")).unwrap();
            let dry_run =
                std::iter::once("build".into()).chain([OsString::from("--dry-run")]).chain(build.into_iter().skip(1));
            folder.write("script", folder.rgbpipe(dry_run).ok().stdout);
            folder.command(shell, ["script"]).ok();
            assert!(folder.read("game.gb") == rom, "{shell}");
        }
    }
}

#[test]
fn dry_run_prints_what_gives_the_same_files() {
    let outputs = "-j1 -o game.gb -m game.map -n game.sym";
    let folder = project();
    let all: Vec<_> = greeter(&folder).into_iter().chain([OsString::from("--")]).chain(odd_names()).collect();
    for options in [
        "-I include -l layout.link",
        "-I include -E -D NAME -D 'TEXT=two words' -P prelude.inc -Q 12 -p '$AA' -Wall -Wno-obsolete",
        "-I include --fix",
        "-I include --fix-flags \"-v -t 'IT'\\''S' -p 0xFF\" --asm-flags '-DSPACED=\"a b\"' --link-flags=-M",
        "-I include --save-temps 'an odd/-dir'",
        "-I include --save-temps=-dir",
    ] {
        println!("{options}");
        same_by_hand(project, &words(&format!("{outputs} {options}"), all.clone()), b"");
    }
    // Sections under an overlay need fixed addresses.
    same_by_hand(project, &words(&format!("{outputs} -O \"it's/an overlay.gb\""), ["patch.asm"]), b"");
}

#[test]
fn standard_input_is_that_of_the_printed_commands() {
    let text = b"SECTION \"in\", ROM0\nIn:: db 1\n";
    let outputs = "-j1 -o game.gb -m game.map -n game.sym --fix";
    same_by_hand(project, &words(outputs, ["a b.asm", "-"]), text);
    // Next to a source, and an object, with the name that the object would get.
    let project = || {
        let folder = project();
        folder
            .write("stdin.asm", "SECTION \"x\", ROM0\nInX:: db 1\n")
            .write("z.asm", "SECTION \"z\", ROM0\nInZ:: db 1\n");
        folder.tool("rgbasm", ["-o", "stdin-2.o", "z.asm"]).ok();
        folder
    };
    same_by_hand(project, &words(outputs, ["stdin.asm", "-", "stdin-2.o"]), text);
}

#[test]
fn an_artifact_without_a_path_is_named_as_in_the_tar() {
    let folder = project();
    for (build, files) in [
        ("build 'a b.asm'", "-o 'a b.gb' -m 'a b.map' -n 'a b.sym'"),
        ("build 'a b.asm' --name game", "-o game.gb -m game.map -n game.sym"),
        ("build - --tar new.tar -o new.gb", "-o new.gb -m rom.map -n rom.sym"),
        ("build 'a b.asm' -o -", "-o 'a b.gb'"),
        ("build 'a b.asm' -n - -m game.map", "-m game.map -n 'a b.sym'"),
        // No input, and no file that was asked for, is overwritten.
        ("build 'a b.asm' --name game -O \"it's/an overlay.gb\" -o -", "-o game.gb"),
        ("build 'a b.asm' --name \"an overlay\" -O 'an overlay.gb' -o -", "-o 'an overlay-2.gb'"),
        ("build 'a b.asm' --name game -o - -m game.gb", "-o game-2.gb -m game.gb"),
    ] {
        std::fs::copy(folder.path().join("it's/an overlay.gb"), folder.path().join("an overlay.gb")).unwrap();
        let printed = folder.rgbpipe(words(&format!("{build} --dry-run"), None::<&str>)).ok().stdout;
        // Its path is quoted if it contains a space.
        let printed = String::from_utf8(printed).unwrap().replace("rgblink' ", "rgblink ");
        assert!(printed.contains(&format!("rgblink {files} ")), "{build}: {printed}");
    }
}

#[test]
fn dry_run_runs_nothing() {
    let folder = project();
    folder.write("ran", "#!/bin/sh\necho ran > ran.it\n");
    std::fs::set_permissions(folder.path().join("ran"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let before = folder.names();
    let build = args("build --dry-run --fix -o game.gb --save-temps obj -Wextra -j2 src/main.asm src/bob.asm -");
    let tools = ["RGBASM", "RGBLINK", "RGBFIX"];
    let ended = tools.into_iter().fold(folder.rgbpipe(build), |build, tool| build.env(tool, "./ran")).ok();
    let expected = "\
mkdir -p obj
./ran -o obj/main.o -Wextra src/main.asm
./ran -o obj/bob.o -Wextra src/bob.asm
./ran -o obj/stdin.o -Wextra -
./ran -o game.gb obj/main.o obj/bob.o obj/stdin.o
./ran -v -p 0xFF game.gb
";
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), expected);
    assert_eq!(folder.names(), before);
    // It refuses what a build refuses.
    for (build, status, words) in [
        ("build --dry-run missing.asm", 2, "missing.asm"),
        ("build --dry-run src/bob.asm -o src/bob.asm", 2, "overwrite"),
        ("build --dry-run src/bob.asm -o none/game.gb", 3, "none/game.gb"),
        ("build --dry-run src/bob.asm --asm-flags=-ox", 2, "-o, --output"),
        ("build --dry-run src/bob.asm --rgbds none/", 3, "rgbasm not found"),
        ("build --dry-run src/bob.asm --save-temps prelude.inc", 3, "prelude.inc is not a directory"),
    ] {
        let ended = folder.rgbpipe(args(build)).status(status);
        assert!(ended.stderr.contains(words), "{build}: {}", ended.stderr);
        assert_eq!(ended.stdout, b"", "{build}");
    }
}

#[test]
fn objects_are_kept_where_asked_for() {
    let folder = project();
    folder
        .write("a/x.asm", "SECTION \"ax\", ROM0\nInA:: dw InB\n")
        .write("b/x.asm", "SECTION \"bx\", ROM0\nInB:: dw InA\n");
    let build = args("build -o x.gb --save-temps new/obj a/x.asm b/x.asm -");
    folder.rgbpipe(&build).stdin("SECTION \"in\", ROM0\nIn:: db 1\n").ok();
    for (object, source, stdin) in [("x.o", "a/x.asm", ""), ("x-2.o", "b/x.asm", "")] {
        folder.tool("rgbasm", ["-o", "plain.o", source]).stdin(stdin).ok();
        assert!(folder.read(format!("new/obj/{object}")) == folder.read("plain.o"), "{object}");
    }
    // rgblink and rgbpipe can both link them.
    folder.tool("rgblink", args("-o plain.gb new/obj/x.o new/obj/x-2.o new/obj/stdin.o")).ok();
    assert!(folder.read("plain.gb") == folder.read("x.gb"));
    folder.rgbpipe(args("build -o again.gb new/obj/x.o new/obj/x-2.o new/obj/stdin.o --save-temps none")).ok();
    assert!(folder.read("again.gb") == folder.read("x.gb"));
    assert!(!folder.names().contains(&"none".to_owned()), "there was nothing to keep");
}

#[test]
fn objects_of_a_link_that_fails_are_kept_and_those_of_a_failed_assembly_are_not() {
    let folder = Folder::new();
    folder.write("x.asm", "SECTION \"x\", ROM0\n dw Nowhere\n").write("bad.asm", "nonsense\n").write("obj/x.o", "old");
    folder.rgbpipe(args("build -o x.gb --save-temps obj x.asm bad.asm")).status(1);
    assert_eq!(folder.read("obj/x.o"), b"old");
    folder.rgbpipe(args("build -o x.gb --save-temps obj x.asm")).status(1);
    assert_eq!(folder.read("obj/x.o")[..4], *b"RGB9");
    assert_eq!(folder.names(), ["bad.asm", "obj", "x.asm"]);
    assert_eq!(std::fs::read_dir(folder.path().join("obj")).unwrap().count(), 1);
}

#[test]
fn an_object_that_is_kept_does_not_overwrite_an_input_by_another_path() {
    let folder = Folder::new();
    folder.write("x.asm", "SECTION \"x\", ROM0\nX:: db 1\n").write("y.asm", "SECTION \"y\", ROM0\nY:: db 1\n");
    folder.tool("rgbasm", args("-o x.o y.asm")).ok();
    std::os::unix::fs::symlink(".", folder.path().join("obj")).unwrap();
    let object = folder.read("x.o");
    let ended = folder.rgbpipe(args("build x.asm x.o --save-temps obj -o x.gb")).status(3);
    assert_eq!(ended.stderr, "rgbpipe: the object obj/x.o would overwrite x.o\n");
    assert!(folder.read("x.o") == object);
    // Another output does not overwrite it either.
    let ended = folder.rgbpipe(args("build y.asm --save-temps obj --tar y.o")).status(3);
    assert_eq!(ended.stderr, "rgbpipe: the object obj/y.o and the tar cannot be the same file\n");
    assert_eq!(folder.names(), ["obj", "x.asm", "x.o", "y.asm"]);
}

#[test]
fn objects_that_cannot_be_kept_are_an_error() {
    let folder = Folder::new();
    folder.write("x.asm", "SECTION \"x\", ROM0\nInX:: db 1\n").write("file", "").write("obj/x.o/in", "");
    for (dir, words) in [
        ("file", "file is not a directory"),
        ("obj", "cannot write obj/x.o: is a directory"),
        ("file/dir", "cannot create the directory file/dir: Not a directory"),
    ] {
        let ended = folder.rgbpipe(["build", "-o", "x.gb", "x.asm", "--save-temps", dir]).status(3);
        assert_eq!(ended.stderr, format!("rgbpipe: {words}\n"));
        assert_eq!(folder.names(), ["file", "obj", "x.asm"]);
    }
}

#[test]
fn dry_run_into_a_shell_is_a_build() {
    let folder = project();
    folder.rgbpipe(["build", "it's.asm", "-o", "ours.gb"]).ok();
    for shell in ["sh", "bash", "zsh"] {
        if needs(shell) {
            folder.sh(&format!("rgbpipe build --dry-run \"it's.asm\" -o {shell}.gb --save-temps o | {shell} -eu")).ok();
            assert!(folder.read(format!("{shell}.gb")) == folder.read("ours.gb"), "{shell}");
        }
    }
}
