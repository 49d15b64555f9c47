//! The rows of the failure model again, from the command line, with the fake tool as `rgbasm`, `rgblink` and `rgbfix`.
//! In each case the old outputs stay, status and message are right, and nothing is left behind.

use std::os::unix::fs::PermissionsExt;

use crate::fake::{Log, fake_tool, pattern};
use crate::support::{Ended, Folder, args};

/// The steps of working tools: the object has 1000 bytes, the ROM contains the objects, and the fixed ROM contains the
/// ROM.
const GOOD_RGBASM: &str = "w o -o; write o 1000 1; close o; w m -M; close m";
const GOOD_RGBLINK: &str = "r i last; w o -o; copy i o; close i; close o; w n -n; text n sym; close n";
const GOOD_RGBFIX: &str = "copy stdin stdout";

const OLD: &str = "what was there before";

/// One build of one source, with these scripts in place of the tools.
struct Build {
    folder: Folder,
    options: &'static str,
    on_path: bool,
}

/// A build with `script` as `tool`, and good tools otherwise.
fn build(tool: &str, script: &str) -> Build {
    let folder = Folder::new();
    folder.write("a.asm", "").write("game.gb", OLD).write("game.sym", OLD);
    for (name, good) in [("rgbasm", GOOD_RGBASM), ("rgblink", GOOD_RGBLINK), ("rgbfix", GOOD_RGBFIX)] {
        let script = if name == tool { script } else { good };
        let log = folder.path().join(name).with_extension("log");
        // A wrapper of two lines, because the tools share an environment.
        let wrapper = format!(
            "#!/bin/sh\nFAKE_TOOL='{script}' FAKE_TOOL_LOG='{}' exec '{}' \"$@\"\n",
            log.display(),
            fake_tool().display()
        );
        folder.write(name, wrapper);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path().join(name), executable).unwrap();
    }
    Build { folder, options: "", on_path: false }
}

impl Build {
    fn with(self, options: &'static str) -> Self {
        Self { options, ..self }
    }

    /// With the tools on `PATH` instead of in their variables.
    #[cfg(all(target_os = "linux", not(portable)))]
    fn on_path(self) -> Self {
        Self { on_path: true, ..self }
    }

    /// Builds, and expects this status.
    #[track_caller]
    fn status(&self, expected: i32) -> Ended {
        let words = args(&format!("build a.asm -o game.gb -n game.sym --fix {}", self.options));
        let mut invocation = self.folder.rgbpipe(words);
        if self.on_path {
            invocation.command.env_remove("RGBDS");
            let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap());
            invocation = invocation.env("PATH", path);
        }
        for tool in ["rgbasm", "rgblink", "rgbfix"].into_iter().filter(|_| !self.on_path) {
            invocation = invocation.env(&tool.to_uppercase(), format!("./{tool}"));
        }
        let ended = invocation.status(expected);
        assert_eq!(ended.stdout, b"");
        ended
    }

    /// Builds, and expects that it fails with this status and these last words, and that the old outputs stay.
    #[track_caller]
    fn fails(&self, status: i32, words: &str) -> &Self {
        let ended = self.status(status);
        assert!(ended.stderr.ends_with(words), "{}", ended.stderr);
        for output in ["game.gb", "game.sym"] {
            assert_eq!(self.folder.read(output), OLD.as_bytes(), "{output}");
        }
        self
    }

    /// Builds, and expects the outputs of good tools.
    #[track_caller]
    fn succeeds(&self) -> Ended {
        let ended = self.status(0);
        assert!(self.folder.read("game.gb") == pattern(1, 1000), "another ROM");
        assert_eq!(self.folder.read("game.sym"), b"sym\n");
        ended
    }

    fn log(&self, tool: &str) -> Log {
        Log::read(&self.folder.path().join(tool).with_extension("log"))
    }
}

#[test]
fn good_fake_tools_build() {
    for options in ["", "-j2", "-m game.map"] {
        let build =
            build("rgblink", &format!("{GOOD_RGBLINK}; {}", if options == "-m game.map" { "w m -m" } else { "" }));
        assert_eq!(build.with(options).succeeds().stderr, "");
    }
}

#[test]
fn a_tool_that_exits_before_any_open_has_the_last_word() {
    for tool in ["rgbasm", "rgblink", "rgbfix"] {
        build(tool, "text stderr error: why; exit 1").fails(1, "error: why\n");
    }
}

#[test]
fn a_tool_that_dies_silently_is_named_with_its_end() {
    for (tool, step) in [("rgbasm", "rgbasm a.asm"), ("rgblink", "rgblink"), ("rgbfix", "rgbfix")] {
        build(tool, "exit 7").fails(1, &format!("rgbpipe: {step}: exit status: 7\n"));
        let segv = build(tool, "text stderr why; raise SIGSEGV");
        let ended = segv.status(1);
        assert!(ended.stderr.starts_with("why\n"), "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("rgbpipe: {step}: signal: 11 (SIGSEGV)")), "{}", ended.stderr);
        build(tool, "raise SIGKILL").fails(1, &format!("rgbpipe: {step}: signal: 9 (SIGKILL)\n"));
    }
}

#[test]
fn a_tool_that_dies_after_half_an_output_leaves_the_old_ones() {
    for end in ["exit 1", "raise SIGSEGV", "raise SIGKILL"] {
        build("rgbasm", &format!("w o -o; write o 500 1; {end}")).fails(1, "\n");
        build("rgbasm", &format!("{GOOD_RGBASM}; {end}")).fails(1, "\n");
        build("rgblink", &format!("w o -o; write o 300000 1; w n -n; {end}")).fails(1, "\n");
        build("rgblink", &format!("{GOOD_RGBLINK}; {end}")).fails(1, "\n");
        build("rgbfix", &format!("read stdin 10; write stdout 500 1; {end}")).fails(1, "\n");
    }
}

#[test]
fn nothing_is_linked_after_a_source_that_failed() {
    let build = build("rgbasm", &format!("{GOOD_RGBASM}; exit 1"));
    build.fails(1, "rgbpipe: rgbasm a.asm: exit status: 1\n");
    assert_eq!(build.log("rgblink").done(), Vec::<&str>::new());
}

#[test]
fn an_output_that_is_not_written_is_named_with_its_tool() {
    let did_not_write =
        |step: &str, name: &str| format!("rgbpipe: {step}: ended without an error, but did not write '{name}'\n");
    build("rgbasm", "").fails(1, &did_not_write("rgbasm a.asm", "a.o"));
    build("rgblink", "").fails(1, &did_not_write("rgblink", "game.gb"));
    build("rgblink", "r i last; w o -o; copy i o").fails(1, &did_not_write("rgblink", "game.sym"));
}

#[test]
fn objects_that_are_not_or_half_read_or_read_twice_are_no_error() {
    let rest = "w o -o; write o 1000 1; w n -n; text n sym";
    for reading in ["", "r i last", "r i last; read i 10", "r i last; read i all; close i; r i last; read i all"] {
        assert_eq!(build("rgblink", &format!("{reading}; {rest}")).succeeds().stderr, "");
    }
    build("rgbfix", "close stdin; write stdout 1000 1").succeeds();
}

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn an_object_written_twice_is_the_last() {
    for first in [0, 10, 1000, 70_000] {
        let script = format!("w o -o; write o {first} 5; close o; {GOOD_RGBASM}");
        build("rgbasm", &script).succeeds();
        // Also from a tool on PATH, which is taken for RGBDS's own.
        build("rgbasm", &script).on_path().succeeds();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_happens_while_rgbpipe_does_not_look_counts() {
    build("rgbasm", &format!("freeze; w o -o; close o; thaw; {GOOD_RGBASM}")).succeeds();
    build("rgbasm", "freeze; w o -o; thaw; write o 1000 1; close o; pause 1").succeeds();
    build("rgbasm", "freeze; leave; orphaned; thaw").fails(1, "did not write 'a.o'\n");
    // The process is gone when rgbpipe looks again.
    let empty = build("rgbasm", "freeze; w o -o; close o; leave; orphaned; thaw");
    empty.status(0);
    assert_eq!(empty.folder.read("game.gb"), b"");
}

#[test]
fn a_process_left_behind_with_an_output_is_an_error_and_does_not_stay() {
    let words = "ended, but a process that it started kept 'a.o' open\n";
    build("rgbasm", "w o -o; write o 1000 1; linger 60").fails(1, words);
    // rgbpipe cannot find a process with its own session.
    let escaped = build("rgbasm", "w o -o; write o 1000 1; linger 60 setsid");
    escaped.fails(1, words);
    assert_eq!(escaped.log("rgbasm").kill_left(), 1);
}

#[test]
fn a_process_left_behind_without_an_output_does_not_matter() {
    let build = |session| build("rgbasm", &format!("linger 60 {session}; {GOOD_RGBASM}"));
    // It ends with the tool, unless it has left the tool's group.
    let in_group = build("");
    in_group.succeeds();
    in_group.log("rgbasm").kill_left_of(0);
    let outside = build("setsid");
    outside.succeeds();
    assert_eq!(outside.log("rgbasm").kill_left(), 1);
}

#[test]
fn floods_are_kept_up_to_a_limit_and_do_not_stop_the_build() {
    let build = build("rgbasm", &format!("write stderr 20000000 1; write stdout 20000000 2; {GOOD_RGBASM}"));
    let ended = build.succeeds();
    assert!(ended.stderr.len() > 1 << 20, "nothing was kept");
}

#[test]
fn a_tool_that_hangs_anywhere_ends_with_the_timeout() {
    for (tool, script) in [
        ("rgbasm", "pause 60000"),
        ("rgbasm", "ignore SIGTERM; w o -o; write o 10 1; pause 60000"),
        ("rgbasm", "raise SIGSTOP"),
        ("rgblink", "r i last; raise SIGSTOP"),
        ("rgblink", "ignore SIGTERM; linger 60; r i last; w o -o; pause 60000"),
        ("rgbfix", "write stdout 10 1; ignore SIGTERM; pause 60000"),
    ] {
        let build = build(tool, script).with("--timeout 0.5");
        let step = if tool == "rgbasm" { "rgbasm a.asm" } else { tool };
        build.fails(124, &format!("rgbpipe: timed out during {step}\n"));
    }
}
