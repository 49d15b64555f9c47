//! Names with characters that mean something to make or ninja.

use std::ffi::{OsStr, OsString};
use std::fs::{self};
use std::os::unix::ffi::OsStrExt;

use crate::support::{Folder, needs};

use super::{age, builds};

/// The name as a source writes it, between quotes.
fn quoted(name: &OsStr) -> Vec<u8> {
    let bytes = name.as_bytes().iter();
    bytes.flat_map(|byte| if b"\\\"{".contains(byte) { vec![b'\\', *byte] } else { vec![*byte] }).collect()
}

fn including(name: &OsStr) -> Vec<u8> {
    [b"INCLUDE \"", &quoted(name)[..], b"\"\nSECTION \"main\", ROM0\n\tdb 1\n"].concat()
}

const ODD: [&str; 18] = [
    "a b",
    " ab",
    "a$b",
    "$$",
    "a#b",
    "#ab",
    "a:b",
    "c:",
    "a%b",
    "%",
    "a\\b",
    "a\\ b",
    "a\\#b",
    "it's [1]",
    "-a\"&~@,+!^",
    "a*b",
    "a?b",
    "*",
];

/// Files that some of these names match as patterns.
const DECOYS: [&str; 3] = ["it's 1", "axb", "-"];

#[test]
fn make_reads_every_name_back() {
    if !needs("make") {
        return;
    }
    let names = ODD.map(OsString::from).into_iter().chain([OsStr::from_bytes(b"\xff\xc3 x").to_owned()]);
    for name in names {
        let folder = Folder::new();
        let include = OsString::from_iter([&name, OsStr::new(".inc")]);
        // The goal and the value of `-o` are words on a command line.
        let output = OsString::from_iter([OsStr::new("out "), &name, OsStr::new(".gb")]);
        for decoy in DECOYS {
            folder.write(format!("{decoy}.inc"), "").write(format!("out {decoy}.gb"), "");
            age(&folder, format!("{decoy}.inc"), 2000);
        }
        folder.write("game.asm", including(&include)).write(&include, "").write("log", "").write(
            "Makefile",
            "%.gb:\n\trgbpipe build game.asm -o \"$$OUT\" -M game.d --MP\n\techo >> log\n-include game.d\n",
        );
        let make = || folder.command("make", [OsStr::new("-s"), &output]).env("OUT", &output).ok();
        make();
        age(&folder, "game.asm", 1000);
        for (seconds, expected) in [(1000, 1), (50, 2)] {
            age(&folder, &include, seconds);
            age(&folder, &output, 100);
            make();
            assert_eq!(builds(&folder), expected, "{name:?}");
        }
        // With `--MP`, a deleted file is not an error if nothing needs it.
        fs::remove_file(folder.path().join(&include)).unwrap();
        folder.write("game.asm", including(OsStr::new("game.asm.inc"))).write("game.asm.inc", "");
        make();
        assert_eq!(builds(&folder), 3, "{name:?}");
    }
}

#[test]
fn ninja_reads_back_all_that_it_can_read() {
    if !needs("ninja") {
        return;
    }
    let folder = Folder::new();
    let mut source = Vec::new();
    // ninja cannot write the others: see its `depfile_parser`.
    let names = ODD.iter().filter(|name| !["c:", "a\\#b", "it's [1]", "-a\"&~@,+!^", "a*b", "a?b", "*"].contains(name));
    let mut names: Vec<_> = names.map(OsString::from).chain([OsStr::from_bytes(b"\xff\xc3 x").to_owned()]).collect();
    names.push("-a~@,+!(){}=".into());
    for name in &names {
        folder.write(name, "");
        source.extend([b"INCLUDE \"", &quoted(name)[..], b"\"\n"].concat());
    }
    folder.write("game.asm", source).write(
        "build.ninja",
        "rule rom\n  command = rgbpipe build $in -o $out -M $out.d\n  depfile = $out.d\n  deps = gcc\n\
             build game.gb: rom game.asm\n",
    );
    folder.command("ninja", ["--quiet"]).ok();
    let deps = folder.command("ninja", ["-t", "deps"]).ok().stdout;
    let deps: Vec<_> = deps.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"    ")).collect();
    let expected: Vec<_> = [OsStr::new("game.asm")].into_iter().chain(names.iter().map(OsString::as_os_str)).collect();
    assert_eq!(deps.into_iter().map(OsStr::from_bytes).collect::<Vec<_>>(), expected);
}
