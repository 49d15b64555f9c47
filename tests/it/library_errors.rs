//! Errors as a program sees them that calls the library: with `{e}`, and with `?` in its `main`.

use rgbpipe::program::Program;
use rgbpipe::toolchain::builtin::Builtin;
use rgbpipe::toolchain::rgbds::Rgbds;
use rgbpipe::toolchain::{Run, Toolchain};
use rgbpipe::{Artifacts, Error, Input, Request, Silent, Until, build_with};

use crate::support::rgbds;

fn toolchains() -> [Box<dyn Toolchain>; 2] {
    [Box::new(Rgbds::with_prefix(rgbds())), Box::new(Builtin::new())]
}

fn build(toolchain: &dyn Toolchain, sources: &[&str]) -> Result<Artifacts, Error> {
    let inputs = sources.iter().map(|source| Input::Stdin(source.as_bytes().to_vec()));
    build_with(&Request::new(inputs), toolchain, &Run::new(&Until::never(), &Silent))
}

/// `Debug` and `Display` do not show bytes as numbers.
#[track_caller]
fn readable(text: &str) {
    let is_number = |word: &str| word.parse::<u8>().is_ok();
    let words: Vec<_> = text.split(", ").collect();
    assert!(!words.windows(3).any(|words| words.iter().all(|word| is_number(word))), "{text}");
}

#[test]
fn an_error_says_what_the_tools_said() {
    for toolchain in toolchains() {
        let bad = "SECTION \"a\", ROM0\n\tnonsense\n";
        let error = build(&*toolchain, &[bad]).unwrap_err();
        let words = error.to_string();
        assert!(words.starts_with("assembling -:\n"), "{words}");
        assert!(words.contains("nonsense") && words.contains("<stdin>(2)"), "{words}");
        assert!(!words.ends_with('\n'), "{words:?}");
        // This is what `main` prints.
        assert_eq!(format!("{error:?}"), words);

        let error = build(&*toolchain, &["SECTION \"a\", ROM0\n\tdw Nowhere\n"]).unwrap_err();
        let words = error.to_string();
        assert!(words.starts_with("linking:\n") && words.contains("Nowhere"), "{words}");
    }
}

#[test]
fn mistakes_in_two_sources_are_both_reported() {
    for toolchain in toolchains() {
        let folder = crate::support::Folder::new();
        folder.write("a.asm", "one\n").write("b.asm", "two\n");
        let inputs = ["a.asm", "b.asm"].map(|name| Input::Source(folder.path().join(name)));
        let error = build_with(&Request::new(inputs), &*toolchain, &Run::new(&Until::never(), &Silent)).unwrap_err();
        let words = error.to_string();
        assert_eq!(words.matches("assembling ").count(), 2, "{words}");
        assert!(words.contains("a.asm(1)") && words.contains("b.asm(1)"), "{words}");
    }
}

#[test]
fn nothing_is_printed_byte_by_byte() {
    for toolchain in toolchains() {
        let source = "SECTION \"a\", ROM0\n\tdb 1\n\tPRINTLN \"hello\"\n\tWARN \"careful\"\n";
        let artifacts = build(&*toolchain, &[source]).unwrap();
        let text = format!("{artifacts:?}");
        readable(&text);
        assert!(text.contains("rom: Some(16384 bytes)") && text.contains("careful"), "{text}");
        let text = format!("{:?}", artifacts.messages[0].pieces().collect::<Vec<_>>());
        readable(&text);
        let request = Request::new([Input::Stdin(source.into())]);
        readable(&format!("{request:?}"));
        let Err(Error::Steps(failures)) = build(&*toolchain, &["nonsense\n"]) else { panic!("that is no instruction") };
        let text = format!("{failures:?}");
        readable(&text);
        assert!(text.contains("nonsense"), "{text}");
    }
    let finished = Program::new("echo").arg("a text that is read").run().unwrap();
    let text = format!("{finished:?}");
    readable(&text);
    assert!(text.contains("a text that is read"), "{text}");
}

#[test]
fn a_prefix_is_no_option_of_the_command() {
    let missing = Rgbds::with_prefix("/no/such/dir/");
    let words = build(&missing, &[""]).unwrap_err().to_string();
    assert!(words.contains("rgbasm not found: looked for '/no/such/dir/rgbasm', from its prefix"), "{words}");
    assert!(!words.contains("--rgbds"), "{words}");
}
