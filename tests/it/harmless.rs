//! What a source, a file's name or a tool contains reaches no terminal as a control character, no CI log as a command, no make as
//! a rule, and no tar as a path.

use crate::support::{Ended, Folder, args};

const ESCAPE: &str = "\x1b]0;title\x07";
const FORMATS: [&str; 4] = ["human", "short", "json", "github"];

/// Its messages, its print, its macro and its section contain all sorts of things.
const SOURCE: &str = "\
    PRINTLN \"\\n::error::of a print\"\n\
    PRINTLN \"##[group]x ##vso[task.setvariable variable=a]b\"\n\
    PRINTLN \"\x1b]0;title\x07\x1b[31m\x1b[2J\x7f\u{9b}2J\"\n\
    WARN \"\\n::set-env name=PATH::x\\n  ::add-mask::y%0A::z \x1b]0;title\x07\x1b[2J\u{9b}\"\n\
    SECTION \"a\x1b]0;title\x07##[group]\", ROM0\n\
    db 1\n";

#[track_caller]
fn is_harmless(text: &str, how: &str) {
    let is_allowed = |c: char| !c.is_control() || "\n\t".contains(c);
    assert!(text.replace("\r\n", "\n").chars().all(is_allowed), "{how}: {text:?}");
    for line in text.lines() {
        let line = line.trim_start();
        let is_ours = ["::error file=", "::warning file=", "::warning title=", "::notice title=", "::error title="]
            .iter()
            .any(|own| line.starts_with(own));
        assert!(!line.starts_with("::") || how.contains("github") && is_ours, "{how}: {text:?}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{how}: {text:?}");
        }
    }
}

fn run(folder: &Folder, words: &str) -> Ended {
    let ended = folder.rgbpipe(args(words)).run();
    is_harmless(&ended.stderr, words);
    ended
}

#[test]
fn messages_are_harmless_in_every_format_and_with_either_toolchain() {
    let folder = Folder::new();
    folder
        .write("evil.asm", SOURCE)
        .write("wrong.asm", format!("{SOURCE} nonsense \"{ESCAPE}\"\n INCLUDE \"{ESCAPE}\n::x\"\n"));
    for toolchain in ["rgbds", "builtin"] {
        for format in FORMATS {
            for snippets in ["--snippets never", "--snippets always"] {
                let with =
                    format!("--toolchain {toolchain} --message-format {format} {snippets} --usage -v --color never");
                let ended = run(&folder, &format!("build evil.asm -o a.gb --report r.json {with}"));
                assert_eq!(ended.status, 0, "{}", ended.stderr);
                assert!(ended.stderr.contains("of a print"), "{with}: {}", ended.stderr);
                is_harmless(&String::from_utf8(folder.read("r.json")).unwrap(), "report");
                assert_eq!(run(&folder, &format!("build wrong.asm -o a.gb {with}")).status, 1);
            }
        }
    }
}

/// RGBDS's own colours stay, and no other escape does.
#[test]
fn in_colour_only_colours_stay() {
    let folder = Folder::new();
    folder.write("evil.asm", SOURCE);
    let ended = folder.rgbpipe(args("check evil.asm --color always")).status(0);
    assert!(ended.stderr.contains("\x1b[") && ended.stderr.contains("␛]0;title␇") && ended.stderr.contains("␛[2J"));
    assert!(!ended.stderr.contains("\x1b]") && !ended.stderr.contains("\x1b[2J"));
}

#[test]
fn names_of_files_are_harmless() {
    let folder = Folder::new();
    let name = format!("{ESCAPE}\n::error::x ##[group]\u{9b}.asm");
    folder.write(&name, "WARN \"x\"\nSECTION \"a\", ROM0\n db 1\n").write("rom.gb", "\0\0").write("x.asm", "");
    for toolchain in ["rgbds", "builtin"] {
        for format in FORMATS {
            let with = format!("-v --toolchain {toolchain} --message-format {format}");
            for words in [
                vec!["build", "NAME", "-o", "a.gb", "-M", "a.d"],
                vec!["build", "NAME", "-o", "a.gb"],
                vec!["build", "x.asm", "-o", "NAME", "-m", "NAME"],
                vec!["build", "x.asm", "-l", "NAME", "-o", "/no/such/NAME"],
                vec!["build", "NAME.none", "-o", "a.gb"],
            ] {
                let words = words.into_iter().map(|word| word.replace("NAME", &name).into());
                let ended = folder.rgbpipe(words.chain(args(&with))).run();
                is_harmless(&ended.stderr, &with);
            }
        }
    }
    let dir = folder.path().join(&name).with_extension("dir");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join(".rgbds-version"), "x").unwrap();
    let mut doctor = folder.rgbpipe(["doctor"]);
    doctor.command.current_dir(&dir);
    let report = String::from_utf8(doctor.run().stdout).unwrap();
    assert!(report.contains("title"), "{report}");
    is_harmless(&report, "doctor");
    let links = String::from_utf8(folder.rgbpipe(["tools", &format!("new {name}")]).ok().stdout).unwrap();
    assert!(links.contains("title"), "{links}");
    is_harmless(&links, "tools");
}

/// `--dry-run` prints to standard output what a person pastes, and a name there must still be that name.
#[test]
fn printed_commands_are_harmless_and_mean_the_same() {
    let folder = Folder::new();
    let name = format!("it's\\' $(touch pwned) {ESCAPE}$(x\r\n::error::x\n ##[group]##vso[a]\u{9b}2J\x7f $x é\\.asm");
    folder.write(&name, "SECTION \"a\", ROM0\n db 1\n");
    let build = |option: &str| {
        let ended = folder.rgbpipe(["build", option, &name, "-o", &format!("{name}.gb")]).status(0);
        is_harmless(&ended.stderr, option);
        is_harmless(&String::from_utf8(ended.stdout.clone()).unwrap(), option);
        (ended.stdout, ended.stderr)
    };
    let (printed, _) = build("--dry-run");
    let (_, shown) = build("-v");
    let rom = folder.read(format!("{name}.gb"));
    for shell in ["sh", "bash", "zsh", "fish"] {
        if shell == "sh" || crate::support::needs(shell) {
            std::fs::remove_file(folder.path().join(format!("{name}.gb"))).unwrap();
            folder.command(shell, ["-c", std::str::from_utf8(&printed).unwrap()]).ok();
            assert!(folder.read(format!("{name}.gb")) == rom, "{shell}");
            assert!(!folder.names().contains(&"pwned".to_owned()), "{shell}");
        }
    }
    assert!(String::from_utf8(printed).unwrap().lines().all(|line| shown.contains(line)), "{shown}");
}

/// The argument parser repeats what was typed, which may be a stranger's file name.
#[test]
fn errors_in_the_command_line_are_harmless() {
    let folder = Folder::new();
    folder.write("a.asm", "");
    let evil = format!("{ESCAPE}\x1b[31m\x1b[2J\r\n::error::x\n##[group]\u{9b}2J\x7f");
    for words in [
        vec!["build", "--EVIL"],
        vec!["build", "-EVIL"],
        vec!["EVIL"],
        vec!["EVIL.asm"],
        vec!["doctor", "EVIL"],
        vec!["build", "a.asm", "--timeout", "EVIL"],
        vec!["build", "a.asm", "-j", "EVIL"],
        vec!["build", "a.asm", "--max-output=EVIL"],
        vec!["build", "a.asm", "--color", "EVIL"],
        vec!["build", "a.asm", "--toolchain", "EVIL"],
        vec!["build", "a.asm", "--name", "EVIL"],
        vec!["build", "a.asm", "--asm-flags", "'EVIL"],
        vec!["build", "a.asm", "--asm-flags", "-oEVIL"],
        vec!["build", "a.asm", "--fix-flags=--EVIL"],
        vec!["build", "@EVIL"],
        vec!["build", "a.asm", "-oEVIL", "-oEVIL"],
        vec!["check", "a.asm", "-oEVIL"],
        vec!["exec", "EVIL", "x"],
        vec!["exec", "--in", "EVIL", "--", "cat"],
        vec!["exec", "--in", "EVIL=EVIL", "--", "cat"],
        vec!["exec", "--", "cat", "{EVIL}"],
        vec!["exec", "--", "./EVIL"],
        vec!["completions", "EVIL"],
        vec!["tools", "a.asm/EVIL"],
    ] {
        let shown = words.join(" ");
        let ended = folder.rgbpipe(words.into_iter().map(|word| word.replace("EVIL", &evil))).run();
        assert!([2, 3].contains(&ended.status) && !ended.stderr.is_empty(), "{shown}: {ended:?}");
        is_harmless(&ended.stderr, &shown);
        // It is shown, not dropped. A path may be left out, and Rust's own `Debug` writes escapes in ASCII.
        let is_shown = ["␛]0;title", "u{1b}]0;title"].iter().any(|typed| ended.stderr.contains(typed));
        assert!(is_shown || !ended.stderr.contains("title"), "{shown}: {}", ended.stderr);
    }
}

#[test]
fn no_name_is_a_rule_that_make_has() {
    let folder = Folder::new();
    for name in [".c", ".sh", ".c.o", "./.sh", ".//./.p"] {
        folder.write("a.asm", format!("INCLUDE \"{name}\"\nSECTION \"a\", ROM0\n db 1\n")).write(name, "");
        for toolchain in ["rgbds", "builtin"] {
            for more in ["", "--MP", "--MG"] {
                let words = format!("build a.asm -o a.gb -M a.d {more} --toolchain {toolchain}");
                let said = folder.rgbpipe(args(&words)).status(3).stderr;
                assert!(said.contains("a makefile cannot contain the file name"), "{said}");
            }
        }
    }
}

#[test]
fn a_member_of_the_tar_is_a_plain_name() {
    let folder = Folder::new();
    for name in ["...asm", "..asm", "-x.asm", r"a\..\..\b.asm", "C:b.asm", "\x1b.asm", "\n.asm"] {
        folder.write(name, "SECTION \"a\", ROM0\n db 1\n");
        let tar = folder.rgbpipe(["build", "--", name]).status(0).stdout;
        let listed = folder.command("tar", ["-t", "--quoting-style=literal"]).stdin(tar).ok().stdout;
        for member in String::from_utf8(listed).unwrap().lines() {
            assert!(!member.contains(['/', '\\', ':']) && ![".", ".."].contains(&member), "{name:?}: {member}");
            assert!(!member.chars().any(char::is_control), "{name:?}");
        }
    }
    for name in ["../x", "/x", "..", ".", "a/b", "\x1b", ""] {
        folder.rgbpipe(["build", "a.asm", "--name", name]).status(2);
        let named = format!("{name}=-");
        folder.rgbpipe(["exec", "--out", &named, "--tar", "x.tar", "--", "true", &format!("{{{name}}}")]).status(2);
    }
}
