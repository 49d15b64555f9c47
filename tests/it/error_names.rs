//! An error uses the user's names: a port, an output, `TMPDIR`. The random names of directories mean nothing to the
//! user.

use crate::support::{Ended, Folder, args, needs};

/// The random names that rgbpipe gives to its directories, and the names of its pipes.
const HIDDEN: [&str; 5] = ["rgbpipe-fifos-", "rgbpipe-files-", ".rgbpipe-", ".fresh", "0-in"];

#[track_caller]
fn says(ended: &Ended, words: &str) {
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
    assert!(!HIDDEN.iter().any(|name| ended.stderr.contains(name)), "{}", ended.stderr);
}

/// A program with an input `$1` and an output `$2`, both in `$dir`.
fn exec(script: &str) -> (Folder, Ended) {
    let folder = Folder::new();
    folder.write("in", "x").write("it.sh", format!("dir=$(dirname $1)\n{script}\n"));
    folder.write(
        "bind.py",
        "import os, socket, sys\nos.chdir(sys.argv[1])\nsocket.socket(socket.AF_UNIX).bind(sys.argv[2])\n",
    );
    let ended = folder.rgbpipe(args("exec --in in=in --out out=out --timeout 20 -- sh it.sh {in} {out}")).run();
    // The files that remain beside the ports are the tool's.
    folder.sh("rm -rf $TMPDIR/rgbpipe-*").ok();
    (folder, ended)
}

#[test]
fn a_port_that_cannot_be_served_is_named() {
    for (script, words) in [
        ("mkdir $1.fresh; cat $1 > /dev/null", "cannot serve 'in': cannot create a FIFO in "),
        ("mkdir $2.fresh; echo > $2", "cannot serve 'out': cannot create a "),
        ("mv $dir $dir.x; cat $dir.x/*in", "cannot serve 'in': cannot create a FIFO in "),
        ("mv $dir $dir.x; echo > $dir.x/1-out", "cannot serve 'out': cannot create a "),
    ] {
        let (_folder, ended) = exec(script);
        assert_eq!(ended.status, 3, "{script}: {}", ended.stderr);
        says(&ended, words);
    }
}

#[test]
fn an_error_names_the_output_that_was_replaced() {
    if !needs("python3") {
        return;
    }
    let bind = |port: &str| format!("rm ${port}; python3 bind.py $dir $(basename ${port})");
    for change in [
        bind("1"),
        bind("2"),
        "rm $1; mkdir $1".to_owned(),
        "rm $2; mkdir $2".to_owned(),
        "rm $2; ln -s /dev/zero $2".to_owned(),
        "rm -rf $dir; echo > $dir".to_owned(),
    ] {
        let (_folder, ended) = exec(&change);
        assert_eq!(ended.stderr, "rgbpipe: sh: ended without an error, but did not write 'out'\n", "{change}");
        assert_eq!(ended.status, 1, "{change}");
    }
}

#[test]
fn an_invalid_place_for_a_port_is_named() {
    let folder = Folder::new();
    folder.write("in", "x").write("a.asm", "");
    for (tmpdir, cause) in [("/proc", "No such file or directory"), ("/dev/null", "Not a directory")] {
        let ended = folder.rgbpipe(args("build a.asm -o a.gb")).env("TMPDIR", tmpdir).status(3);
        says(&ended, &format!("rgbpipe: cannot create a directory for FIFOs in {tmpdir} (TMPDIR): {cause}\n"));
    }
    let mount = "mount -t tmpfs -o size=4k small /dev/shm; head -c 9000 /dev/zero > big";
    let run = "! rgbpipe exec --seekable --in in=big --out out=out -- cp {in} {out} 2> said";
    if needs("unshare") && folder.sh("exec unshare -rm true").run().status == 0 {
        folder.sh(&format!("exec unshare -rm sh -euc \"{mount}; {run}\"")).ok();
        let said = String::from_utf8(folder.read("said")).unwrap();
        assert_eq!(said, "rgbpipe: cannot serve 'in': No space left on device\n");
    }
}
