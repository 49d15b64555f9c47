//! The messages that a person sees on a terminal, with `-v` and `-q`, and from `doctor`.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};

use crate::support::{Folder, Invocation, args, rgbds};

/// Runs rgbpipe with standard error on a terminal, and standard output too if `stdout`. Returns the status, everything
/// sent to the terminal, and what it shows at the end.
pub(crate) fn on_terminal(folder: &Folder, words: &str, stdout: bool) -> (i32, String, String) {
    let mut screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    let (status, sent) = sent_to_terminal(folder.rgbpipe(args(words)), stdout, screen.screen());
    screen.process(&sent);
    (status, String::from_utf8(sent).unwrap(), screen.screen().contents())
}

/// Runs a command in the same way, on a terminal with the size of `screen`. Returns the status and everything sent.
pub(crate) fn sent_to_terminal(invocation: Invocation<'_>, stdout: bool, screen: &vt100::Screen) -> (i32, Vec<u8>) {
    let (rows, columns) = screen.size();
    let size = Winsize { ws_row: rows.get(), ws_col: columns.get(), ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(&size, None).unwrap();
    let mut command = invocation.env("TERM", "xterm").command;
    command.stdin(Stdio::null()).stderr(pty.slave.try_clone().unwrap());
    command.stdout(if stdout { Stdio::from(pty.slave.try_clone().unwrap()) } else { Stdio::null() });
    let mut child = command.spawn().unwrap();
    // The terminal ends when nothing uses it any more.
    drop((command, pty.slave));
    let mut sent = Vec::new();
    let mut master = File::from(pty.master);
    let mut buffer = [0; 4096];
    // Linux reports EIO instead of the end.
    while let Ok(count @ 1..) = master.read(&mut buffer) {
        sent.extend_from_slice(&buffer[..count]);
    }
    (child.wait().unwrap().code().unwrap(), sent)
}

const WARNS: &str = "WARN \"careful\"\nSECTION \"warns\", ROM0\n\tdb 1\n";

#[test]
fn messages_are_in_colour_on_a_terminal_only() {
    let folder = Folder::new();
    folder.write("warns.asm", WARNS);
    let plain = folder.tool("rgbasm", args("-o warns.o warns.asm")).status(0).stderr;
    let coloured = folder.tool("rgbasm", args("-o warns.o --color always warns.asm")).status(0).stderr;
    assert_ne!(plain, coloured);

    let build = "check warns.asm --snippets never --progress never";
    let (status, sent, shown) = on_terminal(&folder, build, false);
    assert_eq!((status, sent.replace("\r\n", "\n")), (0, coloured.clone()));
    assert_eq!(shown.trim_end(), plain.trim_end());
    let piped = |words: &str| folder.rgbpipe(args(words)).status(0).stderr;
    assert_eq!(piped(build), plain);
    assert_eq!(piped(&format!("{build} --color always")), coloured);
    assert_eq!(on_terminal(&folder, &format!("{build} --color never"), false).1.replace("\r\n", "\n"), plain);
    let with = |name, value| folder.rgbpipe(args(build)).env(name, value).status(0).stderr;
    assert_eq!(with("FORCE_COLOR", "1"), coloured);
    assert_eq!(with("NO_COLOR", "1"), plain);
}

#[test]
fn a_terminal_shows_no_more_errors_than_rgbasm_would_show_there() {
    let folder = Folder::new();
    folder.write("wrong.asm", "\tnonsense\n".repeat(300));
    let piped = folder.rgbpipe(args("build -o wrong.gb wrong.asm")).status(1).stderr;
    assert_eq!(piped.matches("error: ").count(), 300);
    let (status, sent, _) = on_terminal(&folder, "build -o wrong.gb wrong.asm --color never", false);
    assert_eq!((status, sent.matches("error: ").count()), (1, 300));
    let (status, sent, _) = on_terminal(&folder, "build -o wrong.gb wrong.asm", false);
    assert_eq!((status, sent.matches("error: ").count()), (1, 100));
    let (_, sent, _) = on_terminal(&folder, "build -o wrong.gb wrong.asm --asm-flags=-X7", false);
    assert_eq!(sent.matches("error: ").count(), 7);
}

#[test]
fn a_long_build_shows_progress_and_leaves_no_trace_of_it() {
    let folder = Folder::new();
    let long = "SECTION FRAGMENT \"long\", ROM0\nREPT 400000\nENDR\nREPT 300000\nDEF x = 1\nENDR\n";
    for number in 0..6 {
        folder.write(format!("{number}.asm"), long);
    }
    folder.write("warns.asm", WARNS);
    let sources = "0.asm 1.asm 2.asm warns.asm 3.asm 4.asm 5.asm";
    let (status, sent, shown) =
        on_terminal(&folder, &format!("build --fix --snippets never -j1 -o long.gb {sources}"), false);
    assert_eq!(status, 0, "{sent}");
    assert!(sent.contains("assembling") && sent.contains("/7"), "no bar: {sent:?}");
    assert!(sent.contains("linking"), "the last step is not shown: {sent:?}");
    // The warning stays, the bar is gone.
    let wrote = "rgbpipe: wrote long.gb (32 KiB, 2 banks)";
    assert_eq!(shown.trim_end(), format!("warning: careful [-Wuser]\n    at warns.asm(1)\n{wrote}"));

    let (_, sent, _) = on_terminal(&folder, &format!("build -q -j1 -o long.gb {sources}"), false);
    assert_eq!(sent, "", "quiet");
    let piped = folder.rgbpipe(args(&format!("build -j1 -o long.gb {sources}"))).status(0).stderr;
    assert_eq!(piped, "warning: careful [-Wuser]\n    at warns.asm(1)\n");
    // As the option says.
    let (_, sent, _) = on_terminal(&folder, &format!("build --progress never -j1 -o long.gb {sources}"), false);
    assert!(!sent.contains("assembling"), "{sent:?}");
    let (_, sent, _) = on_terminal(&folder, &format!("check --message-format short -j1 {sources}"), false);
    assert_eq!(sent, "warns.asm:1: warning: careful [-Wuser]\r\n");
    let forced = |more: &str| {
        let words = format!("build --progress always {more} -j1 -o long.gb {sources}");
        folder.rgbpipe(args(&words)).status(0).stderr
    };
    assert!(forced("").contains("assembling") && forced("-q").contains("assembling"));
    assert!(!forced("--message-format json").contains("assembling"));
}

#[test]
fn one_source_has_progress_too() {
    let folder = Folder::new();
    folder.write("long.asm", "SECTION \"long\", ROM0\n\tdb 1\nREPT 2000000\nENDR\nREPT 2000000\nDEF x = 1\nENDR\n");
    let build = "build long.asm -o long.gb --fix";
    let (status, sent, shown) = on_terminal(&folder, build, false);
    assert_eq!(status, 0, "{sent}");
    assert!(sent.contains("assembling long.asm "), "{sent:?}");
    assert_eq!(shown.trim_end(), "rgbpipe: wrote long.gb (32 KiB, 2 banks)");
    let piped = folder.rgbpipe(args(&format!("{build} --progress always"))).status(0).stderr;
    assert!(piped.contains("assembling long.asm "), "{piped:?}");
}

#[test]
fn a_short_build_shows_nothing() {
    let folder = Folder::new();
    folder.write("a.asm", "").write("b.asm", "");
    // On a busy machine, no single run may be short.
    for _ in 0..50 {
        let start = Instant::now();
        let ended = on_terminal(&folder, "check a.asm b.asm", false);
        if start.elapsed() < Duration::from_millis(400) {
            assert_eq!(ended, (0, String::new(), String::new()));
            return;
        }
    }
    panic!("no build took less than a moment");
}

#[test]
fn a_terminal_gets_text_but_no_rom_and_no_tar() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\nHere::\n");
    for words in ["build a.asm", "build a.asm --tar -", "build a.asm -o -", "build a.asm -o - -n a.sym"] {
        let (status, sent, _) = on_terminal(&folder, words, true);
        assert_eq!(status, 2, "{words}: {sent}");
        assert!(sent.contains("cannot be written to a terminal"), "{sent}");
    }
    let (status, _, shown) = on_terminal(&folder, "build a.asm -n -", true);
    assert_eq!((status, shown.trim_end()), (0, "; File generated by rgblink\n00:0000 Here"));
    // The commands are text, even if their outputs would not be.
    for words in ["build a.asm --dry-run", "build a.asm --dry-run -o -"] {
        let (status, sent, _) = on_terminal(&folder, words, true);
        assert!(status == 0 && sent.replace('\'', "").contains("rgbasm -o a.o a.asm"), "{words}: {sent}");
    }
    assert_eq!(folder.names(), ["a.asm"]);
}

#[test]
fn quiet_is_silent_unless_something_is_wrong() {
    let folder = Folder::new();
    folder.write("warns.asm", WARNS).write("wrong.asm", "WARN \"before\"\n\tnonsense\n");
    folder.rgbpipe(args("build -q -o warns.gb warns.asm")).ok();
    let alone = folder.tool("rgbasm", args("-o x.o wrong.asm")).status(1).stderr;
    assert_eq!(folder.rgbpipe(args("build -q -o warns.gb warns.asm wrong.asm")).status(1).stderr, alone);
}

#[test]
fn printed_text_and_warnings_keep_their_order() {
    let folder = Folder::new();
    folder.write("a.asm", "REPT 3\n WARN \"one\"\n PRINTLN \"two\"\n WARN \"three\"\n PRINT \"four\"\nENDR\n");
    let plain = folder.sh("rgbasm a.asm 2>&1").with_tools().ok().stdout;
    for options in ["", "--snippets never", "-j2"] {
        let said = folder.rgbpipe(args(&format!("check a.asm {options}"))).status(0).stderr;
        assert_eq!(said.as_bytes(), plain, "{options}");
    }
    // As data, they are separate.
    let said = folder.rgbpipe(args("check a.asm --message-format json")).status(0).stderr;
    assert!(said.contains(r#""stream":"stdout","text":"two\nfourtwo\nfourtwo\nfour""#), "{said}");
}

#[test]
fn a_mistake_in_a_shared_file_is_reported_once() {
    let folder = Folder::new();
    // At the top level of the file, in a macro that it uses, and in one that two sources use on lines of their own.
    folder
        .write("pre.inc", "WARN \"pre\"\n")
        .write("all.inc", "MACRO m\n WARN \"macro\"\nENDM\nMACRO bad\n nonsense\nENDM\n m\n odd\n")
        .write("a.asm", "INCLUDE \"all.inc\"\n bad\n WARN \"own\"\n WARN \"own\"\n")
        .write("b.asm", "; A line more\nINCLUDE \"all.inc\"\n bad\n WARN \"own\"\n")
        .write("c.asm", "\n\n\nINCLUDE \"all.inc\"\n");
    let check = |options: &str| folder.rgbpipe(args(&format!("check -P pre.inc {options}"))).status(1).stderr;
    let said = check("a.asm b.asm c.asm");
    let count = |said: &str, words: &str| said.matches(words).count();
    for (words, times) in [
        ("warning: pre", 1),
        ("warning: macro", 1),
        ("`odd`", 1),
        ("`nonsense`", 2),
        ("at a.asm(3)", 1),
        ("at a.asm(4)", 1),
        ("at b.asm(4)", 1),
        ("<- a.asm(2)", 1),
        ("<- b.asm(3)", 1),
        ("c.asm", 0),
        ("Assembly aborted", 2),
    ] {
        assert_eq!(count(&said, words), times, "{words}: {said}");
    }
    assert!(said.ends_with("rgbpipe: 6 messages omitted, because another source had them too\n"), "{said}");
    assert_eq!(count(&check("--message-format short a.asm b.asm c.asm"), "`odd`"), 1);
    // Printed text stays, even if it appears only next to such messages.
    folder.write("e.asm", "PRINTLN \"printed\"\nINCLUDE \"all.inc\"\n");
    let said = check("a.asm e.asm");
    assert!(
        said.contains("aborted with 2 errors\nprinted\nAssembly aborted with 1 error\nrgbpipe: 3 messages"),
        "{said}"
    );
    // A program can compare messages itself. All messages of a single source are shown.
    assert_eq!(count(&check("--message-format json a.asm b.asm c.asm"), "\"text\":\"Undefined macro `odd`\""), 3);
    folder.write("d.asm", "REPT 3\n WARN \"again\"\nENDR\n WARN \"x\"\nINCLUDE \"all.inc\"\n");
    let said = check("d.asm");
    assert!(!said.contains("left out") && count(&said, "warning: again") == 3, "{said}");
}

#[test]
fn a_mistake_is_reported_once_in_colour_too() {
    let folder = Folder::new();
    folder.write("bad.inc", " foo bar\n");
    let sources = ["a", "b", "c", "d"].map(|name| format!("{name}.asm"));
    for name in &sources {
        folder.write(name, "INCLUDE \"bad.inc\"\n");
    }
    let check =
        |options: &str| folder.rgbpipe(args(&format!("check {} {options}", sources.join(" ")))).status(1).stderr;
    let plain = check("--color never");
    assert_eq!(plain.matches("Assembly aborted").count(), 1, "{plain}");
    let coloured = check("--color always");
    assert!(coloured.contains("\x1b["), "the tools are in colour");
    assert_eq!(without_colours(&coloured), plain);
    let (_, _, shown) = on_terminal(&folder, &format!("check --snippets never {}", sources.join(" ")), false);
    assert_eq!(shown.matches("Assembly aborted").count(), 1, "{shown}");

    // Leaving out a message does not leave the colour on.
    folder.write("a.asm", "WARN \"own\"\nINCLUDE \"bad.inc\"\nPRINTLN \"plain\"\n");
    folder.write("b.asm", "WARN \"other\"\nINCLUDE \"bad.inc\"\nPRINTLN \"plain\"\n");
    let said = folder.rgbpipe(args("check a.asm b.asm --color always")).status(1).stderr;
    let from = said.rfind("b.asm").unwrap();
    let printed = from + said[from..].find("plain").unwrap();
    assert!(said[from..printed].ends_with("\x1b[m"), "{said:?}");
}

/// The text without colours.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').unwrap().1)
}

#[test]
fn doctor_reports_what_it_finds_and_what_is_missing() {
    let folder = Folder::new();
    let ended = folder.rgbpipe(["doctor"]).ok();
    let report = String::from_utf8(ended.stdout).unwrap();
    for tool in ["rgbasm", "rgblink", "rgbfix"] {
        let version = folder.tool(tool, ["--version"]).ok().stdout;
        let version = String::from_utf8(version).unwrap().trim().replace(&format!("{tool} v"), "");
        let line = report.lines().find(|line| line.starts_with(tool)).unwrap();
        assert!(line.contains(&version) && line.contains(rgbds()), "{line}");
    }
    assert!(report.contains("FIFOs    work in"), "{report}");

    let ended = folder.rgbpipe(args("doctor --rgbds none/")).status(3);
    let report = String::from_utf8(ended.stdout).unwrap();
    for words in ["rgbasm   not found: looked for 'none/rgbasm', from --rgbds", "brew install rgbds", "FIFOs    work"] {
        assert!(report.contains(words), "{report}");
    }
    // PATH is printed once, with the advice that needs nothing else.
    let ended = folder.without_rgbds(args("doctor --toolchain rgbds")).status(3);
    let report = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(report.matches("/no/such/dir").count(), 1, "{report}");
    for words in [
        "rgbfix   not found: looked for 'rgbfix' on PATH\nPATH     /no/such/dir\n",
        "--toolchain builtin",
        "apt policy rgbds",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    // The copy that README's command for the tests leaves is seen from anywhere in the project, and works.
    folder.write("src/a.asm", "SECTION \"a\", ROM0\n\tdb 1\n").sh("mkdir -p target/rgbds/usr").ok();
    let rgbasm = which::which(format!("{}rgbasm", rgbds())).unwrap();
    std::os::unix::fs::symlink(rgbasm.parent().unwrap(), folder.path().join("target/rgbds/usr/bin")).unwrap();
    for (dir, prefix) in [
        (".", "target/rgbds/usr/bin/".to_owned()),
        ("src", format!("{}/target/rgbds/usr/bin/", folder.path().display())),
    ] {
        for toolchain in ["rgbds", "auto"] {
            let mut doctor = folder.without_rgbds(["doctor", "--toolchain", toolchain]);
            doctor.command.current_dir(folder.path().join(dir));
            let report = String::from_utf8(doctor.run().stdout).unwrap();
            let line = format!("copy     scripts/with-rgbds has put RGBDS here; to use it: --rgbds {prefix}\n");
            assert!(report.contains(&line), "{report}");
        }
    }
    let report = folder.rgbpipe(args("doctor --rgbds target/rgbds/usr/bin/")).ok().stdout;
    assert!(!String::from_utf8(report).unwrap().contains("copy  "));

    let ended = folder.rgbpipe(["doctor"]).env("TMPDIR", "/no/such/dir").status(3);
    let report = String::from_utf8(ended.stdout).unwrap();
    assert!(report.contains("/no/such/dir") && !report.contains("os error"), "{report}");
    let ended = folder.rgbpipe(["doctor"]).env("RGBASM", "/dev/null").status(3);
    let report = String::from_utf8(ended.stdout).unwrap();
    assert!(report.contains("cannot run rgbasm at /dev/null") && !report.contains("os error"), "{report}");
    let words = folder.rgbpipe(args("build -")).env("TMPDIR", "/no/such/dir").status(3).stderr;
    assert!(words.contains("/no/such/dir"), "{words}");
}
