//! The man pages, shown by real programs, and the output of `--help`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Folder, args, needs};

fn pages() -> Vec<PathBuf> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("man")).unwrap();
    let pages: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(pages.len() >= 6, "{pages:?}");
    pages
}

#[test]
fn man_pages_are_clean() {
    let folder = Folder::new();
    for page in pages() {
        if needs("groff") {
            folder.command("groff", ["-man", "-ww", "-z", "-Tutf8"].map(Path::new).into_iter().chain([&*page])).ok();
        }
        if needs("mandoc") {
            let lint = ["-Tlint", "-Wwarning"].map(Path::new).into_iter().chain([&*page]);
            let said = String::from_utf8(folder.command("mandoc", lint).run().stdout).unwrap();
            // A page has no date of its own. The release is in its footer.
            let said: Vec<_> = said.lines().filter(|line| !line.contains("missing date")).collect();
            assert_eq!(said, Vec::<&str>::new());
        }
    }
}

#[test]
fn a_man_page_has_all_that_help_has() {
    if !needs("mandoc") {
        return;
    }
    let folder = Folder::new();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (command, sections) in [
        ("build", &["EXAMPLES", "EXIT STATUS", "ENVIRONMENT"][..]),
        ("check", &["EXAMPLES", "EXIT STATUS", "ENVIRONMENT"]),
        ("exec", &["EXAMPLES", "EXIT STATUS"]),
        ("doctor", &["ENVIRONMENT"]),
        ("completions", &["EXAMPLES"]),
        ("tools", &["EXAMPLES"]),
    ] {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("man/rgbpipe-{command}.1"));
        let shown = folder.command("mandoc", [Path::new("-Tlocale"), &page]).env("LC_ALL", "C.UTF-8").ok().stdout;
        // Without the overstrikes that show bold and italics on a terminal.
        let shown = String::from_utf8(shown).unwrap();
        let mut plain = String::new();
        for c in shown.chars() {
            match c {
                '\u{8}' => _ = plain.pop(),
                c => plain.push(c),
            }
        }
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"].iter().chain(sections) {
            assert!(plain.lines().any(|line| line == *section), "{command}: no {section}");
        }
        let help = String::from_utf8(folder.rgbpipe([command, "--help"]).ok().stdout).unwrap();
        let options = help.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")));
        let mut missing: Vec<_> = options.filter(|option| !plain.contains(*option)).collect();
        let examples = help.lines().filter(|line| line.starts_with("  rgbpipe") || line.starts_with("  cat"));
        missing.extend(examples.filter(|example| !words(&plain).contains(&words(example))));
        assert_eq!(missing, Vec::<&str>::new(), "{command}");
    }
}

#[test]
fn short_help_is_short_and_names_the_long_one() {
    let folder = Folder::new();
    for command in ["build", "check"] {
        let help = |option: &str| String::from_utf8(folder.rgbpipe([command, option]).ok().stdout).unwrap();
        let (short, long) = (help("-h"), help("--help"));
        assert!(short.lines().count() < 60 && 2 * short.len() < long.len(), "{short}");
        assert!(short.contains(&format!("See 'rgbpipe {command} --help'")), "{short}");
        for words in ["-I, --include", "--asm-flags", "-j, --jobs"] {
            assert!(short.contains(words) && long.contains(words), "{command}: {words}");
        }
        assert!(!short.contains("--max-cpu") && long.contains("--max-cpu"), "{command}");
    }
}

#[test]
fn the_examples_of_a_build_work() {
    let folder = Folder::new();
    let help = String::from_utf8(folder.rgbpipe(args("build --help")).ok().stdout).unwrap();
    let examples = help.split("Examples:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<_> = examples.lines().filter(|line| !line.starts_with("      ")).map(str::trim).collect();
    assert!(commands.len() >= 6, "{examples}");
    for command in commands {
        let folder = Folder::with_program("hello.asm");
        fs::rename(folder.path().join("hello.asm"), folder.path().join("game.asm")).unwrap();
        for (name, text) in [
            ("src/one.asm", "SECTION \"one\", ROM0\nOne:: dw Two\n"),
            ("src/two.asm", "SECTION \"two\", ROM0\nTwo:: dw One\n"),
        ] {
            folder.write(name, text);
        }
        println!("{command}");
        folder.sh(command).ok();
    }
}
