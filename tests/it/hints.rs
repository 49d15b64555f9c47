//! Hints about a ROM that no tool complains about.

use crate::messages::on_terminal;
use crate::support::{Folder, args};

const GOOD: &str = "SECTION \"good\", ROM0\nGood:: db 1\n";

/// Its standard error and nothing taken from it.
fn said(folder: &Folder, words: &str) -> String {
    // The output that the tests' own runner leaves out goes through a pipe.
    let script = format!("{{ rgbpipe {words} 2>&1 >&3 | cat; }} 3>/dev/null");
    String::from_utf8(folder.sh(&script).status(0).stdout).unwrap()
}

#[test]
fn a_rom_without_a_valid_header_gets_a_hint() {
    let folder = Folder::new();
    folder.write("game.asm", GOOD).write("bare.asm", "SECTION \"h\", ROM0[$100]\n\tds $50, 0\n\tdb 1\n");
    for toolchain in ["rgbds", "builtin"] {
        for (words, expected) in [
            ("build game.asm -o game.gb", "rgbpipe: no valid header; --fix makes one\n"),
            ("build bare.asm -o game.gb", "rgbpipe: no valid header; --fix makes one\n"),
            ("build game.asm -o -", "rgbpipe: no valid header; --fix makes one\n"),
            ("build game.asm --tar game.tar", "rgbpipe: no valid header; --fix makes one\n"),
            ("build game.asm -o game.gb --fix-flags '-t FOO'", "rgbpipe: no valid header; --fix makes one\n"),
            (
                "build game.asm -o game.gb -p 0xFF",
                "rgbpipe: no valid header; --fix makes one (-p is that of rgbasm and rgblink)\n",
            ),
            ("build game.asm -o game.gb --message-format short", "rgbpipe: note: no valid header; --fix makes one\n"),
            ("build game.asm -o game.gb --fix", ""),
            ("build game.asm -o game.gb --fix --fix-flags '-t FOO'", ""),
            ("build game.asm -o game.gb --fix-flags '-v'", ""),
            ("build game.asm -o game.gb -q", ""),
            // Neither is a ROM.
            ("build game.asm -n game.sym", ""),
            ("check game.asm", ""),
            // A ROM shorter than a header is not meant to have one.
            ("build game.asm -x -o blob.bin", ""),
        ] {
            assert_eq!(said(&folder, &format!("{words} --toolchain {toolchain}")), expected, "{toolchain}: {words}");
        }
    }
}

#[test]
fn a_source_without_a_section_gets_a_hint() {
    let folder = Folder::new();
    folder.write("empty.asm", "").write("game.asm", GOOD).write("macros.asm", "MACRO m\nENDM\nDEF X EQU 1\n");
    folder.write("old.gb", vec![7; 0x8000]);
    folder.tool("rgbasm", args("-o game.o game.asm")).ok();
    let note = "rgbpipe: the sources have no SECTION, so there is nothing in the ROM\n";
    for toolchain in ["rgbds", "builtin"] {
        for (words, expected) in [
            ("build empty.asm -o game.gb", note),
            ("build empty.asm macros.asm --fix -o game.gb", note),
            ("build empty.asm macros.asm --tar - -q", ""),
            ("build empty.asm game.asm -o game.gb --fix", ""),
            ("build empty.asm game.o -o game.gb --fix", ""),
            ("build empty.asm -o game.gb --overlay old.gb", ""),
            // An editor checks a file of macros alone.
            ("check macros.asm", ""),
        ] {
            assert_eq!(said(&folder, &format!("{words} --toolchain {toolchain}")), expected, "{toolchain}: {words}");
        }
    }
}

#[test]
fn success_is_one_line_on_a_terminal() {
    let folder = Folder::new();
    folder.write("game.asm", GOOD);
    folder.write("large.asm", "SECTION \"a\", ROMX[$4000], BANK[3]\n\tdb 1\n");
    for (words, expected) in [
        ("build game.asm --fix -o game.gb", "rgbpipe: wrote game.gb (32 KiB, 2 banks)"),
        ("build game.asm -t -o game.gb -n game.sym --fix", "rgbpipe: wrote game.gb (32 KiB, 2 banks), game.sym"),
        ("build large.asm -o game.gb --fix -m x.map", "rgbpipe: wrote game.gb (64 KiB, 4 banks), x.map"),
        ("build game.asm -x -o blob", "rgbpipe: wrote blob (1 byte, 1 bank)"),
        ("build game.asm -o game.gb --fix -q", ""),
        ("build game.asm -o game.gb --fix --message-format short", ""),
        ("build game.asm -o /dev/null --fix", ""),
        ("check game.asm", ""),
    ] {
        let (status, _, shown) = on_terminal(&folder, &format!("{words} --progress never"), false);
        assert_eq!((status, shown.trim_end()), (0, expected), "{words}");
    }
    // Nothing at all in a pipeline.
    assert_eq!(said(&folder, "build game.asm -o game.gb --fix"), "");
}
