//! `rgbpipe exec`, with real programs.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use nix::sys::signal::{Signal, kill};

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
fn the_exit_status_is_the_programs() {
    let folder = folder();
    for (script, status, words) in [
        ("exit 0", 0, ""),
        ("echo why >&2; exit 7", 7, "why\n"),
        ("exit 255", 255, ""),
        ("kill -SEGV $$", 128 + 11, "rgbpipe: sh: signal: 11 (SIGSEGV)\n"),
        ("kill -KILL $$", 128 + 9, "rgbpipe: sh: signal: 9 (SIGKILL)\n"),
        (
            "sleep 1000",
            124,
            "rgbpipe: sh: timed out; if it seeks in a file, or reads back what it has written, try rgbpipe exec --seekable\n",
        ),
        ("echo half > $1; exit 3", 3, ""),
        (": > $1; head -c 9999 /dev/zero > $1", 1, "rgbpipe: sh: wrote more to 'out' than the limit of 4K\n"),
        ("head -c 9999 /dev/zero", 1, "rgbpipe: sh: wrote more to 'standard output' than the limit of 4K\n"),
    ] {
        let timeout = if status == 124 { "0.3" } else { "100" };
        let options = format!("--timeout {timeout} --max-output 4K --out out=old");
        let ended = sh(&folder, &options, &script.replace("exit 0", "printf old > $1"), "{out}").status(status);
        assert_eq!(ended.stderr, words, "{script}");
        assert_eq!(folder.read("old"), b"old", "{script}");
    }
    let silent = sh(&folder, "--out out=old", "", "{out}").status(1).stderr;
    assert_eq!(silent, "rgbpipe: sh: ended without an error, but did not write 'out'\n");
    let busy = sh(&folder, "--max-cpu 1 --timeout 60", "while :; do :; done", "").status(128 + 24).stderr;
    assert!(busy.contains("limit of 1 s of processor time"), "{busy}");
    assert_eq!((folder.read("old"), folder.names().len()), (b"old".to_vec(), 3));
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
fn programs_that_need_regular_files_fail_clearly() {
    let folder = folder();
    folder.write("it.c", "int main(void) { return 0; }\n");
    for (program, command, status) in [
        ("gzip", "exec --in it=names -- gzip {it}", 2),
        ("ar", "exec --in it=names -- ar t {it}", 1),
        ("sed", "exec --in it=names -- sed -i s/x/y/ {it}", 4),
        ("cc", "exec --in it.c=it.c --out it=old -- cc -o {it} {it.c}", 1),
    ] {
        if needs(program) {
            let ended = folder.rgbpipe(args(command)).status(status);
            assert!(ended.stderr.contains(&format!("\nrgbpipe: {program}")) || program == "cc", "{}", ended.stderr);
            assert!(ended.stderr.ends_with("; try rgbpipe exec --seekable\n"), "{}", ended.stderr);
        }
    }
    let ended = folder.rgbpipe(args("exec --in it=names -- rgbfix -v {it}")).with_tools().status(1);
    // Either of the two may come first.
    let words = ["\"it\" is not a regular file", "rgbfix: opened 'it' for reading and writing"];
    assert!(words.iter().any(|words| ended.stderr.contains(words)), "{}", ended.stderr);
    assert_eq!(folder.read("old"), b"old");
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
        ("exec --in names -- touch ran {a}", 2, &["--in <NAME=FILE>", "'names'", "no '=FILE'"]),
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
fn a_signal_or_the_clock_ends_the_program_and_the_wait_for_input() {
    let folder = folder();
    nix::unistd::mkfifo(&folder.path().join("up"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let up = || std::fs::read(folder.path().join("up")).unwrap();
    let ended = sh(&folder, "--out out=old", "echo half > $1; echo > up; sleep 1000", "{out}").run_with(|pid| {
        up();
        kill(pid, Signal::SIGTERM).unwrap();
    });
    assert_eq!((ended.status, ended.stdout, ended.stderr), (128 + 15, Vec::new(), String::new()));
    let waiting = |options: &str| {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut child =
            folder.rgbpipe(args(&format!("exec {options} --in in=- --in up=up -- cat {{in}} {{up}}"))).command;
        (child.stdin(reader).spawn().unwrap(), writer)
    };
    let (mut child, _writer) = waiting("--timeout 0.2");
    assert_eq!(child.wait().unwrap().code(), Some(124));
    let (mut child, _writer) = waiting("");
    kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap()), Some(15));
    assert_eq!(folder.read("old"), b"old");
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
    folder.write("script", "#!/bin/sh\n");
    let script = folder.path().join("script");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert!(folder.rgbpipe(args("exec --sandbox -- ./script")).status(3).stderr.contains("is a script"));
}

#[test]
fn a_cause_is_reported_once() {
    let folder = Folder::new();
    folder.write("script", "#!/no/such/shell\n").sh("chmod +x script").ok();
    let ended = folder.rgbpipe(args("exec -- ./script")).status(3);
    assert_eq!(ended.stderr, "rgbpipe: cannot run ./script: No such file or directory\n");
    let ended = folder.rgbpipe(args("exec --out a=- -- cp script {a}")).env("TMPDIR", "/no/such/dir").status(3);
    assert_eq!(ended.stderr.matches("/no/such/dir").count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("TMPDIR"), "{}", ended.stderr);
}

#[test]
fn the_output_of_a_killed_program_is_dropped() {
    let folder = Folder::new();
    let ended = folder.rgbpipe(["exec", "--timeout", "0.5", "--", "sh", "-c", "echo x; sleep 1000"]).status(124);
    assert_eq!(ended.stdout, b"");
}

#[test]
fn an_input_that_cannot_be_read_is_refused_before_the_program_runs() {
    let folder = Folder::new();
    folder.write("secret", "x");
    folder.sh("chmod 0 secret").ok();
    let words = folder.as_anyone(["exec", "--in", "a=secret", "--", "touch", "ran", "{a}"]).status(2).stderr;
    assert!(words.contains("cannot read secret: Permission denied"), "{words}");
    assert_eq!(folder.names(), ["secret"]);
}

/// A tool harms only itself with changes to its ports: the timeout ends it, and nothing is left.
#[test]
fn no_change_of_a_port_outlives_the_timeout() {
    let folder = folder();
    folder.write(
        "exchange",
        "import ctypes, sys, time\n\
        renamed = ctypes.CDLL(None).renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), 2)\n\
        print(renamed, flush=True)\ntime.sleep(1000)\n",
    );
    for change in [
        "chmod 0 $1",
        "chmod 0 ${{1%/*}",
        "rm $1",
        "mv $1 $1.away",
        "rm $1; mkdir $1",
        "ln -sf /dev/zero $1",
        "mv $1 $2",
        "rm -r ${{1%/*}",
        "chmod 0 $3; chmod 0 ${{3%/*}",
        "chmod 0 $3; echo x > $3",
        "cat $3",
        "echo x > $3; cat $3",
        "cat < /proc/self/fd/1",
        "exec python3 exchange $1 $2",
    ] {
        if change.contains("python3") && !needs("python3") {
            continue;
        }
        for late in ["", "sleep 0.2; "] {
            let script = format!("{late}{change}; sleep 1000");
            let mut words = args("exec --timeout 0.5 --in a=names --in b=old --out o=new -- sh -c");
            words.push(script.into());
            let ended = folder.as_anyone([words, args("sh {a} {b} {o}")].concat()).status(124);
            assert!(ended.stderr.contains("rgbpipe: sh: timed out"), "{change}: {}", ended.stderr);
            assert_eq!(folder.names(), ["exchange", "names", "old", "tiles.png"], "{change}");
        }
    }
}

// Other systems do not show how a tool has a FIFO open.
#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn an_error_about_a_pipe_names_the_option() {
    let folder = folder();
    for (script, words) in [
        ("cat <>$1", "opened 'a' for reading and writing at the same time"),
        ("exec 3<>$2; echo x >&3; read line <&3", "opened 'o' for reading and writing at the same time"),
        ("exec 3<$1 4<$1; cat <&4 > $2; cat <&3", "opened 'a' more than once at the same time"),
    ] {
        let run = || sh(&folder, "--timeout 20 --in a=names --out o=new", script, "{a} {o}").run();
        // Two opens are not at the same time if rgbpipe gets its turn in between. Then each has the whole content.
        let is_served = |ended: &Ended| ended.status == 0 && ended.stdout == folder.read("names");
        let ended = (0..100).map(|_| run()).find(|ended| !is_served(ended)).unwrap();
        assert_eq!(ended.status, 1, "{script}: {}", ended.stderr);
        let expected = format!("rgbpipe: sh: {words}, which a pipe does not allow; try rgbpipe exec --seekable\n");
        assert!(ended.stderr.ends_with(&expected), "{script}: {}", ended.stderr);
    }
}

#[test]
fn a_program_that_waits_at_its_own_output_ends_in_time_with_the_option_named() {
    let folder = folder();
    let ended = sh(&folder, "--timeout 0.3 --out o=new", "echo hi > $1; cat $1", "{o}").status(124);
    assert!(ended.stderr.contains("--seekable"), "{}", ended.stderr);
}

#[test]
fn with_seekable_ports_are_files() {
    let folder = folder();
    for (options, script, arguments, stdout) in [
        ("--out o=-", "echo hi > $1; cat $1 >&2", "{o}", "hi\n"),
        (
            "--in a=names",
            "cat <>$1; echo more >> $1; tail -n 1 $1; wc -l < $1",
            "{a}",
            "Tetris\nKirby\nMetroid\nmore\n4\n",
        ),
        ("--out o=-", "exec 3<>$1; echo hi >&3", "{o}", "hi\n"),
        ("--out o=-", "echo one > $1; : > $1; : >> $1; echo two >> $1", "{o}", "two\n"),
        (
            "--in a=names --out o=-",
            "exec 3<$1 4<$1; cat <&3 > $2; cat <&4 >> $2",
            "{a} {o}",
            "Tetris\nKirby\nMetroid\nTetris\nKirby\nMetroid\n",
        ),
        (
            "--in a=names --out o=-",
            "cmp $1 $2; [ $1 = $2 ]; cp $1 $3.new; mv $3.new $3",
            "{a} {a} {o}",
            "Tetris\nKirby\nMetroid\n",
        ),
    ] {
        let ended = sh(&folder, &format!("--seekable {options}"), script, arguments).status(0);
        assert_eq!(text(&ended.stdout), stdout, "{script}");
    }
    let unwritten = sh(&folder, "--seekable --out o=old", "test ! -e $1", "{o}").status(1).stderr;
    assert_eq!(unwritten, "rgbpipe: sh: ended without an error, but did not write 'o'\n");
    let large = sh(&folder, "--seekable --max-output 1M --timeout 60 --out o=old", "cat /dev/zero > $1", "{o}")
        .status(1)
        .stderr;
    assert_eq!(large, "rgbpipe: sh: wrote more to 'o' than the limit of 1M\n");
    assert_eq!(folder.read("old"), b"old");
    assert_eq!(
        sh(&folder, "--seekable --timeout 0.2 --out o=old", "sleep 1000", "{o}").status(124).stderr,
        "rgbpipe: sh: timed out\n"
    );
}

#[test]
fn programs_that_seek_work_with_seekable() {
    let folder = folder();
    folder.write("it.c", "int main(void) { return 0; }\n");
    if needs("python3") {
        folder
            .rgbpipe(args("exec --seekable --in names=names --out z=all.zip -- python3 -m zipfile -c {z} {names}"))
            .ok();
        folder.rgbpipe(args("exec --seekable --in z=all.zip -- python3 -m zipfile -t {z}")).ok();
        let ended = folder.rgbpipe(args("exec --in z=all.zip -- python3 -m zipfile -t {z}")).status(1);
        assert!(ended.stderr.ends_with("; try rgbpipe exec --seekable\n"), "{}", ended.stderr);
    }
    if needs("sqlite3") {
        let sql = |options: &str, name: &str, sql: &str| {
            let mut words = args(&format!("exec --seekable {options} -- sqlite3 {name}"));
            words.push(sql.into());
            folder.rgbpipe(words).ok().stdout
        };
        sql("--out d=data", "{d}", "create table games(name); insert into games values('Kirby');");
        assert_eq!(sql("--in d=data", "{d}", "select * from games;"), b"Kirby\n");
    }
    if needs("tar") {
        folder.rgbpipe(args("exec --seekable --in names=names --out t=all.tar -- tar cPf {t} {names}")).ok();
        folder.rgbpipe(args("exec --seekable --in t=all.tar -- tar df {t}")).run();
        assert!(text(&folder.command("tar", ["tPf", "all.tar"]).ok().stdout).ends_with("-names\n"));
    }
    if needs("cc") {
        folder.rgbpipe(args("exec --seekable --in it.c=it.c --out it=it -- cc -o {it} {it.c}")).ok();
        folder.sh("chmod +x it; ./it").ok();
    }
}

#[test]
fn a_sandbox_lets_seekable_ports_be_written() {
    if !landlock() {
        return;
    }
    let folder = folder();
    let sort = "exec --seekable --sandbox --in in=names --out out=- -- sort {in} -o {out}";
    assert_eq!(text(&folder.rgbpipe(args(sort)).ok().stdout), "Kirby\nMetroid\nTetris\n");
    let elsewhere = "exec --seekable --sandbox --in in=names -- sort {in} -o stolen";
    folder.rgbpipe(args(elsewhere)).status(2);
    assert!(!folder.names().contains(&"stolen".to_owned()));
}
