//! The README's table of other ways to build. Each way is tried with the plain tools.

use std::fs::OpenOptions;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::support::{Folder, Invocation, needs};

const PIPELINE: &str = "rgbasm -o - main.asm | rgblink -o - -m game.map -n game.sym - | rgbfix $FIX - > game.gb";

/// With a pipe for each object and result, and all tools at once.
const MKFIFO: &str = "mkdir pipes; mkfifo pipes/main.o pipes/text.o pipes/map pipes/sym
rgbasm -o pipes/main.o main.asm & rgbasm -o pipes/text.o text.asm &
cat pipes/map > game.map & cat pipes/sym > game.sym &
rgblink -o - -m pipes/map -n pipes/sym pipes/main.o pipes/text.o | rgbfix $FIX - > game.gb
wait; rm -r pipes";

const FILES: &str = "rgbasm -o main.o main.asm && rgbasm -o text.o text.asm &&
rgblink -o game.gb -m game.map -n game.sym main.o text.o && rgbfix $FIX game.gb";

const MAKEFILE: &str = "game.gb: main.o text.o
\trgblink -o $@ -m game.map -n game.sym -l layout.link main.o text.o
\trgbfix $(FIX) $@
%.o: %.asm
\trgbasm -M $*.d -o $@ $<
-include main.d text.d
";

const RGBPIPE: &str = "rgbpipe build main.asm text.asm -o game.gb -m game.map -n game.sym --fix-flags \"$FIX\"";

/// The old ROM.
const OLD: &[u8] = b"old";

fn folder() -> Folder {
    let folder = Folder::new();
    folder
        .write("main.asm", "INCLUDE \"value.inc\"\nSECTION \"main\", ROM0[$150]\n\tdb VALUE\n")
        .write("text.asm", "SECTION \"text\", ROM0\n\tdb 2\n")
        .write("value.inc", "DEF VALUE EQU 1\n")
        .write("layout.link", "INCLUDE \"places.link\"\n")
        .write("places.link", "ROM0\n")
        .write("Makefile", MAKEFILE)
        .write("game.gb", OLD);
    folder
}

fn wrong() -> Folder {
    let folder = folder();
    folder.write("main.asm", "\tnonsense\n");
    folder
}

/// A way to build the program, with these flags for rgbfix.
fn way<'a>(folder: &'a Folder, script: &str, fix: &str) -> Invocation<'a> {
    // Without `-e`, like most scripts.
    folder.command("sh", ["-c", script]).with_tools().env("FIX", fix)
}

const GOOD: &str = "-v -p 0xFF";
/// rgbfix refuses these flags.
const BAD: &str = "-v -m NONE";

#[test]
fn all_ways_give_the_same_rom() {
    if !needs("make") {
        return;
    }
    let roms = [MKFIFO, FILES, "make -s", RGBPIPE].map(|script| {
        let folder = folder();
        way(&folder, script, GOOD).ok();
        assert!(!folder.read("game.map").is_empty() && folder.names().contains(&"game.sym".to_owned()), "{script}");
        folder.read("game.gb")
    });
    assert!(roms.iter().all(|rom| *rom == roms[0]));
    // The pipeline has only one source.
    let folder = folder();
    way(&folder, PIPELINE, GOOD).ok();
    assert_eq!((folder.read("game.gb")[0x150], folder.names().contains(&"game.sym".to_owned())), (1, true));
}

#[test]
fn the_table_is_right_about_a_mistake_in_a_source() {
    if !needs("make") {
        return;
    }
    for (script, status, messages, rom) in [
        (PIPELINE, 1, &["rgbasm", "rgblink", "rgbfix"][..], &b""[..]),
        (FILES, 1, &["rgbasm"], OLD),
        ("make -s", 2, &["rgbasm"], OLD),
        (RGBPIPE, 1, &["rgbasm"], OLD),
    ] {
        let folder = wrong();
        let ended = way(&folder, script, GOOD).status(status);
        let said = [("rgbasm", "nonsense"), ("rgblink", "Linking"), ("rgbfix", "Fixing")];
        let said: Vec<_> =
            said.iter().filter(|(_, words)| ended.stderr.contains(words)).map(|(tool, _)| *tool).collect();
        assert_eq!((&said[..], &folder.read("game.gb")[..]), (messages, rom), "{script}: {}", ended.stderr);
    }
    // The exit status of a pipeline is that of its last command, which may succeed with no input.
    let folder = wrong();
    way(&folder, "rgbasm -o - main.asm | rgblink -o - - | gzip > game.gb.gz", GOOD).status(0);
}

#[test]
fn a_script_with_mkfifo_hangs_after_a_mistake() {
    let folder = wrong();
    let ended = way(&folder, &format!("timeout 3 sh -c '{MKFIFO}'"), GOOD).run();
    assert_eq!(ended.status, 124, "{}", ended.stderr);
    assert_eq!(folder.read("game.gb"), b"");
    assert!(folder.names().contains(&"pipes".to_owned()));
    assert!(ended.stderr.contains("nonsense") && !ended.stderr.contains("Linking"), "{}", ended.stderr);
}

#[test]
fn the_table_is_right_about_a_failing_rgbfix() {
    if !needs("make") {
        return;
    }
    let linked = |script: &str| {
        let folder = folder();
        let ended = way(&folder, script, BAD).run();
        assert!(ended.stderr.contains("NONE"), "{script}: {}", ended.stderr);
        folder.read("game.gb")
    };
    assert_eq!(linked(PIPELINE), b"");
    // Some releases of rgblink exit before they open the map, and the script waits for that.
    assert_eq!(linked(&format!("timeout 3 sh -c '{MKFIFO}'")), b"");
    assert_eq!(linked(RGBPIPE), OLD);
    for script in [FILES, "make -s"] {
        let rom = linked(script);
        assert_eq!((rom[0x150], rom.len() >= 0x4000), (1, true), "{script}");
    }
    let folder = folder();
    way(&folder, "make -s", BAD).status(2);
    let said = String::from_utf8(way(&folder, "make", BAD).ok().stdout).unwrap();
    assert!(said.contains("up to date"), "{said}");
}

#[test]
fn the_table_is_right_about_a_changed_source() {
    if !needs("make") {
        return;
    }
    let folder = folder();
    way(&folder, "make", GOOD).status(0);
    let again = |changed: &str| {
        let time = |file: &str| std::fs::metadata(folder.path().join(file)).unwrap().modified().unwrap();
        while time(changed) <= time("game.gb") {
            folder.write(changed, folder.read(changed));
        }
        String::from_utf8(way(&folder, "make", GOOD).status(0).stdout).unwrap()
    };
    for (changed, text, main) in [("text.asm", true, false), ("value.inc", false, true), ("places.link", false, false)]
    {
        let said = again(changed);
        assert_eq!((said.contains("-o text.o"), said.contains("-o main.o")), (text, main), "{changed}: {said}");
        assert_eq!(said.contains("rgblink"), text || main, "{changed}: {said}");
    }
    let said = way(&folder, &format!("{RGBPIPE} -v"), GOOD).status(0).stderr;
    assert!(said.contains("-o text.o") && said.contains("-o main.o"), "{said}");
}

/// A source that never ends, because it is a pipe.
fn endless(source: &str) -> (Folder, Vec<String>) {
    let folder = folder();
    std::fs::remove_file(folder.path().join(source)).unwrap();
    mkfifo(&folder.path().join(source), Mode::S_IRWXU).unwrap();
    let names = folder.names();
    (folder, names)
}

/// Interrupts a build as a terminal does, while rgbasm reads that source. Expects this ROM at that time.
fn interrupt(folder: &Folder, source: &str, rom: &[u8], group: Pid) {
    // The open returns when rgbasm has opened it too.
    let _writer = OpenOptions::new().write(true).open(folder.path().join(source)).unwrap();
    let bound = Instant::now() + Duration::from_secs(60);
    while folder.read("game.gb") != rom && Instant::now() < bound {}
    killpg(group, Signal::SIGINT).unwrap();
}

#[test]
fn the_table_is_right_about_an_interrupt() {
    if !needs("make") {
        return;
    }
    for (script, source, rom, left) in [
        (PIPELINE, "main.asm", &b""[..], vec![]),
        (FILES, "text.asm", OLD, vec!["main.o"]),
        ("make -s", "text.asm", OLD, vec!["main.d", "main.o", "text.d"]),
        (RGBPIPE, "text.asm", OLD, vec![]),
    ] {
        let (folder, before) = endless(source);
        way(&folder, script, GOOD).run_with(|group| interrupt(&folder, source, rom, group));
        let after = folder.names();
        let new: Vec<_> = after.iter().filter(|name| !before.contains(name)).map(String::as_str).collect();
        assert_eq!((&folder.read("game.gb")[..], new), (rom, left), "{script}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_of_a_script_with_mkfifo_leaves_pipes_and_processes() {
    use std::process::Stdio;

    let (folder, _) = endless("text.asm");
    let mut command = way(&folder, MKFIFO, GOOD).command;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let group = Pid::from_raw(child.id().cast_signed());
    interrupt(&folder, "text.asm", b"", group);
    child.wait().unwrap();
    // A shell makes its background commands ignore the interrupt.
    killpg(group, Signal::SIGKILL).expect("processes are left");
    folder.kill_all("cat");
    assert_eq!(folder.read("game.gb"), b"");
    assert!(folder.names().contains(&"pipes".to_owned()));
}
