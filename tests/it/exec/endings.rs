//! The end of a program: exit statuses, signals, timeouts and errors.

use nix::sys::signal::{Signal, kill};

use crate::sandbox::landlock;
use crate::support::{Folder, Invocation, args, has, needs};

use super::{folder, sh};

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

/// What is said at the timeout. On a busy machine, the time may be over before the tool starts, and then the message does not
/// name it.
fn once_started<'f>(run: impl Fn() -> Invocation<'f>) -> String {
    (0..20).map(|_| run().status(124).stderr).find(|told| told != "rgbpipe: timed out\n").unwrap()
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
            let told = once_started(|| folder.as_anyone([words.clone(), args("sh {a} {b} {o}")].concat()));
            assert!(told.contains("rgbpipe: sh: timed out"), "{change}: {told}");
            assert_eq!(folder.names(), ["exchange", "names", "old", "tiles.png"], "{change}");
        }
    }
}

/// Nothing is found out by a name in `/proc`, which may not be there.
#[test]
fn no_change_of_a_port_outlives_the_timeout_without_proc() {
    let folder = folder();
    if !has(folder.sh("exec unshare -rm true").run().status == 0, "unshare") {
        return;
    }
    for change in ["rm $1", "mv $1 $1.away", "chmod 0 $1", "mv $1 $2", "rm $3", "cat < $3"] {
        for late in ["", "sleep 0.2; "] {
            folder.write("it.sh", format!("{late}{change}; sleep 1000\n"));
            let exec = "rgbpipe exec --timeout 0.5 --in a=names --in b=old --out o=new -- sh it.sh {a} {b} {o}";
            let script = format!("exec unshare -rm sh -euc 'mount -t tmpfs none /proc; exec {exec}'");
            let told = once_started(|| folder.sh(&script));
            assert!(told.contains("rgbpipe: sh: timed out"), "{change}: {told}");
        }
    }
    assert_eq!(folder.names(), ["it.sh", "names", "old", "tiles.png"]);
}

#[test]
fn no_change_of_a_port_outlives_the_timeout_in_a_sandbox() {
    if !landlock() || !needs("perl") {
        return;
    }
    let folder = folder();
    for change in
        ["chmod(0, $ARGV[0]) == 1", "chmod(0, $ARGV[2]) == 1", "!unlink $ARGV[0]", "!rename($ARGV[0], $ARGV[1])"]
    {
        for late in ["", "select undef, undef, undef, 0.2; "] {
            let mut words = args("exec --timeout 1 --sandbox --max-cpu 2 --max-memory 1G --allow-read /dev/null");
            words.extend(args("--in a=names --in b=old --out o=new -- perl -e"));
            words.push(format!("{late}{change} or exit 9; sleep 1000").into());
            words.extend(args("{a} {b} {o}"));
            let told = once_started(|| folder.as_anyone(words.clone()).env("LC_ALL", "C"));
            assert!(told.contains("rgbpipe: perl: timed out"), "{change}: {told}");
        }
    }
    assert_eq!(folder.names(), ["names", "old", "tiles.png"]);
}

/// The directory of ports is removed with all that is in it, but that is not in it.
#[test]
fn what_a_tool_has_mounted_is_not_removed() {
    let folder = folder();
    if !has(folder.sh("exec unshare -rm true").run().status == 0, "unshare") {
        return;
    }
    folder.write("kept/file", "kept");
    let script = "dir=$(dirname $1); mkdir $dir/mount; mount --bind kept $dir/mount; echo new > $1; : > $dir/other";
    folder.write("it.sh", script);
    for seekable in ["", "--seekable"] {
        let exec = format!("rgbpipe exec {seekable} --out o=old -- sh it.sh {{o}}; exec rgbpipe exec -- true");
        folder.sh(&format!("exec unshare -rm sh -euc '{exec}'")).ok();
        assert_eq!((folder.read("old"), folder.read("kept/file")), (b"new\n".to_vec(), b"kept".to_vec()), "{seekable}");
        // Here nothing is mounted any more.
        folder.rgbpipe(args("exec -- true")).ok();
    }
}
