//! Words with a meaning for make. A file may have such a name, and must stay a file.

use std::path::Path;

use crate::support::{Ended, Folder, args, needs};

/// Words at the start of a makefile line, or before an assignment in a rule (the manual's "Quick Reference").
const DIRECTIVES: [&str; 19] = [
    "private", "export", "override", "define", "undefine", "endef", "ifdef", "ifndef", "ifeq", "ifneq", "else",
    "endif", "include", "-include", "sinclude", "load", "-load", "unexport", "vpath",
];

/// If make used this file as its shell, it would run.
const SHELL: &str = "#!/bin/sh\ntouch ran\nexec /bin/sh \"$@\"\n";

/// A build of a source that includes these files.
fn build(names: &[&str]) -> (Folder, Ended) {
    let folder = Folder::new();
    let mut source = Vec::new();
    for name in names {
        folder.write(name, "");
        source.push(format!("INCLUDE \"{}\"\n", name.replace('\\', "\\\\")));
    }
    folder.write("x.inc", SHELL).sh("chmod +x x.inc").ok();
    // Standard input has no name, so the first file is one that a stranger has chosen.
    // No rule can have a target with `=` in its name.
    let phony = if names.iter().any(|name| name.contains('=')) { "" } else { "--MP" };
    let build = folder.rgbpipe(args(&format!("build - -o game.gb -M game.d --toolchain builtin {phony}")));
    let ended = build.stdin(source.concat() + "SECTION \"main\", ROM0\n\tdb 1\n").run();
    (folder, ended)
}

/// Expects that make sees exactly these files as prerequisites, and runs none of them.
fn is_a_list_of(names: &[&str]) {
    let (folder, built) = build(names);
    assert_eq!((built.status, &built.stderr[..]), (0, ""), "{names:?}");
    folder.write("Makefile", "game.gb:\n\t@echo '$^'\n\t@false\n\t@echo continued\ninclude game.d\n");
    folder.sh("touch -d '1 hour' -- *").ok();
    folder.sh("touch game.gb").ok();
    let ended = folder.command("make", ["-s"]).run();
    let seen = (ended.status, String::from_utf8(ended.stdout).unwrap());
    assert_eq!(seen, (2, format!("{}\n", names.join(" "))), "{names:?}: {}", ended.stderr);
    assert!(!folder.names().contains(&"ran".to_owned()), "{names:?}: a file was run");
    // Nothing has changed, so there is nothing to do.
    folder.sh("touch -d '-1 hour' -- *; touch game.gb").ok();
    assert_eq!(folder.command("make", ["-s"]).ok().stdout, b"", "{names:?}: built again for nothing");
}

/// Expects that the build fails, names the file, and writes nothing.
fn is_refused(names: &[&str]) {
    let (folder, built) = build(names);
    assert_eq!(built.status, 3, "{names:?}: {}", built.stderr);
    assert!(built.stderr.contains("a makefile cannot contain the file name"), "{names:?}: {}", built.stderr);
    assert!(!folder.names().iter().any(|name| name.starts_with("game.")), "{names:?}");
}

#[test]
fn a_file_called_like_a_directive_sets_nothing() {
    if !needs("make") {
        return;
    }
    for word in DIRECTIVES {
        is_a_list_of(&[word]);
        is_a_list_of(&[word, "SHELL=./x.inc"]);
        is_a_list_of(&[word, "exporting", "overriding", "SHELL=./x.inc", "second"]);
    }
}

#[test]
fn an_assignment_after_a_name_sets_nothing() {
    if !needs("make") {
        return;
    }
    for operator in ["=", "+=", "!=", "?=", ":=", "::=", ":::="] {
        // `game.gb: SHELL != touch ran` would run a command.
        is_a_list_of(&["SHELL", &format!("{operator}touch"), "ran.inc"]);
        is_a_list_of(&["SHELL", operator, "x"]);
        is_refused(&[&format!("SHELL{operator}x.inc")]);
    }
}

#[test]
fn a_special_target_is_refused() {
    if !needs("make") {
        return;
    }
    for name in [
        ".IGNORE",
        ".SILENT",
        ".PHONY",
        ".DEFAULT",
        ".SUFFIXES",
        ".PRECIOUS",
        ".INTERMEDIATE",
        ".NOTINTERMEDIATE",
        ".SECONDARY",
        ".SECONDEXPANSION",
        ".DELETE_ON_ERROR",
        ".LOW_RESOLUTION_TIME",
        ".EXPORT_ALL_VARIABLES",
        ".NOTPARALLEL",
        ".ONESHELL",
        ".POSIX",
        ".WAIT",
        ".MAKEFLAGS",
        ".PATH.inc",
    ] {
        is_refused(&[name]);
        is_refused(&["first.inc", &format!("./{name}")]);
    }
    is_a_list_of(&[".config", ".hidden.inc", "dir.X", ".Xa"]);
    let folder = Folder::new();
    let build = folder.rgbpipe(args("build - -o .IGNORE -M game.d"));
    let said = build.stdin("").status(2).stderr;
    assert_eq!(said, "rgbpipe: a makefile cannot contain the file name \".IGNORE\"\n");
}

/// Only the makefile knows its own suffixes and targets, and `./` before a name makes no difference to make. Such a file is
/// that target: its rule runs if the file is missing, and not otherwise.
#[test]
fn a_name_that_the_makefile_has_a_rule_for_is_its_target() {
    if !needs("make") {
        return;
    }
    for name in [".foo.bar", ".foo", "./.foo.bar", "clean"] {
        let (folder, built) = build(&[name]);
        assert_eq!((built.status, &built.stderr[..]), (0, ""), "{name}");
        folder.write(
            "Makefile",
            ".SUFFIXES: .foo .bar\n\ngame.gb:\n\t@echo built\n.foo.bar .foo clean:\n\t@echo rule $@ >> ran\ninclude game.d\n",
        );
        folder.sh("touch -d '1 hour' x.inc; touch game.gb").ok();
        folder.command("make", ["-s"]).ok();
        assert!(!folder.names().contains(&"ran".to_owned()), "{name}: its rule ran");
        folder.sh(&format!("rm {name}")).ok();
        folder.command("make", ["-s"]).ok();
        assert_eq!(folder.read("ran"), format!("rule {}\n", name.trim_start_matches("./")).as_bytes());
    }
}

#[test]
fn two_names_are_no_member_of_an_archive() {
    if !needs("make") {
        return;
    }
    is_a_list_of(&["a(b", "d)e", "(f"]);
    is_a_list_of(&["only)"]);
    is_refused(&["a(b)"]);
    is_refused(&["a(b", "c", "d)"]);
}

#[test]
fn a_wildcard_beside_a_backslash_is_refused() {
    if !needs("make") {
        return;
    }
    for name in ["a\\*", "\\#?", "[x]\\", "\\[x]"] {
        is_refused(&[name]);
    }
    is_a_list_of(&["a\\b", "c*", "d?", "[e]"]);
}

#[test]
fn outputs_called_like_directives_are_targets() {
    if !needs("make") {
        return;
    }
    for word in DIRECTIVES {
        let folder = Folder::new();
        folder.write("game.asm", "SECTION \"main\", ROM0\n\tdb 1\n");
        let build = folder.rgbpipe(["build", "game.asm", &format!("-o{word}"), "-nSHELL", "-M", "game.d"]);
        build.ok();
        folder
            .write("Makefile", "all:\n\t@echo $(SHELL) $^\ninclude game.d\n")
            .write("rule", format!("all: ./{word}\n"));
        folder.sh("cat rule >> Makefile; touch -d '-1 hour' game.asm").ok();
        let ended = folder.command("make", ["-s"]).ok();
        assert_eq!(String::from_utf8(ended.stdout).unwrap(), format!("/bin/sh {word}\n"));
        assert!(Path::new(&folder.path().join(word)).is_file());
    }
}
