//! Command lines that cannot work. Each gives a clear error that names the problem, the right exit status, and no
//! changes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::{Folder, args};

const GOOD: &str = "SECTION \"good\", ROM0\nGood:: db 1\n";

/// A folder with a good source and old outputs.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("good.asm", GOOD);
    for old in ["old.gb", "old.map", "old.sym"] {
        folder.write(old, "old");
    }
    // An assembler that must not run.
    folder.write("marker", "#!/bin/sh\ntouch \"$0.ran\"\n");
    std::fs::set_permissions(folder.path().join("marker"), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Runs it. Expects this exit status, these words, no new file, and unchanged old files.
#[track_caller]
fn refused(folder: &Folder, args: &[OsString], env: &[(&str, &str)], status: i32, words: &[&str]) {
    let before = folder.names();
    let mut invocation = folder.rgbpipe(args);
    for (name, value) in env {
        invocation = invocation.env(name, value);
    }
    let ended = invocation.stdin(GOOD).status(status);
    for word in words {
        assert!(ended.stderr.contains(word), "{args:?} does not say {word:?}: {}", ended.stderr);
    }
    assert_eq!(ended.stdout, b"", "{args:?}");
    assert_eq!(folder.names(), before, "{args:?}");
    for old in ["old.gb", "old.map", "old.sym"] {
        assert_eq!(folder.read(old), b"old", "{args:?}: {old}");
    }
}

#[test]
fn before_any_tool_runs() {
    let folder = folder();
    folder.write("dir/inner.asm", GOOD).write("layout.link", "ROM0\n").write("pre.inc", "").write("good.o", "RGB9");
    symlink("/dev/stdout", folder.path().join("stdout")).unwrap();
    mkfifo(&folder.path().join("fifo"), Mode::S_IRWXU).unwrap();
    symlink("good.asm", folder.path().join("link.asm")).unwrap();
    std::fs::hard_link(folder.path().join("good.asm"), folder.path().join("hard.asm")).unwrap();
    let marker = folder.path().join("marker").display().to_string();
    for (command, status, words) in [
        ("build", 2, &["INPUT"][..]),
        ("build missing.asm -o old.gb", 2, &["missing.asm", "No such file"]),
        ("build missing.o -o old.gb", 2, &["missing.o", "No such file"]),
        ("build good.asm/x.asm -o old.gb", 2, &["good.asm/x.asm", "Not a directory"]),
        ("build dir -o old.gb", 2, &["dir is a directory"]),
        ("build - - -o old.gb", 2, &["standard input", "once"]),
        ("build - /dev/stdin -o old.gb", 2, &["standard input", "once"]),
        ("check /dev/stdout", 2, &["cannot read /dev/stdout: ", "never end"]),
        ("build /proc/self/fd/2 -o old.gb", 2, &["cannot read /proc/self/fd/2: ", "never end"]),
        ("build /dev/zero -o old.gb", 2, &["cannot read /dev/zero: ", "has more than 64 MiB"]),
        ("check good.asm /dev/zero --toolchain builtin", 2, &["cannot read /dev/zero: ", "has more than 64 MiB"]),
        ("build @fifo --timeout 0.1", 124, &["rgbpipe: timed out"]),
        ("build good.asm -o old.gb --timeou=100ms @fifo", 124, &["rgbpipe: timed out"]),
        ("build good.asm -l - -o old.gb", 2, &["linker script"]),
        ("build good.asm -O - -o old.gb", 2, &["overlay"]),
        ("build good.asm -P - -o old.gb", 2, &["pre-included"]),
        ("build good.asm -o - -n -", 2, &["the ROM and the symbols", "standard output; --tar - takes both"]),
        ("build good.asm -m - --tar -", 2, &["the map and the tar", "standard output\n"]),
        ("build good.asm -o - --report -", 2, &["the ROM and the report", "standard output\n"]),
        ("build good.asm -o - -n /dev/stdout", 2, &["the ROM and the symbols", "standard output"]),
        ("build good.asm -o new -m new", 2, &["the ROM and the map", "new"]),
        ("build good.asm -o new -m ./new", 2, &["the ROM and the map", "new"]),
        ("build good.asm -o old.gb -m dir/../old.gb", 2, &["the ROM and the map", "old.gb"]),
        ("build good.asm -o good.asm", 2, &["the ROM", "overwrite", "good.asm"]),
        ("build good.asm -o ./link.asm", 2, &["the ROM", "overwrite", "good.asm"]),
        ("build link.asm -m good.asm", 2, &["the map", "overwrite", "link.asm"]),
        ("build good.asm -n hard.asm", 2, &["the symbols", "overwrite", "good.asm"]),
        ("build good.asm -l layout.link --tar layout.link", 2, &["the tar", "overwrite", "layout.link"]),
        ("build good.asm -P pre.inc -o pre.inc", 2, &["the ROM", "overwrite", "pre.inc"]),
        ("build good.asm -O old.gb -o old.gb", 2, &["the ROM", "overwrite", "old.gb"]),
        ("build good.asm good.o -o good.o", 2, &["the ROM", "overwrite", "good.o"]),
        ("build good.asm -o dir", 3, &["dir", "directory"]),
        ("build good.asm -o dir/", 3, &["dir", "directory"]),
        ("build good.asm -o new/", 3, &["new/", "directory"]),
        ("build good.asm -o none/new.gb -m old.map", 3, &["none/new.gb", "No such file or directory"]),
        ("build good.asm -o old.gb -m good.asm/new.map", 3, &["good.asm/new.map", "Not a directory"]),
        ("build good.asm -o /proc/none", 3, &["/proc/none", "No such file"]),
        ("build good.asm --tar old.gb --name a/b", 2, &["--name", "a/b"]),
        ("build good.asm --tar old.gb --name ..", 2, &["--name", ".."]),
        ("build good.asm --tar old.gb --name ../x", 2, &["--name", "../x"]),
        ("build good.asm --tar old.gb --name x/", 2, &["--name", "x/"]),
        ("build good.asm --tar old.gb --name=", 2, &["--name"]),
        ("build good.asm -o old.gb --asm-flags '", 2, &["--asm-flags", "'"]),
        ("build good.asm -o old.gb --link-flags \"x", 2, &["--link-flags", "\"x"]),
        ("build good.asm -o old.gb --fix-flags 'x", 2, &["--fix-flags", "'x"]),
        ("build good.asm -o old.gb --asm-flags=-Eoelse.o", 2, &["-o, --output", "rgbasm"]),
        ("build good.asm -o old.gb --asm-flags=-M", 2, &["-M", "rgbasm"]),
        ("build good.asm -o old.gb --link-flags=--sym=x", 2, &["-n, --sym", "rgblink"]),
        ("build good.asm -o old.gb --fix-flags=-ox", 2, &["-o, --output", "rgbfix"]),
        ("build good.asm -o new.gb --fix-flags=old.gb", 2, &["old.gb", "rgbfix"]),
        ("check good.asm --fix-flags=old.gb", 2, &["old.gb", "rgbfix"]),
        ("build good.asm -o stdout -m -", 2, &["the ROM and the map", "standard output"]),
        ("build good.asm -o fifo -m ./fifo", 2, &["the ROM and the map", "fifo"]),
        ("build good.asm -o old.gb -j0", 2, &["-j", "0"]),
        ("build good.asm -o old.gb --timeout soon", 2, &["--timeout", "soon"]),
        ("build good.asm -o old.gb --no-such-option", 2, &["--no-such-option"]),
        ("build good.asm -o old.gb -q -v", 2, &["--quiet", "--verbose"]),
        ("bild good.asm", 2, &["bild", "build"]),
    ] {
        let words: Vec<_> = words.to_vec();
        refused(&folder, &args(command), &[("RGBASM", &marker)], status, &words);
    }
    let epoch = [("RGBASM", marker.as_str()), ("SOURCE_DATE_EPOCH", "yesterday")];
    refused(&folder, &args("build good.asm --tar old.gb"), &epoch, 2, &["SOURCE_DATE_EPOCH", "yesterday"]);
}

#[test]
fn places_that_this_user_cannot_write() {
    let folder = folder();
    folder.write("closed/kept.gb", "old").write("kept.gb", "old");
    let mode = |name: &str, mode| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("kept.gb", 0o444);
    mode("closed/kept.gb", 0o444);
    mode("closed", 0o555);
    let marker = folder.path().join("marker");
    for (output, words) in [
        ("closed/new.gb", ["closed/new.gb", "ermission denied"]),
        ("closed/kept.gb", ["closed/kept.gb", "ermission denied"]),
        ("kept.gb", ["kept.gb", "ermission denied"]),
    ] {
        let ended = folder.as_anyone(["build", "good.asm", "-o", output]).env("RGBASM", &marker).status(3);
        for word in words {
            assert!(ended.stderr.contains(word), "{output}: {}", ended.stderr);
        }
    }
    assert!(!folder.names().contains(&"marker.ran".to_owned()), "a tool was run");
    assert_eq!(folder.read("kept.gb"), b"old");
    mode("closed", 0o755);
    mode("good.asm", 0o000);
    let ended = folder.as_anyone(["build", "good.asm", "-o", "new.gb"]).status(2);
    assert!(ended.stderr.contains("cannot read good.asm: Permission denied"), "{}", ended.stderr);
}

#[test]
fn mistakes_that_the_tools_find() {
    let folder = folder();
    for number in 1..=5 {
        folder.write(
            format!("s{number}.asm"),
            format!("SECTION \"s{number}\", ROM0\nS{number}:: dw S1, Undefined{number}\n"),
        );
    }
    folder
        .write("bad.asm", "SECTION \"bad\", ROM0\n\tnonsense 1\n")
        .write("garbage.o", "no object at all")
        .write("other.o", b"RGB9\x09\0\0\0\0\0\0\0\0\0\0\0")
        .write("empty.o", "")
        .write("undefined.asm", "SECTION \"u\", ROM0\n\tdw Nowhere\n");
    for (command, words) in [
        ("build -o old.gb -n old.sym bad.asm", &["bad.asm(2)"][..]),
        ("build -o old.gb undefined.asm", &["Nowhere", "undefined.asm(2)"]),
        ("build -o old.gb good.asm garbage.o", &["garbage.o"]),
        ("build -o old.gb good.asm empty.o", &["empty.o"]),
        ("build -o old.gb good.asm other.o", &["other.o", "revision"]),
        ("build -o old.gb good.asm -l good.asm", &["good.asm(1)"]),
        ("build -o old.gb good.asm -l missing.link", &["missing.link"]),
        ("build -o old.gb good.asm --asm-flags --no-such-flag", &["no-such-flag"]),
        ("build -o old.gb good.asm --asm-flags -I", &[]),
        ("build -o old.gb good.asm --link-flags --no-such-flag", &["no-such-flag"]),
        ("build -o old.gb good.asm --fix-flags --no-such-flag", &["no-such-flag"]),
        ("build -o old.gb good.asm -p nonsense", &["nvalid argument for option"]),
        ("build --tar old.gb bad.asm", &["bad.asm(2)"]),
    ] {
        refused(&folder, &args(command), &[], 1, words);
    }
}

#[test]
fn one_mistake_has_one_message() {
    let folder = folder();
    for number in 1..=5 {
        folder.write(
            format!("s{number}.asm"),
            format!("SECTION \"s{number}\", ROM0\nS{number}:: dw S1, S2, S3, S4, S5\n"),
        );
    }
    folder.write("s3.asm", "SECTION \"s3\", ROM0\nS3:: nonsense 1\n");
    let alone = folder.tool("rgbasm", ["-o", "/dev/null", "s3.asm"]).status(1);
    let command = args("build -j2 -o old.gb -m old.map -n old.sym s1.asm s2.asm s3.asm s4.asm s5.asm");
    let ended = folder.rgbpipe(&command).status(1);
    assert_eq!(ended.stderr, alone.stderr);
    // Two mistakes give two messages, in the order of the sources.
    folder.write("s1.asm", "SECTION \"s1\", ROM0\nS1:: gibberish\n");
    let first = folder.tool("rgbasm", ["-o", "/dev/null", "s1.asm"]).status(1);
    assert_eq!(folder.rgbpipe(&command).status(1).stderr, first.stderr + &alone.stderr);
    refused(&folder, &command, &[], 1, &[]);
}

#[test]
fn tools_that_are_not_there_or_no_tools() {
    let folder = folder();
    folder.write("script", "#!/bin/sh\n").write("bin/rgblink", "");
    let command = args("build -o old.gb good.asm");
    let install = ["Debian", "brew install rgbds", "pacman -S rgbds", "WSL"];
    let missing = |env: &[(&str, &str)], words: &[&str]| {
        refused(&folder, &command, env, 3, &[words, &install].concat());
    };
    // Without RGBDS, the built-in toolchain would be used unless RGBDS is asked for.
    let asked = args("build --toolchain rgbds -o old.gb good.asm");
    let words = ["rgbasm not found", "PATH (/nowhere:/else)", "RGBASM"];
    let nowhere = [("RGBDS", ""), ("PATH", "/nowhere:/else")];
    refused(&folder, &asked, &nowhere, 3, &[words.as_slice(), &install].concat());
    missing(&[("RGBASM", "/no/such/tool")], &["rgbasm not found", "'/no/such/tool', from $RGBASM"]);
    missing(&[("RGBLINK", "no-such-linker")], &["rgblink not found", "'no-such-linker', from $RGBLINK", "PATH ("]);
    missing(
        &[("RGBASM", "rgbasm -Wall")],
        &["'rgbasm -Wall', from $RGBASM (which is the name of a program, without arguments)"],
    );
    missing(&[("RGBDS", "/no/such/")], &["rgbasm not found", "'/no/such/rgbasm', from $RGBDS"]);
    refused(&folder, &args("build -o old.gb good.asm --rgbds none/"), &[], 3, &["'none/rgbasm', from --rgbds"]);
    refused(&folder, &args("build -o old.gb good.asm --fix"), &[("RGBFIX", "./none")], 3, &["rgbfix not found"]);

    let not_executable = [("RGBASM", "./script")];
    refused(&folder, &command, &not_executable, 3, &["cannot run rgbasm at ./script", "Permission denied"]);
    refused(&folder, &command, &[("RGBLINK", "./bin")], 3, &["cannot run rgblink at ./bin", "Permission denied"]);
    // The tool succeeds and does nothing.
    refused(&folder, &command, &[("RGBASM", "true")], 1, &["rgbasm good.asm", "did not write 'good.o'"]);
    refused(&folder, &command, &[("RGBLINK", "true")], 1, &["rgblink", "did not write 'old.gb'"]);
    // The tool fails and prints nothing.
    refused(&folder, &command, &[("RGBASM", "false")], 1, &["rgbasm good.asm", "exit status: 1"]);
}

#[test]
fn an_old_rgbds_reports_that_it_is_too_old() {
    let folder = folder();
    let old = |version: &str, name: &str| {
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && {{ echo {name} v{version}; exit; }}\necho \"$*\" >&2; exit 1\n"
        );
        folder.write(name, script);
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    for name in ["rgbasm", "rgblink", "rgbfix"] {
        old("0.5.1", name);
    }
    refused(&folder, &args("build -o old.gb good.asm --rgbds ./"), &[], 3, &["rgbasm 0.5.1", "too old", "0.6"]);
    old("0.9.3", "rgbasm");
    let two = args("build -o old.gb good.asm -P good.asm -P good.asm --rgbds ./");
    refused(&folder, &two, &[], 2, &["more than one -P", "rgbasm 0.9.4", "0.9.3"]);
    // A release does not get options that it does not have.
    let command = args("build -o old.gb good.asm -P one.inc -Wall -p $AA --color always --rgbds ./");
    folder.write("one.inc", "");
    refused(&folder, &command, &[], 1, &["-P one.inc -p 0xAA -Wall good.asm\n"]);
}

#[test]
fn paths_with_anything_in_them_work() {
    let folder = folder();
    let names =
        ["a b.asm", "it's.asm", "\"quoted\".asm", "-dash.asm", "@at.asm", "$HOME.asm", "new\nline.asm", "*.asm"];
    let mut names: Vec<OsString> = names.iter().map(OsString::from).collect();
    names.push(OsStr::from_bytes(b"not-utf8-\xff.asm").to_owned());
    for name in names {
        folder.write(&name, GOOD);
        let output = OsString::from_iter([&name, OsStr::new(".gb")]);
        let path = |name: &OsStr| OsString::from_iter([OsStr::new("./"), name]);
        folder.rgbpipe([OsStr::new("build"), "-o".as_ref(), &path(&output), "--".as_ref(), &name]).ok();
        assert_eq!(folder.read(&output)[0], 1, "{}", name.display());
        // Also in a folder with that name.
        let dir = OsString::from_iter([&name, OsStr::new(".d")]);
        std::fs::create_dir(folder.path().join(&dir)).unwrap();
        let inner = path(&OsString::from_iter([&dir, OsStr::new("/"), &output]));
        folder.rgbpipe([OsStr::new("build"), "-o".as_ref(), &inner, &path(&name)]).ok();
        assert!(folder.read(inner) == folder.read(&output), "{}", name.display());
    }
}
