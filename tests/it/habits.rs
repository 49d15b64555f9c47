//! Habits from rgbasm, rgblink and rgbfix, from shells and other languages: each gets advice on what to type instead.

use crate::messages::on_terminal;
use crate::support::{Folder, args};

const GOOD: &str = "SECTION \"good\", ROM0\nGood:: db 1\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("game.asm", GOOD).write("s.txt", "text\n");
    folder
}

#[track_caller]
fn said(folder: &Folder, words: &[&str], said: &str) {
    let before = folder.names();
    let stderr = folder.rgbpipe(words).status(2).stderr;
    assert!(stderr.contains(said), "{words:?}: {said:?} is not said: {stderr}");
    assert_eq!(folder.names(), before, "{words:?}");
}

#[test]
fn without_an_output_the_whole_command_is_said() {
    let folder = folder();
    for (command, instead) in [
        ("build game.asm", "rgbpipe build game.asm -o game.gb --fix"),
        ("build game.asm --fix -E", "rgbpipe build game.asm --fix -E -o game.gb"),
        ("build -t -- game.asm", "rgbpipe build -t -o game.gb --fix -- game.asm"),
        ("build game.asm -D TITLE=it's", "rgbpipe build game.asm -D 'TITLE=it'\\''s' -o game.gb --fix"),
    ] {
        let (status, _, shown) = on_terminal(&folder, command, true);
        assert_eq!(status, 2, "{command}: {shown}");
        assert!(shown.contains(&format!("type\n  {instead}\n")) || shown.ends_with(instead), "{command}: {shown}");
        // And it works.
        folder.sh(instead).status(0);
        assert!(folder.names().contains(&"game.gb".to_owned()));
        std::fs::remove_file(folder.path().join("game.gb")).unwrap();
    }
    let many: Vec<_> = (0..30).map(|number| format!("s{number}.asm")).collect();
    for name in &many {
        folder.write(name, GOOD);
    }
    let (_, _, shown) = on_terminal(&folder, &format!("build {}", many.join(" ")), true);
    assert!(shown.contains("rgbpipe build ... -o s0.gb --fix"), "{shown}");
}

#[test]
fn a_missing_option_before_an_output_is_suggested() {
    let folder = folder();
    said(
        &folder,
        &["build", "game.asm", "game.gb"],
        "cannot read game.gb: No such file or directory; to write the ROM to it, use -o game.gb",
    );
    said(&folder, &["build", "game.asm", "game.sym"], "to write the symbols to it, use -n game.sym");
    folder
        .sh("rgbpipe build game.asm -o game.gb -m game.map -n game.sym; rgbpipe build game.asm -o fixed --fix")
        .status(0);
    said(
        &folder,
        &["build", "game.asm", "game.gb"],
        "game.gb is a ROM, not a source; to write the ROM to it, use -o game.gb",
    );
    said(
        &folder,
        &["build", "game.asm", "fixed"],
        "fixed is a ROM, not a source; to write the ROM to it, use -o fixed",
    );
    said(
        &folder,
        &["build", "game.asm", "game.map"],
        "game.map is a map, not a source; to write the map to it, use -m game.map",
    );
    said(&folder, &["check", "game.sym"], "game.sym is a symbol file, not a source");
    folder.write("tiles.2bpp", [0; 16]);
    said(
        &folder,
        &["check", "tiles.2bpp"],
        "tiles.2bpp is not text, so it is no source; a source takes in data with INCBIN",
    );
    folder.write("wide.asm", "\u{feff}S".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    said(&folder, &["check", "wide.asm"], "wide.asm is in UTF-16; save it as UTF-8");
}

#[test]
fn standard_input_is_looked_at_too() {
    let folder = folder();
    folder.tool("rgbasm", ["-o", "game.o", "game.asm"]).ok();
    let build = |text: Vec<u8>| folder.rgbpipe(args("build - -o new.gb")).stdin(text).status(2).stderr;
    let of_object = build(folder.read("game.o"));
    assert_eq!(of_object, "rgbpipe: standard input is an object, not a source; write it to a file and name that\n");
    assert!(build(vec![0; 99]).contains("standard input is not text"));
    assert!(!folder.names().contains(&"new.gb".to_owned()));
}

#[test]
fn a_byte_order_mark_is_named() {
    let folder = folder();
    folder.write("marked.asm", format!("\u{feff}{GOOD}")).write("marked.inc", "\u{feff}\n");
    folder.write("user.asm", format!("{GOOD}INCLUDE \"marked.inc\"\n"));
    for toolchain in ["rgbds", "builtin"] {
        for (source, file) in [("marked.asm", "marked.asm"), ("user.asm", "marked.inc")] {
            let stderr = folder.rgbpipe(["check", source]).env("RGBPIPE_TOOLCHAIN", toolchain).status(1).stderr;
            let note = format!("rgbpipe: {file} begins with a UTF-8 byte order mark: save it as UTF-8 without one\n");
            assert!(stderr.ends_with(&note), "{toolchain}: {stderr}");
        }
    }
    let stderr = folder.rgbpipe(args("check -")).stdin(format!("\u{feff}{GOOD}")).status(1).stderr;
    assert!(stderr.contains("standard input begins with a UTF-8 byte order mark"), "{stderr}");
}

#[test]
fn a_title_is_not_for_rgblink() {
    let folder = folder();
    let advice = "-t is rgblink's here, so for a title, use --fix-flags \"-t 'MY GAME'\"";
    said(&folder, &["build", "game.asm", "-t", "MY GAME", "-o", "game.gb"], advice);
}

#[test]
fn options_with_one_dash_are_not_files() {
    let folder = folder();
    said(
        &folder,
        &["build", "game.asm", "-output", "x"],
        "tip: for the ROM, use '--rom' or '-o'; for objects, '--save-temps'",
    );
    said(&folder, &["build", "game.asm", "--output", "x"], "tip: for the ROM, use '--rom' or '-o'");
    said(&folder, &["build", "game.asm", "-map", "x"], "tip: with two dashes it is an option: '--map'");
}

#[test]
fn an_invalid_value_gets_the_expected_form() {
    let folder = folder();
    for (words, advice) in [
        (["-j0", ""], "invalid value '0' for '--jobs <N>': use a number from 1\n"),
        (["-j", "many"], "use a number from 1\n"),
        (
            ["--max-memory", "1X"],
            "'--max-memory <SIZE>': use a number of bytes, or one with K, M or G, such as 64K or 1G\n",
        ),
        (["--max-output", "much"], "use a number of bytes"),
        (
            ["--timeout", "abc"],
            "'--timeout <SECS>': use a number of seconds, or one with ms, s, m or h, such as 2.5 or 30s\n",
        ),
        (["--max-cpu", "1 day"], "use a number of seconds"),
    ] {
        let words: Vec<_> =
            ["build", "game.asm", "-o", "game.gb"].into_iter().chain(words).filter(|word| !word.is_empty()).collect();
        said(&folder, &words, advice);
    }
}

#[test]
fn an_option_of_another_name_is_found() {
    let folder = folder();
    for (words, advice) in [
        ("build game.asm --out x.gb", "\n  tip: for the ROM, use '--rom' or '-o'; for objects, '--save-temps'\n"),
        ("exec --output x=y -- ls", "\n  tip: for an output, use '--out NAME=FILE'\n"),
        ("exec -o x=y -- ls", "\n  tip: for an output, use '--out NAME=FILE'\n"),
        ("exec -i x=y -- ls", "\n  tip: for an input, use '--in NAME=FILE'\n"),
        ("exec --input=x=y -- ls", "\n  tip: for an input, use '--in NAME=FILE'\n"),
        ("build game.asm --format json", "\n  tip: a similar argument exists: '--message-format'\n"),
        ("build game.asm --memory 1G", "\n  tip: a similar argument exists: '--max-memory'\n"),
        ("build game.asm -o game.gb --fxi", "\n  tip: a similar argument exists: '--fix'\n"),
        ("build game.asm --silent", "\n  tip: a similar argument exists: '--quiet'\n"),
        ("build game.asm --mpa game.map", "\n  tip: a similar argument exists: '--map'\n"),
        ("build -i include game.asm", "\n  tip: for rgbasm's '-i', use '-I'\n  tip: for rgbfix's '-i'"),
        ("fix game.gb", "\n  tip: a similar subcommand exists: 'rgbfix'\n"),
        ("asm game.asm", "\n  tip: a similar subcommand exists: 'rgbasm'\n"),
        ("rgbgfx -o a.2bpp a.png", "\n  tip: rgbpipe has no rgbgfx; graphics need that of RGBDS\n"),
        ("version", "\n  tip: use 'rgbpipe --version'\n"),
    ] {
        said(&folder, &words.split(' ').collect::<Vec<_>>(), advice);
    }
    // The usage would be that of the option with similar letters.
    for words in ["build game.asm --out x.gb", "build game.asm --silent", "exec --output x=y -- ls"] {
        let stderr = folder.rgbpipe(args(words)).status(2).stderr;
        assert!(!stderr.contains("--max-output") && !stderr.contains("--snippets"), "{words}: {stderr}");
    }
}

#[test]
fn an_unknown_option_is_not_a_file() {
    let folder = folder();
    for words in [&["build", "game.asm", "--debug"][..], &["check", "game.asm", "-F"], &["exec", "-x", "--", "ls"]] {
        let stderr = folder.rgbpipe(words).status(2).stderr;
        assert!(!stderr.contains("tip:"), "{words:?}: {stderr}");
    }
}

#[test]
fn a_source_without_its_ending_is_found() {
    let folder = folder();
    folder.write("src/main.s", GOOD);
    said(&folder, &["build", "game", "-o", "x.gb"], "cannot read game: No such file or directory; there is game.asm\n");
    said(&folder, &["check", "src/main"], "cannot read src/main: No such file or directory; there is src/main.s\n");
    said(&folder, &["check", "other"], "cannot read other: No such file or directory\n");
    said(&folder, &["check", "game.as"], "cannot read game.as: No such file or directory\n");
}

#[test]
fn exec_without_dashes_gets_a_suggestion() {
    let folder = folder();
    said(&folder, &["exec", "cat", "s.txt"], "tip: put '--' before the program: rgbpipe exec -- cat s.txt\n");
    said(&folder, &["exec", "--in", "a=s.txt", "cat", "{a}"], "rgbpipe exec --in a=s.txt -- cat '{a}'\n");
    let awk = ["exec", "--in", "a=s.txt", "--", "awk", "{{print $1}}", "{a}"];
    assert_eq!(folder.rgbpipe(awk).ok().stdout, b"text\n");
    let script = ["exec", "--in", "a=s.txt", "--out", "b=new.txt", "-v", "--", "sh", "-c", "cp $0 $1", "{a}", "{b}"];
    assert_eq!(folder.rgbpipe(script).status(0).stderr, "sh -c 'cp $0 $1' s.txt new.txt\n");
    let script = ["exec", "--verbose", "--in", "a=-", "--", "cat", "{a}"];
    assert_eq!(folder.rgbpipe(script).stdin("x").status(0).stderr, "cat a\n");
}

#[test]
fn help_lists_what_there_is() {
    let folder = folder();
    said(&folder, &["completions"], "tip: the shells are bash, elvish, fish, powershell, zsh\n");
    for command in ["build", "check", "exec", "doctor"] {
        let help = String::from_utf8(folder.rgbpipe([command, "--help"]).ok().stdout).unwrap();
        let environment = help.split("Environment:\n").nth(1).unwrap();
        let like_an_option = environment.lines().find(|line| line.trim_start().starts_with('-'));
        assert_eq!(like_an_option, None, "{command}");
    }
}
