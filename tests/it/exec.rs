//! `rgbpipe exec`, with real programs.

mod endings;
mod seekable;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::sandbox::landlock;
use crate::support::{Ended, Folder, Invocation, args, needs, programs};

/// A folder with a few files.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("names", "Tetris\nKirby\nMetroid\n").write("old", "old");
    folder.write("tiles.png", std::fs::read(programs().join("tiles.png")).unwrap());
    folder
}

/// `rgbpipe exec OPTIONS -- sh -c SCRIPT sh ARG...`
fn sh<'a>(folder: &'a Folder, options: &str, script: &str, arguments: &str) -> Invocation<'a> {
    let shell: Vec<_> = ["--", "sh", "-c", script, "sh"].iter().map(OsString::from).collect();
    folder.rgbpipe([args("exec"), args(options), shell, args(arguments)].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn rgbgfx_in_a_pipeline_gives_what_it_gives_on_files() {
    let folder = folder();
    folder.tool("rgbgfx", args("-u -o plain.2bpp -t plain.map -p plain.pal tiles.png")).ok();
    let pipeline = "cat tiles.png | rgbpipe exec --in png=- --out bpp=- -- rgbgfx -u -o {bpp} {png} > tiles.2bpp";
    folder.sh(pipeline).with_tools().ok();
    assert!(folder.read("tiles.2bpp") == folder.read("plain.2bpp"));
    let words = "exec --in png=tiles.png --out 2bpp --out map=my.map --out pal --tar - --";
    let words = format!("{words} rgbgfx -u -o {{2bpp}} -t {{map}} -p {{pal}} {{png}}");
    folder.write("all.tar", folder.rgbpipe(args(&words)).with_tools().ok().stdout);
    assert_eq!(text(&folder.command("tar", ["tf", "all.tar"]).ok().stdout), "2bpp\nmap\npal\n");
    for output in ["2bpp", "map", "pal"] {
        let member = folder.command("tar", ["xOf", "all.tar", output]).ok().stdout;
        assert!(member == folder.read(format!("plain.{output}")), "{output}");
    }
    assert!(folder.read("my.map") == folder.read("plain.map"));
    folder.write("broken.png", &folder.read("tiles.png")[..50]);
    let ended =
        folder.rgbpipe(args(&words.replace("tiles.png", "broken.png").replace("my.map", "old"))).with_tools().status(1);
    assert!(ended.stderr.contains("png") && !ended.stderr.contains("rgbpipe-"), "{}", ended.stderr);
    assert_eq!((folder.read("old"), ended.stdout), (b"old".to_vec(), Vec::new()));
}

#[test]
fn several_inputs_and_outputs_within_arguments_and_more_than_once() {
    let folder = folder();
    let paste = args("exec --in a=names --in b=- -- paste -d{{ {a} {b} {a}");
    assert_eq!(text(&folder.rgbpipe(paste).stdin("1\n2\n3\n").ok().stdout).lines().last(), Some("Metroid{3{Metroid"));
    let dd = args("exec --in from=names --out to=copy -- dd if={from} of={to} status=none");
    folder.rgbpipe(dd).ok();
    assert!(folder.read("copy") == folder.read("names"));
    let tee = args("exec --in in=names --out a=a --out b=b --out c=- -- sh -c");
    let script = OsString::from("tee {a} {b} < {in} > {c}");
    assert_eq!(folder.rgbpipe([tee, vec![script]].concat()).ok().stdout, folder.read("names"));
    assert!(folder.read("a") == folder.read("names") && folder.read("b") == folder.read("names"));
}

#[test]
fn bytes_on_standard_output_are_as_they_are_and_text_names_the_ports() {
    let folder = folder();
    let echo = |format: &str| sh(&folder, "--in a=names", &format!("printf '{format}' \"$1\""), "{a}").ok().stdout;
    assert_eq!(echo("it is %s"), b"it is a");
    assert!(echo("\\0%s").ends_with(b"/0-a"));
}

#[test]
fn an_input_can_be_the_output_as_well() {
    let folder = folder();
    let sort = "exec --in in=names --out out=names -- sort";
    folder.rgbpipe(args(&format!("{sort} -o {{out}} {{in}}"))).ok();
    assert_eq!(text(&folder.read("names")), "Kirby\nMetroid\nTetris\n");
    folder.rgbpipe(args(&format!("{sort} --no-such-option -o {{out}} {{in}}"))).status(2);
    assert_eq!(text(&folder.read("names")), "Kirby\nMetroid\nTetris\n");
}

#[test]
fn a_pipe_ends_with_the_name_that_its_port_has() {
    let folder = folder();
    // The compiler knows by the file name's ending that this is C, and that it has to write assembly.
    folder.write("source", "int answer(void) { return 42; }\n");
    if needs("cc") {
        let cc = args("exec --in answer.c=- --out answer.s=answer.s -- cc -S {answer.c} -o {answer.s}");
        folder.rgbpipe(cc).stdin(folder.read("source")).ok();
        assert!(text(&folder.read("answer.s")).contains("answer:"));
    }
    let long = format!("{}.png", "x".repeat(200));
    let echo = ["exec", "--in", &format!("{long}=names"), "--", "sh", "-c", "echo ${{0##*x}", &format!("{{{long}}}")];
    assert_eq!(folder.rgbpipe(echo).ok().stdout, b".png\n");
}

#[test]
fn odd_paths_and_arguments_are_as_any_others() {
    let folder = folder();
    for name in ["a b", "a\nb", "-", "a=b", "{a}"].map(OsStr::new).into_iter().chain([OsStr::from_bytes(b"\xff\xfe")]) {
        let named = |option: &str| {
            let mut word = OsString::from(option);
            word.push("./");
            word.push(name);
            word
        };
        folder.write(name, "odd");
        let words = [args("exec"), vec![named("--in=a="), named("--out=b=")], args("-- sh -c")].concat();
        let script = OsString::from("{{ cat \"$1\"; printf %s \"$3\"; } > \"$2\"");
        let rest = [args("sh {a} {b}"), vec![OsStr::from_bytes(b"\xfd").to_owned()]].concat();
        folder.rgbpipe([words, vec![script], rest].concat()).ok();
        assert_eq!(folder.read(name), b"odd\xfd", "{name:?}");
    }
}

#[test]
fn printed_text_is_passed_on_whole() {
    let folder = folder();
    let Ended { stdout, stderr, .. } =
        sh(&folder, "--in in=names", "cat $1; echo $1 $1; echo $1 >&2", "{in}").status(0);
    assert_eq!((text(&stdout), stderr), (text(&folder.read("names")) + "in in\n", "in\n".to_owned()));
    // Far more than is kept of messages.
    let megabytes = sh(&folder, "", "yes | head -c 40000000", "").ok().stdout;
    assert_eq!(megabytes.len(), 40_000_000);
    // Also if it fails, because some programs report a difference by failing.
    let words = args("exec --in old=- --in new=names -- diff -U0 --label {{ --label } {old} {new}");
    let diff = folder.rgbpipe(words).stdin("Tetris\nMetroid\n").status(1);
    assert_eq!((text(&diff.stdout), &*diff.stderr), ("--- {\n+++ }\n@@ -1,0 +2 @@\n+Kirby\n".to_owned(), ""));
    // If an output goes to standard output, nothing else goes there.
    let printed = "echo printed; echo out > $1; echo error >&2";
    for (options, stdout) in
        [("--out out=-", "out\n"), ("--out out=/dev/stdout", "out\n"), ("--out out=old", "printed\n")]
    {
        let ended = sh(&folder, options, printed, "{out}").status(0);
        assert_eq!(text(&ended.stdout), stdout, "{options}");
        assert_eq!(ended.stderr, if stdout == "out\n" { "printed\nerror\n" } else { "error\n" }, "{options}");
    }
    let tar = sh(&folder, "--out out --tar -", printed, "{out}").status(0);
    assert_eq!((tar.stdout.len() % 512, &*tar.stderr), (0, "printed\nerror\n"));
    // The program's standard input is empty, even if rgbpipe's is not.
    assert_eq!(sh(&folder, "", "cat; echo end", "").stdin("not for it").ok().stdout, b"end\n");
}

#[test]
fn a_tar_is_the_same_every_time() {
    let folder = folder();
    let tar = || sh(&folder, "--out b.txt --out a=old --tar -", "echo b > $1; echo a > $2", "{b.txt} {a}");
    let first = tar().ok().stdout;
    assert!(tar().ok().stdout == first);
    folder.write("all.tar", tar().env("SOURCE_DATE_EPOCH", "86400").ok().stdout);
    assert!(folder.read("all.tar") != first);
    let listed = text(&folder.command("tar", ["tvf", "all.tar", "--utc"]).ok().stdout);
    let lines: Vec<_> = listed.lines().collect();
    assert!(matches!(lines[..], [b, a] if b.ends_with("1970-01-02 00:00 b.txt") && a.ends_with(" a")), "{listed}");
    assert_eq!(folder.read("old"), b"a\n");
}

#[test]
fn impossible_arguments_are_refused_before_the_program_runs() {
    let folder = folder();
    folder.write("dir/file", "");
    for (command, status, words) in [
        ("exec", 2, &["PROGRAM"][..]),
        ("exec --in a=names", 2, &["PROGRAM"]),
        ("exec --in a=names touch ran {a}", 2, &["unexpected argument 'touch'", "-- <PROGRAM> [ARG]..."]),
        ("exec --in a=names -- touch ran", 2, &["'a' is not used", "{a}"]),
        ("exec --in a=names -- touch ran {a} {b}", 2, &["called 'b'", "{{"]),
        ("exec --in a=names -- touch ran {a} {}", 2, &["called ''"]),
        ("exec --in a=names -- touch ran {a", 2, &["missing closing brace in '{a'", "{{"]),
        ("exec --in a=names --out a=new -- touch ran {a}", 2, &["more than one", "'a'"]),
        ("exec --in a=names --in a=old -- touch ran {a}", 2, &["more than one", "'a'"]),
        (
            "exec --in names -- touch ran {a}",
            2,
            &["--in <NAME=FILE>", "'names'", "use NAME=FILE, such as in=game.asm\n"],
        ),
        ("exec --in a= -- touch ran {a}", 2, &["file name is empty"]),
        ("exec --in =names -- touch ran {}", 2, &["not a valid name"]),
        ("exec --out ..=new -- touch ran {..}", 2, &["not a valid name"]),
        ("exec --out a/b=new -- touch ran {a/b}", 2, &["not contain a slash"]),
        ("exec --out a{=new -- touch ran {a{}", 2, &["a slash, a brace"]),
        ("exec --in a=none -- touch ran {a}", 2, &["cannot read none: No such file"]),
        ("exec --in a=dir -- touch ran {a}", 2, &["dir is a directory"]),
        ("exec --in a=- --in b=/dev/stdin -- touch ran {a} {b}", 2, &["standard input", "once"]),
        ("exec --out a -- touch ran {a}", 2, &["'a'", "--out a=FILE", "--tar"]),
        ("exec --tar new -- touch ran", 2, &["--out"]),
        ("exec --out a=- --out b=- -- touch ran {a} {b}", 2, &["'a'", "'b'", "standard output"]),
        ("exec --out a=- --tar - -- touch ran {a}", 2, &["'a'", "the tar", "standard output"]),
        ("exec --out a=new --out b=./new -- touch ran {a} {b}", 2, &["'a'", "'b'", "new"]),
        ("exec --out a=dir -- touch ran {a}", 3, &["dir", "directory"]),
        ("exec --out a=none/new -- touch ran {a}", 3, &["none/new", "No such file"]),
        ("exec --in a=names -- no-such-program {a}", 3, &["cannot run 'no-such-program'", "PATH"]),
        ("exec --in a=names -- ./names {a}", 3, &["cannot run './names'"]),
        ("exec --no-such-option -- touch ran", 2, &["--no-such-option"]),
        ("exec --allow-read dir -- touch ran", 2, &["--sandbox"]),
    ] {
        // Standard input never ends here, and no refusal waits for it.
        let (reader, _writer) = std::io::pipe().unwrap();
        let output = folder.rgbpipe(args(command)).command.stdin(reader).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{command}: {stderr}");
        for word in words {
            assert!(stderr.contains(word), "{command} does not say {word:?}: {stderr}");
        }
        assert_eq!(folder.names(), ["dir", "names", "old", "tiles.png"], "{command}");
    }
}

#[test]
fn a_sandbox_holds_the_program() {
    if !landlock() {
        return;
    }
    let folder = folder();
    let cat = |options: &str, file: &str| {
        folder.rgbpipe(args(&format!(
            "exec --sandbox {options} --in in=/etc/hostname --out out=- -- sort {{in}} {file} -o {{out}}"
        )))
    };
    folder.write("names", "Tetris\n");
    let denied = cat("", "/etc/passwd").status(2);
    assert!(denied.stderr.contains("/etc/passwd") && denied.stdout.is_empty(), "{}", denied.stderr);
    assert!(text(&cat("", "names").ok().stdout).contains("Tetris\n"));
    assert!(text(&cat("--allow-read /etc/passwd", "/etc/passwd").ok().stdout).contains("root:"));
    // It may empty an output that it opens again, and make no file beside it.
    let again = "echo longer > $1; echo x > $1; echo y >> $1; read line < $1; echo $line";
    if cfg!(not(portable)) {
        assert_eq!(sh(&folder, "--sandbox --out out=old", again, "{out}").ok().stdout, b"x\n");
        assert_eq!(folder.read("old"), b"x\ny\n");
    }
    let beside = sh(&folder, "--sandbox --out out=old", "echo x > $1; echo y > $1.new", "{out}").status(2).stderr;
    assert!(beside.contains("ermission denied"), "{beside}");
    folder.write("script", "#!/bin/sh\n");
    let script = folder.path().join("script");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert!(folder.rgbpipe(args("exec --sandbox -- ./script")).status(3).stderr.contains("is a script"));
}
