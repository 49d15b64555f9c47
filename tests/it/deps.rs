//! `-M`: with its rule, real make and real ninja know when to build again.

mod missing;
mod names;

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rgbpipe::{Input, MissingFiles, Request};

use crate::sandbox::landlock;
use crate::support::{Folder, args, needs};

/// Every kind of file that a build can read, in the order of first use.
const FILES: [&str; 13] = [
    "game.asm",
    "pre.inc",
    "include/outer.inc",
    "include/inner.inc",
    "data/tiles.2bpp",
    "data/text.txt",
    "second.asm",
    "lib.o",
    "extra.o",
    "layout.link",
    "sub/banks.link",
    "base.gb",
    "logo.1bpp",
];

const OPTIONS: &str = "-I include -P pre.inc -l layout.link -p 0xFF --link-flags 'extra.o --overlay=base.gb' --fix-flags \
                       '-v -p 0xFF -L logo.1bpp'";

/// A program that reads all of them.
fn folder() -> Folder {
    let folder = Folder::new();
    folder
        .write(
            "game.asm",
            "INCLUDE \"outer.inc\"\nINCLUDE \"outer.inc\"\nSECTION \"main\", ROM0[$150]\nMain:: jr Main\n\
             INCBIN \"data/tiles.2bpp\"\nPRINTLN STRLEN(READFILE(\"data/text.txt\"))\n",
        )
        .write("second.asm", "SECTION \"second\", ROM0[$400]\nSecond:: jp Main\n")
        .write("pre.inc", "DEF PRE EQU 1\n")
        .write("include/outer.inc", "INCLUDE \"inner.inc\"\n")
        .write("include/inner.inc", "DEF INNER = PRE\n")
        .write("data/tiles.2bpp", [1; 16])
        .write("data/text.txt", "text")
        .write("lib.asm", "SECTION \"lib\", ROM0[$500]\nLib:: jp Main\n")
        .write("extra.asm", "SECTION \"extra\", ROM0[$600]\nExtra:: jp Lib\n")
        .write("layout.link", "; INCLUDE \"none.link\"\ninclude \"sub/banks.link\"\nROM0\n\torg $700\n")
        .write("sub/banks.link", "ROM0\n\torg $150\n\t\"main\"\n")
        .write("base.gb", vec![0; 0x8000])
        .write("logo.1bpp", [0x55; 48]);
    for object in ["lib", "extra"] {
        folder.tool("rgbasm", ["-o", &format!("{object}.o"), &format!("{object}.asm")]).ok();
    }
    folder
}

/// Sets a file's time to this many seconds ago.
fn age(folder: &Folder, name: impl AsRef<Path>, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    let file = File::options().append(true).open(folder.path().join(name)).unwrap();
    file.set_times(FileTimes::new().set_modified(time)).unwrap();
}

/// How often the recipe has run.
fn builds(folder: &Folder) -> usize {
    folder.read("log").split(|byte| *byte == b'\n').count() - 1
}

#[test]
fn the_rule_has_every_file_once_and_in_the_order_of_use() {
    let folder = folder();
    let build = |outputs: &str| {
        folder.sh(&format!("rgbpipe build -j2 game.asm lib.o second.asm {OPTIONS} {outputs}")).status(0)
    };
    build("-o game.gb -m sub/../game.map -n game.sym --tar game.tar -M game.d");
    let expected = format!("game.gb sub/../game.map game.sym game.tar: \\\n  {}\n", FILES.join(" \\\n  "));
    assert_eq!(String::from_utf8(folder.read("game.d")).unwrap(), expected);
    if landlock() {
        build("-o game.gb -M confined.d --sandbox --MG");
        let expected = format!("game.gb: \\\n  {}\n", FILES.join(" \\\n  "));
        assert_eq!(String::from_utf8(folder.read("confined.d")).unwrap(), expected);
    }
}

#[test]
fn make_builds_again_for_each_file_and_for_nothing_else() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    folder.write("log", "").write(
        "Makefile",
        format!(
            "game.gb:\n\trgbpipe build -q game.asm lib.o second.asm {OPTIONS} -o game.gb -n game.sym -M game.d\n\
             \techo >> log\n-include game.d\n"
        ),
    );
    let make = || folder.command("make", ["-s"]).ok();
    make();
    for touched in [None].into_iter().chain(FILES.map(Some)) {
        for file in FILES {
            age(&folder, file, 1000);
        }
        for output in ["game.gb", "game.sym"] {
            age(&folder, output, 100);
        }
        if let Some(file) = touched {
            age(&folder, file, 50);
        }
        fs::write(folder.path().join("log"), "").unwrap();
        make();
        assert_eq!(builds(&folder), usize::from(touched.is_some()), "{touched:?}");
    }
}

#[test]
fn ninja_builds_again_for_each_file_and_for_nothing_else() {
    if !needs("ninja") {
        return;
    }
    let folder = folder();
    folder.write("log", "").write(
        "build.ninja",
        format!(
            "rule rom\n  command = rgbpipe build -q game.asm lib.o second.asm {OPTIONS} -o $out -M $out.d --MP && echo >> log\n\
             \x20 depfile = $out.d\n  deps = gcc\nbuild game.gb: rom game.asm second.asm lib.o\n"),
    );
    for file in FILES {
        age(&folder, file, 1000);
    }
    let ninja = || folder.command("ninja", ["--quiet"]).ok();
    ninja();
    for touched in [None].into_iter().chain(FILES.map(Some)) {
        fs::write(folder.path().join("log"), "").unwrap();
        if let Some(file) = touched {
            // A time later than that of anything ninja may have built.
            let later = File::options().append(true).open(folder.path().join(file)).unwrap();
            later.set_times(FileTimes::new().set_modified(SystemTime::now() + Duration::from_secs(1000))).unwrap();
        }
        ninja();
        assert_eq!(builds(&folder), usize::from(touched.is_some()), "{touched:?}");
        if let Some(file) = touched {
            age(&folder, file, 1000);
        }
    }
}

#[test]
fn make_goes_on_when_a_source_is_gone() {
    if !needs("make") {
        return;
    }
    let folder = Folder::new();
    let rule = "game.gb: $(wildcard *.asm)\n\trgbpipe build $(wildcard *.asm) -o $@ -M game.d --MP\n-include game.d\n";
    folder.write("Makefile", rule).write("a.asm", "SECTION \"a\", ROM0[0]\n\tdb 1\n");
    folder.write("b.asm", "SECTION \"b\", ROM0[1]\n\tdb 2\n");
    for (gone, bytes) in [(None, [1, 2]), (Some("a.asm"), [0, 2]), (None, [0, 2])] {
        if let Some(file) = gone {
            fs::remove_file(folder.path().join(file)).unwrap();
        }
        folder.command("make", ["-s"]).ok();
        assert_eq!(folder.read("game.gb")[..2], bytes, "{gone:?}");
    }
}

#[test]
fn the_rule_has_its_file_and_targets() {
    let folder = Folder::new();
    folder.write("game.asm", "SECTION \"g\", ROM0\n\tdb 1\n").write("new\nline.asm", "").write("a;b.inc", "");
    let stdout = |command: &str| String::from_utf8(folder.rgbpipe(args(command)).ok().stdout).unwrap();
    assert_eq!(stdout("build game.asm -o game.gb -M -"), "game.gb: \\\n  game.asm\n");
    assert_eq!(stdout("build game.asm --MT $(OUT) --MQ $x --MT z -M -"), "$(OUT) z ./$$x: \\\n  game.asm\n");
    // The rule is an output, so there is no tar.
    assert_eq!(stdout("build game.asm --MT x -M game.d"), "");
    assert_eq!(folder.read("game.d"), b"x: \\\n  game.asm\n");
    // The time of standard input or of a device says nothing about its content.
    let piped = "SECTION \"s\", ROM0\nINCLUDE \"/dev/null\"\nINCLUDE \"game.asm\"\n";
    let ended = folder.rgbpipe(args("build - -o game.gb -n - -M /dev/stderr")).stdin(piped).status(0);
    assert_eq!(ended.stderr, "game.gb: \\\n  game.asm\n");
    let ended = folder.rgbpipe(args("build - -o game.gb -M -")).stdin("").ok();
    assert_eq!(ended.stdout, b"game.gb:\n");

    folder.write("game.gb", "old").write("bad.asm", "INCLUDE \"a;b.inc\"\n");
    let before = folder.names();
    for (command, status, words) in [
        ("build game.asm -M -", 2, "--MT TARGET"),
        ("build game.asm -o /dev/null -M -", 2, "--MT TARGET"),
        ("build game.asm -o - -M -", 2, "the ROM and the dependencies"),
        ("build game.asm -o game.gb -M game.gb", 2, "the ROM and the dependencies"),
        ("build game.asm -o game.gb -M game.asm", 2, "the dependencies would overwrite"),
        ("build game.asm -o game.gb -M none/game.d", 3, "none/game.d"),
        ("build game.asm -o a=b.gb -M game.d", 2, "a makefile cannot contain the file name \"a=b.gb\""),
        ("build game.asm -o game.gb --MQ a;b -M game.d", 2, "a makefile cannot contain the file name \"a;b\""),
        ("build bad.asm -o game.gb -M game.d", 3, "a makefile cannot contain the file name \"a;b.inc\""),
        ("build game.asm -o game.gb --MP", 2, "--deps <FILE>"),
        ("build game.asm -o game.gb --MG", 2, "--deps <FILE>"),
        ("build game.asm -o game.gb --MC", 2, "--deps <FILE>"),
        ("build game.asm -o game.gb --MT x", 2, "--deps <FILE>"),
        ("build game.asm -o game.gb --MQ x", 2, "--deps <FILE>"),
    ] {
        let said = folder.rgbpipe(args(command)).status(status).stderr;
        assert!(said.contains(words), "{command}: {said}");
        assert_eq!((folder.names(), folder.read("game.gb")), (before.clone(), b"old".to_vec()), "{command}");
        assert_eq!(folder.read("game.d"), b"x: \\\n  game.asm\n", "{command}");
    }
    let said = folder.rgbpipe(["build", "new\nline.asm", "-o", "game.gb", "-M", "game.d"]).status(3).stderr;
    assert!(said.contains("cannot contain the file name \"new\\nline.asm\""), "{said}");
}

#[test]
fn an_rgbasm_that_would_write_a_file_called_c_is_refused() {
    let folder = Folder::new();
    folder.write("game.asm", "").write("old", "#!/bin/sh\necho rgbasm v0.8.0\n");
    folder.sh("chmod +x old").ok();
    let build = |flag| folder.rgbpipe(["build", "game.asm", "--MT", "x", "-M", "-", flag]).env("RGBASM", "./old");
    let said = build("--MC").status(2).stderr;
    assert!(said.contains("-MC needs rgbasm 0.9") && said.contains("0.8.0"), "{said}");
    // The tool is not an assembler, but was used as one.
    assert!(build("--MG").status(1).stderr.contains("did not write"));
}

#[test]
fn the_library_has_dependencies_as_data() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    folder.write("game.asm", format!("INCLUDE \"{}\"\nINCLUDE \"/no/such/file\"\n", path("pre.inc").display()));
    let mut request = Request::new([Input::Source(path("game.asm")), Input::Object(path("lib.o"))]);
    assert!(rgbpipe::build(&request).is_err());
    request.wanted.dependencies = Some(MissingFiles::Stop);
    let artifacts = rgbpipe::build(&request).unwrap();
    let dependencies = artifacts.dependencies.unwrap();
    let missing = PathBuf::from("/no/such/file");
    assert_eq!(dependencies.files, [path("game.asm"), path("pre.inc"), missing.clone(), path("lib.o")]);
    assert_eq!(dependencies.missing, [missing]);
    assert_eq!((artifacts.rom, artifacts.map, artifacts.sym), (None, None, None));

    folder.write("game.asm", "SECTION \"main\", ROM0\nMain:: nop\n");
    let artifacts = rgbpipe::build(&request).unwrap();
    let dependencies = artifacts.dependencies.unwrap();
    assert_eq!(dependencies.files, [path("game.asm"), path("lib.o")]);
    assert!(dependencies.missing.is_empty() && artifacts.rom.is_some());
}
