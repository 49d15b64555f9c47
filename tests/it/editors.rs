//! `--message-format short` as an editor reads it: every message is found by the matchers of docs/editors.md, with all its places.

use std::fs;

use rgbpipe::diagnostics::Severity;
use rgbpipe::toolchain::builtin::Builtin;
use rgbpipe::toolchain::rgbds::Rgbds;
use rgbpipe::toolchain::{Run, Toolchain};
use rgbpipe::{Error, Input, Request, Silent, Until, build_with};

use crate::readme::blocks;
use crate::support::{Folder, needs, rgbds};

/// Sources with a mistake, each of another kind, and the places that an editor is to go to.
const MISTAKES: [(&str, &[&str]); 12] = [
    (" nonsense\n", &["a.asm:1: error"]),
    ("IF 1\n", &["a.asm:2: fatal error"]),
    ("FAIL \"on purpose\"\n", &["a.asm:1: fatal error"]),
    ("INCLUDE \"none.inc\"\n", &["a.asm:1: error"]),
    ("MACRO m\n", &["a.asm:2: error"]),
    ("WARN \"careful\"\n", &["a.asm:1: warning"]),
    ("MACRO m\n nonsense\nENDM\n\n m\n", &["a.asm:2: error", "a.asm:5: note"]),
    ("MACRO i\n nonsense\nENDM\nMACRO o\n i\nENDM\n o\n", &["a.asm:2: error", "a.asm:7: note"]),
    ("REPT 1\n nonsense\nENDR\n", &["a.asm:2: error", "a.asm:1: note"]),
    ("SECTION \"a\", ROM0\nX::\nX::\n", &["a.asm:3: error", "a.asm:2: note"]),
    ("SECTION \"a\", ROM0\n dw Nowhere\n", &["a.asm:2: error"]),
    ("SECTION \"a\", ROM0\n db 1\nSECTION \"a\", ROMX\n", &["a.asm:3: fatal error", "a.asm:1: note"]),
];

/// The file, line and severity of each line that VS Code's matcher matches.
fn matched(text: &str) -> Vec<String> {
    let matcher = regex::Regex::new(&pattern()).unwrap();
    let places = matcher.captures_iter(text).map(|found| format!("{}:{}: {}", &found[1], &found[2], &found[3]));
    places.collect()
}

fn pattern() -> String {
    let [tasks] = &blocks("json")[..] else { panic!("one file for VS Code") };
    let pattern = tasks.split("\"regexp\": \"").nth(1).unwrap().split("\",\n").next().unwrap();
    format!("(?m){}", pattern.replace(r"\\", r"\"))
}

#[test]
fn every_kind_of_mistake_is_found_at_all_its_places() {
    for toolchain in ["rgbds", "builtin"] {
        for (source, expected) in MISTAKES {
            let folder = Folder::new();
            folder.write("a.asm", source);
            let check = ["check", "a.asm", "--message-format", "short", "--toolchain", toolchain];
            let said = folder.rgbpipe(check).run().stderr;
            for place in expected {
                assert!(said.contains(place), "{toolchain} {source:?}: {place} is not in: {said}");
            }
            let found: Vec<_> = expected.iter().map(|place| place.replace("fatal error", "error")).collect();
            assert!(found.iter().all(|place| matched(&said).contains(place)), "{toolchain} {source:?}: {said}");
        }
    }
}

/// The matchers find every message about a place: as many as the library has as data.
#[test]
fn no_message_with_a_place_is_invisible() {
    let tools: [Box<dyn Toolchain>; 2] = [Box::new(Rgbds::with_prefix(rgbds())), Box::new(Builtin::new())];
    for (toolchain, name) in tools.iter().zip(["rgbds", "builtin"]) {
        for (source, _) in MISTAKES {
            let request = Request::new([Input::Stdin(source.into())]);
            let messages = match build_with(&request, &**toolchain, &Run::new(&Until::never(), &Silent)) {
                Ok(artifacts) => artifacts.messages,
                Err(Error::Steps(failures)) => failures.into_iter().map(|failure| failure.messages).collect(),
                Err(error) => panic!("{error}"),
            };
            let diagnostics: Vec<_> = messages.iter().flat_map(rgbpipe::Messages::diagnostics).collect();
            assert!(!diagnostics.is_empty(), "{source:?}");
            let folder = Folder::new();
            let said = folder.rgbpipe(["check", "-", "--message-format", "short", "--toolchain", name]);
            let said = said.stdin(source).run().stderr;
            for severity in [Severity::Warning, Severity::Error, Severity::Fatal] {
                let with_place = |said: &&rgbpipe::diagnostics::Diagnostic| !said.backtrace.is_empty();
                let of_it = diagnostics.iter().filter(|said| said.severity == severity);
                let count = of_it.filter(with_place).count();
                let lines =
                    said.lines().filter(|line| line.contains(&format!(": {severity}: ")) && matched(line).len() == 1);
                assert_eq!(lines.count(), count, "{name} {source:?} {severity}: {said}");
            }
        }
    }
}

#[test]
fn vim_finds_fatal_errors_and_both_places_of_a_macro() {
    if !needs("vim") {
        return;
    }
    let [setting] = &blocks("vim")[..] else { panic!("one setting of vim") };
    let folder = Folder::new();
    fs::create_dir(folder.path().join("src")).unwrap();
    folder.write("src/a.asm", "MACRO m\n nonsense\nENDM\n m\n IF 1\n");
    let script = format!(
        "{setting}silent make!\ncall writefile(map(filter(getqflist(), 'v:val.valid'), \
         'bufname(v:val.bufnr) . \"|\" . v:val.lnum'), 'list')\nqa!\n"
    );
    folder.write("script.vim", script);
    folder.command("vim", ["-es", "-N", "-u", "NONE", "-i", "NONE", "-S", "script.vim"]).run();
    let list = String::from_utf8(folder.read("list")).unwrap();
    assert_eq!(list.lines().take(3).collect::<Vec<_>>(), ["src/a.asm|2", "src/a.asm|4", "src/a.asm|6"], "{list}");
}
