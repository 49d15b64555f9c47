//! The life of a project whose graphics make generates, with real make and the Makefile of docs/make-and-ninja.md.

use std::fs;
use std::path::PathBuf;

use crate::readme::{blocks, project};
use crate::support::{Ended, Folder, Invocation, needs};

/// A project, the make that builds it, and the current scenario.
struct Life {
    folder: Folder,
    toolchain: &'static str,
    flag: &'static str,
    step: &'static str,
}

impl Life {
    fn new(toolchain: &'static str, flag: &'static str) -> Self {
        let [_, makefile] = &blocks("make")[..] else { panic!("two Makefiles") };
        let folder = project();
        folder.write("gfx/tiles.png", folder.read("tiles.png")).write("Makefile", makefile.replace("--MG", flag));
        folder.write("src/tiles.asm", "SECTION \"tiles\", ROM0\nTiles::\n\tINCBIN \"gfx/tiles.2bpp\"\n");
        Self { folder, toolchain, flag, step: "new" }
    }

    fn step(&mut self, step: &'static str) -> &Self {
        println!("{} {}: {step}", self.toolchain, self.flag);
        self.step = step;
        self
    }

    fn make(&self, words: &str) -> Invocation<'_> {
        let words = ["--no-print-directory"].into_iter().chain(words.split_whitespace());
        self.folder.command("make", words).with_tools().env("RGBPIPE_TOOLCHAIN", self.toolchain)
    }

    /// Expects that everything is built, and that nothing is left to do.
    fn builds(&self, words: &str) -> Ended {
        let ended = self.make(words).status(0);
        assert_eq!(self.make("-q").status(0).stdout, b"", "{}: not at rest", self.step);
        ended
    }

    /// Expects that make stops by itself and prints these words, every time and with each of its ways to continue.
    fn fails(&self, said: &[&str]) {
        let before = self.outputs();
        for flags in ["", "", "-k", "-j8", "-n", "-q"] {
            let stderr = self.make(flags).status(2).stderr;
            for words in said {
                assert!(stderr.contains(words), "{} {flags}: {words:?} is not said: {stderr}", self.step);
            }
            let builds = stderr.matches("missing yet").count();
            assert!(builds <= 1, "{} {flags}: {stderr}", self.step);
        }
        assert_eq!(self.outputs(), before, "{}", self.step);
    }

    /// Writes a file with a time later than anything built so far, even for a coarse clock.
    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let time = |file: PathBuf| fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
        let path = |file: &str| self.folder.path().join(file);
        let outputs = ["game.gb", "game.d"].map(|output| time(path(output)));
        self.folder.write(file, &text);
        while outputs.iter().any(|output| time(path(file)) <= *output) {
            self.folder.write(file, &text);
        }
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.folder.path().join(file)).unwrap();
    }

    fn outputs(&self) -> Vec<Option<Vec<u8>>> {
        ["game.gb", "game.map", "game.sym"].map(|file| fs::read(self.folder.path().join(file)).ok()).to_vec()
    }

    fn rom(&self) -> Vec<u8> {
        self.folder.read("game.gb")
    }
}

fn live(toolchain: &'static str, flag: &'static str) {
    let mut life = Life::new(toolchain, flag);
    let tiles = "SECTION \"tiles\", ROM0\nTiles::\n\tINCBIN \"gfx/tiles.2bpp\"\n";

    life.step("new").builds("");
    let first = life.rom();
    assert!(life.folder.names().contains(&"game.d".to_owned()));

    life.step("an INCLUDE is misspelt");
    life.write("src/tiles.asm", format!("INCLUDE \"tenz.inc\"\n{tiles}\tten_times 1\n"));
    life.fails(&["tenz.inc", "src/tiles.asm(1)", "make has no rule for tenz.inc"]);

    life.step("clean beside a mistake");
    for clean in ["-n clean", "clean", "-j8 clean"] {
        let ended = life.make(clean).ok();
        assert!(!String::from_utf8_lossy(&ended.stdout).contains("rgbpipe"), "{clean} builds");
    }
    assert_eq!(life.outputs(), [None, None, None]);
    life.fails(&["tenz.inc", "src/tiles.asm(1)"]);

    life.step("it is corrected");
    life.write("tens.inc", "MACRO ten_times\n\tds 10, \\1\nENDM\n");
    life.write("src/tiles.asm", format!("INCLUDE \"tens.inc\"\n{tiles}\tten_times 1\n"));
    life.builds("");
    assert!(life.rom().windows(10).any(|bytes| bytes == [1; 10]));

    life.step("an INCBIN is misspelt");
    life.write("src/tiles.asm", tiles.replace("tiles.2bpp", "tile.2bpp"));
    life.fails(&["gfx/tile.2bpp", "src/tiles.asm(3)"]);
    life.step("the file that is meant appears");
    life.write("gfx/tile.png", life.folder.read("tiles.png"));
    life.builds("-j8");
    life.remove("gfx/tile.png");
    life.step("what it is made from is lost").builds("");
    life.remove("gfx/tile.2bpp");
    life.fails(&["gfx/tile.2bpp", "src/tiles.asm(3)"]);
    life.step("it is not wanted any more").write("src/tiles.asm", tiles);
    life.builds("");
    assert!(life.rom() == first);

    life.step("generated graphics are lost").remove("gfx/tiles.2bpp");
    life.builds("");
    assert!(life.rom() == first);

    life.step("an include is renamed");
    life.write("src/tiles.asm", format!("INCLUDE \"tens.inc\"\n{tiles}"));
    life.builds("");
    life.remove("tens.inc");
    life.write("loops.inc", "");
    life.write("src/tiles.asm", format!("INCLUDE \"loops.inc\"\n{tiles}"));
    life.builds("-j8");

    life.step("an include is lost").remove("loops.inc");
    life.fails(&["loops.inc", "src/tiles.asm(1)"]);
    life.write("src/tiles.asm", tiles);
    life.builds("-k");

    life.step("a source is added").write("src/added.asm", "SECTION \"added\", ROM0\n\tdb \"an added source\"\n");
    assert_eq!(life.make("-q").run().status, 1);
    let printed = String::from_utf8(life.make("-n").status(0).stdout).unwrap();
    assert!(printed.contains("-o game.gb") && printed.contains("src/added.asm"), "{printed}");
    let has_it = |life: &Life| life.rom().windows(15).any(|bytes| bytes == b"an added source");
    assert!(!has_it(&life), "make -n builds");
    life.builds("");
    assert!(has_it(&life));

    life.step("a source is removed").remove("src/added.asm");
    life.builds("");
    assert!(life.rom() == first);

    life.step("another mistake").write("src/tiles.asm", format!("{tiles}\tnonsense\n"));
    for flags in ["", "-k", "-j8"] {
        let said = life.make(flags).status(2).stderr;
        assert!(said.contains("src/tiles.asm(4)") && !said.contains("no rule"), "{flags}: {said}");
    }
    life.write("src/tiles.asm", tiles);
    life.builds("");

    life.step("clean").make("clean").ok();
    assert_eq!(life.outputs(), [None, None, None]);
    life.step("from the beginning, at once").builds("-j8");
    assert!(life.rom() == first);
}

#[test]
fn make_lives_with_rgbds() {
    if needs("make") {
        live("rgbds", "--MG");
        live("rgbds", "--MC");
    }
}

#[test]
fn make_lives_with_the_builtin_toolchain() {
    if needs("make") {
        live("builtin", "--MG");
        live("builtin", "--MC");
    }
}

/// One rule for the ROM and the list, as in the README, with `--MG` but not `--MP`.
#[test]
fn one_rule_without_mp_goes_on_after_a_mistake_too() {
    if !needs("make") {
        return;
    }
    for flag in ["--MG", "--MC"] {
        let folder = Folder::new();
        folder.write(
            "Makefile",
            format!("game.gb: game.asm\n\t+rgbpipe build $< -o $@ -M game.d {flag}\n-include game.d\n"),
        );
        folder.write("game.asm", "INCLUDE \"tenz.inc\"\n");
        let make = || folder.command("make", ["-s"]);
        assert_eq!(make().status(0).stderr, "rgbpipe: not linked: missing yet: tenz.inc\n");
        for _ in 0..2 {
            let said = make().status(2).stderr;
            assert!(said.contains("tenz.inc") && said.contains("game.asm(1)"), "{said}");
        }
        folder.write("game.asm", "SECTION \"a\", ROM0\n\tdb 1\n");
        make().ok();
        assert_eq!(folder.read("game.gb")[0], 1);
        make().ok();
    }
}

/// Scripts may read the list again and again.
#[test]
fn without_make_a_missing_file_is_listed_every_time() {
    let folder = Folder::new();
    folder.write("game.asm", "INCLUDE \"no.inc\"\n");
    for make in [false, false, true] {
        let build = folder.rgbpipe(["build", "game.asm", "-o", "game.gb", "-M", "game.d", "--MG"]);
        let mut build = if make { build.env("MAKELEVEL", "1") } else { build };
        if !make {
            build.command.env_remove("MAKELEVEL");
        }
        let said = build.status(i32::from(make)).stderr;
        assert_eq!(said.contains("Failed to open") || said.contains("no rule"), make, "{said}");
    }
    // This source can be read only once.
    let said = folder
        .sh("mkfifo pipe; cat game.asm > pipe & MAKELEVEL=1 rgbpipe build pipe -o game.gb -M game.d --MG")
        .status(2);
    assert!(said.stderr.contains("make has no rule for no.inc"), "{}", said.stderr);
}
