//! Tars and standard output.

use std::io::{PipeWriter, Read};
use std::os::fd::AsFd;
use std::process::Child;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::support::{Folder, args, needs};

use super::{folder, plain};

#[test]
fn a_standard_stream_that_is_open_the_other_way_is_an_error() {
    let folder = folder();
    for script in [
        "rgbpipe build game.asm -o - 1</dev/null",
        "rgbpipe build game.asm --tar - 1</dev/null",
        "rgbpipe exec --in a=game.asm --out b=- -- cp '{a}' '{b}' 1</dev/null",
        "rgbpipe build - -o new.gb 0>other",
        "rgbpipe --help 1</dev/null",
    ] {
        let ended = folder.sh(script).status(3);
        assert!(ended.stderr.contains("Bad file descriptor"), "{script}: {}", ended.stderr);
    }
    assert_eq!(folder.names(), ["game.asm", "other"]);
    folder.sh("rgbpipe build game.asm -o new.gb 1</dev/null").ok();
}

#[test]
fn the_tar_has_the_artifacts_in_order_and_nothing_of_this_machine() {
    let folder = folder();
    plain(&folder);
    let default = folder.rgbpipe(args("build game.asm")).ok().stdout;
    assert!(folder.rgbpipe(args("build game.asm --tar -")).ok().stdout == default);
    folder.rgbpipe(args("build game.asm --tar default.tar")).ok();
    assert!(folder.read("default.tar") == default);
    let epoch = || folder.rgbpipe(args("build game.asm --name other")).env("SOURCE_DATE_EPOCH", "86400").ok().stdout;
    folder.write("named.tar", epoch());
    assert!(epoch() == folder.read("named.tar"));

    let listed = |line: &str| folder.sh(line).ok().stdout;
    let sizes = ["gb", "map", "sym"].map(|ending| folder.read(format!("plain.{ending}")).len());
    let lines = |stem: &str, date: &str| {
        let line = |(ending, size): (&str, usize)| format!("-rw-r--r-- 0/0 {size} {date} {stem}.{ending}\n");
        ["gb", "map", "sym"].into_iter().zip(sizes).map(line).collect::<String>()
    };
    if needs("tar") {
        let list = |file: &str| {
            let list = format!("TZ=UTC tar --numeric-owner -tvf {file} | tr -s ' '");
            String::from_utf8(listed(&list)).unwrap()
        };
        assert_eq!(list("default.tar"), lines("game", "1970-01-01 00:00"));
        assert_eq!(list("named.tar"), lines("other", "1970-01-02 00:00"));
        folder.sh("mkdir x; tar -C x -xf default.tar").ok();
        for ending in ["gb", "map", "sym"] {
            assert!(folder.read(format!("x/game.{ending}")) == folder.read(format!("plain.{ending}")), "{ending}");
        }
    }
    if needs("bsdtar") {
        assert_eq!(listed("bsdtar -tf named.tar"), b"other.gb\nother.map\nother.sym\n");
        folder.sh("mkdir y; bsdtar -C y -xf named.tar").ok();
        assert!(folder.read("y/other.gb") == folder.read("plain.gb"));
    }
    // Longer than the first field for names in the format.
    let long = "long".repeat(50);
    folder.write("long.tar", folder.rgbpipe(["build", "game.asm", "--name", &long]).ok().stdout);
    assert_eq!(String::from_utf8(listed("tar -tf long.tar | head -n 1")).unwrap(), format!("{long}.gb\n"));
}

#[test]
fn the_tars_members_are_called_after_the_first_source() {
    let folder = folder();
    folder.write("line\nfeed.asm", "SECTION \"line\", ROM0\nLine:: nop\n");
    folder.write("dir/other.asm", "SECTION \"other\", ROM0\nOther:: nop\n").write("empty.asm", "");
    folder.tool("rgbasm", args("-o lib.o empty.asm")).ok();
    for (inputs, first) in [
        ("game.asm dir/other.asm", "game.gb"),
        ("dir/other.asm game.asm", "other.gb"),
        ("lib.o game.asm", "game.gb"),
        ("lib.o", "lib.gb"),
        ("- game.asm", "rom.gb"),
        // A name that a terminal must not get.
        ("line\nfeed.asm", "rom.gb"),
    ] {
        let words = std::iter::once("build").chain(inputs.split(' '));
        let tar = folder.rgbpipe(words).ok().stdout;
        assert_eq!(&tar[..=first.len()], format!("{first}\0").as_bytes(), "{inputs}");
    }
}

#[test]
fn a_reader_that_goes_away_early_is_an_error_without_a_hang() {
    let folder = Folder::new();
    folder.write("large.asm", "SECTION \"a\", ROMX, BANK[63]\n db 1\n");
    let script = "{ set +e; rgbpipe build large.asm --rom - -n new.sym; echo $? > status; } | head -c 10 | wc -c";
    let ended = folder.sh(script).status(0);
    assert_eq!(ended.stdout, b"10\n");
    assert_eq!(folder.read("status"), b"3\n");
    assert_eq!(ended.stderr, "rgbpipe: cannot write to standard output: Broken pipe\n");
    assert_eq!(folder.names(), ["large.asm", "status"]);
}

/// Another process that shares it can make it so.
#[test]
fn a_standard_output_that_does_not_block_gets_all_of_it() {
    let folder = folder();
    folder.write("large.asm", "SECTION \"a\", ROMX, BANK[63]\n db 1\n");
    folder.rgbpipe(args("build large.asm -o plain.gb")).ok();
    for output in ["-", "/dev/fd/1"] {
        let (mut reader, writer) = std::io::pipe().unwrap();
        fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
        let full = writer.try_clone().unwrap();
        let mut command = folder.rgbpipe(args(&format!("build large.asm -q -o {output}"))).command;
        let mut child = command.stdout(writer).spawn().unwrap();
        drop(command);
        until_full(&full, &mut child);
        drop(full);
        let mut rom = Vec::new();
        reader.read_to_end(&mut rom).unwrap();
        assert!(child.wait().unwrap().success(), "{output}");
        assert!(rom == folder.read("plain.gb"), "{output}");
    }
}

/// Waits until a pipe takes no more, or its writer has given up.
fn until_full(pipe: &PipeWriter, writer: &mut Child) {
    let is_full = || poll(&mut [PollFd::new(pipe.as_fd(), PollFlags::POLLOUT)], PollTimeout::ZERO) == Ok(0);
    while !is_full() && writer.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn a_standard_error_that_does_not_block_gets_all_of_it() {
    let folder = folder();
    folder.write("noisy.asm", "REPT 9000\n WARN \"and on and on\"\nENDR\n");
    let (mut reader, writer) = std::io::pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let full = writer.try_clone().unwrap();
    let mut command = folder.rgbpipe(args("check noisy.asm")).command;
    let mut child = command.stderr(writer).spawn().unwrap();
    drop(command);
    until_full(&full, &mut child);
    drop(full);
    let said = std::io::read_to_string(&mut reader).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said.matches("and on and on").count(), 9_000);
}
