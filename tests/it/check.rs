//! `rgbpipe check` reports what `build` reports, and writes nothing.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Folder, args, needs};

fn folder() -> Folder {
    let folder = Folder::with_program("greeter");
    folder
        .write("warns.asm", "WARN \"careful\"\nSECTION \"warns\", ROM0[0]\nWarns:: dw 1\n")
        .write("wrong.asm", "\tnonsense\n")
        .write("nowhere.asm", "SECTION \"nowhere\", ROM0\n\tdw Nowhere\n")
        .write("asserts.asm", "SECTION \"asserts\", ROM0\nHere: db 1\n\tASSERT WARN, Warns == 9, \"linked\"\n")
        .write("large.asm", "SECTION \"large\", ROM0\n\tds $4001\n")
        .write("far.asm", "SECTION \"far\", ROM0[$200]\n\tjr Warns\n")
        .write("small.gb", "too small")
        .write("bad.link", "ROM0\n\t\"none such\"\n");
    folder
}

#[test]
fn it_says_what_build_says_and_writes_nothing() {
    let folder = folder();
    let before = folder.names();
    let sources = "-I include -E -l layout.link src/bob.asm src/font.asm src/greeting.asm src/interrupts.asm \
        src/main.asm src/memory.asm src/message.asm src/screen.asm src/signature.asm src/variables.asm";
    for (words, status) in [
        (sources, 0),
        (&format!("{sources} --fix"), 0),
        ("warns.asm", 0),
        ("warns.asm -q", 0),
        ("warns.asm --message-format short", 0),
        ("warns.asm asserts.asm", 0),
        ("warns.asm -Werror", 1),
        ("wrong.asm warns.asm wrong.asm", 1),
        ("nowhere.asm", 1),
        ("large.asm", 1),
        ("large.asm --max-output 10", 1),
        ("warns.asm far.asm", 1),
        ("warns.asm -l bad.link", 1),
        ("warns.asm -O small.gb", 0),
        ("warns.asm --fix-flags '-m MBC1 -i TOOLONG'", 0),
        ("warns.asm -x --fix", 1),
        ("none.asm", 2),
        ("warns.asm --link-flags \"'\"", 2),
        ("warns.asm --rgbds none/", 3),
    ] {
        let run = |command: &str, outputs: &str| {
            let script = format!("exec rgbpipe {command} {words} {outputs}");
            folder.sh(&script).status(status)
        };
        let built = run("build", "-o /dev/null");
        let checked = run("check", "");
        assert_eq!((checked.stderr, checked.stdout), (built.stderr, Vec::new()), "{words}");
        assert_eq!(folder.names(), before, "{words}");
    }
    // It also reports mistakes of the link and of the fix.
    let said = |words: &str| folder.rgbpipe(args(&format!("check {words}"))).run().stderr;
    assert!(said("warns.asm asserts.asm").contains("linked"));
    assert!(said("warns.asm -O small.gb").contains("verlay"));
    assert!(said("warns.asm --fix-flags=-iTOOLONG").contains("Truncating"));
}

#[test]
fn it_needs_no_right_to_write() {
    let folder = folder();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let build = folder.as_anyone(args("build warns.asm -o warns.gb")).status(3).stderr;
    assert!(build.contains("cannot write warns.gb"), "{build}");
    let check = folder.as_anyone(args("check warns.asm")).status(0).stderr;
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(check, "warning: careful [-Wuser]\n    at warns.asm(1)\n");
}

#[test]
fn it_reads_standard_input() {
    let folder = folder();
    let ended = folder.rgbpipe(args("check --message-format short -")).stdin("\n\tnonsense\n").status(1);
    assert_eq!(ended.stderr, "<stdin>:2: error: Undefined macro `nonsense`\nAssembly aborted with 1 error\n");
    assert_eq!(ended.stdout, b"");
}

#[test]
fn it_takes_no_outputs() {
    let folder = folder();
    for words in ["-o x.gb", "-m x", "-n x", "--tar x", "-M x", "--save-temps x", "--dry-run"] {
        let ended = folder.rgbpipe(args(&format!("check warns.asm {words}"))).status(2);
        assert!(ended.stderr.contains("unexpected argument"), "{}", ended.stderr);
    }
}

#[test]
fn json_of_a_check_has_no_artifact() {
    if !needs("jq") {
        return;
    }
    let folder = folder();
    let json = folder.rgbpipe(args("check --message-format json warns.asm")).status(0).stderr;
    let reasons = folder.command("jq", ["-c", "[.reason, .success]"]).stdin(json).ok().stdout;
    assert_eq!(reasons, b"[\"diagnostic\",null]\n[\"build-finished\",true]\n");
}

#[test]
fn vim_makes_a_list_of_it() {
    if !needs("vim") {
        return;
    }
    let folder = folder();
    let make = "rgbpipe check --message-format short wrong.asm warns.asm";
    let script = format!(
        "set makeprg={}\nsilent make!\ncall writefile(map(filter(getqflist(), 'v:val.valid'), \
        'bufname(v:val.bufnr) . \":\" . v:val.lnum . v:val.text'), 'list')\nqa!\n",
        make.replace(' ', "\\ ")
    );
    folder.write("script.vim", script);
    folder.command("vim", ["-es", "-N", "-u", "NONE", "-i", "NONE", "-S", "script.vim"]).run();
    assert_eq!(
        String::from_utf8(folder.read("list")).unwrap(),
        "wrong.asm:1 error: Undefined macro `nonsense`\nwarns.asm:1 warning: careful [-Wuser]\n"
    );
}
