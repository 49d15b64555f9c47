//! `rgbpipe rgbasm|rgblink|rgbfix`, by subcommand and by name, and `rgbpipe tools`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::support::{Folder, Invocation, args, needs};

#[test]
fn each_tool_has_its_own_command_line() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0[$150]\nMain:: db 1\n");
    folder.without_rgbds(args("rgbasm -oa.o a.asm")).ok();
    folder.without_rgbds(args("rgblink --output=a.gb -n a.sym --ma a.map a.o")).ok();
    folder.without_rgbds(args("rgbfix -vp255 a.gb")).ok();
    let rom = folder.read("a.gb");
    assert_eq!((rom.len(), rom[0x150], rom[0x104]), (0x8000, 1, 0xCE));
    assert_eq!(folder.names(), ["a.asm", "a.gb", "a.map", "a.o", "a.sym"]);
    for tool in ["rgbasm", "rgblink", "rgbfix"] {
        let ended = folder.without_rgbds([tool, "--version"]).ok();
        let version = concat!("rgbpipe ", env!("CARGO_PKG_VERSION"));
        assert_eq!(String::from_utf8(ended.stdout).unwrap(), format!("{tool} v1.0.4\n{version}\n"));
        let ended = folder.without_rgbds([tool, "--nope"]).status(1);
        assert!(ended.stderr.starts_with("error: Unrecognized option '--nope'\nUsage: "), "{}", ended.stderr);
        assert!(String::from_utf8(folder.without_rgbds([tool, "-h"]).ok().stdout).unwrap().starts_with("Usage: "));
    }
}

#[test]
fn standard_streams_and_argument_files_work() {
    let folder = Folder::new();
    folder.write("args", "-o -\n# a comment\n-D VALUE=7 -\n");
    let source = "SECTION \"a\", ROM0\n\tdb VALUE\n";
    let object = folder.without_rgbds(args("rgbasm @args")).stdin(source).ok().stdout;
    assert!(object.starts_with(b"RGB9"));
    let rom = folder.without_rgbds(args("rgblink -x -o - -")).stdin(object).ok().stdout;
    assert_eq!(rom, [7]);
    let rom = folder.without_rgbds(args("rgbfix -p 0 -")).stdin(vec![0; 0x150]).ok().stdout;
    assert_eq!(rom.len(), 0x8000);
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_and_leaves_the_old_one() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\n\tdb 1\n").write("bad.asm", "\tnonsense\n").write("a.o", "old");
    let ended = folder.without_rgbds(args("rgbasm -o none/a.o a.asm")).status(1);
    assert!(ended.stderr.contains("none/a.o") && ended.stderr.contains("No such file"), "{}", ended.stderr);
    folder.without_rgbds(args("rgbasm -o a.o bad.asm")).status(1);
    assert_eq!(folder.read("a.o"), b"old");
    if std::path::Path::new("/dev/full").exists() {
        let full = "No space left on device\n";
        let ended = folder.without_rgbds(args("rgbasm -o /dev/full a.asm")).status(1);
        assert_eq!(ended.stderr, format!("FATAL: Failed to write object file \"/dev/full\": {full}    at a.asm(3)\n"));
        folder.write("a.gb", vec![0; 0x8000]);
        let ended = folder.without_rgbds(args("rgbfix -v -o /dev/full a.gb")).status(1);
        let ending = "Fixing \"a.gb\" failed with 1 error\n";
        assert_eq!(ended.stderr, format!("error: Failed to write \"/dev/full\": {full}{ending}"));
        std::fs::remove_file(folder.path().join("a.gb")).unwrap();
    }
    assert_eq!(folder.names(), ["a.asm", "a.o", "bad.asm"]);
}

#[test]
fn an_output_of_the_fixer_that_cannot_be_opened_is_the_only_error() {
    let folder = Folder::new();
    // Its header has a checksum that would be a warning.
    folder.write("a.gb", vec![1; 0x8000]);
    for (output, why) in [("none/b.gb", "No such file or directory"), (".", "is a directory")] {
        let ended = folder.without_rgbds(["rgbfix", "-v", "-o", output, "a.gb"]).status(1);
        assert_eq!(ended.stderr, format!("error: Failed to open \"{output}\" for writing: {why}\n"));
    }
    assert_eq!(folder.names(), ["a.gb"]);
}

#[test]
fn a_source_keeps_a_name_that_is_not_utf_8() {
    let folder = Folder::new();
    let name = OsStr::from_bytes(b"\xFF.asm");
    folder.write(name, "WARN \"here\"\nSECTION \"a\", ROM0\nASSERT WARN, x == 1\nx: db 1\n");
    let ran = |words: &str| {
        let output =
            folder.without_rgbds(args(words).iter().map(AsRef::as_ref).chain([name])).command.output().unwrap();
        assert!(output.status.success(), "{words}: {}", output.stderr.escape_ascii());
        output.stderr.escape_ascii().to_string()
    };
    let said = ran("build --message-format short -o a.gb -M a.d");
    let warnings = r"\xff.asm:1: warning: here [-Wuser]\n\xff.asm:3: warning: Assertion failed [-Wassert]\n";
    assert!(said.starts_with(warnings), "{said}");
    assert_eq!(folder.read("a.d"), b"a.gb: \\\n  \xFF.asm\n");
    let said = ran("rgbasm -o a.o -M a.d");
    assert!(said.contains(r"at \xff.asm(1)"), "{said}");
    assert_eq!(folder.read("a.d"), b"a.o: \xFF.asm\n");
    assert!(folder.read("a.o").windows(6).any(|bytes| bytes == b"\xFF.asm\0"));
}

#[test]
fn a_makefile_uses_the_links() {
    if !needs("make") {
        return;
    }
    let folder = Folder::new();
    folder
        .write("main.asm", "INCLUDE \"value.inc\"\nSECTION \"main\", ROM0[$150]\n\tdb VALUE\n")
        .write("value.inc", "DEF VALUE EQU 5\n")
        .write(
            "Makefile",
            "game.gb: main.o\n\t$(RGBDS)rgblink -o $@ main.o\n\t$(RGBDS)rgbfix -v -p 0xFF $@\n\
             main.o: main.asm\n\t$(RGBDS)rgbasm -M main.d -o $@ $<\n-include main.d\n",
        );
    let told = String::from_utf8(folder.without_rgbds(["tools", "bin"]).ok().stdout).unwrap();
    assert_eq!(told.lines().filter(|line| line.contains(" -> ")).count(), 3, "{told}");
    assert!(told.contains("bin/rgbgfx: there is none"), "{told}");
    folder.command("make", ["-s", "RGBDS=bin/"]).ok();
    assert_eq!(folder.read("game.gb")[0x150], 5);
    assert_eq!(String::from_utf8(folder.read("main.d")).unwrap(), "main.o: main.asm\nmain.o: value.inc\n");
    // Again, and with another file in the way.
    folder.without_rgbds(["tools", "bin"]).ok();
    folder.write("mine/rgblink", "mine");
    let ended = folder.without_rgbds(["tools", "mine"]).status(3);
    assert_eq!(ended.stderr, "rgbpipe: mine/rgblink is not a link, and stays as it is\n");
    assert_eq!((folder.read("mine/rgblink"), folder.path().join("mine/rgbasm").exists()), (b"mine".to_vec(), false));
}

#[test]
fn the_real_rgbgfx_gets_a_link_too() {
    let folder = Folder::new();
    let told = String::from_utf8(folder.rgbpipe(["tools", "bin"]).ok().stdout).unwrap();
    if crate::support::has(!told.contains("there is none"), "rgbgfx") {
        folder.command("bin/rgbgfx", ["--version"]).ok();
    }
}

#[test]
fn links_to_rgbpipe_are_not_taken_for_rgbds() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\n\tdb 1\n");
    folder.without_rgbds(["tools", "bin"]).ok();
    let bin = folder.path().join("bin");
    let why = "rgbpipe: toolchain: built-in, which the tools are that were found as RGBDS\n";
    let told = |invocation: Invocation<'_>| invocation.status(0).stderr;
    let check = || folder.without_rgbds(args("check -v a.asm"));
    assert!(told(check().env("PATH", &bin)).starts_with(why), "{}", told(check().env("PATH", &bin)));
    assert!(told(check().env("RGBDS", "bin/")).starts_with(why), "{}", told(check().env("RGBDS", "bin/")));
    // A copy has the real tool's name and no link.
    std::fs::create_dir(folder.path().join("copy")).unwrap();
    for tool in ["rgbasm", "rgblink", "rgbfix"] {
        std::fs::copy(env!("CARGO_BIN_EXE_rgbpipe"), folder.path().join("copy").join(tool)).unwrap();
    }
    let copies = told(check().env("PATH", folder.path().join("copy")));
    assert!(copies.starts_with(why), "{copies}");
    // A request for RGBDS gets the tools that are there under its names.
    let asked = told(folder.without_rgbds(args("check -v --toolchain rgbds a.asm")).env("PATH", &bin));
    assert!(asked.starts_with("rgbasm -o a.o a.asm\n"), "{asked}");
    let report = folder.without_rgbds(["doctor"]).env("PATH", &bin).ok().stdout;
    let report = String::from_utf8(report).unwrap();
    assert!(report.contains("(from PATH), which is rgbpipe itself\n"), "{report}");
    assert!(report.contains("its sandbox works\n") && !report.contains("\nsandbox "), "{report}");
}
