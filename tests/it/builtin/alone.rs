//! A machine that has only rgbpipe.

use crate::support::{Folder, args};

const GREETER: &str = "-l layout.link -I include src/bob.asm src/font.asm src/greeting.asm src/interrupts.asm src/main.asm \
     src/memory.asm src/message.asm src/screen.asm src/signature.asm src/variables.asm";

#[test]
fn verbose_names_the_toolchain_that_builds() {
    let folder = Folder::with_program("greeter");
    let build = format!("build -v --fix -o game.gb -m game.map -n game.sym --report report.json {GREETER}");
    let ended = folder.without_rgbds(args(&build)).status(0);
    let first = "rgbpipe: toolchain: built-in, because RGBDS is not on PATH";
    assert_eq!(ended.stderr.lines().next(), Some(first), "{}", ended.stderr);
    let links = |line: &str| line.starts_with("rgbpipe rgblink -o game.gb -m game.map -n game.sym -l layout.link src/");
    assert!(ended.stderr.lines().any(links), "{}", ended.stderr);
    // The ROM is padded and has the logo.
    let rom = folder.read("game.gb");
    assert_eq!((rom.len(), &rom[0x104..0x108]), (0x10000, &[0xCE, 0xED, 0x66, 0x66][..]));
    assert!(String::from_utf8(folder.read("game.sym")).unwrap().contains(" Main\n"));
    let report = String::from_utf8(folder.read("report.json")).unwrap();
    assert!(report.starts_with("{\n  \"toolchain\": \"builtin\","), "{report}");
    let expected = ["data", "game.gb", "game.map", "game.sym", "include", "layout.link", "report.json", "src"];
    assert_eq!(folder.names(), expected);
}

#[test]
fn doctor_reports_that_builds_work() {
    let ended = Folder::new().without_rgbds(["doctor"]).ok();
    let report = String::from_utf8(ended.stdout).unwrap();
    assert!(report.contains("rgbasm   not found: "), "{report}");
    let works = concat!("\nbuilt-in 1.0.4  in rgbpipe ", env!("CARGO_PKG_VERSION"), "; its sandbox works\n");
    assert!(report.contains(works) || cfg!(not(target_os = "linux")), "{report}");
    assert!(report.contains("\nbuilds   use the toolchain built-in, because RGBDS is not on PATH\n"), "{report}");
}

#[test]
fn a_toolchain_that_is_named_is_not_replaced() {
    let folder = Folder::with_program("hello.asm");
    for (words, name, value) in [
        ("check --rgbds none/ hello.asm", "RGBDS", ""),
        ("check --toolchain rgbds hello.asm", "RGBDS", ""),
        ("check hello.asm", "RGBDS", "none/"),
        ("check hello.asm", "RGBASM", "none/rgbasm"),
        ("check hello.asm", "RGBPIPE_TOOLCHAIN", "rgbds"),
    ] {
        let ended = folder.without_rgbds(args(words)).env(name, value).status(3);
        assert!(ended.stderr.starts_with("rgbpipe: rgbasm not found: "), "{words}: {}", ended.stderr);
    }
    // An option takes precedence over the environment.
    folder.without_rgbds(args("check --toolchain builtin hello.asm")).env("RGBPIPE_TOOLCHAIN", "rgbds").ok();
}

#[test]
fn an_impossible_option_is_refused_with_the_reason() {
    let folder = Folder::with_program("hello.asm");
    for (words, reason) in [
        ("--max-cpu 5", "--max-cpu limits processes, and the built-in toolchain has none: use --timeout\n"),
        ("--rgbds x/", "--rgbds names tools, and --toolchain builtin uses none"),
        ("--asm-flags=-sequ:x", "'-s, --state' cannot be among the assembler's flags"),
        ("--asm-flags=-ox", "'-o, --output' cannot be among rgbasm's flags"),
        ("--asm-flags=-H", "rgbasm 0.8.0 removed -H"),
    ] {
        let ended = folder.without_rgbds(args(&format!("check hello.asm --toolchain builtin {words}"))).status(2);
        assert!(ended.stderr.contains(reason), "{words}: {}", ended.stderr);
    }
    let ended = folder.without_rgbds(["check", "hello.asm"]).env("RGBPIPE_TOOLCHAIN", "mine").status(2);
    assert_eq!(ended.stderr, "rgbpipe: RGBPIPE_TOOLCHAIN is 'mine', not auto, rgbds or builtin\n");
}

#[test]
fn a_source_goes_through_a_pipe_into_a_tar() {
    let folder = Folder::new();
    let source = "SECTION \"a\", ROM0\nMain:: db 1\n\tPRINTLN \"hi\"\n";
    let ended = folder.without_rgbds(args("build - --name x")).stdin(source).status(0);
    assert_eq!(ended.stderr, "hi\n");
    let members = folder.command("tar", ["tf", "-"]).stdin(ended.stdout).ok().stdout;
    assert_eq!(String::from_utf8(members).unwrap(), "x.gb\nx.map\nx.sym\n");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_failed_build_leaves_old_outputs() {
    let folder = Folder::new();
    folder.write("a.asm", "\tnonsense\n").write("game.gb", "old");
    let ended = folder.without_rgbds(args("build a.asm -o game.gb -n game.sym")).status(1);
    assert!(ended.stderr.starts_with("error: Undefined macro"), "{}", ended.stderr);
    assert!(ended.stderr.ends_with("    at a.asm(1)\nAssembly aborted with 1 error\n"), "{}", ended.stderr);
    assert_eq!((folder.names(), folder.read("game.gb")), (vec!["a.asm".into(), "game.gb".into()], b"old".to_vec()));
}

#[test]
fn limits_are_errors() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\n\tds $2000\n");
    let ended = folder.without_rgbds(args("build a.asm -o a.gb --max-output 4096")).status(1);
    assert_eq!(ended.stderr, "rgbpipe: rgbasm a.asm: 'a.o' is larger than the limit of 4096 bytes\n");
    folder.write("b.asm", "DEF s EQUS \"x\"\nREPT 40\nREDEF s EQUS \"{s}{s}\"\nENDR\n");
    let ended = folder.without_rgbds(args("build b.asm -o b.gb --max-memory 16M")).status(1);
    assert!(ended.stderr.contains("exceeds its memory limit of"), "{}", ended.stderr);
    assert_eq!(folder.names(), ["a.asm", "b.asm"]);
}

#[test]
fn the_linker_and_the_fixer_keep_to_the_limits_too() {
    let folder = Folder::new();
    // A small object for a ROM of 8 MiB.
    folder.write("a.asm", "SECTION \"a\", ROMX, BANK[511]\n\tds $100\n");
    for (limit, message) in [
        ("--max-memory 4M", "FATAL: The link exceeds its memory limit of 4194304 bytes\n"),
        ("--max-output 4M", "FATAL: The ROM exceeds the output limit of 4194304 bytes\n"),
    ] {
        let ended = folder.without_rgbds(args(&format!("build a.asm -o a.gb {limit}"))).status(1);
        assert!(ended.stderr.starts_with(message), "{limit}: {}", ended.stderr);
        assert!(ended.stderr.ends_with("Linking aborted with 1 error\n"), "{limit}: {}", ended.stderr);
    }
    // Padding makes it a ROM of 16 MiB.
    folder.write("b.asm", "SECTION \"b\", ROMX, BANK[512]\n\tds $100\n");
    let ended = folder.without_rgbds(args("build b.asm -o b.gb --fix --max-output 10M")).status(1);
    assert!(
        ended.stderr.starts_with("FATAL: The ROM exceeds the output limit of 10485760 bytes\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(folder.names(), ["a.asm", "b.asm"]);
}

#[test]
fn a_mistake_in_a_linker_script_is_underlined() {
    let folder = Folder::with_program("hello.asm");
    folder.write("game.link", "ROM0\n\tORG $20 5\n");
    let ended = folder.without_rgbds(args("build hello.asm -l game.link -o a.gb --message-format json")).status(1);
    assert!(ended.stderr.contains("\"range\":{\"start\":9,\"end\":10}"), "{}", ended.stderr);
}
