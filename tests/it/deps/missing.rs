//! `--MG`: files that make has yet to build.

use crate::sandbox::landlock;
use crate::support::{Folder, args, needs};

use super::builds;

/// A project with two files that make can generate, and a count of rgbpipe's runs. The files are newer than the rule
/// that asked for them, even for a coarse clock.
fn generating(rules: &str) -> Folder {
    let folder = Folder::new();
    folder
        .write(
            "game.asm",
            "INCLUDE \"gen/first.inc\"\nSECTION \"main\", ROM0\n\tINCBIN \"gen/second.bin\"\n\tdb FIRST\n",
        )
        .write("log", "")
        .write(
            "Makefile",
            format!(
                "RGBPIPE = echo >> log; rgbpipe build -q\nall: game.gb\n{rules}\n\
                 LATER = while [ -e game.d ] && ! [ $@ -nt game.d ]; do touch $@; done\n\
                 gen/first.inc:\n\tmkdir -p gen; echo 'DEF FIRST EQU 7' > $@; $(LATER)\n\
                 gen/%.bin:\n\tmkdir -p gen; printf %s $* > $@; $(LATER)\n"
            ),
        );
    folder
}

#[test]
fn make_makes_what_is_missing() {
    if !needs("make") {
        return;
    }
    // The file with the rule is a target too. make builds it and starts again, until nothing is missing.
    let own_rule = "game.gb: game.d\n\t$(RGBPIPE) game.asm -o $@\n\
                    game.d:\n\t$(RGBPIPE) game.asm --MT 'game.gb game.d' -M $@ FLAG\ninclude game.d";
    // Or make is called until there is nothing to do.
    let one_rule = "game.gb:\n\t$(RGBPIPE) game.asm -o $@ -M game.d --MP FLAG\n-include game.d";
    for (rules, flag, builds_expected, makes) in
        [(own_rule, "--MG", 4, 1), (own_rule, "--MC", 3, 1), (one_rule, "--MG", 3, 3), (one_rule, "--MC", 2, 2)]
    {
        let folder = generating(&rules.replace("FLAG", flag));
        for _ in 0..makes {
            assert!(!folder.names().contains(&"game.gb".to_owned()), "{rules} {flag}: sooner than expected");
            folder.command("make", ["-s"]).ok();
        }
        assert_eq!(folder.read("game.gb")[..7], *b"second\x07", "{rules} {flag}");
        assert_eq!(builds(&folder), builds_expected, "{rules} {flag}");
        folder.command("make", ["-s"]).ok();
        assert_eq!(builds(&folder), builds_expected, "{rules} {flag}: built again for nothing");
    }
}

#[test]
fn a_missing_file_is_listed_and_every_other_output_left_alone() {
    let folder = Folder::new();
    folder
        .write("game.asm", "SECTION \"g\", ROM0\nINCBIN \"no.bin\"\nINCLUDE \"no.inc\"\n")
        .write("good.asm", "SECTION \"good\", ROM0\n\tdb 1\n");
    for old in ["old.gb", "old.sym", "old.tar"] {
        folder.write(old, "old");
    }
    let build = |flags: &str| {
        folder.rgbpipe(args(&format!("build game.asm good.asm -o old.gb -n old.sym --tar old.tar -M new.d {flags}")))
    };
    assert!(build("").status(1).stderr.contains("no.bin"));
    assert!(!folder.names().contains(&"new.d".to_owned()), "a failed build wrote its rule");
    for (flag, found) in [("--MG", "no.bin \\\n"), ("--MC", "no.bin \\\n  no.inc \\\n")] {
        let said = build(flag).status(0).stderr;
        let missing = found.replace(" \\\n", ",").replace(['\n', ' '], "").replace(',', ", ");
        assert_eq!(said, format!("rgbpipe: not linked: missing yet: {}\n", missing.trim_end_matches(", ")));
        let empty = format!("\n{}:\n", missing.trim_end_matches(", ").replace(", ", ":\n\n"));
        let rule = format!("old.gb old.sym old.tar: \\\n  game.asm \\\n  {found}  good.asm\n{empty}");
        assert_eq!(String::from_utf8(folder.read("new.d")).unwrap(), rule);
        assert_eq!(build(&format!("{flag} -q")).ok().stdout, b"");
        for old in ["old.gb", "old.sym", "old.tar"] {
            assert_eq!(folder.read(old), b"old", "{flag}");
        }
    }
    // So are the files that rgblink and rgbfix read.
    folder.write("a.link", "INCLUDE \"b.link\"\nINCLUDE \"no.link\"\n").write("b.link", "ROM0\n");
    let link = "build good.asm -o old.gb -l a.link -O no.gb --fix-flags=-Lno.1bpp -M new.d";
    folder.rgbpipe(args(link)).status(1);
    let said = folder.rgbpipe(args(&format!("{link} --MG"))).status(0).stderr;
    assert_eq!(said, "rgbpipe: not linked: missing yet: no.link, no.gb, no.1bpp\n");
    let files = "good.asm a.link b.link no.link no.gb no.1bpp".replace(' ', " \\\n  ");
    let empty = "\nno.link:\n\nno.gb:\n\nno.1bpp:\n";
    assert_eq!(String::from_utf8(folder.read("new.d")).unwrap(), format!("old.gb: \\\n  {files}\n{empty}"));
    assert_eq!(folder.read("old.gb"), b"old");
    // Other mistakes are errors as usual.
    folder.write("good.asm", "nonsense\n");
    folder.write("new.d", "old");
    assert!(build("--MG").status(1).stderr.contains("good.asm(1)"));
    assert_eq!(folder.read("new.d"), b"old");
    // So is an assembler that writes nothing.
    let said = build("--MG").env("RGBASM", "true").status(1).stderr;
    assert!(said.contains("did not write 'game.o'"), "{said}");
}

#[test]
fn in_a_sandbox_a_linker_script_may_not_be_missing() {
    if !landlock() {
        return;
    }
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\n db 1\n");
    folder.rgbpipe(args("build a.asm -o a.gb -M a.d --MG -l missing.link --sandbox")).status(1);
    assert_eq!(folder.names(), ["a.asm"]);
}
