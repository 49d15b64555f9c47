//! Source lines under messages.

use std::os::unix::ffi::OsStrExt;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::messages::on_terminal;
use crate::sandbox::landlock;
use crate::support::{Folder, args, needs};

fn check(folder: &Folder, words: &str) -> String {
    folder.rgbpipe(args(&format!("check --snippets always {words}"))).run().stderr
}

#[test]
fn a_message_is_followed_by_its_line() {
    let folder = Folder::new();
    folder
        .write("lib.inc", "MACRO careful\n\n\tWARN \"odd\"\nENDM\n")
        .write("a.asm", "INCLUDE \"lib.inc\"\n\tcareful 1\nSECTION \"a\", ROM0\n\tdw Nowhere ; where?\n")
        .write("bad.link", "ROM0\n\t\"none such\"\n");
    let warning = "warning: odd [-Wuser]\n    at lib.inc::careful(3)\n    <- a.asm(2)\n";
    let error = "error: Undefined symbol `Nowhere`\n    at a.asm(4)\n";
    let lines = " --> lib.inc\n  |\n3 |     WARN \"odd\"\n  |\n ::: a.asm:2\n  |\n2 |     careful 1\n  |\n";
    let line = "  |\n4 |     dw Nowhere ; where?\n  |\n";
    let end = "Linking failed with 1 error\n";
    assert_eq!(check(&folder, "a.asm"), format!("{warning}{lines}{error}{line}{end}"));
    // Only for people who want it.
    for words in ["", "--snippets never", "--snippets auto"] {
        let ended = folder.rgbpipe(args(&format!("check a.asm {words}"))).status(1);
        assert_eq!(ended.stderr, format!("{warning}{error}{end}"));
    }
    let short =
        "lib.inc:3: warning: odd [-Wuser]\na.asm:2: note: used here\na.asm:4: error: Undefined symbol `Nowhere`\n";
    assert_eq!(check(&folder, "a.asm --message-format short"), format!("{short}{end}"));
    let script = check(&folder, "a.asm -D Nowhere -l bad.link");
    assert!(script.contains("bad.link(2)\n  |\n2 |     \"none such\"\n  |\n"), "{script}");
    let stdin = folder.rgbpipe(args("check --snippets always -")).stdin("\n nonsense\n").status(1).stderr;
    assert!(stdin.contains("    at <stdin>(2)\n  |\n2 |  nonsense\n  |\n"), "{stdin}");
}

#[test]
fn the_line_of_a_macros_use_is_where_it_is_used() {
    let folder = Folder::new();
    folder
        .write("main.asm", "INCLUDE \"mac.inc\"\nINCLUDE \"text.asm\"\n")
        .write("mac.inc", "MACRO say\n\tWARN \\1\nENDM\nMACRO cry\n\tsay \\1\nENDM\n")
        .write("text.asm", "; What is said\n say \"one\"\n cry \"two\"\n");
    let said = check(&folder, "main.asm");
    // Not line 2 of main.asm, which is the same for all of them.
    for (text, line) in [("one", "2 |  say \"one\""), ("two", "3 |  cry \"two\"")] {
        let message = said.split("warning: ").find(|message| message.starts_with(text)).unwrap();
        assert!(
            message.contains("<- main.asm(2)\n --> mac.inc\n") && message.contains("2 |     WARN \\1\n"),
            "{message}"
        );
        let number = &line[..1];
        assert!(message.contains(&format!(" ::: text.asm:{number}\n  |\n{line}\n  |\n")), "{message}");
    }
    assert!(!said.contains("| INCLUDE"), "{said}");
}

#[test]
fn a_terminal_shows_it_in_colour() {
    let folder = Folder::new();
    folder.write("a.asm", "WARN \"odd\"\n");
    let (status, sent, shown) = on_terminal(&folder, "check a.asm", false);
    assert_eq!(status, 0);
    assert_eq!(shown.trim_end(), "warning: odd [-Wuser]\n    at a.asm(1)\n  |\n1 | WARN \"odd\"\n  |");
    // Colours that RGBDS leaves on at the end of a line are turned off.
    assert!(sent.contains("\x1b[m  \x1b[1m\x1b[94m|\x1b[0m"), "{sent:?}");
    let (_, sent, shown) = on_terminal(&folder, "check --color never --progress never a.asm", false);
    assert!(!sent.contains('\x1b') && shown.contains("1 | WARN"), "{sent:?}");
    let (_, _, shown) = on_terminal(&folder, "check --snippets never a.asm", false);
    assert!(!shown.contains("1 | WARN"), "{shown}");
}

/// A source that prints a message about this place.
fn forged(place: &str) -> String {
    format!("FAIL \"x\\nerror: y\\n    at {place}\\nerror: z\"\n")
}

#[test]
fn an_unreadable_line_is_left_out() {
    let folder = Folder::new();
    let plain = |words: &str| folder.rgbpipe(args(&format!("check {words}"))).run().stderr;
    // rgbasm has read the pipe; a device has no end; the line is after the end, empty, or too far in; the file is
    // missing.
    mkfifo(&folder.path().join("pipe"), Mode::S_IRWXU).unwrap();
    let places = ["/dev/zero(1)", "pipe(1)", "none(1)", "a.asm(99)", "a.asm(0)", "empty(2)", "large(5000000)", ".(1)"];
    folder.write("empty", "\n \t\n").write("large", "\n".repeat(5_000_000) + "far\n");
    for place in places {
        let source = forged(place);
        folder.write("a.asm", &source);
        let said = plain("a.asm");
        assert!(said.contains(place), "{said}");
        // The line is below the last message, where it really belongs.
        assert_eq!(check(&folder, "a.asm"), format!("{said}  |\n1 | {source}  |\n"));
    }
    if needs("bash") {
        let script = "rgbpipe check --snippets always <(echo ' nonsense')";
        let ended = folder.command("bash", ["-euc", script]).status(1);
        assert!(ended.stderr.starts_with("error: Undefined macro") && !ended.stderr.contains('|'), "{}", ended.stderr);
    }
}

#[test]
fn a_source_in_a_sandbox_cannot_have_other_files_shown() {
    if !landlock() {
        return;
    }
    let folder = Folder::new();
    let secret = folder.tmpdir().parent().unwrap().join("secret");
    std::fs::write(&secret, "the secret\n").unwrap();
    std::os::unix::fs::symlink(&secret, folder.path().join("link")).unwrap();
    for place in [secret.to_str().unwrap(), "link", "../secret"] {
        folder.write("a.asm", forged(&format!("{place}(1)")));
        assert!(check(&folder, "a.asm").contains("1 | the secret"), "it is its own file");
        let confined = check(&folder, "--sandbox a.asm");
        assert!(confined.contains(place) && !confined.contains("the secret"), "{confined}");
    }
    folder.write("a.asm", "WARN \"odd\"\n");
    assert!(check(&folder, "--sandbox a.asm").contains("1 | WARN"));
}

#[test]
fn a_line_cannot_steer_the_terminal() {
    let folder = Folder::new();
    let odd = b"WARN \"odd\" ; \x1b[31m \x07 \xC2\x9B2J \xFF \xE2\x80\xAE\r\n";
    folder.write("a.asm", odd).write("b.asm", format!("WARN \"odd\" ; {}\n", "long ".repeat(10_000)));
    let said = check(&folder, "a.asm");
    let line = said.lines().find(|line| line.starts_with("1 |")).unwrap();
    assert_eq!(line, "1 | WARN \"odd\" ; \u{241B}[31m \u{2407} \u{FFFD}2J \u{FFFD} \u{FFFD}");
    assert!(!said.chars().any(|char| char.is_control() && char != '\n'), "{said:?}");
    let said = check(&folder, "b.asm");
    let line = said.lines().find(|line| line.starts_with("1 |")).unwrap();
    assert!((60..=80).contains(&line.len()) && line.ends_with("..."), "{line}");
    // Nor can a file name, any more than in RGBDS's own text.
    let name = std::ffi::OsStr::from_bytes(b"\x1bc.inc");
    folder.write(name, "MACRO m\n\tWARN \"odd\"\nENDM\n").write("c.asm", "INCLUDE \"\x1bc.inc\"\n\tm\n");
    let said = check(&folder, "c.asm");
    assert!(said.contains(" --> \u{FFFD}c.inc\n"), "{said:?}");
}

#[test]
fn of_a_great_many_messages_the_first_hundred_have_lines() {
    let folder = Folder::new();
    let (lines, messages) = (300_000, 9_900);
    folder.write("a.asm", format!("{}REPT {messages}\n WARN \"odd\"\nENDR\n", "; blank\n".repeat(lines)));
    let said = check(&folder, "a.asm");
    assert_eq!(said.matches("warning: ").count(), messages);
    assert_eq!(said.matches(&format!("\n{} |  WARN \"odd\"\n", lines + 2)).count(), 100);
}

/// Exchanges two names, over and over, while `builds` run.
pub(crate) fn while_exchanging(folder: &Folder, names: [&str; 2], builds: impl Fn()) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let exchanging = scope.spawn(|| {
            let [one, other] = names.map(|name| folder.path().join(name));
            let mut times = 0;
            while !over.load(Ordering::Relaxed) {
                renameat2(AT_FDCWD, &one, AT_FDCWD, &other, RenameFlags::RENAME_EXCHANGE).unwrap();
                times += 1;
            }
            times
        });
        let built = catch_unwind(AssertUnwindSafe(builds));
        over.store(true, Ordering::Relaxed);
        assert!(exchanging.join().unwrap() > 1000, "too rarely: it proves nothing");
        built.unwrap_or_else(|panic| resume_unwind(panic));
    });
}

#[test]
fn the_file_that_is_shown_is_the_file_that_was_judged() {
    if !landlock() {
        return;
    }
    let folder = Folder::new();
    let outside = tempfile::tempdir().unwrap();
    let mut source = String::new();
    for file in 0..100 {
        std::fs::write(outside.path().join(file.to_string()), "the secret\n").unwrap();
        folder.write(format!("dir/{file}"), "allowed\n");
        source += &forged(&format!("dir/{file}(1)")).replace("FAIL", "WARN");
    }
    folder.write("a.asm", source);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
    while_exchanging(&folder, ["dir", "link"], || {
        let mut seen = 0;
        for _ in 0..15 {
            let said = check(&folder, "--sandbox a.asm");
            assert!(!said.contains("the secret"));
            seen += usize::from(said.contains("1 | allowed"));
        }
        assert!(seen > 0, "nothing was ever shown: it proves nothing");
    });
}

#[test]
fn a_file_that_becomes_a_pipe_is_not_waited_for() {
    let folder = Folder::new();
    folder.write("text", "ROM0\n").write("good.asm", "SECTION \"good\", ROM0\n db 1\n");
    folder.write("a.asm", forged("text(1)").replace("FAIL", "WARN").repeat(100));
    mkfifo(&folder.path().join("pipe"), Mode::S_IRWXU).unwrap();
    while_exchanging(&folder, ["text", "pipe"], || {
        for _ in 0..15 {
            check(&folder, "a.asm");
        }
    });
    // To list a script's INCLUDEs does not wait; rgblink itself does, until the time is over.
    mkfifo(&folder.path().join("other"), Mode::S_IRWXU).unwrap();
    folder.write("outer.link", "INCLUDE \"other\"\n");
    for toolchain in ["rgbds", "builtin"] {
        let words = format!("build good.asm -o x.gb -M x.d -l outer.link --timeout 1 --toolchain {toolchain}");
        folder.rgbpipe(args(&words)).status(124);
    }
}
