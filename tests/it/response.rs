//! Response files: `@FILE` is replaced by the words in FILE.

use crate::support::{Folder, args};

fn folder() -> Folder {
    let folder = Folder::new();
    for name in ["a.asm", "b b.asm", "it's.asm", "@x.asm", "#c.asm", "d#.asm"] {
        let label: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        folder.write(name, format!("SECTION \"{name}\", ROM0\nIs_{label}:: db 1\n"));
    }
    folder
}

/// The labels in a symbol file.
fn labels(folder: &Folder) -> Vec<String> {
    let sym = String::from_utf8(folder.read("x.sym")).unwrap();
    let mut labels: Vec<_> =
        sym.lines().filter_map(|line| line.split_once(" Is_")).map(|(_, name)| name.to_owned()).collect();
    labels.sort();
    labels
}

#[test]
fn the_words_of_a_file_stand_where_it_is_named() {
    let folder = folder();
    for (content, rest, expected) in [
        ("a.asm -n x.sym", "", &["aasm"][..]),
        ("", "a.asm -n x.sym", &["aasm"]),
        ("-n", "x.sym a.asm", &["aasm"]),
        ("\n\n -n\t\tx.sym\n\"b b.asm\"\r\n'd#.asm'\n", "", &["bbasm", "dasm"]),
        (
            "# all of them\na.asm b\\ b.asm   # the first\n#-o none\nd#.asm \"it's.asm\" '#c.asm' -n x.sym",
            "",
            &["aasm", "bbasm", "casm", "dasm", "itsasm"],
        ),
        ("./@x.asm -n x.sym", "", &["xasm"]),
        ("-D 'TEXT=two words'\\\n -n x.sym", "a.asm", &["aasm"]),
        ("@inner -n x.sym", "a.asm", &["aasm", "dasm"]),
        // After `--`, it is the name of a file.
        ("-n x.sym", "-- @x.asm", &["xasm"]),
        ("-n x.sym -- @x.asm", "a.asm", &["aasm", "xasm"]),
        ("@end @x.asm", "", &["aasm", "xasm"]),
        ("@end", "@x.asm", &["aasm", "xasm"]),
    ] {
        println!("{content:?} {rest}");
        folder.write("words", content).write("inner", "d#.asm\n").write("end", "-n x.sym -- a.asm");
        folder.rgbpipe(args(&format!("build @words {rest}"))).ok();
        assert_eq!(labels(&folder), expected);
        std::fs::remove_file(folder.path().join("x.sym")).unwrap();
    }
    // Even the subcommand can be in the file.
    folder.write("an odd name", "build -n x.sym");
    folder.rgbpipe(["@an odd name", "a.asm"]).ok();
    assert_eq!(labels(&folder), ["aasm"]);
}

/// `--asm-flags @FILE` is rgbasm's response file, whether it is one word or two. rgbpipe itself does not replace it.
#[test]
fn an_options_value_is_no_response_file() {
    let folder = Folder::new();
    folder.write("game.asm", "SECTION \"a\", ROM0[4]\nlab:: db 1\n ds 3\n").write("asm.flags", "-Wall -p 0x5A");
    folder.write("words", "--asm-flags @asm.flags").write("ends", "-x --asm-flags");
    for line in [
        "-x --asm-flags=@asm.flags",
        "-x --asm-flags @asm.flags",
        "-x --asm-fl @asm.flags",
        "-x @words",
        "@ends @asm.flags",
        "-xD @words --asm-flags @asm.flags",
    ] {
        let rom = folder.rgbpipe(args(&format!("build -o - game.asm {line}"))).ok().stdout;
        assert_eq!(rom, *b"\0\0\0\0\x01\x5a\x5a\x5a", "{line}");
    }
    // A file may have such a name. An option's value is found correctly: here `-x` is not the value of `--asm-flags`.
    folder.rgbpipe(args("build game.asm -o @words")).ok();
    assert_eq!(folder.read("@words")[0x4000 - 1..], [0]);
    folder.write("inputs", "game.asm");
    folder.rgbpipe(args("build @inputs --asm-flags -E @inputs -o x.gb")).status(1);
}

#[test]
fn an_unreadable_input_is_an_error() {
    let folder = folder();
    folder.write("open", "'a.asm\n").write("itself", "a.asm @itself").write("bytes", b"\xff.asm").write("dir/x", "");
    folder.write("deep", "a.asm\n@missing");
    for (word, words) in [
        ("@missing", "cannot read the response file '@missing': No such file or directory"),
        ("@", "cannot read the response file '@': No such file or directory"),
        ("@deep", "cannot read the response file '@missing': No such file or directory"),
        ("@dir", "cannot read the response file '@dir': Is a directory"),
        ("@open", "cannot read the response file '@open': missing closing quote"),
        (
            "@itself",
            "cannot read the response file '@itself': response files name each other, 16 deep; does one name itself?",
        ),
        ("@bytes", "cannot read the response file '@bytes': stream did not contain valid UTF-8"),
    ] {
        let ended = folder.rgbpipe(["build", "-o", "x.gb", word]).status(2);
        assert_eq!(ended.stderr, format!("rgbpipe: {words}\n"));
    }
}

#[test]
fn response_files_that_multiply_are_refused() {
    let folder = Folder::new();
    for number in 0..14 {
        folder.write(format!("g{number}"), format!("@g{0} @g{0} @g{0} @g{0}\n", number + 1));
    }
    folder.write("g14", "").write("large", "a.asm\n".repeat(1 << 20)).write("many", "@large\n".repeat(5));
    for (word, words) in [
        ("@g0", "more than 4096 response files"),
        ("@many", "more than 16 MiB of response files"),
        ("@/dev/zero", "more than 16 MiB of response files"),
    ] {
        let said = folder.rgbpipe(["build", word]).status(2).stderr;
        assert!(said.starts_with("rgbpipe: cannot read the response file '@") && said.contains(words), "{said}");
    }
}

#[test]
fn more_sources_than_an_exec_takes() {
    let folder = Folder::new();
    let dir = "long/".repeat(100);
    let list = |count: usize| {
        let names: Vec<_> = (0..count).map(|index| format!("'{dir}source number {index:04}.asm'")).collect();
        folder.write("list", names.join("\n"));
    };
    for index in 0..5000 {
        let source = format!("SECTION \"s{index}\", ROMX\nIs_{index}:: db 1\n");
        folder.write(format!("{dir}source number {index:04}.asm"), source);
    }
    list(5000);
    assert!(folder.read("list").len() > 2 << 20, "Linux's default limit, a quarter of 8 MiB of stack");
    let printed = folder.rgbpipe(args("build @list --dry-run")).ok().stdout;
    assert_eq!(String::from_utf8(printed).unwrap().lines().count(), 5001);
    // All of them would take half a minute.
    list(500);
    folder.rgbpipe(args("build @list -n x.sym")).ok();
    assert_eq!(labels(&folder).len(), 500);
}

#[test]
fn response_files_cannot_hide_refused_flags() {
    let folder = folder();
    folder.sh("mkfifo fifo").ok();
    folder.write("outer.flags", "-E\n@m.flags").write("long.flags", " ".repeat(16 << 20) + " -M evil.d");
    let typed = "'-M, --dependfile' cannot be among rgbasm's flags: rgbpipe decides where rgbasm writes";
    for toolchain in ["rgbds", "builtin"] {
        let refused = |flags: &str, words: &str| {
            let before = folder.names();
            let build = format!("build a.asm -o x.gb --toolchain {toolchain} {flags}");
            let said = folder.rgbpipe(args(&build)).status(2).stderr;
            assert_eq!(said, format!("rgbpipe: {words}\n"), "{flags}");
            assert_eq!(folder.names(), before, "{flags}");
        };
        refused("--asm-flags=-Mevil.d", typed);
        // As rgbasm reads them: a carriage return ends a line, and a NUL an argument.
        for content in [
            "-M evil.d",
            "-Mevil.d",
            "-E\n\t-EM evil.d -o evil.o",
            "# a comment\r-M evil.d",
            "-E\r-M\revil.d",
            "--dependfile=evil.d",
            "-D\0 -Q -M evil.d",
        ] {
            folder.write("m.flags", content);
            refused("--asm-flags=@m.flags", typed);
            refused("--asm-flags=-E --asm-flags=@outer.flags", typed);
        }
        folder.write("m.flags", "-o evil.o");
        refused("--asm-flags=@m.flags", &typed.replace("M, --dependfile", "o, --output"));
        refused(
            "--link-flags=@m.flags",
            "'-o, --output' cannot be among rgblink's flags: rgbpipe decides where rgblink writes",
        );
        folder.write("m.flags", "-v evil.gb");
        refused(
            "--fix-flags=@m.flags",
            "'evil.gb' cannot be among rgbfix's flags: rgbpipe decides where rgbfix writes",
        );
        for file in ["fifo", "/dev/null", "/proc/self/environ", "long.flags"] {
            let words = "cannot be among rgbasm's flags: only a regular file of up to 16 MiB shows what is in it";
            refused(&format!("--asm-flags=@{file}"), &format!("'@{file}' {words}"));
        }
    }
    // Other content passes, and so does the real use.
    for content in ["# -M evil.d\n-E", "-E\r# -M evil.d", "-D NAME=-M", "", "-D\n-M"] {
        folder.write("m.flags", content);
        folder.rgbpipe(args("build a.asm -o x.gb --asm-flags=@m.flags")).ok();
    }
    let none = folder.rgbpipe(args("build a.asm -o x.gb --asm-flags=@none.flags")).status(1).stderr;
    assert!(none.contains("none.flags"), "{none}");
    assert!(!folder.names().iter().any(|name| name.starts_with("evil")));
}
