//! `--message-format`, with the programs on the other side that read it: jq, vim, a problem matcher.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::{Ended, Folder, args, needs};

/// A warning in a macro, with two lines and characters that formats must escape; an error; output without a newline at
/// the end; and an odd file name.
fn wrong() -> Folder {
    let folder = Folder::new();
    let source = "MACRO m\n\tWARN \"odd,\\nvery: 100%\"\nENDM\n\tm\nPRINT \"printed\"\n\tnonsense\nSECTION \"a\", ROM0\nTwice:\nTwice:\n";
    folder.write("a, b.asm", source).write("fine.asm", "WARN \"careful\"\nSECTION \"fine\", ROM0\nFine:: db 1\n");
    folder
}

fn build(folder: &Folder, format: &str, more: &[&str]) -> Ended {
    let words = ["build", "-o", "game.gb", "--message-format", format].into_iter().chain(more.iter().copied());
    folder.rgbpipe(words.map(OsString::from)).run()
}

/// The output of jq, one line for each result.
fn jq(folder: &Folder, filter: &str, input: &str) -> Vec<String> {
    let ended = folder.command("jq", ["-c", filter]).stdin(input).ok();
    String::from_utf8(ended.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn json_has_all_messages_and_jq_reads_it() {
    if !needs("jq") {
        return;
    }
    let folder = wrong();
    let human = build(&folder, "human", &["a, b.asm", "fine.asm"]);
    let json = build(&folder, "json", &["a, b.asm", "fine.asm"]);
    assert_eq!((human.status, json.status, &json.stdout[..]), (1, 1, &b""[..]), "{}", json.stderr);
    let jq = |filter: &str| jq(&folder, filter, &json.stderr);
    assert_eq!(
        jq("select(.reason == \"diagnostic\") | [.tool, .source, .severity, .flag, .text, .backtrace]"),
        [
            r#"["rgbasm","a, b.asm","warning","-Wuser","odd,\nvery: 100%",[{"file":"a, b.asm","macro":"m","line":2},{"file":"a, b.asm","macro":null,"line":4}]]"#,
            r#"["rgbasm","a, b.asm","error",null,"Undefined macro `nonsense`",[{"file":"a, b.asm","macro":null,"line":6}]]"#,
            r#"["rgbasm","a, b.asm","error",null,"`Twice` already defined",[{"file":"a, b.asm","macro":null,"line":9}]]"#,
            r#"["rgbasm","fine.asm","warning","-Wuser","careful",[{"file":"fine.asm","macro":null,"line":1}]]"#,
        ]
    );
    assert_eq!(jq(".also[]?"), [r#"[{"file":"a, b.asm","macro":null,"line":8}]"#]);
    assert_eq!(jq("select(.stream == \"stdout\").text"), [r#""printed""#]);
    // Nothing is lost: joined, it is what people get, except where one stream is among the other.
    let whole =
        folder.command("jq", ["-j", ".rendered // select(.reason == \"output\").text"]).stdin(json.stderr.clone());
    let whole = String::from_utf8(whole.ok().stdout).unwrap();
    assert_eq!(whole.replacen("printed", "", 1), human.stderr.replacen("printed", "", 1));
    assert_eq!(
        jq("select(.reason == \"build-finished\") | [.success, .exit_status, (.seconds | . > 0 and . < 100)]"),
        ["[false,1,true]"]
    );
    assert!(json.stderr.lines().last().unwrap().starts_with(r#"{"reason":"build-finished","#), "{}", json.stderr);
}

#[test]
fn json_lists_the_artifacts() {
    if !needs("jq") || !needs("sha256sum") {
        return;
    }
    let folder = wrong();
    let more = ["-q", "-n", "-", "--tar", "all it.tar", "--name", "game", "fine.asm"];
    let json = build(&folder, "json", &more);
    assert_eq!(json.status, 0, "{}", json.stderr);
    folder.write("-.", &json.stdout).sh("mkdir members; tar -C members -xf 'all it.tar'").ok();
    let files = ["game.gb", "-.", "all it.tar", "members/game.gb", "members/game.map", "members/game.sym"];
    let named =
        ["rom\tgame.gb\t", "sym\t-\t", "tar\tall it.tar\t", "rom\tall it.tar\tgame.gb", "map\tall it.tar\tgame.map"];
    let expected = files.iter().zip(named.iter().chain(&["sym\tall it.tar\tgame.sym"])).map(|(file, named)| {
        let sum = folder.command("sha256sum", ["--", file]).ok().stdout;
        let sum = String::from_utf8(sum).unwrap()[..64].to_owned();
        format!("{named}\t{}\t{sum}", folder.read(file).len())
    });
    let filter = "select(.reason == \"artifact\") | [.kind, .path, .member, .size, .sha256] | @tsv";
    let facts = folder.command("jq", ["-r", filter]).stdin(json.stderr.clone()).ok().stdout;
    let facts = String::from_utf8(facts).unwrap();
    assert_eq!(facts.lines().map(str::to_owned).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!(
        jq(&folder, "select(.reason == \"build-finished\") | [.success, .exit_status]", &json.stderr),
        ["[true,0]"]
    );
    assert_eq!(json.stderr.lines().count(), 7, "quiet: nothing of a tool that succeeds\n{}", json.stderr);

    // Also for a build that only lists dependencies.
    folder.write("later.asm", "INCLUDE \"later.inc\"\n");
    let json = build(&folder, "json", &["-M", "game.d", "--MG", "later.asm"]);
    let told = jq(&folder, "select(.reason | IN(\"note\", \"artifact\")) | [.text, .kind, .path]", &json.stderr);
    assert_eq!(told, [r#"["not linked: missing yet: later.inc",null,null]"#, r#"[null,"deps","game.d"]"#]);

    // A file that is not written is not reported.
    let json = build(&folder, "json", &["-n", "/dev/full", "fine.asm"]);
    assert_eq!(json.status, 3);
    assert_eq!(
        jq(&folder, "select(.reason != \"diagnostic\") | [.reason, .text, .exit_status]", &json.stderr),
        [r#"["error","cannot write /dev/full: No space left on device",null]"#, r#"["build-finished",null,3]"#]
    );
}

#[test]
fn json_has_a_record_for_every_ending() {
    if !needs("jq") {
        return;
    }
    let folder = wrong();
    folder.write("endless.asm", "REPT 100000000\nENDR\n".repeat(1000));
    let ends = |json: &Ended| jq(&folder, "select(.exit_status) | [.success, .exit_status]", &json.stderr);
    let errors = |json: &Ended| jq(&folder, "select(.reason == \"error\").text | split(\"\\n\")[0]", &json.stderr);
    for (more, status, error) in [
        (&["none.asm"][..], 2, "cannot read none.asm: No such file or directory"),
        (
            &["fine.asm", "-m", "-", "-n", "-"],
            2,
            "the map and the symbols cannot both go to standard output; --tar - takes both",
        ),
        (&["fine.asm", "--rgbds", "none/"], 3, "rgbasm not found: looked for 'none/rgbasm', from --rgbds"),
        (&["fine.asm", "-m", "none/map"], 3, "cannot write none/map: directory none: No such file or directory"),
        (&["endless.asm", "--timeout", "0.1"], 124, "timed out during rgbasm endless.asm"),
        (&["fine.asm", "--max-output", "10"], 1, "rgbasm fine.asm: wrote more to 'fine.o' than the limit of 10 bytes"),
    ] {
        let json = build(&folder, "json", more);
        assert_eq!((json.status, ends(&json)), (status, vec![format!("[false,{status}]")]), "{}", json.stderr);
        assert_eq!(errors(&json), [format!("{error:?}")]);
        assert!(!folder.names().contains(&"game.gb".to_owned()));
    }
    // Ended by a signal, with no other report.
    mkfifo(&folder.path().join("pipe"), Mode::S_IRWXU).unwrap();
    folder.write("waits.asm", "INCLUDE \"pipe\"\n");
    let mut writer = None;
    let json = folder.rgbpipe(args("build --message-format json -o game.gb waits.asm")).run_with(|pid| {
        // The open returns when rgbasm opens the pipe. Until it is closed, rgbasm waits for more.
        writer = Some(File::options().write(true).open(folder.path().join("pipe")).unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
    });
    drop(writer);
    assert_eq!((json.status, ends(&json), errors(&json)), (143, vec!["[false,143]".to_owned()], vec![]));
}

#[test]
fn text_that_looks_like_a_place_survives_every_format() {
    let folder = Folder::new();
    let odd = [
        "    and also:",
        "    at q(3)",
        "    <- q(3)",
        "    at <x>(1)",
        "    ...1 more...",
        "error: b",
        "error: c [-Wuser]",
    ];
    for (first, second, third) in odd.iter().flat_map(|a| odd.iter().flat_map(move |b| odd.map(|c| (*a, *b, c)))) {
        let source = format!(" WARN \"a\\nerror: b\\n{first}\\n{second}\\n{third}\"\nSECTION \"x\", ROM0\n db 1\n");
        folder.write("x.asm", source);
        for format in ["github", "short", "json", "human"] {
            let ended = folder.rgbpipe(["check", "x.asm", "--message-format", format, "--snippets", "always"]).run();
            assert_eq!(ended.status, 0, "{format}: {first} {second} {third}: {}", ended.stderr);
        }
    }
}

#[test]
fn json_has_the_commands_if_asked() {
    if !needs("jq") {
        return;
    }
    let folder = wrong();
    let json = build(&folder, "json", &["-v", "-D", "A B", "fine.asm"]);
    let commands = jq(&folder, "select(.reason == \"command\").argv[1:]", &json.stderr);
    assert_eq!(commands, [r#"["-o","fine.o","-D","A B","fine.asm"]"#, r#"["-o","game.gb","fine.o"]"#]);
}

#[test]
fn invalid_utf_8_is_replaced_only_in_json() {
    if !needs("jq") {
        return;
    }
    let folder = Folder::new();
    let name = OsString::from_vec(b"\xFF.asm".to_vec());
    folder.write(&name, b"WARN \"\xFE\"\nPRINTLN \"\xFD\"\n");
    let run = |format: &str| {
        let words = args(&format!("build -n - --message-format {format}")).into_iter().chain([name.clone()]);
        let mut command = folder.rgbpipe(words).command;
        command.output().unwrap().stderr
    };
    let json = String::from_utf8(run("json")).expect("JSON is UTF-8");
    let said = jq(&folder, "select(.reason == \"diagnostic\") | [.source, .text, .backtrace[0].file]", &json);
    assert_eq!(said, ["[\"\u{FFFD}.asm\",\"\u{FFFD}\",\"\u{FFFD}.asm\"]"]);
    assert_eq!(run("short"), b"\xFD\n\xFF.asm:1: warning: \xEF\xBF\xBD [-Wuser]\n");
}

#[test]
fn short_has_a_line_for_each() {
    let folder = wrong();
    folder.write("link.asm", "SECTION \"link\", ROM0\n\tdw Nowhere\n").write("top.asm", "");
    let short = build(&folder, "short", &["a, b.asm"]);
    assert_eq!(
        (short.status, &*short.stderr),
        (
            1,
            "printed\n\
            a, b.asm:2: warning: odd, very: 100% [-Wuser]\n\
            a, b.asm:4: note: used here\n\
            a, b.asm:6: error: Undefined macro `nonsense`\n\
            a, b.asm:9: error: `Twice` already defined\n\
            a, b.asm:8: note: also here\n\
            Assembly aborted with 2 errors\n"
        )
    );
    let short = |more: &[&str]| build(&folder, "short", more).stderr;
    assert_eq!(short(&["link.asm"]), "link.asm:2: error: Undefined symbol `Nowhere`\nLinking failed with 1 error\n");
    assert_eq!(
        short(&["top.asm", "--asm-flags=-p 300"]),
        "rgbasm: fatal error: Argument for option '-p' must be between 0 and 0xFF\n"
    );
    assert_eq!(
        short(&["top.asm", "-x", "--fix-flags=-m 0"]),
        "rgbfix: error: \"<stdin>\" too short, expected at least 336 ($150) bytes, got only 0\nFixing \"<stdin>\" failed with 1 error\n"
    );
    assert_eq!(short(&["none.asm"]), "rgbpipe: error: cannot read none.asm: No such file or directory\n");
    let missing = short(&["top.asm", "--rgbds", "none/"]);
    assert!(missing.starts_with("rgbpipe: error: rgbasm not found") && missing.lines().count() == 1, "{missing}");
    // Commands and printed text stay. There is no colour in any case, and no limit of errors.
    let verbose = short(&["-v", "--color=always", "fine.asm"]);
    let [assemble, warning, _link] = &verbose.lines().collect::<Vec<_>>()[..] else { panic!("{verbose}") };
    // The path is quoted if it contains a space.
    assert!(assemble.replace('\'', "").ends_with("rgbasm -o fine.o fine.asm"), "{verbose}");
    assert_eq!(*warning, "fine.asm:1: warning: careful [-Wuser]");
    assert_eq!(short(&["-q", "fine.asm"]), "");
}

/// Messages in the format before RGBDS 1.0, printed by scripts that stand in for the tools.
#[test]
fn formats_are_of_both_generations() {
    let folder = Folder::new();
    folder.write("a.asm", "");
    for (tool, said) in [
        (
            "rgbasm",
            "warning: a.asm(6) -> lib.inc::m(3): [-Wuser]\\n    odd\\nerror: a.asm(7):\\n    no\\nerror: Assembly aborted (1 error)!\\n",
        ),
        ("rgblink", "error: a.asm(7): Unknown symbol \"x\"\\nLinking failed with 1 error\\n"),
    ] {
        folder.write(tool, format!("#!/bin/sh\nprintf '{said}' >&2\nexit 1\n"));
        std::fs::set_permissions(folder.path().join(tool), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let said = |format: &str, tool: &str| {
        let words = args(&format!("check a.asm --message-format {format}"));
        folder.rgbpipe(words).env(&tool.to_uppercase(), format!("./{tool}")).status(1).stderr
    };
    let short = "lib.inc:3: warning: odd [-Wuser]\na.asm:6: note: used here\na.asm:7: error: no\nerror: Assembly aborted (1 error)!\n";
    assert_eq!(said("short", "rgbasm"), short);
    assert_eq!(said("short", "rgblink"), "a.asm:7: error: Unknown symbol \"x\"\nLinking failed with 1 error\n");
    let github = said("github", "rgbasm");
    assert!(github.starts_with("::warning file=lib.inc,line=3,title=rgbasm::odd [-Wuser]%0Aat lib.inc::m(3)%0A<- a.asm(6)\n::error file=a.asm,line=7,title=rgbasm::no\n"), "{github}");
    if needs("jq") {
        let filter = "select(.backtrace) | [.severity, .flag, .text, .backtrace[0]]";
        assert_eq!(
            jq(&folder, filter, &said("json", "rgbasm")),
            [
                r#"["warning","-Wuser","odd",{"file":"lib.inc","macro":"m","line":3}]"#,
                r#"["error",null,"no",{"file":"a.asm","macro":null,"line":7}]"#
            ]
        );
    }
}

#[test]
fn vim_finds_the_places_of_short_messages() {
    if !needs("vim") {
        return;
    }
    let folder = wrong();
    folder.write("fatal.asm", "\n\nFAIL \"no\"\n");
    folder.write("errors", build(&folder, "short", &["a, b.asm", "fatal.asm", "fine.asm"]).stderr);
    let entries = "map(filter(getqflist(), 'v:val.valid'), 'bufname(v:val.bufnr) . \":\" . v:val.lnum . v:val.type')";
    // Without any setting, and with the settings for gcc.
    let expected = ["a, b.asm:2", "a, b.asm:4", "a, b.asm:6", "a, b.asm:9", "a, b.asm:8", "fatal.asm:3", "fine.asm:1"];
    // gcc.vim has no type for fatal errors.
    for (compiler, types) in [("", [""; 7]), ("compiler gcc", ["w", "", "e", "e", "", "", "w"])] {
        folder.write("script.vim", format!("{compiler}\ncfile errors\ncall writefile({entries}, 'places')\nqa!\n"));
        folder.command("vim", ["-es", "-N", "-u", "NONE", "-i", "NONE", "-S", "script.vim"]).ok();
        let places = String::from_utf8(folder.read("places")).unwrap();
        let expected: Vec<_> = expected.iter().zip(types).map(|(place, kind)| format!("{place}{kind}")).collect();
        assert_eq!(places.lines().collect::<Vec<_>>(), expected, "{compiler}");
    }
}

/// The regular expression of VS Code's C/C++ extension for `$gcc`, in jq's engine (Oniguruma), without the editor
/// itself.
#[test]
fn the_gcc_problem_matcher_of_vs_code_matches_short_messages() {
    if !needs("jq") {
        return;
    }
    let folder = wrong();
    folder.write("fatal.asm", "\n\nFAIL \"no\"\n");
    let short = build(&folder, "short", &["a, b.asm", "fatal.asm", "fine.asm"]);
    let matcher = r"^(?<file>.*?):(?<line>\\d+):(\\d*):?\\s+(?:fatal\\s+)?(?<severity>warning|error):\\s+(?<text>.*)$";
    let filter = format!("capture(\"{matcher}\") | [.file, .line, .severity, .text]");
    let ended = folder.command("jq", ["-cR", &filter]).stdin(short.stderr).ok();
    assert_eq!(
        String::from_utf8(ended.stdout).unwrap().lines().collect::<Vec<_>>(),
        [
            r#"["a, b.asm","2","warning","odd, very: 100% [-Wuser]"]"#,
            r#"["a, b.asm","6","error","Undefined macro `nonsense`"]"#,
            r#"["a, b.asm","9","error","`Twice` already defined"]"#,
            r#"["fatal.asm","3","error","no"]"#,
            r#"["fine.asm","1","warning","careful [-Wuser]"]"#,
        ]
    );
}

#[test]
fn github_gets_annotations() {
    let folder = wrong();
    let github = build(&folder, "github", &["a, b.asm"]);
    assert_eq!(
        (github.status, &*github.stderr),
        (
            1,
            "printed\n\
            ::warning file=a%2C b.asm,line=2,title=rgbasm::odd,%0Avery: 100%25 [-Wuser]%0Aat a, b.asm::m(2)%0A<- a, b.asm(4)\n\
            ::error file=a%2C b.asm,line=6,title=rgbasm::Undefined macro `nonsense`\n\
            ::error file=a%2C b.asm,line=9,title=rgbasm::`Twice` already defined%0Aat a, b.asm(9)%0Aand also:%0Aat a, b.asm(8)\n\
            Assembly aborted with 2 errors\n"
        )
    );
    let stdin = folder.rgbpipe(args("build -n - --message-format github -")).stdin("\nWARN \"hm\"\n").status(0);
    assert_eq!(stdin.stderr, "::warning title=rgbasm::hm [-Wuser]%0Aat <stdin>(2)\n");
    let none = build(&folder, "github", &["no:ne.asm"]).stderr;
    assert_eq!(none, "::error title=rgbpipe::cannot read no:ne.asm: No such file or directory\n");
    assert_eq!(build(&folder, "github", &["-q", "fine.asm"]).stderr, "");
}

/// `::` also stands between a file and a macro, and a newline ends a line of RGBDS's own messages.
#[test]
fn github_gets_the_whole_name_of_a_file() {
    let source = "MACRO m\n\tWARN \"hm\"\nENDM\n\tREPT 1\n\tm\n\tENDR\n\tWARN \"ha\"\nSECTION \"x\", ROM0\n\tdb 1\n";
    let names = [
        ("builtin", "::x::.asm", "%3A%3Ax%3A%3A.asm"),
        ("rgbds", "::x::.asm", "%3A%3Ax%3A%3A.asm"),
        ("builtin", "a::b,%.asm", "a%3A%3Ab%2C%25.asm"),
        ("rgbds", "a::b,%.asm", "a%3A%3Ab%2C%25.asm"),
        ("builtin", "x\r\n::error::y::2.asm", "x%0D%0A%3A%3Aerror%3A%3Ay%3A%3A2.asm"),
    ];
    let folder = Folder::new();
    for (toolchain, name, escaped) in names {
        folder.write(name, source);
        let ended = build(&folder, "github", &["--toolchain", toolchain, name]).stderr;
        let warnings = ended.lines().filter(|line| line.starts_with("::warning"));
        let starts: Vec<_> = warnings.map(|line| line.split(",title").next().unwrap()).collect();
        let warning = |line| format!("::warning file={escaped},line={line}");
        assert_eq!(starts, [warning(2), warning(7)], "{toolchain}: {ended}");
    }
}
