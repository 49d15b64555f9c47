//! The same programs and options, built by rgbpipe and by the plain tools: the bytes, the messages and the verdict are
//! equal.

use std::ffi::OsString;
use std::fmt::Write;

use crate::support::{Folder, args};

/// A build as plain commands: one assembly for each source, one link, and perhaps a fix.
struct Build<'a> {
    sources: Vec<&'a str>,
    asm: &'a str,
    link: &'a str,
    fix: Option<&'a str>,
    /// The source on standard input.
    stdin: Option<&'a str>,
    /// Whether the plain tools may fail. If they fail unexpectedly, a case compares nothing.
    may_fail: bool,
}

impl Build<'_> {
    fn of<'a>(sources: &[&'a str]) -> Build<'a> {
        Build { sources: sources.to_vec(), asm: "", link: "", fix: None, stdin: None, may_fail: false }
    }

    fn text_on_stdin(&self, folder: &Folder) -> Vec<u8> {
        self.stdin.map(|source| folder.read(source)).unwrap_or_default()
    }

    /// Runs the plain tools, with the names that rgbpipe uses, and calls the results `plain`. Returns the exit status
    /// of the first tool that failed, and all output.
    fn plain(&self, folder: &Folder) -> (i32, String) {
        let mut printed = String::new();
        let mut status = 0;
        let mut objects = Vec::new();
        let mut run = |tool: &str, args: Vec<OsString>, stdin: Vec<u8>, status: &mut i32| {
            let ended = folder.tool(tool, args).stdin(stdin).run();
            write!(printed, "{}{}", String::from_utf8_lossy(&ended.stdout), ended.stderr).unwrap();
            *status = if *status == 0 { ended.status } else { *status };
        };
        for source in &self.sources {
            let object = if self.stdin == Some(*source) { "stdin.o".to_owned() } else { source.replace(".asm", ".o") };
            let mut words = args(self.asm);
            words.extend(["-o".into(), object.clone().into()]);
            let (name, stdin) =
                if self.stdin == Some(*source) { ("-", self.text_on_stdin(folder)) } else { (*source, Vec::new()) };
            words.push(name.into());
            run("rgbasm", words, stdin, &mut status);
            objects.push(object);
        }
        if status == 0 {
            let mut words = args(self.link);
            words.extend(args("-o ours.gb -m ours.map -n ours.sym"));
            words.extend(objects.iter().map(OsString::from));
            run("rgblink", words, Vec::new(), &mut status);
        }
        if let (0, Some(flags)) = (status, self.fix) {
            let mut words = args(flags);
            words.push("ours.gb".into());
            run("rgbfix", words, Vec::new(), &mut status);
        }
        for object in &objects {
            let _ = std::fs::remove_file(folder.path().join(object));
        }
        for ending in ["gb", "map", "sym"] {
            let file = |stem: &str| folder.path().join(format!("{stem}.{ending}"));
            let _ = std::fs::rename(file("ours"), file("plain"));
        }
        (status, printed)
    }

    /// Builds both ways, with `options` for rgbpipe, and compares.
    #[track_caller]
    fn compare(&self, folder: &Folder, options: &str) {
        for file in folder.names().iter().filter(|name| name.starts_with("plain.") || name.starts_with("ours.")) {
            std::fs::remove_file(folder.path().join(file)).unwrap();
        }
        let (status, printed) = self.plain(folder);
        assert!(status == 0 || self.may_fail, "{options}: {printed}");
        let mut words = args("build -o ours.gb -m ours.map -n ours.sym");
        words.extend(args(options));
        let inputs = self.sources.iter().map(|source| if self.stdin == Some(*source) { "-" } else { source });
        words.extend(inputs.map(OsString::from));
        let ours = folder.rgbpipe(words).stdin(self.text_on_stdin(folder)).status(status);
        assert_eq!(ours.stderr, printed, "{options}");
        assert_eq!(ours.stdout, b"", "{options}");
        for ending in ["gb", "map", "sym"] {
            let file = |stem: &str| std::fs::read(folder.path().join(format!("{stem}.{ending}"))).ok();
            if status == 0 {
                assert!(file("plain").is_some(), "{options}: plain.{ending} is missing");
                assert!(file("ours") == file("plain"), "{options}: the {ending} differs");
            } else {
                assert_eq!(file("ours"), None, "{options}: a failed build left its {ending}");
            }
        }
    }

    /// Compares with the sources given by path, and with each one on standard input.
    #[track_caller]
    fn compare_all_ways(&mut self, folder: &Folder, options: &str) {
        self.stdin = None;
        self.compare(folder, options);
        self.stdin = self.sources.first().copied();
        self.compare(folder, options);
        self.stdin = self.sources.last().copied();
        self.compare(folder, options);
    }
}

/// A group of options: for rgbpipe, and for each tool.
type Group = (&'static str, &'static str, &'static str, Option<&'static str>);

const GROUPS: [Group; 24] = [
    ("", "", "", None),
    ("-E", "-E", "", None),
    ("-D NAME -D OTHER=7", "-D NAME -D OTHER=7", "", None),
    ("-DNAME", "-DNAME", "", None),
    ("-I include", "-I include", "", None),
    ("-P prelude.inc", "-P prelude.inc", "", None),
    ("-Q 12", "-Q 12", "", None),
    ("-p 0xAA", "-p 0xAA", "-p 0xAA", None),
    ("-p $AA", "-p 0xAA", "-p 0xAA", None),
    ("-Wall", "-Wall", "-Wall", None),
    (
        "-Wall -Wextra -Wno-obsolete -Wtruncation=1",
        "-Wall -Wextra -Wno-obsolete -Wtruncation=1",
        "-Wall -Wno-obsolete -Wtruncation=1",
        None,
    ),
    ("-Weverything", "-Weverything", "-Weverything", None),
    ("-x", "", "-x", None),
    ("-d", "", "-d", None),
    ("--wramx", "", "-w", None),
    ("-t -d -x", "", "-t -d -x", None),
    ("-S romx=3,wramx=2", "", "-S romx=3,wramx=2", None),
    ("--fix", "", "", Some("-v -p 0xFF")),
    ("--fix-flags=-j", "", "", Some("-j")),
    ("--asm-flags=-E --link-flags=-x", "-E", "-x", None),
    ("--asm-flags=-v --link-flags=-v", "-v", "-v", None),
    ("-j1", "", "", None),
    ("-j7", "", "", None),
    ("-E -D NAME -p 0x11 -x --fix -j3", "-E -D NAME -p 0x11", "-p 0x11 -x", Some("-v -p 0xFF")),
];

#[test]
fn a_program_of_one_file_is_the_same_with_each_option_group() {
    let folder = Folder::with_program("hello.asm");
    folder.write("prelude.inc", "DEF PRELUDE EQU 1\n");
    for (options, asm, link, fix) in GROUPS {
        let mut build = Build::of(&["hello.asm"]);
        (build.asm, build.link, build.fix) = (asm, link, fix);
        build.compare_all_ways(&folder, options);
    }
}

/// Whether these options are for programs of one bank. For other programs they are errors, and the errors are equal.
fn is_for_one_bank(link: &str) -> bool {
    ["-t", "-d", "-w", "-x"].iter().any(|option| link.split(' ').any(|word| word == *option))
}

const GREETER: [&str; 10] = [
    "src/main.asm",
    "src/bob.asm",
    "src/font.asm",
    "src/greeting.asm",
    "src/interrupts.asm",
    "src/memory.asm",
    "src/message.asm",
    "src/screen.asm",
    "src/signature.asm",
    "src/variables.asm",
];

#[test]
fn a_program_of_many_files_is_the_same_with_each_option_group() {
    let folder = Folder::with_program("greeter");
    folder.write("prelude.inc", "DEF PRELUDE EQU 1\n");
    for (options, asm, link, fix) in GROUPS {
        let may_fail = is_for_one_bank(link);
        let (asm, link) = (format!("-I include {asm}"), format!("-l layout.link {link}"));
        let mut build = Build::of(&GREETER);
        (build.asm, build.link, build.fix) = (&asm, &link, fix);
        build.may_fail = may_fail;
        build.compare_all_ways(&folder, &format!("-I include -l layout.link {options}"));
    }
}

#[test]
fn an_overlay_is_the_same_however_large() {
    let folder = Folder::new();
    folder.write(
        "patch.asm",
        "SECTION \"a\", ROM0[$150]\nHere:: dw There\nSECTION \"b\", ROMX[$4567], BANK[2]\nThere:: dw Here\n",
    );
    for kibibytes in [64, 1024] {
        folder.write("overlay.gb", vec![0x5A; kibibytes << 10]);
        let mut build = Build::of(&["patch.asm"]);
        build.link = "-O overlay.gb";
        build.compare_all_ways(&folder, "-O overlay.gb");
        assert_eq!(folder.read("ours.gb").len(), kibibytes << 10);
    }
}

#[test]
fn the_order_of_the_inputs_is_the_order_of_the_link() {
    let folder = Folder::with_program("greeter");
    let mut backwards = GREETER;
    backwards.reverse();
    let mut build = Build::of(&backwards);
    (build.asm, build.link) = ("-I include", "");
    build.compare_all_ways(&folder, "-I include");
}

#[test]
fn a_large_program_is_the_same_with_each_option_group() {
    let folder = Folder::new();
    folder.write("prelude.inc", "DEF PRELUDE EQU 1\n");
    let sources: Vec<_> = (0..4).map(|index| format!("part{index}.asm")).collect();
    let mut size = 0;
    for (index, source) in sources.iter().enumerate() {
        let text = part(index, 32);
        size += text.len();
        folder.write(source, text);
    }
    assert!(size > 5_000_000, "{size} bytes of source");
    let sources: Vec<_> = sources.iter().map(String::as_str).collect();
    let mut build = Build::of(&sources);
    for (options, asm, link, fix) in GROUPS {
        (build.asm, build.link, build.fix, build.may_fail) = (asm, link, fix, is_for_one_bank(link));
        build.compare_all_ways(&folder, options);
    }
    (build.asm, build.link, build.fix, build.may_fail) = ("", "", Some("-v -p 0xFF"), false);
    build.compare(&folder, "--fix -j2");
    assert_eq!(folder.read("ours.gb").len(), 256 * 16384, "128 banks, and the one of ROM0");
}

/// The `index`th source of a large program, with this many ROM banks full of data and of references to other banks.
fn part(index: usize, banks: usize) -> String {
    let mut text = String::new();
    for bank in 0..banks {
        let number = index * banks + bank + 1;
        writeln!(text, "SECTION \"Bank {number}\", ROMX, BANK[{number}]\nBank{number}::").unwrap();
        let mut value = number;
        for line in 0..600 {
            text.push_str("\tdb ");
            for column in 0..16 {
                value = (value * 1_103_515_245 + 12345) % (1 << 31);
                write!(text, "{}${:02X}", if column == 0 { "" } else { ", " }, value >> 16 & 0xFF).unwrap();
            }
            writeln!(text, " ; line {line}").unwrap();
        }
        writeln!(text, "\tdw Bank{}, BANK(Bank{})", 129 - number, 129 - number).unwrap();
    }
    text
}

#[test]
fn warnings_and_prints_are_the_same_and_in_the_order_of_the_sources() {
    let folder = Folder::new();
    let sources: Vec<_> = (0..9).map(|index| format!("s{index}.asm")).collect();
    for (index, source) in sources.iter().enumerate() {
        // The first sources take longest, so with several jobs they finish last.
        let work = format!("REPT {}\n\tdb 1\nENDR\n", (9 - index) * 1500);
        let text = format!(
            "PRINTLN \"print {index}\"\nWARN \"first {index}\"\nSECTION \"s{index}\", ROMX\n{work}\nWARN \"last {index}\"\n"
        );
        folder.write(source, text);
    }
    let sources: Vec<_> = sources.iter().map(String::as_str).collect();
    for jobs in ["-j1", "-j2", "-j9"] {
        Build::of(&sources).compare_all_ways(&folder, jobs);
    }
}

#[test]
fn errors_have_the_same_words() {
    for (text, what) in [
        ("SECTION \"a\", ROM0\n\tlda 5\n", "a syntax error"),
        ("SECTION \"a\", ROM0\n\tdw Missing\n", "an undefined symbol"),
        ("SECTION \"a\", ROM0\n\tds $8000\n", "a section too large"),
        ("INCLUDE \"missing.inc\"\n", "a missing include"),
        ("SECTION \"a\", ROM0\n\tINCBIN \"missing.bin\"\n", "a missing binary"),
        ("FAIL \"stop here\"\n", "a failure by the source's own will"),
        ("ASSERT 1 == 2, \"never\"\n", "a failed assertion"),
        ("SECTION \"a\", ROM0\nx: ASSERT x == 7\n", "an assertion that fails at link time"),
        ("SECTION \"a\", ROM0[0]\n\tdb 1\nSECTION \"b\", ROM0[0]\n\tdb 1\n", "an overlap"),
        ("", "nothing (an empty source)"),
        ("; only a comment", "a comment without a newline"),
    ] {
        let folder = Folder::new();
        folder.write("x.asm", text).write("good.asm", "SECTION \"good\", ROM0\nGood:: db 1\n");
        println!("{what}");
        for sources in [&["x.asm"][..], &["good.asm", "x.asm"]] {
            let mut build = Build::of(sources);
            build.may_fail = true;
            build.compare_all_ways(&folder, "-j2");
        }
    }
}

#[test]
fn objects_on_disk_are_linked_where_they_stand() {
    let folder = Folder::with_program("greeter");
    for (source, object) in [("src/memory.asm", "memory.o"), ("src/bob.asm", "bob.dat")] {
        folder.tool("rgbasm", ["-I", "include", "-o", object, source]).ok();
    }
    // Objects are recognized by their ending, or by their first bytes.
    let mixed = GREETER.map(|source| match source {
        "src/memory.asm" => "memory.o",
        "src/bob.asm" => "bob.dat",
        source => source,
    });
    let mut build = Build::of(&GREETER);
    (build.asm, build.link) = ("-I include", "-l layout.link");
    assert_eq!(build.plain(&folder), (0, String::new()));
    let words = ["build", "-I", "include", "-l", "layout.link", "-o", "ours.gb", "-m", "ours.map", "-n", "ours.sym"];
    folder.rgbpipe(words.into_iter().chain(mixed)).ok();
    for ending in ["gb", "map", "sym"] {
        assert!(folder.read(format!("ours.{ending}")) == folder.read(format!("plain.{ending}")), "{ending}");
    }
}
