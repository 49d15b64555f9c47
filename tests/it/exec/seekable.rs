//! Programs that need files, and `--seekable`.

use crate::sandbox::landlock;
use crate::support::{args, needs};

use super::{folder, sh, text};

#[test]
fn programs_that_need_regular_files_fail_clearly() {
    let folder = folder();
    folder.write("it.c", "int main(void) { return 0; }\n");
    for (program, command, status) in [
        ("gzip", "exec --in it=names -- gzip {it}", 2),
        ("ar", "exec --in it=names -- ar t {it}", 1),
        ("sed", "exec --in it=names -- sed -i s/x/y/ {it}", 4),
        ("truncate", "exec --out it=old -- truncate -s 5 {it}", 1),
        (
            "python3",
            "exec --in it=names -- python3 -c __import__('mmap').mmap(__import__('os').open(__import__('sys').argv[1],0),5,prot=1) {it}",
            1,
        ),
        // Its own temporary files stay if it is ended before it can remove them.
        ("cc", "exec --in it.c=it.c --out it=old -- env TMPDIR=. cc -o {it} {it.c}", 1),
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
        let is_served = |ended: &crate::support::Ended| ended.status == 0 && ended.stdout == folder.read("names");
        let ended = (0..100).map(|_| run()).find(|ended| !is_served(ended)).unwrap();
        assert_eq!(ended.status, 1, "{script}: {}", ended.stderr);
        let expected = format!("rgbpipe: sh: {words}, which a pipe does not allow; try rgbpipe exec --seekable\n");
        assert!(ended.stderr.ends_with(&expected), "{script}: {}", ended.stderr);
    }
}

// Elsewhere only the timeout ends it.
#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn a_program_that_reads_back_its_own_output_needs_no_option() {
    let folder = folder();
    let read = sh(&folder, "--out o=old", "echo hi > $1; cat $1; echo again >> $1; cat $1", "{o}").ok().stdout;
    assert_eq!((text(&read), folder.read("old")), ("hi\nhi\nagain\n".to_owned(), b"hi\nagain\n".to_vec()));
}

#[test]
fn a_program_that_waits_at_an_output_that_nobody_writes_ends_in_time_with_the_option_named() {
    let folder = folder();
    let ended = sh(&folder, "--timeout 0.3 --out o=new", "cat $1; echo hi > $1", "{o}").status(124);
    assert!(ended.stderr.contains("--seekable"), "{}", ended.stderr);
}

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn a_program_that_does_not_wait_for_its_own_output_fails_and_the_option_is_named() {
    let folder = folder();
    for (program, script) in [("truncate", "truncate -s 1 $1"), ("gzip", "gzip $1")] {
        if needs(program) {
            let ended = sh(&folder, "--timeout 20 --out o=old", &format!("echo hi > $1; {script}"), "{o}").status(1);
            assert!(ended.stderr.ends_with("; try rgbpipe exec --seekable\n"), "{}", ended.stderr);
            assert_eq!(folder.read("old"), b"old");
        }
    }
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
