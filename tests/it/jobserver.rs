//! `make -j`: there are never more tools than slots, and every token is returned.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::{Folder, Invocation, args, needs, rgbds};

/// The sources of each build.
const SOURCES: &str = "a.asm b.asm c.asm d.asm";

/// A folder with four sources, and tools that write into `log` when they start and when they end. The assembler waits
/// until as many have started as `$TOGETHER` says, so at least that many run at once.
fn folder() -> Folder {
    let folder = Folder::new();
    for source in SOURCES.split(' ') {
        let name = &source[..1];
        folder.write(source, format!("SECTION \"{name}\", ROM0\nLabel_{name}:: db \"{name}\"\n"));
    }
    folder.write("bad.asm", "nonsense\n").write("log", "");
    for tool in ["rgbasm", "rgblink", "rgbfix"] {
        let wait = if tool == "rgbasm" {
            "while [ $(grep -c begin log) -lt ${TOGETHER:-0} ]; do sleep 0.01; done\n"
        } else {
            ""
        };
        let script = format!(
            "#!/bin/sh\necho begin >> log\n{wait}'{}{tool}' \"$@\"\nstatus=$?\necho end >> log\nexit $status\n",
            rgbds()
        );
        executable(&folder, &format!("tools/{tool}"), &script);
    }
    // Announces its start when two have started.
    let up = "while [ $(grep -c begin log) -lt 2 ]; do sleep 0.01; done\necho up > up";
    executable(&folder, "slow", &format!("#!/bin/sh\necho begin >> log\n{up}\nsleep 1000\n"));
    mkfifo(&folder.path().join("up"), Mode::S_IRWXU).unwrap();
    folder
}

fn executable(folder: &Folder, name: &str, script: &str) {
    folder.write(name, script);
    std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The highest number of tools that ran at once since the last call.
fn most_at_once(folder: &Folder) -> usize {
    let log = String::from_utf8(folder.read("log")).unwrap();
    folder.write("log", "");
    let mut running = 0_usize;
    let after_each = log.lines().map(|line| {
        running = if line == "begin" { running + 1 } else { running.checked_sub(1).expect("began before it ended") };
        running
    });
    let most = after_each.max().expect("a tool ran");
    assert_eq!(running, 0, "each that began has ended");
    most
}

fn make<'a>(folder: &'a Folder, makefile: &str, options: &str) -> Invocation<'a> {
    let rgbpipe = "RGBPIPE := rgbpipe build --rgbds tools/\n".to_owned();
    folder.write("Makefile", rgbpipe + makefile);
    folder.command("make", args(&format!("-s {options}")))
}

#[test]
fn ten_builds_of_make_j2_run_two_tools_at_once() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    let makefile = format!(
        "all: $(foreach n,0 1 2 3 4 5 6 7 8 9,$(n).gb)\n%.gb:\n\t+$(RGBPIPE) -j9 {SOURCES} -o $@ -n $*.sym --fix\n"
    );
    make(&folder, &makefile, "-j2").env("TOGETHER", "2").ok();
    assert_eq!(most_at_once(&folder), 2);
    folder.rgbpipe(args(&format!("build {SOURCES} -o plain.gb --fix"))).ok();
    for number in 0..10 {
        assert!(folder.read(format!("{number}.gb")) == folder.read("plain.gb"));
    }
}

#[test]
fn one_build_uses_the_slots_that_make_has_left() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    let build = |options: &str| format!("all:\n\t+$(RGBPIPE) {options} {SOURCES} -o all.gb\n");
    for (slots, options, together) in [("-j3", "-j9", "3"), ("-j9", "-j2", "2"), ("", "-j3", "3")] {
        make(&folder, &build(options), slots).env("TOGETHER", together).ok();
        assert_eq!(most_at_once(&folder).to_string(), together, "make {slots}, rgbpipe {options}");
    }
}

#[test]
fn make_j1_means_one_tool_at_a_time() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    let makefile = |options: &str| format!("all:\n\t+$(RGBPIPE) {options} {SOURCES} -o all.gb\n");
    make(&folder, &makefile(""), "-j1").ok();
    assert_eq!(most_at_once(&folder), 1);
    // Unless more are asked for. A variable is not an option.
    make(&folder, &makefile("-j2"), "-j1").env("TOGETHER", "2").ok();
    assert_eq!(most_at_once(&folder), 2);
    let build = folder.rgbpipe(args(&format!("build {SOURCES} -o all.gb"))).env("MAKEFLAGS", "k -- -j1");
    build.env("RGBASM", "tools/rgbasm").env("TOGETHER", "2").ok();
    assert_eq!(most_at_once(&folder), 2);
}

#[test]
fn a_failed_build_releases_everything() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    let makefile = format!(
        "all: bad0.gb bad1.gb bad2.gb bad3.gb\nall: good.gb\nbad%.gb:\n\t+$(RGBPIPE) -j9 {SOURCES} bad.asm -o $@\n\
         good.gb: bad3.gb\ngood.gb: ; +$(RGBPIPE) -j9 {SOURCES} -o $@\n"
    );
    // If a token is lost or made up, make says so when it exits: "INTERNAL: Exiting with ...".
    let ended = make(&folder, &makefile, "-j2 -k").env("TOGETHER", "2").status(2);
    assert!(ended.stderr.contains("bad.asm(1)") && !ended.stderr.contains("INTERNAL"), "{}", ended.stderr);
    assert_eq!(most_at_once(&folder), 2);
}

#[test]
fn make_n_knows_that_what_it_prints_is_not_made() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    let makefile = "all: build/game.gb build/made.gb\nbuild/%.gb: %.asm\n\tmkdir -p $(@D)\n\t+$(RGBPIPE) $< -o $@ -M $@.d\n\
                    game.asm made.asm:\n\tprintf 'SECTION \"a\", ROM0\\n db 1\\n' > $@\n";
    let before = folder.names();
    let printed = String::from_utf8(make(&folder, makefile, "-n").ok().stdout).unwrap();
    assert!(printed.contains("rgbasm -o made.o") && printed.contains("rgblink -o build/made.gb"), "{printed}");
    let names: Vec<_> = folder.names().into_iter().filter(|name| name != "Makefile").collect();
    assert_eq!(names, before);
    // Without make, a missing file is missing.
    folder.rgbpipe(args("build --dry-run made.asm -o game.gb")).status(2);
    make(&folder, makefile, "").ok();
}

#[test]
fn make_n_builds_nothing() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    let makefile = format!("all.gb:\n\t+$(RGBPIPE) {SOURCES} -o $@\n");
    let printed = String::from_utf8(make(&folder, &makefile, "-n -k").ok().stdout).unwrap();
    let lines: Vec<_> = printed.lines().filter(|line| line.starts_with("tools/")).collect();
    assert_eq!(lines.len(), 5, "{printed}");
    assert!(lines[4].starts_with("tools/rgblink -o all.gb "), "{printed}");
    assert!(!folder.names().contains(&"all.gb".to_owned()));
    // Nor does make -q, which only says that there is something to do.
    let asked = make(&folder, &makefile, "-q").status(1);
    assert_eq!((asked.stdout, asked.stderr), (Vec::new(), String::new()));
    assert!(!folder.names().contains(&"all.gb".to_owned()));
    // A variable with that letter is not the flag.
    make(&folder, &makefile, "n=n").ok();
    assert!(folder.names().contains(&"all.gb".to_owned()));
}

/// A jobserver in the fifo style, with these tokens.
struct Tokens(File);

impl Tokens {
    fn new(folder: &Folder, tokens: &[u8]) -> Self {
        let path = folder.path().join("tokens");
        let _ = std::fs::remove_file(&path);
        mkfifo(&path, Mode::S_IRWXU).unwrap();
        let flags = OFlag::O_NONBLOCK.bits();
        let mut fifo = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path).unwrap();
        fifo.write_all(tokens).unwrap();
        Self(fifo)
    }

    /// Takes the tokens that are available now.
    fn take(&mut self) -> Vec<u8> {
        let mut tokens = [0; 99];
        let count = self.0.read(&mut tokens).unwrap_or(0);
        let mut tokens = tokens[..count].to_vec();
        tokens.sort_unstable();
        tokens
    }
}

/// A build with `tool` as every tool, in a recipe of a make with the FIFO `tokens`.
fn recipe<'a>(folder: &'a Folder, words: &str, tool: &str) -> Invocation<'a> {
    let fifo = folder.path().join("tokens");
    let invocation =
        folder.rgbpipe(args(words)).env("MAKEFLAGS", format!(" -j --jobserver-auth=fifo:{}", fifo.display()));
    invocation.env("RGBASM", tool)
}

#[test]
fn every_token_comes_back_as_it_was_on_every_way_out() {
    let folder = folder();
    let build = format!("build -j9 {SOURCES} -o all.gb");
    for (words, status) in [
        (build.clone(), 0),
        (format!("{build} bad.asm"), 1),
        (format!("{build} --link-flags=--no-such-flag"), 1),
        (format!("{build} -m /dev/full"), 3),
    ] {
        let mut tokens = Tokens::new(&folder, b"+xy");
        recipe(&folder, &words, "tools/rgbasm").env("TOGETHER", "4").status(status);
        assert_eq!(most_at_once(&folder), 4, "{words}");
        assert_eq!(tokens.take(), b"+xy", "{words}");
    }
    let mut tokens = Tokens::new(&folder, b"+xy");
    recipe(&folder, &build, "./none").status(3);
    recipe(&folder, &format!("{build} --timeout 0.5"), "./slow").status(124);
    recipe(&folder, &format!("{build} --max-output 1"), "tools/rgbasm").status(1);
    assert_eq!(tokens.take(), b"+xy");
    for signals in [&[Signal::SIGINT][..], &[Signal::SIGTERM, Signal::SIGTERM], &[Signal::SIGHUP]] {
        folder.write("log", "");
        let mut tokens = Tokens::new(&folder, b"z");
        let ended = recipe(&folder, &build, "./slow").run_with(|pid| {
            let _up = folder.is_up();
            assert_eq!(tokens.take(), b"", "two run");
            for signal in signals {
                kill(pid, *signal).unwrap();
            }
        });
        assert_eq!(ended.status, 128 + signals[0] as i32, "{}", ended.stderr);
        assert_eq!(tokens.take(), b"z", "{signals:?}");
    }
}

#[test]
fn both_styles_of_jobserver_are_known() {
    let folder = folder();
    let build = format!("build -j9 {SOURCES} -o all.gb");
    for auth in ["--jobserver-auth=fifo:tokens", "--jobserver-auth=8,9", "--jobserver-fds=8,9"] {
        let mut tokens = Tokens::new(&folder, b"xy");
        let script = format!("exec rgbpipe {build} 8<tokens 9>tokens");
        let invocation = folder.sh(&script).env("MAKEFLAGS", format!("ks -j3 {auth} -- X=1"));
        invocation.env("RGBASM", "tools/rgbasm").env("TOGETHER", "3").ok();
        assert_eq!((most_at_once(&folder), tokens.take()), (3, b"xy".to_vec()), "{auth}");
    }
}

#[test]
fn a_jobserver_that_cannot_be_reached_leaves_one_tool_at_a_time() {
    let folder = folder();
    let words = "rgbpipe: make's jobserver cannot be reached, so one tool runs at a time: start the recipe's line \
                 with '+'\n";
    let build = |options: &str, flags: &str| {
        let invocation = folder.rgbpipe(args(&format!("build -o all.gb {options}"))).env("MAKEFLAGS", flags);
        invocation.env("RGBASM", "tools/rgbasm")
    };
    let unreachable = ["-j --jobserver-auth=98,99", "-j --jobserver-auth=fifo:/none", "-j --jobserver-auth=-2,-2"];
    for flags in unreachable {
        assert_eq!(build(SOURCES, flags).status(0).stderr, words, "{flags}");
        assert_eq!(most_at_once(&folder), 1, "{flags}");
    }
    for options in [format!("-q {SOURCES}"), "a.asm".to_owned()] {
        build(&options, unreachable[0]).ok();
        assert_eq!(most_at_once(&folder), 1);
    }
    // What is typed counts. A make without -j has no jobserver.
    for (options, flags) in [("-j3", unreachable[0]), ("-j3", "ks"), ("-j3", ""), ("-j3", "ks -- X=\u{e4}")] {
        build(&format!("{options} {SOURCES}"), flags).env("TOGETHER", "3").ok();
        assert_eq!(most_at_once(&folder), 3, "{flags}");
    }
    let no_text = OsStr::from_bytes(b"ks -- X=\xe4");
    let build = folder.rgbpipe(args(&format!("build -j3 -o all.gb {SOURCES}"))).env("MAKEFLAGS", no_text);
    assert_eq!(build.env("RGBASM", "tools/rgbasm").env("TOGETHER", "3").status(0).stderr, "");
    assert_eq!(most_at_once(&folder), 3);
    if needs("make") {
        // Every make before 4.4 has a jobserver with pipes, and closes them for a recipe without '+'. One with a FIFO
        // does not.
        let ended = make(&folder, &format!("all:\n\t$(RGBPIPE) {SOURCES} -o all.gb\n"), "-j2").status(0);
        assert!(["", words].contains(&&*ended.stderr), "{}", ended.stderr);
        assert!(most_at_once(&folder) <= 2);
    }
}
