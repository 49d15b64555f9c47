//! Command lines that the built-in tools once answered in another way than the real ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::real::theirs;
use crate::tool::{Ran, our};

type Folder = BTreeMap<PathBuf, Vec<u8>>;

/// What is compared: exit status, standard output, messages without their words, and the files.
type Seen = (i32, BString, Vec<String>, Vec<(PathBuf, BString)>);

fn seen(ran: Ran) -> Seen {
    // The real tools leave an empty file where they have opened an output but written nothing.
    let written = ran.files.into_iter().filter(|(_, content)| !content.is_empty());
    let files = written.map(|(path, content)| (path, content.into()));
    (ran.status, ran.stdout.into(), skeleton(&ran.stderr), files.collect())
}

/// The severities and flags of messages, their places, and the last line.
fn skeleton(stderr: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for line in stderr.lines() {
        let line = line.to_str_lossy();
        let severity = ["warning", "error", "FATAL"].into_iter().find(|word| line.starts_with(&format!("{word}: ")));
        if let Some(severity) = severity {
            found.push(format!("{severity}{}", line.rfind(" [-W").map_or("", |at| &line[at..])));
        } else if ["    at ", "    <- ", "    and also:", "Assembly", "Linking", "Fixing"]
            .iter()
            .any(|start| line.starts_with(start))
        {
            found.push(line.into_owned());
        }
    }
    found
}

/// Checks that both tools do the same. Words are separated by one blank, and `~` is a blank in a word.
fn check(tool: &str, lines: &[&str], files: &Folder) {
    for line in lines {
        let arguments: Vec<_> = line.split(' ').map(|word| word.replace('~', " ")).collect();
        let theirs = seen(theirs(tool, &arguments, b"", files));
        assert!(theirs.0 == 0 || !theirs.2.is_empty(), "{tool} {line}: the real one says nothing");
        assert_eq!(seen(our(tool, &arguments, b"", files.clone())), theirs, "{tool} {line}");
    }
}

fn sources() -> Folder {
    BTreeMap::from([
        ("a.asm".into(), b"PRINTLN \"a\"\n".to_vec()),
        ("errors.asm".into(), b" one\n two\n three\n".to_vec()),
    ])
}

#[test]
fn a_symbol_defined_twice_is_an_error_of_its_option() {
    let lines = [
        "-D X -D X a.asm",
        "-D X=1 -D Y -D X=2 -D X a.asm",
        "-D X -D X -Z a.asm",
        "-D X -D X errors.asm",
        "-D X -D X -p 256 a.asm",
        "-D X -D X -o nowhere/a.o -M a.d a.asm",
        "-D _RS a.asm",
        "-D .. -b 00 -D @ a.asm",
        "-D __UTC_DAY__=1 -D __SCOPE__ a.asm",
    ];
    check("rgbasm", &lines, &sources());
}

#[test]
fn a_deprecated_name_is_one_in_an_option_too() {
    let lines = [
        "-D __DATE__ a.asm",
        "-D __DATE__=x -D __TIME__ -D __DATE__ a.asm",
        "-Wno-obsolete -D __DATE__ a.asm",
        "-D __DATE__ -Werror=obsolete -D __TIME__ a.asm",
        "-X2 -Werror -D __DATE__ -D __TIME__ a.asm",
        "-X3 -Werror -D __DATE__ -D __TIME__ a.asm",
        "-w -D __DATE__ a.asm",
        "-D __ISO_8601_LOCAL__ -D __UTC_DAY__=1 a.asm",
    ];
    check("rgbasm", &lines, &sources());
}

#[test]
fn errors_in_options_count_as_errors_of_the_assembly() {
    let lines = [
        "-X1 -D X -D X a.asm",
        "-D X -D X -X1 errors.asm",
        "-D X -D X -X2 errors.asm",
        "-D X -D X -X3 errors.asm",
        "-X2 -D X -g 0120 -D X a.asm",
        "-X1 -b 00 -Z",
        "-b 00 -X1 errors.asm",
        "-b 00 -X2 errors.asm",
        "-b 00 -D X -D X -X4 errors.asm",
    ];
    check("rgbasm", &lines, &sources());
}

#[test]
fn nothing_is_printed_after_the_last_error() {
    for line in [
        "PRINTLN \\@",
        "PRINTLN \\1",
        "PRINTLN {x}",
        "PRINTLN 1, \\@",
        "PRINT \"a\\@\"",
        "PRINTLN x",
        "PRINTLN ~",
        "nop",
    ] {
        let files = BTreeMap::from([("a.asm".into(), format!("PRINTLN 1\n{line}\nPRINTLN 2\n").into_bytes())]);
        check("rgbasm", &["-X1 a.asm", "-X2 a.asm"], &files);
    }
}

#[test]
fn a_dependency_rule_is_printed_between_what_the_source_prints() {
    let files = BTreeMap::from([
        (
            "a.asm".into(),
            b"PRINTLN 1\nINCLUDE \"b.inc\"\nWARN \"w\"\nINCLUDE \"none\"\nINCLUDE \"b.inc\"\n one\n".to_vec(),
        ),
        ("b.inc".into(), b"PRINTLN 2\n".to_vec()),
    ]);
    let lines = ["", "-MP ", "-MG ", "-MC -MP ", "-X1 ", "-P b.inc ", "-MP -P b.inc -P none ", "-MQ $x -MC "];
    let lines = lines.map(|options| format!("-M - -MT x {options}a.asm"));
    check("rgbasm", &lines.each_ref().map(String::as_str), &files);
    check("rgbasm", &["-M - -MT x none.asm", "-M - -MT x -MG none.asm"], &files);
}

#[test]
fn words_for_the_backtrace_are_in_any_case() {
    check("rgbasm", &["-B ALL errors.asm", "-B Collapse errors.asm", "-BNo-Collapse -B no-ALL errors.asm"], &sources());
}

#[test]
fn names_of_cartridges_need_a_capital_after_their_t() {
    let files = BTreeMap::from([("in.gb".into(), vec![0; 0x8000])]);
    let lines = [
        "-m tama5",
        "-m TAMA5",
        "-m tAMA5",
        "-m Tama5",
        "-m tpp1_1.0",
        "-m TPp1_1.0",
        "-m tPP1_1.0",
        "-m bandai_tama5",
    ];
    check("rgbfix", &lines.map(|line| format!("{line} in.gb")).each_ref().map(String::as_str), &files);
}

/// Objects, made by the real assembler.
fn objects(sources: &[(&str, &str)]) -> Folder {
    let mut files = Folder::new();
    for (name, source) in sources {
        let arguments = ["-w", "-o", name, "-"].map(String::from);
        files.append(&mut theirs("rgbasm", &arguments, source.as_bytes(), &Folder::new()).files);
    }
    files
}

#[test]
fn an_object_is_compared_with_those_before_it_before_the_next_is_read() {
    let mut files = objects(&[
        ("x.o", "SECTION \"x\", ROM0\nLab:: nop\n"),
        ("same.o", "SECTION \"x\", ROM0\n"),
        ("other.o", "SECTION FRAGMENT \"x\", WRAM0\n"),
        ("lab.o", "SECTION \"y\", ROM0\nLab:: nop\n"),
        ("unknown.o", "SECTION \"z\", ROM0\n dw Unknown\n"),
    ]);
    files.insert("bad.o".into(), b"no object".to_vec());
    files.insert("short.o".into(), files["x.o".as_ref() as &std::path::Path][..40].to_vec());
    let mut lines = Vec::new();
    for unreadable in ["bad.o", "short.o", "none.o"] {
        for good in ["x.o same.o", "x.o other.o", "x.o lab.o", "x.o unknown.o", "x.o lab.o same.o", "x.o same.o lab.o"]
        {
            lines.push(format!("{good} {unreadable}"));
        }
        lines.push(format!("x.o {unreadable} lab.o"));
    }
    check("rgblink", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &files);
}

#[test]
fn a_link_that_fails_in_an_assertion_or_a_patch_has_a_map_and_a_symbol_file() {
    let files = objects(&[
        ("good.o", "SECTION \"x\", ROM0[0]\nLab:: nop\n"),
        ("unknown.o", "SECTION \"z\", ROM0\nZ:: dw Unknown\n"),
        ("fatal.o", "SECTION \"z\", ROM0\nZ:: ASSERT FATAL, Z == 4\n"),
        ("large.o", "SECTION \"z\", ROM0\n ds $3FFF\n"),
    ]);
    let outputs = "-o x.gb -m x.map -n x.sym";
    let mut lines = Vec::new();
    for inputs in [
        "good.o",
        "unknown.o",
        "good.o fatal.o",
        "good.o large.o",
        "-O none good.o",
        "-O none unknown.o",
        "-l none good.o",
    ] {
        lines.extend([format!("{outputs} {inputs}"), format!("-m x.map -M {inputs}"), format!("-n x.sym {inputs}")]);
    }
    check("rgblink", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &files);
}

#[test]
fn an_output_that_cannot_be_opened_has_the_same_messages() {
    let mut files = sources();
    for (name, source) in [("empty.asm", ""), ("macro.asm", "MACRO m\n nop\nENDM\nSECTION \"m\", ROM0\n m")] {
        files.insert(name.into(), source.as_bytes().to_vec());
    }
    let mut lines = Vec::new();
    for source in ["a.asm", "empty.asm", "macro.asm", "errors.asm"] {
        lines.extend([format!("-o nowhere/x.o {source}"), format!("-s all:nowhere/x -o x.o {source}")]);
    }
    lines.push("-P a.asm -o nowhere/x.o macro.asm".into());
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    check("rgbasm", &lines, &files);

    let files = objects(&[("good.o", "SECTION \"x\", ROM0[0]\nLab:: nop\n")]);
    let lines = [
        "-o nowhere/x.gb -m x.map -n x.sym good.o",
        "-m nowhere/x.map -n x.sym good.o",
        "-n nowhere/x -m nowhere/x good.o",
    ];
    check("rgblink", &lines, &files);

    let files = BTreeMap::from([("in.gb".into(), vec![0; 0x8000])]);
    check("rgbfix", &["-v -o nowhere/x.gb in.gb", "-v -o x.gb none.gb"], &files);
}

/// Objects with errors and warnings in patches and assertions, and overlays of several sizes.
fn fixed_objects() -> Folder {
    let mut files = objects(&[
        (
            "errors.o",
            "SECTION \"x\", ROM0[0]\n dw Unknown\n db 300 + Big\n assert Big == 3\nSECTION \"r\", ROM0[$10]\nBig:: nop\n",
        ),
        (
            "warns.o",
            "SECTION \"x\", ROM0[0]\n db 300 + Big\n assert WARN, Big == 3\nSECTION \"r\", ROM0[$10]\nBig:: nop\nSECTION \"q\", ROMX[$4000], BANK[1]\n nop\n",
        ),
        ("good.o", "SECTION \"x\", ROM0[0]\nLab:: nop\n"),
        ("full.o", "SECTION \"x\", ROM0[0]\n ds $4000, 1\n"),
        ("gap.o", "SECTION \"x\", ROM0[0]\n ds $2000, 1\nSECTION \"z\", ROM0[$2800]\n ds $1800, 1\n"),
        ("loose.o", "SECTION \"l\", ROM0\n nop\n"),
        ("large.o", "SECTION \"l\", ROM0\n ds $4000\nSECTION \"m\", ROM0\n dw Unknown\n"),
    ]);
    for size in [0, 100, 0x2000, 0x2800, 0x4000, 0x8000, 0xC000] {
        files.insert(format!("{size:x}.bin").into(), vec![9; size]);
    }
    files.insert("dir/file".into(), Vec::new());
    files
}

#[test]
fn the_symbol_file_and_the_map_are_written_before_patches_are_computed() {
    let mut lines = Vec::new();
    let mut roms = ["", " -o r", " -o nowhere/r", " -O none -o nowhere/r"].into_iter().cycle();
    for object in ["errors.o", "warns.o", "good.o", "large.o"] {
        for sym in ["", " -n s", " -n nowhere/s", " -n dir"] {
            for map in ["", " -m m", " -m nowhere/m"] {
                lines.push(format!("{object}{sym}{map}{}", roms.next().unwrap_or_default()));
            }
        }
    }
    check("rgblink", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &fixed_objects());
}

#[test]
fn an_overlay_is_read_after_all_patches_and_when_the_output_is_open() {
    let mut lines = Vec::new();
    let mut options = ["", " -t", " -x", " -p1", " -x -p1"].into_iter().cycle();
    let mut roms = [" -o r", "", " -o nowhere/r", " -o r"].into_iter().cycle();
    for overlay in ["none", "dir", "0.bin", "64.bin", "2000.bin", "2800.bin", "4000.bin", "8000.bin", "c000.bin"] {
        for object in ["errors.o", "warns.o", "good.o", "full.o", "gap.o", "loose.o", "good.o loose.o"] {
            let (options, rom) = (options.next().unwrap_or_default(), roms.next().unwrap_or_default());
            lines.push(format!("-O {overlay}{options}{rom} {object}"));
        }
    }
    // The warning about padding depends on what no section covers.
    for overlay in ["dir", "64.bin", "2000.bin", "2800.bin"] {
        for object in ["good.o", "full.o", "gap.o"] {
            lines.extend(["", " -x"].map(|options| format!("-O {overlay}{options} -o r {object}")));
        }
    }
    check("rgblink", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &fixed_objects());
}

/// The input is a pipe, on which RGBDS cuts an overlay off at the end of the ROM, and says that it cannot be checked.
#[test]
fn an_overlay_can_be_on_standard_input() {
    let files = fixed_objects();
    let arguments = ["-O", "-", "-p", "1", "-o", "r", "good.o"].map(String::from);
    for size in [0, 100, 0x4000, 0x8000] {
        let overlay: Vec<_> = (0..=250).cycle().take(size).collect();
        let (theirs, ours) =
            (theirs("rgblink", &arguments, &overlay, &files), our("rgblink", &arguments, &overlay, files.clone()));
        assert_eq!((ours.status, theirs.status), (0, 0), "{}", ours.stderr.as_bstr());
        let rom = |ran: &Ran| ran.files[Path::new("r")].clone();
        assert!(
            rom(&ours).starts_with(&rom(&theirs)) && rom(&ours)[1..].starts_with(&overlay[1.min(size)..]),
            "{size}"
        );
    }
    // Objects are read first, also when there is nothing left for the overlay.
    let lines = ["-O - -o r -", "-O - -o r none.o", "-O - -o r loose.o", "-l - -o r good.o"];
    check("rgblink", &lines, &files);
}

#[test]
fn a_carriage_return_alone_ends_no_line_of_an_sdcc_object() {
    let script = b"ROM0\n\"_CODE\"\n".to_vec();
    let mut files = BTreeMap::from([("script".into(), script)]);
    let good = String::from_utf8(sdcc("T 00 00 00 CD\nR 00 00 00 00\n")).unwrap().replace("size C", "size 1");
    let objects = [
        good.replace('\n', "\r\n"),
        good.replace('\n', "\r"),
        good.replace('\n', "\r\r\n"),
        good.replacen('\n', "\r", 1),
        format!("{good}\r"),
        format!("{good}; comment\r"),
        format!("{good}; comment\r\n; another"),
        format!("{good}Z\nS a b c\rd\n"),
        "XB4 \rZ\n".to_owned(),
    ];
    for (number, object) in objects.iter().enumerate() {
        files.insert(format!("{number}.rel").into(), object.clone().into_bytes());
    }
    let lines: Vec<_> = (0..objects.len()).map(|number| format!("-o r -n s -l script {number}.rel")).collect();
    check("rgblink", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &files);
}

#[test]
fn the_dependency_file_is_opened_before_the_source() {
    let mut files = sources();
    files.insert("dir/file".into(), Vec::new());
    files.insert("includes.asm".into(), b"INCLUDE \"a.asm\"\n one\n".to_vec());
    let mut lines = Vec::new();
    for rule in ["nowhere/a.d", "dir", "a.d"] {
        for target in ["", " -MT x", " -o a.o", " -o nowhere/a.o"] {
            for source in ["errors.asm", "none.asm", "dir", "includes.asm", "-P none a.asm", "-D X -D X none.asm"] {
                lines.push(format!("-M {rule}{target} {source}"));
                lines.push(format!("-vv -M {rule}{target} {source}"));
            }
        }
    }
    check("rgbasm", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &files);
}

/// An object of SDCC with these lines after its symbols and areas.
fn sdcc(lines: &str) -> Vec<u8> {
    let head = "XL3\nH 1 areas 5 global symbols\nM mod\nS .__.ABS. Def000000\nS _one Ref000000\nS _two Ref000000\n\
                S _three Ref000000\nA _CODE size C flags 0 addr 0\nS _main Def000000\n";
    format!("{head}{lines}").into_bytes()
}

#[test]
fn relocations_of_sdcc_are_computed_in_the_order_of_the_file() {
    let mut files = objects(&[("def.o", "SECTION \"d\", ROM0\n_one:: nop\n_two:: nop\n_three:: nop\n")]);
    files.insert("script".into(), b"ROM0\n\"_CODE\"\n".to_vec());
    let first = "T 00 00 00 CD 00 00 CD 00 00\nR 00 00 00 00 02 04 01 00 02 07 02 00\n";
    let second = "T 06 00 00 CD 00 00 CD 00 00\nR 00 00 00 00 02 04 03 00 02 07 01 00\n";
    let objects = [
        format!("{first}{second}"),
        // They overlap.
        format!("T 00 00 00 CD 00 00 CD 00 00\nR 00 00 00 00 02 04 01 00 02 05 02 00\n{second}"),
        // They are not in order.
        format!("T 00 00 00 CD 00 00 CD 00 00\nR 00 00 00 00 02 05 02 00 02 04 01 00\n{second}"),
        format!("T 00 00 00 CD 00 00 CD 00 00\nR 00 00 00 00 02 04 02 00 02 04 01 00\n{second}"),
        format!("T 00 00 00 CD 00 00 CD 00 00\nR 00 00 00 00 0B 04 02 00 02 06 01 00\n{second}"),
        // There are warnings before the error that ends the link.
        format!("P 00 00\n{second}"),
        format!("R 00 00 00 00\n{second}"),
        format!("A _DATA size 0 flags 0 addr 0\n{second}"),
        format!("T 00 00 00 CD\n{second}"),
        format!("{first}{second}P 1\nP 2\n"),
    ];
    let mut lines = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        files.insert(format!("{number}.rel").into(), sdcc(object));
        lines.push(format!("-o r -n s -l script {number}.rel"));
        lines.push(format!("-o r -n s -l script def.o {number}.rel"));
    }
    check("rgblink", &lines.iter().map(String::as_str).collect::<Vec<_>>(), &files);
}
