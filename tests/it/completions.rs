//! The completion scripts, in the real shells.

use std::path::Path;

use crate::readme::path_with_rgbpipe;
use crate::support::{Folder, needs};

/// With a file of each kind, and one that is of none.
fn folder() -> Folder {
    let folder = Folder::new();
    for name in ["game.asm", "game.inc", "game.o", "game.gb", "game.map", "game.sym", "game.link", "game.txt"] {
        folder.write(name, "");
    }
    folder.write("dir/other.asm", "").write("only/notes.txt", "");
    folder
}

/// What the last word can be, by the shell `name`.
fn completed(folder: &Folder, name: &str, line: &str) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(match name {
        "zsh" => "_rgbpipe".to_owned(),
        shell => format!("rgbpipe.{shell}"),
    });
    let script = script.display();
    let last = line.rsplit(' ').next().unwrap();
    let program = match name {
        "bash" => {
            let words = line.split(' ').count() - 1;
            format!(
                "source {script}; COMP_WORDS=({line}{}); COMP_CWORD={words}; COMP_TYPE=9\n\
                 _clap_complete_rgbpipe rgbpipe '{last}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
                if last.is_empty() { "''" } else { "" }
            )
        }
        "fish" => format!("source {script}; complete -C'{line}'"),
        // As at a terminal: the key, then the line is printed. (What reads the terminal to its end has left this folder.)
        "zsh" => format!(
            "zmodload zsh/zpty; zpty z zsh -f -i\n\
             zpty -w z 'fpath=({} $fpath); autoload -U compinit; compinit -u -D; setopt no_list_ambiguous'\n\
             zpty -w -n z $'{line}\\t\\x01echo RES\\'\\'ULT \\x05 DO\\'\\'NE\\n'\n\
             zpty -r z shown $'*RESULT*DONE*'; print -r -- \"$shown\"\n\
             zpty -w z 'cd /; exit'; while zpty -r z rest; do :; done; zpty -d z",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").display()
        ),
        shell => panic!("{shell}"),
    };
    let options: &[&str] = match name {
        "bash" => &["--norc", "-c"],
        "fish" => &["--no-config", "-c"],
        _ => &["-f", "-c"],
    };
    let shell = folder.command(name, options.iter().copied().chain([program.as_str()]));
    let ended = shell
        .env("PATH", path_with_rgbpipe(folder))
        .env("HOME", folder.tmpdir().parent().unwrap())
        .env("TERM", "dumb")
        .status(0);
    let printed = String::from_utf8(ended.stdout).unwrap();
    if name == "zsh" {
        let shown = printed.rsplit("RESULT ").next().unwrap();
        let shown = shown.split(" DONE").next().unwrap().trim_end();
        return vec![shown.rsplit(' ').next().unwrap().to_owned()];
    }
    // fish tells what each is, behind a tab.
    printed.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn bash_and_fish_complete_options_values_and_files_by_kind() {
    let folder = folder();
    for shell in ["bash", "fish"] {
        if !needs(shell) {
            continue;
        }
        let complete = |line: &str| completed(&folder, shell, line);
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
            ("rgbpipe build -I d", &["dir/"]),
            // None of the kind: any.
            ("rgbpipe build only/", &["only/notes.txt"]),
        ] {
            assert_eq!(complete(line), files, "{shell}: {line}");
        }
        let all = complete("rgbpipe build -l ");
        assert_eq!(all, ["game.link", "dir/", "only/"], "{shell}");
    }
}

#[test]
fn zsh_completes_from_its_first_use() {
    if !needs("zsh") {
        return;
    }
    let folder = folder();
    for (line, word) in [
        ("rgbpipe build --ro", "--rom"),
        ("rgbpipe build -l game.", "game.link"),
        ("rgbpipe build -o ga", "game.gb"),
        ("rgbpipe build dir/", "dir/other.asm"),
        ("rgbpipe exec --in text=only/", "text=only/notes.txt"),
    ] {
        assert_eq!(completed(&folder, "zsh", line), [word], "{line}");
    }
}

#[test]
fn elvish_completes_too() {
    if !needs("elvish") || !needs("zsh") {
        return;
    }
    let folder = folder();
    let home = folder.tmpdir().parent().unwrap().to_owned();
    // Only at a terminal has it an editor to complete for. It leaves a daemon, which is ended here.
    let program = format!(
        "zmodload zsh/zpty; zpty z elvish -norc\n\
         zpty -w z 'eval (slurp < {}/completions/rgbpipe.elv); use daemon; use str'\n\
         zpty -w z 'fn c {{|@w| print RES\"\"ULT (str:join \" \" \
         [($edit:completion:arg-completer[rgbpipe] $@w)]) DO\"\"NE\"\\n\" }}'\n\
         zpty -w z 'c rgbpipe build --ro; c rgbpipe check ga; c rgbpipe build -l \"\"'\n\
         zpty -w z 'cd /; kill $daemon:pid; exit'\n\
         while zpty -r z shown; do print -rn -- \"$shown\"; done; zpty -d z",
        env!("CARGO_MANIFEST_DIR")
    );
    let shell = folder.command("zsh", ["-f", "-c", &program]).env("PATH", path_with_rgbpipe(&folder));
    let ended = shell.env("HOME", &home).env("TMPDIR", &home).env("TERM", "xterm").status(0);
    let printed = String::from_utf8_lossy(&ended.stdout);
    let results: Vec<_> = printed.split("RESULT ").skip(1).map(|rest| rest.split(" DONE").next().unwrap()).collect();
    assert_eq!(results, ["--rom", "game.asm game.o", "game.link dir/ only/"], "{printed}");
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
