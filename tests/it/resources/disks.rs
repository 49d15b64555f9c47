//! Full disks, and a `TMPDIR` that does not work.

use std::fmt::Write;

use crate::support::{Folder, args, has};

#[test]
fn a_full_disk_leaves_the_old_outputs() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\nHere:: db 1\n").write("old.gb", "old").write("old.sym", "old");
    // A limit on the size of files, whose signal SIGXFSZ would kill a program in the middle of its work, and a disk of
    // a few pages.
    let limited = "ulimit -c 0; ulimit -f 1; rgbpipe build a.asm -o old.gb -n old.sym";
    let small = "mount -t tmpfs -o size=16k none disk; cp old.gb old.sym disk
        status=0; rgbpipe build a.asm -o disk/old.gb -n disk/old.sym || status=$?
        ls -A disk; cat disk/old.gb disk/old.sym; exit $status";
    let words = folder.sh(limited).status(3).stderr;
    assert_eq!(words, "rgbpipe: cannot write old.gb: File too large\n");
    assert_eq!((folder.read("old.gb"), folder.read("old.sym")), (b"old".to_vec(), b"old".to_vec()));
    assert_eq!(folder.names(), ["a.asm", "old.gb", "old.sym"]);
    if can_mount() {
        std::fs::create_dir(folder.path().join("disk")).unwrap();
        let ended = mounting(&folder, small).status(3);
        assert_eq!(ended.stderr, "rgbpipe: cannot write disk/old.gb: No space left on device\n");
        assert_eq!(String::from_utf8_lossy(&ended.stdout), "old.gb\nold.sym\noldold");
    }
}

#[test]
fn large_outputs_are_written_all_of_them_or_none() {
    let folder = Folder::new();
    let mut source = String::new();
    for bank in 1..64 {
        writeln!(source, "SECTION \"s{bank}\", ROMX, BANK[{bank}]\n\tds $4000, {bank}").unwrap();
        (0..200).for_each(|number| writeln!(source, "EXPORT DEF Constant_{bank}_{number:050} EQU 1").unwrap());
    }
    folder.write("a.asm", source).write("plain/.keep", "");
    let plain = "\"$RGBDS\"rgbasm -o plain/a.o a.asm && \"$RGBDS\"rgblink -o plain/a.gb -m plain/a.map -n plain/a.sym plain/a.o";
    folder.sh(plain).env("RGBDS", crate::support::rgbds()).ok();
    let outputs = ["a.gb", "a.map", "a.sym"];
    let build = "rgbpipe build a.asm -o a.gb -m a.map -n a.sym";

    for name in outputs {
        folder.write(name, "old");
    }
    // The limit is in blocks of 512 bytes: enough for the map and half of the ROM.
    let words = folder.sh(&format!("ulimit -c 0; ulimit -f 1024; {build}")).status(3).stderr;
    assert_eq!(words, "rgbpipe: cannot write a.gb: File too large\n");
    assert_eq!(outputs.map(|name| folder.read(name)), outputs.map(|_| b"old".to_vec()));
    assert_eq!(folder.names(), ["a.asm", "a.gb", "a.map", "a.sym", "plain"]);

    folder.sh(build).ok();
    for name in outputs {
        assert!(folder.read(name) == folder.read(format!("plain/{name}")), "{name}");
    }
    assert_eq!(folder.names(), ["a.asm", "a.gb", "a.map", "a.sym", "plain"]);
}

/// A script with its own mounts, which vanish with it.
fn mounting<'f>(folder: &'f Folder, script: &str) -> crate::support::Invocation<'f> {
    folder.command("unshare", ["--user", "--map-root-user", "--mount", "sh", "-euc", script])
}

fn can_mount() -> bool {
    let folder = Folder::new();
    let here = mounting(&folder, "mount -t tmpfs none .").run().status == 0;
    has(here, "a user namespace, in which one may mount")
}

#[test]
fn a_disk_without_room_for_a_pipe_or_that_is_read_only_is_an_error() {
    if !can_mount() {
        return;
    }
    let folder = Folder::new();
    folder.write("a.asm", "").write("disk/old.gb", "old");
    for (mount, build, words) in [
        // Inodes for the disk itself and one directory.
        (
            "-t tmpfs -o nr_inodes=2 none disk",
            "TMPDIR=$PWD/disk rgbpipe build a.asm -o a.gb",
            "cannot create a FIFO in ",
        ),
        (
            "-t tmpfs -o nr_inodes=1 none disk",
            "TMPDIR=$PWD/disk rgbpipe build a.asm -o a.gb",
            "No space left on device",
        ),
        (
            "--bind -o ro disk disk",
            "rgbpipe build a.asm -o disk/old.gb",
            "cannot write disk/old.gb: Read-only file system",
        ),
        ("--bind -o ro disk disk", "TMPDIR=$PWD/disk rgbpipe build a.asm -o a.gb", "Read-only file system"),
    ] {
        let script = format!("mount {mount}; status=0; {build} || status=$?; ls -A disk; exit $status");
        let ended = mounting(&folder, &script).status(3);
        assert!(ended.stderr.contains(words), "{mount}: {}", ended.stderr);
        let left = if mount.contains("ro") { "old.gb\n" } else { "" };
        assert_eq!(String::from_utf8_lossy(&ended.stdout), left, "{mount}");
    }
    assert_eq!(folder.names(), ["a.asm", "disk"]);
}

#[test]
fn an_unusable_tmpdir_is_named_in_the_error() {
    let folder = Folder::new();
    folder.write("a.asm", "").write("old.gb", "old");
    let long = format!("{}/{}", folder.path().display(), "long/".repeat(1000));
    // Nothing can be created in `/proc`.
    for tmpdir in ["/no/such/dir", "/proc", "/dev/null", long.as_str()] {
        let ended = folder.rgbpipe(args("build a.asm -o old.gb")).env("TMPDIR", tmpdir).status(3);
        assert!(ended.stderr.contains(tmpdir.split_at(5).0), "{tmpdir}: {}", ended.stderr);
        assert_eq!(folder.read("old.gb"), b"old");
    }
    // A path with special characters works.
    folder.write("odd dir '\"\n\u{e4}/x", "");
    let odd = folder.path().join("odd dir '\"\n\u{e4}");
    folder.rgbpipe(args("build a.asm -o new.gb")).env("TMPDIR", &odd).ok();
    assert_eq!(std::fs::read_dir(odd).unwrap().count(), 1);
}

#[test]
fn removing_tmpdir_during_a_run_does_not_hang_it() {
    let folder = Folder::new();
    folder.write("a.asm", "").write("old.gb", "old");
    // A linker that deletes the pipes before it opens any.
    folder.write("sweep", "#!/bin/sh\nrm -rf \"$TMPDIR\"/rgbpipe-*\nexec \"$REAL\" \"$@\"\n");
    folder.sh("chmod +x sweep").ok();
    let real = format!("{}rgblink", crate::support::rgbds());
    let invocation = folder.rgbpipe(args("build a.asm -o old.gb")).env("RGBLINK", "./sweep").env("REAL", real);
    let ended = invocation.run();
    assert!([1, 3].contains(&ended.status), "{ended:?}");
    assert!(ended.stderr.contains("No such file"), "{}", ended.stderr);
    assert_eq!(folder.read("old.gb"), b"old");
}
