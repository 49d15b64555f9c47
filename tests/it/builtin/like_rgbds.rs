//! Compared with RGBDS, on the same input: ROM, symbols, dependencies, verdict, and the places in messages.

use crate::support::{Folder, args, needs};

const GREETER: &str = "-l layout.link -I include src/bob.asm src/font.asm src/greeting.asm src/interrupts.asm src/main.asm \
     src/memory.asm src/message.asm src/screen.asm src/signature.asm src/variables.asm";

/// The lines of a map, sorted, because labels at the same address may come in any order.
fn lines(map: &[u8]) -> Vec<String> {
    let mut lines: Vec<_> = String::from_utf8_lossy(map).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn a_program_of_many_sources_is_the_same() {
    let outputs = ["game.gb", "game.sym", "game.map", "game.d", "report.json"];
    let build = |toolchain: &str| {
        let folder = Folder::with_program("greeter");
        let words = format!(
            "build --toolchain {toolchain} --fix -E -o game.gb -m game.map -n game.sym -M game.d --MP --usage \
             --report report.json {GREETER}"
        );
        let shown = folder.rgbpipe(args(&words)).status(0).stderr;
        (outputs.map(|output| folder.read(output)), shown)
    };
    let ([rom, sym, map, rule, report], usage) = build("builtin");
    let ([rom2, sym2, map2, rule2, report2], usage2) = build("rgbds");
    assert_eq!((rom == rom2, String::from_utf8_lossy(&sym)), (true, String::from_utf8_lossy(&sym2)));
    assert_eq!(lines(&map), lines(&map2));
    assert_eq!(String::from_utf8_lossy(&rule), String::from_utf8_lossy(&rule2));
    assert_eq!(usage, usage2);
    let usage_of = |report: &[u8]| String::from_utf8_lossy(report).split_once("\"usage\"").unwrap().1.to_owned();
    assert_eq!(usage_of(&report), usage_of(&report2));
}

#[test]
fn kept_objects_link_in_both_ways() {
    let folder = Folder::with_program("greeter");
    let build = |toolchain: &str, rom: &str, dir: &str| {
        let words = format!("build --toolchain {toolchain} -o {rom} --save-temps {dir} {GREETER}");
        folder.rgbpipe(args(&words)).ok();
        folder.read(rom)
    };
    let rom = build("builtin", "a.gb", "a");
    assert!(build("rgbds", "b.gb", "b") == rom);
    let objects = |dir: &str| {
        let names = ["bob", "font", "greeting", "interrupts", "main", "memory", "message", "screen", "signature"];
        names.iter().chain(&["variables"]).map(|name| format!("{dir}/{name}.o")).collect::<Vec<_>>().join(" ")
    };
    folder.tool("rgblink", args(&format!("-l layout.link -o c.gb {}", objects("a")))).ok();
    folder.rgbpipe(args(&format!("build --toolchain builtin -l layout.link -o d.gb {}", objects("b")))).ok();
    assert!(folder.read("c.gb") == rom && folder.read("d.gb") == rom);
}

#[test]
fn verdicts_and_places_are_the_same() {
    if !needs("jq") {
        return;
    }
    let folder = Folder::new();
    folder
        .write("inc.inc", "MACRO twice\n\tld b, \\1, \\1\nENDM\nWARN \"careful\"\n")
        .write("macro.asm", "INCLUDE \"inc.inc\"\nSECTION \"m\", ROM0\n\ttwice c\nREPT 2\n\tnonsense\nENDR\n")
        .write("nowhere.asm", "SECTION \"n\", ROM0\n\tdw Nowhere\n\tdb 1\n")
        .write("twice.asm", "SECTION \"t\", ROM0\nOne:: db 1\nOne:: db 2\n")
        .write("far.asm", "SECTION \"f\", ROM0\n\tjr @+200\n\tdb 300\n")
        .write("fails.asm", "FAIL \"no\"\n")
        .write("asserts.asm", "SECTION \"a\", ROM0\nA: db 1\n\tASSERT WARN, A == 9, \"linked\"\n\tASSERT A == 8\n")
        .write("missing.asm", "INCLUDE \"none.inc\"\n")
        .write("large.asm", "SECTION \"l\", ROM0\n\tds $8001\n")
        .write("fine.asm", "SECTION \"x\", ROM0\n\tdb 1\n\tPRINTLN \"fine\"\n");
    for words in [
        "macro.asm",
        "nowhere.asm",
        "twice.asm",
        "far.asm",
        "fails.asm",
        "asserts.asm",
        "missing.asm",
        "large.asm",
        "fine.asm",
        "-Werror inc.inc",
        "-Wnothing fine.asm",
        "none.asm",
        "--fix-flags -vmNONE fine.asm",
        "macro.asm fine.asm nowhere.asm",
        "-j1 fine.asm twice.asm nowhere.asm",
    ] {
        let told = |toolchain: &str| {
            let ended =
                folder.rgbpipe(args(&format!("check --message-format json --toolchain {toolchain} {words}"))).run();
            let filter = "select(.reason == \"diagnostic\") | [.tool, .source, .severity, .flag, .backtrace]";
            let places = folder.command("jq", ["-c", filter]).stdin(ended.stderr.clone()).run();
            (ended.status, String::from_utf8(places.stdout).unwrap(), ended.stderr)
        };
        let (status, places, all) = told("builtin");
        let (status2, places2, all2) = told("rgbds");
        assert_eq!((status, places), (status2, places2), "{words}\n{all}\n{all2}");
    }
}

#[test]
fn missing_files_are_dependencies() {
    let folder = Folder::new();
    folder
        .write("a.asm", "INCLUDE \"one.inc\"\nSECTION \"a\", ROM0\nINCBIN \"two.bin\"\n\tdb 1\n")
        .write("b.asm", "INCLUDE \"here.inc\"\nSECTION \"b\", ROM0\n\tdb HERE\n")
        .write("here.inc", "DEF HERE EQU 1\n")
        .write("more.inc", "DEF MORE EQU 1\n")
        .write("x.link", "INCLUDE \"y.link\"\nROM0\n")
        .write("y.link", "");
    for words in ["--MG", "--MC", "--MG --MP -l none.link", "--MC -I inc -P more.inc"] {
        let rule = |toolchain: &str| {
            let words = format!("build --toolchain {toolchain} a.asm b.asm -o game.gb -M {toolchain}.d --MT x {words}");
            let shown = folder.rgbpipe(args(&words)).status(0).stderr;
            (String::from_utf8(folder.read(format!("{toolchain}.d"))).unwrap(), shown)
        };
        assert_eq!(rule("builtin"), rule("rgbds"), "{words}");
    }
    let rule = |toolchain: &str| {
        let words = format!("build --toolchain {toolchain} b.asm -l x.link -o game.gb -M game.d --MP --fix");
        folder.rgbpipe(args(&words)).ok();
        String::from_utf8(folder.read("game.d")).unwrap()
    };
    assert_eq!(rule("builtin"), rule("rgbds"));
}
