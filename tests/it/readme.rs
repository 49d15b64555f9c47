//! The commands in the README and in docs/, extracted from their text.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::sandbox::landlock;
use crate::support::{Folder, args, needs, programs};

const README: &str = include_str!("../../README.md");
/// The languages of the blocks. Each has a test here or elsewhere.
const LANGUAGES: [&str; 12] =
    ["bash", "sh", "make", "ninja", "vim", "json", "json-lines", "yaml", "python", "js", "rust", "text"];
const CI: &str = include_str!("../../.ci/run");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README and every page in docs/, with their text.
fn pages() -> Vec<(PathBuf, String)> {
    let files = fs::read_dir(root().join("docs")).unwrap().map(|file| file.unwrap().path());
    let mut pages: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "md")).collect();
    pages.sort();
    assert!(pages.len() >= 8, "{pages:?}");
    pages.insert(0, root().join("README.md"));
    pages.into_iter().map(|page| (page.clone(), fs::read_to_string(page).unwrap())).collect()
}

/// The fenced blocks of this language on all pages, in order.
pub(crate) fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let on_page = |(_, text): (PathBuf, String)| {
        let blocks = text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
        blocks.collect::<Vec<_>>()
    };
    pages().into_iter().flat_map(on_page).collect()
}

/// A folder as the pages assume: `game.asm`, `src/*.asm`, `include/*.inc`.
pub(crate) fn project() -> Folder {
    let folder = Folder::with_program("greeter");
    folder.write("game.asm", fs::read(programs().join("hello.asm")).unwrap());
    folder.write("tiles.png", fs::read(programs().join("tiles.png")).unwrap());
    folder
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
        if ["python3", "sqlite3"].iter().any(|program| line.contains(&format!("-- {program} ")) && !needs(program)) {
            continue;
        }
        let folder = project();
        let before = folder.names();
        let ended = folder.sh(&line).with_tools().status(0);
        let is_said =
            if line.contains("--usage") { ended.stderr.starts_with("ROM0 ") } else { ended.stderr.is_empty() };
        assert!(is_said, "{line}: {}", ended.stderr);
        let new: Vec<_> = folder.names().into_iter().filter(|name| !before.contains(name)).collect();
        let expected: &[&str] = match &line {
            line if line.ends_with("| tar tf -") || line.contains("check") || line.contains("doctor") => &[],
            line if line.ends_with("| tar xf -") => &["game.gb", "game.map", "game.sym"],
            line if line.contains("out.sym") => &["game.gb", "out.sym"],
            line if line.contains("gzip") => &["game.gb.gz", "game.sym"],
            line if line.contains("bpp=- ") => &["tiles.2bpp"],
            line if line.contains("--tar tiles.tar") => &["tiles.tar"],
            line if line.contains("--out all.zip") => &["all.zip"],
            line if line.contains("--out games=") => &["games.db"],
            line if line.contains("--report report.json") => &["game.gb", "report.json"],
            line if line.contains("-m game.map") => &["game.gb", "game.map", "game.sym"],
            _ => &["game.gb"],
        };
        assert_eq!(new, expected, "{line}");
        let printed = String::from_utf8(ended.stdout).unwrap();
        match &line {
            line if line.contains("doctor") => assert!(printed.starts_with("rgbasm "), "{printed}"),
            line if line.ends_with("| tar tf -") => assert_eq!(printed, "rom.gb\nrom.map\nrom.sym\n"),
            line => assert_eq!(printed, "", "{line}"),
        }
        for file in new {
            assert!(!folder.read(&file).is_empty(), "{line}: {file} is empty");
        }
    }
}

#[test]
fn the_shell_examples_need_no_rgbds() {
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        // Graphics and other programs are not rgbpipe's.
        if !["build", "check", "tools"].iter().any(|command| line.contains(&format!("rgbpipe {command} "))) {
            continue;
        }
        println!("{line}");
        project().sh(line).env("RGBPIPE_TOOLCHAIN", "builtin").status(0);
    }
}

#[test]
fn the_examples_in_other_languages_build_and_report_errors() {
    for (language, program, ending, truth) in [("python", "python3", "py", "True"), ("js", "node", "mjs", "true")] {
        let [script] = &blocks(language)[..] else { panic!("one example in {language}") };
        if !needs(program) {
            continue;
        }
        let folder = Folder::new();
        let file = format!("example.{ending}");
        folder.write(&file, script);
        let ended = folder.command(program, [&file]).ok();
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
    let [makefile, _] = &blocks("make")[..] else { panic!("two Makefiles") };
    let folder = project();
    // With other things that a Makefile contains: quotes, and a file made from another output.
    let more = "RGBASMFLAGS := -D TITLE=\"MY GAME\"\nreport: game.sym\n\tcp $< $@\n";
    folder.write("Makefile", format!("all: game.gb report\n{makefile}{more}"));
    let make = || folder.command("make", ["-s"]);
    make().ok();
    assert_eq!(folder.read("report"), folder.read("game.sym"));
    let rom = folder.read("game.gb");
    assert_eq!(rom.len() % (16 << 10), 0);
    assert_eq!(rom[0x104..0x108], [0xCE, 0xED, 0x66, 0x66], "the logo that --fix writes");
    // After a mistake make stops, and the old ROM keeps its time. Otherwise make would consider it new.
    let good = folder.read("src/bob.asm");
    let write_after_build = |text: &str| {
        let time = |file: &str| fs::metadata(folder.path().join(file)).unwrap().modified().unwrap();
        // The clock of a file system may tick more slowly than a build takes.
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
fn the_makefile_makes_what_the_sources_include() {
    if !needs("make") {
        return;
    }
    let [_, makefile] = &blocks("make")[..] else { panic!("two Makefiles") };
    let folder = project();
    folder.write("Makefile", makefile).write("gfx/tiles.png", folder.read("tiles.png"));
    folder.write("src/tiles.asm", "SECTION \"tiles\", ROM0\nTiles::\n\tINCBIN \"gfx/tiles.2bpp\"\n");
    let make = || folder.command("make", ["-s"]).with_tools();
    make().status(0);
    let tiles = folder.read("gfx/tiles.2bpp");
    assert!(folder.read("game.gb").windows(tiles.len()).any(|bytes| bytes == tiles));
    assert_eq!(folder.command("make", ["-q"]).with_tools().ok().stdout, b"");
    // These files are deleted, and not needed any more.
    for gone in ["src/tiles.asm", "gfx/tiles.png", "gfx/tiles.2bpp"] {
        fs::remove_file(folder.path().join(gone)).unwrap();
    }
    make().ok();
    assert!(!folder.names().contains(&"gfx/tiles.2bpp".to_owned()));
    assert!(!folder.read("game.gb").windows(tiles.len()).any(|bytes| bytes == tiles));
}

#[test]
fn ninja_builds_once_and_again_when_an_include_changes() {
    if !needs("ninja") {
        return;
    }
    let [file] = &blocks("ninja")[..] else { panic!("one ninja file") };
    let folder = Folder::new();
    folder
        .write("build.ninja", file)
        .write("src/main.asm", "INCLUDE \"value.inc\"\nSECTION \"main\", ROM0[$150]\n\tdb VALUE\n")
        .write("src/text.asm", "SECTION \"text\", ROM0\nText:: db \"text\"\n")
        .write("include/value.inc", "DEF VALUE EQU 1\n");
    let ninja = || {
        folder.command("ninja", ["--quiet"]).ok();
        folder.read("game.gb")[0x150]
    };
    assert_eq!(ninja(), 1);
    let time = |file: &str| fs::metadata(folder.path().join(file)).unwrap().modified().unwrap();
    let built = time("game.gb");
    assert_eq!((ninja(), time("game.gb")), (1, built), "built anew for nothing");
    while time("include/value.inc") <= built {
        folder.write("include/value.inc", "DEF VALUE EQU 2\n");
    }
    assert_eq!(ninja(), 2);
}

/// A project with a mistake, and the mistake as an editor should see it.
fn mistaken() -> (Folder, &'static str) {
    let folder = project();
    folder.write("src/bob.asm", "SECTION \"bob\", ROM0\n\tnonsense\n");
    (folder, "src/bob.asm|2|error|Undefined macro `nonsense`\n")
}

#[test]
fn vim_finds_the_mistakes() {
    if !needs("vim") {
        return;
    }
    let [setting] = &blocks("vim")[..] else { panic!("one setting of vim") };
    let (folder, expected) = mistaken();
    let script = format!(
        "{setting}silent make!\ncall writefile(map(filter(getqflist(), 'v:val.valid'), \
        'bufname(v:val.bufnr) . \"|\" . v:val.lnum . \"|\" . substitute(v:val.text, \": \", \"|\", \"\")'), 'list')\nqa!\n"
    );
    folder.write("script.vim", script);
    let vim = folder.command("vim", ["-es", "-N", "-u", "NONE", "-i", "NONE", "-S", "script.vim"]);
    vim.run();
    assert_eq!(String::from_utf8(folder.read("list")).unwrap().replace("| ", "|"), expected);
}

#[test]
fn the_task_for_vs_code_finds_the_mistakes() {
    if !needs("node") {
        return;
    }
    let [tasks] = &blocks("json")[..] else { panic!("one file for VS Code") };
    let (folder, expected) = mistaken();
    // As the editor works: a shell, and JavaScript's regular expressions.
    let script = r#"
        import { spawnSync } from "node:child_process";
        import { readFileSync } from "node:fs";
        const { tasks: [task] } = JSON.parse(readFileSync("tasks.json", "utf8"));
        const { regexp, file, line, severity, message } = task.problemMatcher.pattern;
        const { stdout, stderr } = spawnSync("sh", ["-c", task.command], { encoding: "utf8" });
        for (const text of (stdout + stderr).split("\n")) {
            const found = text.match(new RegExp(regexp));
            if (found) console.log([file, line, severity, message].map((group) => found[group]).join("|"));
        }
    "#;
    folder.write("tasks.json", tasks).write("editor.mjs", script);
    let ended = folder.command("node", ["editor.mjs"]).ok();
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), expected);
}

#[test]
fn the_steps_for_github_build_or_annotate() {
    if !needs("yq") {
        return;
    }
    let [steps] = &blocks("yaml")[..] else { panic!("one list of steps") };
    let run = |folder: &Folder| {
        let commands = folder.command("yq", ["-r", ".[].run"]).stdin(steps.as_bytes()).ok().stdout;
        folder.sh(&String::from_utf8(commands).unwrap()).run()
    };
    let folder = project();
    let ended = run(&folder);
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    assert!(String::from_utf8(ended.stdout).unwrap().ends_with(
        "  game.gb
"
    ));
    assert!(folder.names().contains(&"game.sym".to_owned()));
    let (folder, _) = mistaken();
    let ended = run(&folder);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("::error file=src/bob.asm,line=2,"), "{}", ended.stderr);
}

#[test]
fn messages_are_as_the_pages_show_them() {
    let ([json], [text]) = (&blocks("json-lines")[..], &blocks("text")[..]) else { panic!("one of each") };
    let folder = Folder::new();
    folder.write("a.asm", "SECTION \"a\", ROM0\n\tld a, ,\n");
    folder.write("vars.asm", "SECTION \"vars\", WRAM0\nwPlayerX: db\n\tGLOBAL wPlayerX\n\tds wPlyaerX\n");
    let check = |words: &str| folder.without_rgbds(args(&format!("check {words}"))).status(1).stderr;

    let json = json.lines().map(str::trim_start).collect::<String>();
    assert_eq!(check("--message-format json a.asm").lines().next(), Some(json.as_str()));

    let said = check("vars.asm");
    let said: Vec<_> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(said, text.lines().collect::<Vec<_>>());
}

#[test]
fn every_block_is_tried() {
    for (page, text) in pages() {
        let fences: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("```")).collect();
        for fence in fences.iter().step_by(2) {
            assert!(LANGUAGES.contains(fence), "{}: {fence}", page.display());
        }
        assert!(fences.iter().skip(1).step_by(2).all(|fence| fence.is_empty()), "{}", page.display());
    }
}

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let others = ["SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name));
    let others = others.into_iter().map(|page| (page.clone(), fs::read_to_string(page).unwrap()));
    for (page, text) in pages().into_iter().chain(others) {
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            if link.starts_with("https://") {
                continue;
            }
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            let anchor = |line: &str| {
                let heading = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
                let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                Some(kept.collect::<String>().replace(' ', "-"))
            };
            let has_heading =
                || fs::read_to_string(&target).unwrap().lines().filter_map(anchor).any(|anchor| anchor == heading);
            assert!(heading.is_empty() || has_heading(), "{}: {link}", page.display());
        }
    }
}

#[test]
fn the_readme_is_short() {
    assert!(README.lines().count() <= 250);
}

#[test]
fn the_commands_for_a_fresh_machine_are_those_that_are_tested() {
    let commands = blocks("bash").concat();
    let commands: Vec<_> = commands.lines().collect();
    let [_install, main_job, tests] = commands[..] else { panic!("{commands:?}") };
    assert!(CI.contains(&format!("step {tests}\n")), ".ci/run does not run: {tests}");

    let arguments = main_job.strip_prefix("cargo run --release -- ").expect("the main job's command");
    let folder = Folder::new();
    symlink(programs().parent().unwrap(), folder.path().join("tests")).unwrap();
    // With all programs of this machine, and with only rgbpipe.
    std::fs::create_dir(folder.path().join("target")).unwrap();
    folder.sh(&format!("rgbpipe {arguments}")).ok();
    let with_rgbds = folder.read("target/greeter.gb");
    folder.sh(&format!("RGBPIPE_TOOLCHAIN=builtin rgbpipe {arguments}")).ok();
    assert!(folder.read("target/greeter.gb") == with_rgbds);
    // A clone stays clean: git ignores the written files.
    assert_eq!(folder.names(), ["target", "tests"]);
    assert!(fs::read_to_string(root().join(".gitignore")).unwrap().lines().any(|line| line == "/target"));
    assert!(String::from_utf8(folder.read("target/greeter.sym")).unwrap().contains("03:4006 Signature"));
}
