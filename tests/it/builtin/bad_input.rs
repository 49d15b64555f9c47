//! Bad files on disk: each is an error that names the file and the place, and leaves the old outputs.

use std::os::unix::fs::symlink;

use crate::support::{Folder, args};

/// Runs it without RGBDS. Expects this exit status and these words, one after the other, and that no file changes.
#[track_caller]
fn refused(folder: &Folder, command: &str, status: i32, words: &[&str]) {
    let before = folder.names();
    let ended = folder.without_rgbds(args(command)).status(status);
    let mut rest = ended.stderr.as_str();
    for word in words {
        let at = rest.find(word).unwrap_or_else(|| panic!("{command}: no {word:?} in {}", ended.stderr));
        rest = &rest[at + word.len()..];
    }
    assert_eq!(folder.names(), before, "{command}");
    for old in ["old.gb", "old.sym", "old.o"] {
        assert_eq!(folder.read(old), b"old", "{command}: {old}");
    }
}

fn folder() -> Folder {
    let folder = Folder::new();
    for old in ["old.gb", "old.sym", "old.o"] {
        folder.write(old, "old");
    }
    folder.write("good.asm", "SECTION \"a\", ROM0[0]\n\tdb 1\n").write("dir/file", "");
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    folder
}

#[test]
fn unreadable_files_are_named() {
    let folder = folder();
    folder.without_rgbds(args("rgbasm -o good.o good.asm")).ok();
    for (name, why) in [("gone", "No such file"), ("dangling", "No such file"), ("dir", "directory")] {
        for source in [
            format!("\n\tINCLUDE \"{name}\"\n"),
            format!("SECTION \"a\", ROM0\n\tINCBIN \"{name}\"\n"),
            format!("\n\tprintln READFILE(\"{name}\")\n"),
        ] {
            folder.write("bad.asm", source);
            refused(&folder, "build bad.asm -o old.gb -n old.sym", 1, &["error: ", name, "at bad.asm(2)\n"]);
            refused(&folder, "rgbasm -o old.o bad.asm", 1, &["error: ", name, "at bad.asm(2)\n"]);
        }
        refused(&folder, &format!("rgbasm -o old.o {name}"), 1, &["FATAL: ", name, why]);
        refused(&folder, &format!("rgblink -o old.gb {name}"), 1, &["FATAL: ", name, why]);
        // As in RGBDS, a directory is an empty overlay.
        if name != "dir" {
            refused(&folder, &format!("rgblink -o old.gb -O {name} good.o"), 1, &["FATAL: ", name, why]);
        }
        refused(&folder, &format!("rgbfix -v {name}"), 1, &["error: ", name, why]);
    }
}

#[test]
fn damaged_files_are_named() {
    let folder = folder();
    folder.without_rgbds(args("rgbasm -o good.o good.asm")).ok();
    let object = folder.read("good.o");
    folder.write("cut.o", &object[..object.len() / 2]).write("odd.o", [&b"RGB9\x0D\0\0\0"[..], &[0xFF; 40]].concat());
    folder.write("bad.link", "ROM0\n\"a\"\nORG $5000\n").write("chars.inc", "\n\tCHARMAP \"a\n");
    folder
        .write("chars.asm", "\tINCLUDE \"chars.inc\"\n")
        .write("cut.gb", "too short")
        .write("odd.asm", "\n\0\u{FF}\n");
    for object in ["cut.o", "odd.o"] {
        refused(&folder, &format!("rgblink -o old.gb good.o {object}"), 1, &["FATAL: ", object, "byte "]);
        refused(&folder, &format!("build -o old.gb -n old.sym good.asm {object}"), 1, &["FATAL: ", object, "byte "]);
    }
    let script = ["error: ", "5000", "at bad.link(3)\n"];
    refused(&folder, "rgblink -o old.gb -l bad.link good.o", 1, &script);
    refused(&folder, "build -o old.gb -n old.sym -l bad.link good.asm", 1, &script);
    let map = ["error: ", "string", "at chars.inc(2)\n", "<- chars.asm(1)\n"];
    refused(&folder, "rgbasm -o old.o chars.asm", 1, &map);
    refused(&folder, "build -o old.gb -n old.sym chars.asm", 1, &map);
    refused(&folder, "rgbasm -o old.o odd.asm", 1, &["error: ", "at odd.asm(2)\n"]);
    refused(&folder, "rgbfix -v cut.gb", 1, &["error: ", "cut.gb"]);
    assert_eq!(folder.read("cut.gb"), b"too short");
}

#[test]
fn outputs_that_cannot_be_written_leave_the_old_ones() {
    let folder = folder();
    folder.without_rgbds(args("rgbasm -o good.o good.asm")).ok();
    folder.without_rgbds(args("rgblink -o good.gb good.o")).ok();
    for output in ["none/x", "dir", "good.asm/x"] {
        refused(&folder, &format!("rgbasm -o {output} good.asm"), 1, &[output]);
        refused(&folder, &format!("rgblink -o {output} good.o"), 1, &[output]);
        refused(&folder, &format!("rgbfix -v -o {output} good.gb"), 1, &[output]);
    }
    // A limit on the size of files is a disk that is full in the middle of the work.
    folder.write("large.asm", "SECTION \"a\", ROM0\n\tds $4000, 1\n");
    folder.without_rgbds(args("rgbasm -o large.o large.asm")).ok();
    for command in ["rgbasm -o old.o large.asm", "rgblink -o old.gb large.o", "rgbfix -p 255 -o old.gb good.gb"] {
        let ended = folder.sh(&format!("ulimit -c 0; ulimit -f 8; rgbpipe {command}")).status(1);
        assert!(ended.stderr.contains("old."), "{command}: {}", ended.stderr);
        for old in ["old.gb", "old.sym", "old.o"] {
            assert_eq!(folder.read(old), b"old", "{command}: {old}");
        }
    }
}
