//! Sources that never end or use up memory. Each gives a clear message, the right exit status, and no output.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rgbpipe::program::{Limits, Program};

use crate::support::{Ended, Folder, args};

const GOOD: &str = "SECTION \"good\", ROM0\nGood:: db 1\n";

/// Uses all processor time, and no memory.
const ENDLESS: &str = "REPT $7FFFFFFF\nDEF x = 1\nENDR\n";

/// Each uses up all memory, at a gigabyte every few seconds.
const GREEDY: [(&str, &str); 3] = [
    ("a text that doubles", "DEF s EQUS \"0123456789abcdef\"\nREPT 50\nREDEF s EQUS \"{s}{s}\"\nENDR\n"),
    (
        "symbols",
        "FOR n, $7FFFFFFF\nDEF a_rather_long_name_so_that_it_takes_less_time_to_fill_memory_{d:n} EQU 1\nENDR\n",
    ),
    ("sections", "FOR n, $7FFFFFFF\nSECTION \"section {d:n}\", ROMX\nds 16384, 1\nENDR\n"),
];

/// Builds `source` with old outputs in place. Expects this failure, and that nothing changes.
#[track_caller]
fn fails(source: &str, options: &str, status: i32, words: &[&str]) -> Ended {
    let folder = Folder::new();
    folder.write("x.asm", source).write("old.gb", "old").write("old.sym", "old");
    let ended = folder.rgbpipe(args(&format!("build x.asm -o old.gb -n old.sym -m new.map {options}"))).status(status);
    for word in words {
        assert!(ended.stderr.contains(word), "{options} does not say {word:?}: {}", ended.stderr);
    }
    assert_eq!(ended.stdout, b"", "{options}");
    assert_eq!(folder.names(), ["old.gb", "old.sym", "x.asm"], "{options}");
    assert_eq!((folder.read("old.gb"), folder.read("old.sym")), (b"old".to_vec(), b"old".to_vec()), "{options}");
    ended
}

#[test]
fn an_endless_source_ends_with_the_time() {
    fails(ENDLESS, "--timeout 0.5", 124, &["rgbpipe: timed out during rgbasm x.asm"]);
    fails("REPT $7FFFFFFF\nPRINTLN \"and on\"\nENDR\n", "--timeout 0.5 -q", 124, &["timed out during rgbasm x.asm"]);
    // Earlier messages are printed, and come first.
    let said = fails(&format!("WARN \"so far\"\n{ENDLESS}"), "--timeout 0.5", 124, &["so far"]).stderr;
    assert!(said.ends_with("\nrgbpipe: timed out during rgbasm x.asm\n"), "{said}");
    let words = ["rgbpipe: rgbasm x.asm: ", "limit of 1 s of processor time reached"];
    fails(ENDLESS, "--max-cpu 0.2", 1, &words);
}

#[test]
fn an_endless_recursion_is_the_assemblers_own_error() {
    let ended = fails("MACRO again\nagain\nENDM\nagain\n", "--max-memory 128M", 1, &["Recursion limit"]);
    assert!(!ended.stderr.contains("memory"), "{}", ended.stderr);
}

#[test]
fn a_source_that_eats_memory_ends_at_the_limit_and_the_message_names_it() {
    for (what, source) in GREEDY {
        let ended = fails(source, "--max-memory 128M --timeout 60", 1, &["rgbpipe: rgbasm x.asm: "]);
        assert!(ended.stderr.contains("(memory limit of 128M reached?)"), "{what}: {}", ended.stderr);
    }
}

#[test]
fn every_tool_is_limited_from_its_start() {
    // Too little for the loader, the assembler's libraries, or the linker's tables.
    for (limit, tool) in [("64K", "rgbasm x.asm"), ("2M", "rgbasm x.asm"), ("24M", "rgblink")] {
        let words = [format!("rgbpipe: {tool}: "), format!("(memory limit of {limit} reached?)")];
        fails(GOOD, &format!("--max-memory {limit}"), 1, &[&words[0], &words[1]]);
    }
}

#[test]
fn an_error_of_the_source_is_not_put_down_to_a_limit() {
    let ended = fails("nonsense", "--max-memory 256M --max-cpu 60", 1, &["x.asm"]);
    assert!(!ended.stderr.contains("limit") && !ended.stderr.contains("rgbpipe:"), "{}", ended.stderr);
}

#[test]
fn an_output_over_its_limit_ends_the_build() {
    fails(GOOD, "--max-output 64", 1, &["rgbpipe: rgbasm x.asm: wrote more to 'x.o' than the limit of 64 bytes"]);
    fails(GOOD, "--max-output 8K", 1, &["rgbpipe: rgblink: wrote more to 'old.gb' than the limit of 8K"]);
}

#[test]
fn within_the_limits_a_build_is_what_it_is_without() {
    let folder = Folder::new();
    folder.write("x.asm", GOOD);
    folder.rgbpipe(args("build x.asm -o plain.gb -m plain.map -n plain.sym --fix")).ok();
    for limits in
        ["--max-output 32K --max-memory 1G --max-cpu 60 --timeout 60", "--max-output 0 --max-memory 0 --max-cpu 0"]
    {
        folder.rgbpipe(args(&format!("build x.asm -o x.gb -m x.map -n x.sym --fix {limits}"))).ok();
        for kind in ["gb", "map", "sym"] {
            assert!(folder.read(format!("x.{kind}")) == folder.read(format!("plain.{kind}")), "{limits}: {kind}");
        }
    }
}

#[test]
fn an_invalid_size_is_refused() {
    let folder = Folder::new();
    folder.write("x.asm", GOOD);
    for (option, word) in [("--max-output much", "much"), ("--max-memory -1", "-1"), ("--max-cpu 1x", "1x")] {
        let ended = folder.rgbpipe(args(&format!("build x.asm -o x.gb {option}"))).status(2);
        assert!(ended.stderr.contains(word), "{option}: {}", ended.stderr);
    }
    assert_eq!(folder.names(), ["x.asm"]);
}

fn ulimits(limits: Limits) -> String {
    let finished = Program::new("sh").args(["-c", "ulimit -v; ulimit -t; ulimit -c"]).limits(limits).run().unwrap();
    finished.verdict().unwrap();
    String::from_utf8(finished.stdout.bytes).unwrap()
}

#[test]
fn the_tool_has_the_limits_and_rgbpipe_has_not() {
    let own = ulimits(Limits::default());
    let limits = Limits { memory: Some(512 << 20), cpu: Some(Duration::from_millis(2500)), ..Limits::default() };
    assert_eq!(ulimits(limits), "524288\n3\n0\n");
    assert_eq!(ulimits(Limits::default()), own);
}

/// Runs the command in a shell that has its own limit, or allows core files.
#[track_caller]
fn under(folder: &Folder, ulimit: &str, options: &str, tool: &str, status: i32) -> String {
    let script = format!("ulimit {ulimit}; exec rgbpipe build x.asm -o x.gb {options}");
    folder.sh(&script).env("RGBASM", tool).status(status).stderr
}

fn with_script(script: &str) -> Folder {
    let folder = Folder::new();
    folder.write("x.asm", GOOD).write("tool", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(folder.path().join("tool"), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn a_lower_limit_that_was_there_stays() {
    let folder = with_script("ulimit -v >&2; exit 1");
    assert_eq!(under(&folder, "-v 1000000", "--max-memory 8G", "./tool", 1), "1000000\n");
    assert_eq!(under(&folder, "-v 8000000", "--max-memory 1G", "./tool", 1), "1048576\n");
}

#[test]
fn a_death_at_a_limit_leaves_no_core_file() {
    // This shows only if the system writes core files next to the process (Linux: core(5)).
    let folder = with_script("ulimit -c >&2; kill -ABRT $$");
    let without = under(&folder, "-c unlimited", "", "./tool", 1);
    assert!(without.starts_with("unlimited\n"), "{without}");
    for name in folder.names().iter().filter(|name| name.starts_with("core")) {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    let with = under(&folder, "-c unlimited", "--max-memory 1G", "./tool", 1);
    assert!(with.starts_with("0\n") && with.contains("(memory limit of 1G reached?)"), "{with}");
    assert_eq!(folder.names(), ["tool", "x.asm"]);
}

#[cfg(target_os = "linux")]
#[test]
fn printed_text_is_kept_in_memory_only_once() {
    let folder = Folder::new();
    // 2 MiB of empty lines in one message.
    let flood = "DEF s EQUS \"\\n\"\nREPT 21\nREDEF s EQUS \"{s}{s}\"\nENDR\n WARN \"{s}\"\n";
    folder.write("flood.asm", [flood, GOOD].concat());
    // Messages about 40 files with 4 MiB of lines each.
    let names = (0..40).map(|index| format!("{index}.inc"));
    let places: Vec<_> = names.clone().map(|name| format!("error: odd\\n    at {name}(3)\\n")).collect();
    let places = places.concat();
    folder.write("places.asm", format!(" WARN \"odd\\n{places}\"\n{GOOD}")).write("0.inc", "\n".repeat(4 << 20));
    for name in names.skip(1) {
        std::fs::hard_link(folder.path().join("0.inc"), folder.path().join(name)).unwrap();
    }
    for check in ["flood.asm --message-format json", "places.asm --snippets always"] {
        // A malloc arena takes 64 MiB of address space.
        let check = format!("ulimit -v 150000; rgbpipe check {check} 2> said; [ -s said ]");
        folder.sh(&check).env("MALLOC_ARENA_MAX", "1").status(0);
    }
}
