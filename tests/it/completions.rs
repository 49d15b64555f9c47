//! The completion scripts, in real shells.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::support::{Folder, needs};

/// A folder with a file of each kind, and one of no kind.
fn folder() -> Folder {
    let folder = Folder::new();
    for name in ["game.asm", "game.inc", "game.o", "game.gb", "game.map", "game.sym", "game.link", "game.txt"] {
        folder.write(name, "");
    }
    folder.write("dir/other.asm", "").write("only/notes.txt", "");
    folder
}

fn script(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file).display().to_string()
}

/// All candidates for the last word, in bash or fish.
fn candidates(folder: &Folder, shell: &str, line: &str) -> Vec<String> {
    let script = script(&format!("rgbpipe.{shell}"));
    let (option, program) = if shell == "bash" {
        let last = line.rsplit(' ').next().unwrap();
        let words = line.split(' ').count() - 1;
        let program = format!(
            "source '{script}'; COMP_WORDS=({line}{}); COMP_CWORD={words}; COMP_TYPE=9\n\
             COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}\n\
             _rgbpipe rgbpipe '{last}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            if last.is_empty() { "''" } else { "" }
        );
        ("--norc", program)
    } else {
        ("--no-config", format!("source '{script}'; complete -C'{line}'"))
    };
    let shell = folder.command(shell, [option, "-c", &program]);
    let printed = String::from_utf8(shell.env("HOME", home(folder)).status(0).stdout).unwrap();
    // fish adds a description after a tab. bash itself marks directories.
    let candidates = printed.lines().map(|line| line.split('\t').next().unwrap().trim_end_matches('/').to_owned());
    candidates.collect()
}

/// A home directory in which shells may leave files.
fn home(folder: &Folder) -> PathBuf {
    folder.tmpdir().parent().unwrap().to_owned()
}

/// The text that a shell shows when these lines are typed at its terminal. The last line must make it exit. zsh
/// provides the terminal.
fn shown(folder: &Folder, shell: &str, lines: &[&str]) -> String {
    let mut program = format!("zmodload zsh/zpty; zpty z {shell}\n");
    for line in lines {
        writeln!(program, "zpty -w z '{}'", line.replace('\'', r"'\''")).unwrap();
    }
    program.push_str("while zpty -r z shown; do print -rn -- \"$shown\"; done; zpty -d z");
    let zsh = folder.command("zsh", ["-f", "-c", &program]);
    let ended = zsh.env("HOME", home(folder)).env("TMPDIR", home(folder)).env("TERM", "xterm").status(0);
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

/// The words of a line after the completion key, as bash or zsh understand them.
fn completed(folder: &Folder, shell: &str, line: &str) -> Vec<String> {
    let (command, load) = match shell {
        "bash" => ("bash --norc --noprofile -i", format!("source '{}'", script("rgbpipe.bash"))),
        _ => ("zsh -f -i", format!("fpath=('{}' $fpath); autoload -U compinit; compinit -u -D", script(""))),
    };
    // Moves to the beginning of the line and to its end.
    let key = format!("{line}\t\x01printf '\\nRES''ULT<%s>' \x05 DO''NE");
    let shown = shown(folder, command, &[&load, &key, "cd /; exit"]);
    let words = shown.split("RESULT<").skip(1).map(|rest| rest.split('>').next().unwrap().to_owned());
    let words: Vec<_> = words.collect();
    assert_eq!(words.last().map(String::as_str), Some("DONE"), "{shown}");
    words[..words.len() - 1].to_vec()
}

#[test]
fn bash_and_fish_complete_options_values_and_files_by_kind() {
    let folder = folder();
    for shell in ["bash", "fish"] {
        if !needs(shell) {
            continue;
        }
        let complete = |line: &str| candidates(&folder, shell, line);
        assert_eq!(complete("rgbpipe build --ro"), ["--rom"], "{shell}");
        assert_eq!(complete("rgbpipe bu"), ["build"], "{shell}");
        assert_eq!(complete("rgbpipe build --color a"), ["auto", "always"], "{shell}");
        for (line, files) in [
            ("rgbpipe build ga", &["game.asm", "game.o"][..]),
            ("rgbpipe check ga", &["game.asm", "game.o"]),
            ("rgbpipe build -o ga", &["game.gb"]),
            ("rgbpipe build --map ga", &["game.map"]),
            ("rgbpipe build -n ga", &["game.sym"]),
            ("rgbpipe build -l ga", &["game.link"]),
            ("rgbpipe build -P ga", &["game.asm", "game.inc"]),
            ("rgbpipe build -O ga", &["game.gb"]),
            ("rgbpipe build dir/", &["dir/other.asm"]),
            ("rgbpipe build -I d", &["dir"]),
            ("rgbpipe build @game.t", &["@game.txt"]),
            // The tools' options are their own, and their files may be of any kind.
            ("rgbpipe rgbasm game.a", &["game.asm"]),
            ("rgbpipe rgbasm -o ga.o dir/", &["dir/other.asm"]),
            ("rgbpipe rgblink -n game.s", &["game.sym"]),
            ("rgbpipe rgbfix -v game.g", &["game.gb"]),
            // There is no file of this kind, so any file is offered.
            ("rgbpipe build only/", &["only/notes.txt"]),
        ] {
            assert_eq!(complete(line), files, "{shell}: {line}");
        }
        let all = complete("rgbpipe build -l ");
        assert_eq!(all, ["game.link", "dir", "only"], "{shell}");
    }
}

#[test]
fn bash_and_zsh_complete_from_their_first_use_at_a_terminal() {
    if !needs("zsh") || !needs("bash") {
        return;
    }
    let folder = folder();
    folder.write("odd name's.asm", "").write("colon:s.asm", "");
    for shell in ["bash", "zsh"] {
        for (line, words) in [
            ("rgbpipe build --ro", &["build", "--rom"][..]),
            ("rgbpipe build -l game.", &["build", "-l", "game.link"]),
            ("rgbpipe build -o ga", &["build", "-o", "game.gb"]),
            ("rgbpipe build dir/", &["build", "dir/other.asm"]),
            ("rgbpipe check od", &["check", "odd name's.asm"]),
            // bash splits words at `=` and `:`.
            ("rgbpipe build --rom=ga", &["build", "--rom=game.gb"]),
            ("rgbpipe build --color=al", &["build", "--color=always"]),
            ("rgbpipe build --color = al", &["build", "--color", "=", "al"]),
            ("rgbpipe build colon:", &["build", "colon:s.asm"]),
            ("rgbpipe check @only/", &["check", "@only/notes.txt"]),
            ("rgbpipe exec --in text=only/", &["exec", "--in", "text=only/notes.txt"]),
            ("rgbpipe exec --in text=on", &["exec", "--in", "text=only/"]),
            ("rgbpipe exec -- cat only/", &["exec", "--", "cat", "only/notes.txt"]),
            ("rgbpipe rgblink -o game.gb game.o", &["rgblink", "-o", "game.gb", "game.o"]),
            ("rgbpipe rgbasm dir/", &["rgbasm", "dir/other.asm"]),
        ] {
            println!("{shell}: {line}");
            assert_eq!(completed(&folder, shell, line)[1..], *words);
        }
    }
    // zsh leaves the quote open.
    assert_eq!(completed(&folder, "bash", "rgbpipe check \"od")[1..], ["check", "odd name's.asm"]);
}

#[test]
fn elvish_completes_too() {
    if !needs("elvish") || !needs("zsh") {
        return;
    }
    let folder = folder();
    // elvish completes only in its editor, at a terminal. It leaves a daemon, which is ended here.
    let load = format!("eval (slurp < '{}'); use daemon; use str", script("rgbpipe.elv"));
    let ask =
        r#"fn c {|@w| print RES""ULT (str:join " " [($edit:completion:arg-completer[rgbpipe] $@w)]) DO""NE"\n" }"#;
    let lines = [
        load.as_str(),
        ask,
        r#"c rgbpipe build --ro; c rgbpipe check ga; c rgbpipe build -l """#,
        "cd /; kill $daemon:pid; exit",
    ];
    let shown = shown(&folder, "elvish -norc", &lines);
    let results: Vec<_> = shown.split("RESULT ").skip(1).map(|rest| rest.split(" DONE").next().unwrap()).collect();
    assert_eq!(results, ["--rom", "game.asm game.o", "game.link dir/ only/"], "{shown}");
}

#[test]
fn the_scripts_are_printed_for_those_who_have_no_files() {
    let folder = folder();
    for (shell, file) in [
        ("bash", "rgbpipe.bash"),
        ("elvish", "rgbpipe.elv"),
        ("fish", "rgbpipe.fish"),
        ("powershell", "rgbpipe.ps1"),
        ("zsh", "_rgbpipe"),
    ] {
        let checked_in = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file)).unwrap();
        assert!(folder.rgbpipe(["completions", shell]).ok().stdout == checked_in, "{shell}");
    }
    let words = folder.rgbpipe(["completions", "csh"]).status(2).stderr;
    assert!(words.contains("csh") && words.contains("bash, elvish, fish, powershell, zsh"), "{words}");
}
