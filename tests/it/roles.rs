//! One file in two roles: it is found by what is open, not by its names, and nothing is lost.

use std::fs;

use crate::support::{Folder, has, needs};

const SOURCE: &str = "SECTION \"main\", ROM0\nMain:: db 1\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("game.asm", SOURCE).write("part.inc", "DEF PART EQU 1\n").write("data.bin", "data");
    folder.write("including.asm", format!("INCLUDE \"part.inc\"\n{SOURCE}INCBIN \"data.bin\"\n"));
    folder
}

/// The script fails with this status and these words. The files of the folder stay as they were, and no `new.*` appears.
#[track_caller]
fn refused(script: &str, status: i32, words: &str) {
    let folder = folder();
    let before = |folder: &Folder| ["game.asm", "part.inc", "data.bin", "including.asm"].map(|name| folder.read(name));
    let old = before(&folder);
    let ended = folder.sh(script).status(status);
    assert_eq!(ended.stderr, format!("rgbpipe: {words}\n"), "{script}");
    assert!(before(&folder) == old, "{script}: a file is lost");
    assert!(!folder.names().iter().any(|name| name.starts_with("new.")), "{script}: not all or nothing");
}

#[test]
fn two_outputs_for_one_open_file_are_refused() {
    let build = "rgbpipe build game.asm";
    for (script, second) in [
        (format!("{build} -o - -m x.gb > x.gb"), "the map cannot both go to x.gb"),
        (format!("{build} -o - -m x.gb >> x.gb"), "the map cannot both go to x.gb"),
        (format!("{build} -o x.gb -m - > x.gb"), "the map cannot both go to standard output; --tar - takes both"),
        (format!("{build} -o /dev/fd/3 -m y.gb 3> y.gb"), "the map cannot both go to y.gb"),
        (format!("{build} -o /proc/self/fd/3 -m y.gb 3> y.gb"), "the map cannot both go to y.gb"),
        (format!("{build} -o /proc/self/cwd/z.gb -m z.gb"), "the map cannot both go to z.gb"),
        (format!("{build} -o /proc/self/cwd/z.gb -m ../work/z.gb"), "the map cannot both go to ../work/z.gb"),
        (format!("{build} -o /dev/fd/3 -m /dev/fd/4 3> z.gb 4>&3"), "the map cannot both go to /dev/fd/4"),
        (format!("{build} -o /dev/fd/3 -m /dev/stderr 3>&2"), "the map cannot both go to /dev/stderr"),
        (format!("touch a; ln a b; {build} -o a -m b"), "the map cannot both go to b"),
    ] {
        refused(&script, 2, &format!("the ROM and {second}"));
    }
    // Each its own pipe, and one pipe.
    let script = "mkfifo pipe; cat pipe & rgbpipe build game.asm -o /dev/fd/3 -m pipe 3> pipe";
    refused(script, 2, "the ROM and the map cannot both go to pipe");
}

#[test]
fn a_directory_with_two_names_has_one_file_of_each_name() {
    let mounts = "unshare -rm true";
    if !has(Folder::new().sh(mounts).run().status == 0, "unshare") {
        return;
    }
    let script = "mkdir dir other; exec unshare -rm sh -c 'mount --bind dir other; exec rgbpipe build game.asm -o dir/z.gb -m other/z.gb'";
    refused(script, 2, "the ROM and the map cannot both go to other/z.gb");
}

#[test]
fn an_output_never_replaces_an_input() {
    let build = "rgbpipe build";
    let rom = "the ROM would overwrite an input,";
    refused(&format!("{build} - -o game.asm < game.asm"), 2, &format!("{rom} game.asm"));
    refused(&format!("{build} - -o - < game.asm >> game.asm"), 2, &format!("{rom} -"));
    refused(&format!("{build} game.asm -o - >> game.asm"), 2, &format!("{rom} game.asm"));
    refused(&format!("{build} game.asm -o /dev/fd/3 3>> game.asm"), 2, &format!("{rom} game.asm"));
    refused(&format!("ln game.asm hard; {build} game.asm -o hard"), 2, &format!("{rom} game.asm"));
    refused(&format!("ln -s game.asm soft; {build} game.asm -o soft"), 2, &format!("{rom} game.asm"));
    refused(&format!("echo @words > args; echo game.asm > words; {build} @args -o words"), 2, &format!("{rom} words"));
}

#[test]
fn a_file_that_was_read_is_not_overwritten() {
    for toolchain in ["rgbds", "builtin"] {
        let options = format!("rgbpipe build --toolchain {toolchain}");
        let build = format!("{options} including.asm");
        let rom = "the ROM would overwrite an input,";
        refused(&format!("{build} -o part.inc"), 2, &format!("{rom} part.inc"));
        refused(&format!("{build} -o data.bin -m new.map"), 2, &format!("{rom} data.bin"));
        refused(&format!("ln -s data.bin link; {build} -o link"), 2, &format!("{rom} data.bin"));
        refused(&format!("{build} -o - >> data.bin"), 2, &format!("{rom} data.bin"));
        let map = "the map would overwrite an input,";
        refused(&format!("{build} -o new.gb -m ./part.inc"), 2, &format!("{map} part.inc"));
        refused(&format!("cat including.asm | {options} - -o new.gb -m part.inc"), 2, &format!("{map} part.inc"));
        let script = "echo 'INCLUDE \"more.link\"' > game.link; echo ROM0 > more.link";
        refused(&format!("{script}; {build} -l game.link -o new.gb -m more.link"), 2, &format!("{map} more.link"));
        let script = "echo -w > flags";
        refused(&format!("{script}; {build} --asm-flags=@flags -o new.gb -m flags"), 2, &format!("{map} flags"));
        let script = "head -c 48 /dev/zero > logo";
        let fix = "--fix --fix-flags='-L logo'";
        refused(&format!("{script}; {build} {fix} -o new.gb -m logo"), 2, &format!("{map} logo"));
        let script = "cat game.asm > part.asm; echo 'INCBIN \"part.o\"' >> part.asm; cp game.asm part.o";
        let script = format!("{script}; {options} part.asm -o new.gb --save-temps .");
        refused(&script, 3, "the object ./part.o would overwrite part.o");
        // As often as one likes, and with its rule.
        let folder = folder();
        for _ in 0..2 {
            folder.sh(&format!("{build} -o new.gb -m new.map -n new.sym -M new.d --save-temps obj")).ok();
            folder.sh(&format!("{build} -o new.gb")).ok();
        }
    }
}

#[test]
fn messages_are_not_lost_in_an_output() {
    refused(
        "rgbpipe build game.asm -o log 2> log || { s=$?; cat log >&2; exit $s; }",
        2,
        "the ROM cannot go to log, where standard error goes",
    );
}

#[test]
fn an_open_file_is_written_at_its_position() {
    let folder = folder();
    folder.sh("rgbpipe build game.asm -n plain.sym").ok();
    let sym = String::from_utf8(folder.read("plain.sym")).unwrap();
    for (script, file) in [
        ("rgbpipe build game.asm -n /dev/stderr", "2>>"),
        ("rgbpipe build game.asm -n /dev/fd/2", "2>>"),
        ("rgbpipe build game.asm -n /proc/self/fd/2", "2>>"),
        ("rgbpipe build game.asm -n /dev/fd/3", "3>>"),
        ("rgbpipe build game.asm -n /dev/fd/3", "3<>"),
    ] {
        fs::write(folder.path().join("log"), if file == "3<>" { "" } else { "before\n" }).unwrap();
        let number = &file[..1];
        folder.sh(&format!("{{ {script}; echo after >&{number}; }} {file} log")).status(0);
        let before = if file == "3<>" { "" } else { "before\n" };
        let log = String::from_utf8(folder.read("log")).unwrap();
        assert_eq!(log, format!("{before}{sym}after\n"), "{script} {file}");
    }
    // Nothing is cut short, and nothing is written over.
    folder.sh("{ echo first >&2; rgbpipe build game.asm -n /dev/stderr --usage; } 2> log").ok();
    let log = String::from_utf8(folder.read("log")).unwrap();
    assert!(log.starts_with(&format!("first\n{sym}")) && log.contains("ROM0"), "{log}");
    let ended = folder.sh("rgbpipe build game.asm -n /dev/fd/3 3< game.asm").status(3);
    assert_eq!(ended.stderr, "rgbpipe: cannot write /dev/fd/3: Bad file descriptor\n");
    let ended = folder.sh("rgbpipe build game.asm -n /dev/fd/77").status(3);
    assert!(ended.stderr.starts_with("rgbpipe: cannot write /dev/fd/77: "), "{}", ended.stderr);
    if needs("bash") {
        let script = "rgbpipe build game.asm -n >(cat > sub.sym) -m >(cat > sub.map) | cat";
        folder.command("bash", ["-euc", script]).ok();
    }
}
