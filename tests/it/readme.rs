//! The README's commands, from its own text.

use std::os::unix::fs::symlink;

use crate::sandbox::landlock;
use crate::support::{Folder, needs, programs, rgbds};

const README: &str = include_str!("../../README.md");
const CI: &str = include_str!("../../.ci/run");

/// The fenced blocks of this language, in order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = README.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// A folder as the README supposes it: `game.asm`, `src/*.asm`, `include/*.inc`; and rgbpipe on the `PATH`.
fn project() -> Folder {
    let folder = Folder::with_program("greeter");
    folder.write("game.asm", std::fs::read(programs().join("hello.asm")).unwrap());
    folder.write("tiles.png", std::fs::read(programs().join("tiles.png")).unwrap());
    folder
}

pub(crate) fn path_with_rgbpipe(folder: &Folder) -> String {
    let bin = folder.tmpdir().parent().unwrap().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let _ = symlink(env!("CARGO_BIN_EXE_rgbpipe"), bin.join("rgbpipe"));
    let rgbgfx = which::which(format!("{}rgbgfx", rgbds())).unwrap();
    let _ = symlink(rgbgfx, bin.join("rgbgfx"));
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

#[test]
fn each_line_of_the_shell_examples_works_and_gives_what_it_names() {
    let lines: Vec<_> =
        blocks("sh").iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(lines.len() >= 7, "{lines:?}");
    for line in lines {
        println!("{line}");
        if line.contains("--sandbox") && !landlock() {
            continue;
        }
        let folder = project();
        let before = folder.names();
        let ended = folder.sh(&line).env("PATH", path_with_rgbpipe(&folder)).ok();
        let new: Vec<_> = folder.names().into_iter().filter(|name| !before.contains(name)).collect();
        let expected: &[&str] = match &line {
            line if line.ends_with("| tar tf -") || line.starts_with("rgbpipe check") => &[],
            line if line.ends_with("| tar xf -") => &["game.gb", "game.map", "game.sym"],
            line if line.contains("out.sym") => &["game.gb", "out.sym"],
            line if line.contains("gzip") => &["game.gb.gz", "game.sym"],
            line if line.contains("bpp=- ") => &["tiles.2bpp"],
            line if line.contains("--tar tiles.tar") => &["tiles.tar"],
            line if line.contains("-m game.map") => &["game.gb", "game.map", "game.sym"],
            _ => &["game.gb"],
        };
        assert_eq!(new, expected, "{line}");
        let printed = if line.ends_with("| tar tf -") { "rom.gb\nrom.map\nrom.sym\n" } else { "" };
        assert_eq!(String::from_utf8_lossy(&ended.stdout), printed, "{line}");
        for file in new {
            assert!(!folder.read(&file).is_empty(), "{line}: {file} is empty");
        }
    }
}

#[test]
fn the_examples_in_other_languages_build_and_tell_of_errors() {
    for (language, program, ending, truth) in [("python", "python3", "py", "True"), ("js", "node", "mjs", "true")] {
        let [script] = &blocks(language)[..] else { panic!("one example in {language}") };
        if !needs(program) {
            continue;
        }
        let folder = Folder::new();
        let file = format!("example.{ending}");
        folder.write(&file, script);
        let ended = folder.command(program, [&file]).env("PATH", path_with_rgbpipe(&folder)).ok();
        let printed = String::from_utf8(ended.stdout).unwrap();
        let (built, error) = printed.split_once('\n').unwrap();
        assert_eq!(built, format!("32768 {truth}"), "{language}");
        assert!(error.contains("error") && error.contains("nonsense"), "{language}: {error}");
        assert_eq!(folder.names(), [file]);
    }
}

#[test]
fn the_makefile_builds_once_and_again_when_a_source_changes() {
    if !needs("make") {
        return;
    }
    let [makefile] = &blocks("make")[..] else { panic!("one Makefile") };
    let folder = project();
    folder.write("Makefile", makefile);
    let make = || folder.command("make", ["-s"]).env("PATH", path_with_rgbpipe(&folder));
    make().ok();
    let rom = folder.read("game.gb");
    assert_eq!(rom.len() % (16 << 10), 0);
    assert_eq!(rom[0x104..0x108], [0xCE, 0xED, 0x66, 0x66], "the logo that --fix writes");
    // A mistake: make stops, and the old ROM, which it would take for new otherwise, stays old.
    let good = folder.read("src/bob.asm");
    let write_after_build = |text: &str| {
        let time = |file: &str| std::fs::metadata(folder.path().join(file)).unwrap().modified().unwrap();
        // (A file system's clock ticks slower than a build may be.)
        while time("src/bob.asm") <= time("game.gb") {
            folder.write("src/bob.asm", text);
        }
    };
    write_after_build("no such thing\n");
    assert!(make().status(2).stderr.contains("src/bob.asm(1)"));
    assert!(folder.read("game.gb") == rom);
    folder.write("src/bob.asm", String::from_utf8(good).unwrap().replace("4.0", "8.0"));
    make().ok();
    assert!(folder.read("game.gb") != rom, "not built anew");
}

#[test]
fn the_commands_for_a_fresh_machine_are_those_that_are_tested() {
    let commands = blocks("bash").concat();
    let commands: Vec<_> = commands.lines().collect();
    let [_install, main_job, tests] = commands[..] else { panic!("{commands:?}") };
    assert!(CI.contains(&format!("step {tests}\n")), ".ci/run does not run: {tests}");

    let arguments =
        main_job.strip_prefix("scripts/with-rgbds cargo run --release -- ").expect("the main job's command");
    let folder = Folder::new();
    symlink(programs().parent().unwrap(), folder.path().join("tests")).unwrap();
    folder.sh(&format!("rgbpipe {arguments}")).env("PATH", path_with_rgbpipe(&folder)).ok();
    assert_eq!(folder.names(), ["greeter.gb", "greeter.sym", "tests"]);
    assert!(String::from_utf8(folder.read("greeter.sym")).unwrap().contains("03:4006 Signature"));
}
