//! Bad input of each kind: sources, character maps, linker scripts, objects, overlays and ROMs. Each is an error that names
//! the file and the place, and leaves all files as they are.

use std::path::Path;

use bstr::ByteSlice;

use crate::programs::Files;
use crate::tool::our;

const GOOD: &[u8] = b"SECTION \"a\", ROM0[0]\nHere:: db 1\n\tdb LOW(Here + 1)\n";

/// Runs this command with these files and an old output. Expects an error that begins with these words, one after the other.
#[track_caller]
fn refused(what: &str, command: &str, files: &[(&str, &[u8])], words: &[&str]) {
    let mut all: Files = files.iter().map(|&(name, content)| (name.into(), content.to_vec())).collect();
    all.insert("old".into(), b"old".to_vec());
    all.entry("good.o".into()).or_insert_with(good_object);
    let (tool, arguments) = command.split_once(' ').unwrap();
    let arguments: Vec<_> = arguments.split(' ').map(String::from).collect();
    let ran = our(tool, &arguments, b"", all.clone());
    assert_eq!(ran.status, 1, "{what}: {}", ran.stderr.as_bstr());
    let mut rest = ran.stderr.as_slice();
    for word in words {
        let at = rest.find(word).unwrap_or_else(|| panic!("{what}: no {word:?} in {}", ran.stderr.as_bstr()));
        rest = &rest[at + word.len()..];
    }
    assert!(ran.files == all, "{what}: a file was changed");
}

fn good_object() -> Vec<u8> {
    let arguments = ["-o", "good.o", "good.asm"].map(String::from);
    let mut ran = our("rgbasm", &arguments, b"", Files::from([("good.asm".into(), GOOD.to_vec())]));
    ran.files.remove(Path::new("good.o")).unwrap()
}

#[test]
fn sources() {
    for (what, source, words) in [
        ("missing include", &b"\n\tINCLUDE \"gone.inc\"\n"[..], ["error: ", "gone.inc", "at bad.asm(2)\n"]),
        ("missing bytes", b"SECTION \"a\", ROM0\n\tINCBIN \"gone.bin\"\n", ["error: ", "gone.bin", "at bad.asm(2)\n"]),
        ("missing text", b"\tprintln READFILE(\"gone.txt\")\n", ["error: ", "gone.txt", "at bad.asm(1)\n"]),
        ("short bytes", b"SECTION \"a\", ROM0\n\tINCBIN \"short\", 1, 9\n", ["error: ", "short", "at bad.asm(2)\n"]),
        ("open string", b"\tprintln \"abc\n", ["error: ", "string", "at bad.asm(1)\n"]),
        ("open long string", b"\n\tprintln \"\"\"abc\n", ["error: ", "string", "at bad.asm("]),
        ("open comment", b"\n/* abc\n", ["error: ", "comment", "at bad.asm("]),
        ("open macro", b"MACRO m\n\tnop\n", ["error: ", "macro", "at bad.asm("]),
        ("open loop", b"\tREPT 2\n\tnop\n", ["error: ", "loop", "at bad.asm("]),
        ("open condition", b"\tIF 1\n", ["FATAL: ", "IF", "at bad.asm(2)\n"]),
        ("open union", b"SECTION \"a\", WRAM0\n\tUNION\n", ["error: ", "UNION", "at bad.asm(3)\n"]),
        ("open fragment", b"SECTION \"a\", ROM0\n\tdw [[ db 1\n", ["FATAL: ", "fragment", "at bad.asm(3)\n"]),
        ("binary", b"\x00\x01\xFF\xFE\x80\n", ["error: ", "", "at bad.asm(1)\n"]),
        ("invalid UTF-8", b"\tprintln STRLEN(\"\xC3\")\n", ["error: ", "", "at bad.asm(1)\n"]),
        ("error in an include", b"\tINCLUDE \"bad.inc\"\n", ["error: ", "at bad.inc(2)\n", "<- bad.asm(1)\n"]),
    ] {
        let files: [(&str, &[u8]); 3] = [("bad.asm", source), ("short", b"123"), ("bad.inc", b"\n\tjunk junk\n")];
        refused(what, "rgbasm -o old bad.asm", &files, &words);
    }
    refused("missing source", "rgbasm -o old gone.asm", &[], &["FATAL: ", "gone.asm"]);
    let files: [(&str, &[u8]); 1] = [("good.asm", GOOD)];
    refused("missing -P", "rgbasm -o old -P gone.inc good.asm", &files, &["error: ", "gone.inc"]);
    refused("missing @file", "rgbasm -o old @gone good.asm", &files, &["", "gone"]);
}

#[test]
fn character_maps() {
    for (what, line, word) in [
        ("open string", &b"CHARMAP \"a"[..], "string"),
        ("no value", b"CHARMAP \"a\"", "`,`"),
        ("empty text", b"CHARMAP \"\", 1", ""),
        ("unknown value", b"CHARMAP \"a\", nowhere", "nowhere"),
        ("unknown base", b"NEWCHARMAP new, gone", "gone"),
        ("taken name", b"NEWCHARMAP main", "main"),
        ("unknown map", b"SETCHARMAP gone", "gone"),
        ("unknown pushed map", b"PUSHC gone", "gone"),
        ("nothing to pop", b"POPC", ""),
        ("invalid UTF-8", b"println CHARLEN(\"\xFF\")", ""),
        ("unmapped character", b"println CHARVAL(\"a\")", "\"a\""),
        ("unknown escape", b"CHARMAP \"\\q\", 1", "q"),
    ] {
        let include = [b"\n\t", line, b"\n"].concat();
        let files: [(&str, &[u8]); 2] = [("bad.asm", b"\tINCLUDE \"chars.inc\"\n"), ("chars.inc", &include)];
        refused(what, "rgbasm -o old bad.asm", &files, &["error: ", word, "at chars.inc(2)\n", "<- bad.asm(1)\n"]);
    }
}

#[test]
fn linker_scripts() {
    for (what, script, word) in [
        ("unknown word", &b"\nNOWHERE 1\n"[..], "NOWHERE"),
        ("no bank", b"\nROMX\n", "ROMX"),
        ("wrong bank", b"\nROM0 18\n", "18"),
        ("cut string", b"\nROM0 \"a\n", "string"),
        ("cut number", b"\nROM0 $\n", "digits"),
        ("large number", b"\nROMX 99999999999\n", ""),
        ("unknown section", b"ROM0\n\"gone\"\n", "gone"),
        ("section before a bank", b"\n\"a\"\n", ""),
        ("address outside", b"ROM0\nORG $5000\n", "5000"),
        ("address that is past", b"ROM0 ORG $10\nORG $8\n", ""),
        ("space that is too large", b"ROM0\nDS $9000\n", ""),
        ("binary", b"\n\xFF\xFE\x00\n", ""),
        ("missing include", b"\nINCLUDE \"gone.link\"\n", "gone.link"),
    ] {
        let place = if what == "address that is past" { "at bad.link(" } else { "at bad.link(2)\n" };
        refused(what, "rgblink -o old -l bad.link good.o", &[("bad.link", script)], &["error: ", word, place]);
    }
    let files: [(&str, &[u8]); 2] = [("outer.link", b"\nINCLUDE \"inner.link\"\n"), ("inner.link", b"\nROM0\n?\n")];
    let words = ["error: ", "at inner.link(3)\n", "<- outer.link(2)\n"];
    refused("error in an include", "rgblink -o old -l outer.link good.o", &files, &words);
    refused("missing script", "rgblink -o old -l gone.link good.o", &[], &["error: ", "gone.link"]);
}

#[test]
fn objects() {
    let good = good_object();
    // The position of the number of symbols, and a number to write there.
    let number_at = |at: usize, number: u32| {
        let mut object = good.clone();
        object[at..at + 4].copy_from_slice(&number.to_le_bytes());
        object
    };
    for (what, object, word) in [
        ("empty", Vec::new(), ""),
        ("cut magic", b"RGB".to_vec(), ""),
        ("other magic", b"RGBX and more".to_vec(), ""),
        ("other revision", number_at(4, 12), "revision 12"),
        ("only the revision", good[..8].to_vec(), "ends"),
        ("cut in half", good[..good.len() / 2].to_vec(), "ends"),
        ("without its last byte", good[..good.len() - 1].to_vec(), "ends"),
        ("too many symbols", number_at(8, u32::MAX), ""),
        ("too many sections", number_at(12, u32::MAX), ""),
        ("too many nodes", number_at(16, u32::MAX), ""),
        ("unknown parent", number_at(20, 77), "77"),
    ] {
        refused(what, "rgblink -o old good.o bad.o", &[("bad.o", &object)], &["FATAL: ", "bad.o", word, "byte"]);
    }
    for (what, object, place) in [
        ("SDCC: cut area", &b"XL3\nH 1 areas 1 global symbols\nS .__.ABS. Def0000\nA _C"[..], "at bad.rel(4)\n"),
        ("SDCC: no header", b"XL3\nnonsense\n", "at bad.rel(2)\n"),
        ("SDCC: other addresses", b"XL2\n", "at bad.rel(1)\n"),
        ("SDCC: no number", b"XL3\nH x areas 1 global symbols\n", "at bad.rel(2)\n"),
    ] {
        refused(what, "rgblink -o old bad.rel", &[("bad.rel", object)], &["FATAL: ", place]);
    }
    refused("missing", "rgblink -o old gone.o", &[], &["FATAL: ", "gone.o"]);
}

#[test]
fn overlays_and_roms() {
    let fixed = |size: usize| vec![0; size];
    refused("missing overlay", "rgblink -o old -O gone.gb good.o", &[], &["FATAL: ", "gone.gb"]);
    refused("missing ROM", "rgbfix -v gone.gb", &[], &["error: ", "gone.gb"]);
    refused("empty ROM", "rgbfix -v cut.gb", &[("cut.gb", b"")], &["error: ", "cut.gb"]);
    refused("cut ROM", "rgbfix -v cut.gb", &[("cut.gb", &fixed(0x14F))], &["error: ", "cut.gb"]);
    refused("cut TPP1", "rgbfix -v -m TPP1_1.0 cut.gb", &[("cut.gb", &fixed(0x153))], &["error: ", "cut.gb"]);
    refused("missing logo", "rgbfix -L gone.1bpp cut.gb", &[("cut.gb", &fixed(0x8000))], &[": ", "gone.1bpp"]);
    let files: [(&str, &[u8]); 2] = [("cut.gb", &fixed(0x8000)), ("cut.1bpp", &fixed(47))];
    refused("cut logo", "rgbfix -L cut.1bpp cut.gb", &files, &[": ", "cut.1bpp"]);
}
