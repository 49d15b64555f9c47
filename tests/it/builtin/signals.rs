//! A signal ends `rgbpipe rgbasm|rgblink|rgbfix` as it ends the real tools, whatever they wait for.

use std::io::{PipeReader, Read as _, Write as _, pipe};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionread;

use crate::support::{Folder, args};

fn started(mut command: Command) -> Child {
    command.spawn().unwrap()
}

fn interrupted(mut child: Child) -> ExitStatus {
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    child.wait().unwrap()
}

fn all(mut said: PipeReader) -> String {
    let mut text = String::new();
    said.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_signal_ends_a_tool_that_reads_standard_input() {
    let folder = Folder::new();
    folder.write("a.gb", vec![0; 0x8000]);
    for words in ["rgbasm -", "rgblink -", "rgbfix -", "rgbfix -L - a.gb"] {
        let (input, mut typed) = pipe().unwrap();
        let (said, stderr) = pipe().unwrap();
        let mut command = folder.without_rgbds(args(words)).command;
        command.stdin(input.try_clone().unwrap()).stderr(stderr);
        let child = started(command);
        // Once it has read this, it waits for more.
        typed.write_all(b";").unwrap();
        while ioctl_fionread(&input).unwrap() > 0 {
            std::thread::yield_now();
        }
        assert_eq!(interrupted(child).signal(), Some(2), "{words}");
        assert_eq!(all(said), "", "{words}");
    }
}

#[test]
fn a_signal_ends_a_tool_whose_output_nobody_reads() {
    let folder = Folder::new();
    folder.write("prints.asm", "FOR i, 1000000000\nPRINT \"and on\"\nENDR\n");
    folder.write("warns.asm", "FOR i, 1000000000\nWARN \"and on\"\nENDR\n");
    folder.write("a.asm", "FOR i, 30\nSECTION \"{d:i}\", ROMX\n ds $4000\nENDR\n").write("a.gb", vec![0; 0x80000]);
    folder.without_rgbds(args("rgbasm -o a.o a.asm")).ok();
    for words in ["rgbasm prints.asm", "rgbasm warns.asm", "rgbasm -o - a.asm", "rgblink -o - a.o", "rgbfix -o - a.gb"]
    {
        let (_unread, full) = pipe().unwrap();
        let (said, stderr) = pipe().unwrap();
        let mut command = folder.without_rgbds(args(words)).command;
        let copy = full.try_clone().unwrap();
        if words.contains("warns") {
            command.stderr(copy)
        } else {
            command.stdout(copy).stderr(stderr)
        };
        let child = started(command);
        while poll(&mut [PollFd::new(&full, PollFlags::OUT)], Some(&Timespec::default())) != Ok(0) {
            std::thread::yield_now();
        }
        assert_eq!(interrupted(child).signal(), Some(2), "{words}");
        if !words.contains("warns") {
            assert_eq!(all(said), "", "{words}");
        }
    }
}

#[test]
fn a_signal_ends_a_tool_that_waits_for_a_named_pipe_without_a_word() {
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\n").write("a.gb", vec![0; 0x8000]);
    mkfifo(&folder.path().join("pipe"), Mode::S_IRWXU).unwrap();
    folder.without_rgbds(args("rgbasm -o a.o a.asm")).ok();
    for words in [
        "rgbasm pipe",
        "rgbasm -P pipe a.asm",
        "rgbasm @pipe",
        "rgblink pipe",
        "rgblink -l pipe a.o",
        "rgbfix -L pipe a.gb",
    ] {
        let (said, stderr) = pipe().unwrap();
        let mut command = folder.without_rgbds(args(words)).command;
        command.stderr(stderr);
        let child = started(command);
        // This open succeeds once the tool has opened the pipe. Then the tool waits for what is never written.
        let writer = std::fs::OpenOptions::new().write(true).open(folder.path().join("pipe")).unwrap();
        let ended = interrupted(child);
        assert_eq!((ended.signal(), all(said)), (Some(2), String::new()), "{words}");
        drop(writer);
    }
}
