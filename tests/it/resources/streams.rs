//! Closed standard streams, and standard output on a full disk.

use crate::support::Folder;

/// An answer that cannot be written is an error, as for any tool.
#[test]
fn help_that_cannot_be_written_is_an_error() {
    let folder = Folder::new();
    for (command, cause) in [
        ("--version >/dev/full", "No space left on device"),
        ("build --help >/dev/full", "No space left on device"),
        ("-h >&-", "Bad file descriptor"),
    ] {
        let sh = folder.sh(&format!("rgbpipe {command}"));
        assert_eq!(sh.status(3).stderr, format!("rgbpipe: cannot write to standard output: {cause}\n"));
    }
    // A user who quits a pager has read enough.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut help = std::process::Command::new(env!("CARGO_BIN_EXE_rgbpipe"));
    let help = help.args(["build", "--help"]).stdout(writer).stderr(std::process::Stdio::piped());
    let ended = help.spawn().unwrap().wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn closed_standard_streams_do_no_harm() {
    let folder = Folder::new();
    folder.write("a.asm", "WARN \"careful\"\nSECTION \"a\", ROM0\nHere:: db 1\n");
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let build = format!("rgbpipe build a.asm -o a.gb {closed}");
        folder.sh(&build).status(0);
        assert_eq!(folder.read("a.gb")[0], 1, "{closed}");
        std::fs::remove_file(folder.path().join("a.gb")).unwrap();
    }
}

#[test]
fn a_closed_standard_stream_that_is_needed_is_an_error() {
    let folder = Folder::new();
    folder.write("a.asm", "").write("old.gb", "old");
    let sh = |command: &str| folder.sh(&format!("rgbpipe {command}"));
    let unwritable = "rgbpipe: cannot write to standard output: Bad file descriptor\n";
    for command in ["build a.asm -o - >&-", "build a.asm >&-", "exec --out x=- -- cp a.asm {x} >&-", "doctor >&-"] {
        assert_eq!(sh(command).status(3).stderr, unwritable, "{command}");
    }
    for command in ["build - -o old.gb <&-", "check - <&-", "exec --in x=- -- cat {x} <&-"] {
        let words = sh(command).status(3).stderr;
        assert_eq!(words, "rgbpipe: cannot read standard input: Bad file descriptor\n", "{command}");
    }
    assert_eq!(folder.read("old.gb"), b"old");
    // An opened /dev/null is fine, even if it is open for reading too.
    sh("build a.asm -o - <>/dev/null 1<>/dev/null").ok();
}
