//! Messages as data: codes and ranges.

use rgbpipe::toolchain::Run;
use rgbpipe::toolchain::builtin::{Builtin, InMemory};
use rgbpipe::{Error, Input, Request, Silent, Until, build_with};

use crate::support::{Folder, args};

const SOURCE: &str = "SECTION \"a\", ROM0\n\n\tld a, , 5 ; é\n\tdb \"é\", 1 << 9\n";

#[test]
fn json_has_codes_and_ranges() {
    let folder = Folder::new();
    folder.write("a.asm", SOURCE).write("b.asm", "? nonsense\nENDM\n");
    let json = folder.without_rgbds(args("check --message-format json a.asm")).status(1).stderr;
    let has = |part: &str| assert!(json.contains(part), "{part}\n{json}");
    has("\"severity\":\"error\",\"code\":\"syntax\",\"flag\":null,");
    has("\"backtrace\":[{\"file\":\"a.asm\",\"macro\":null,\"line\":3}],\"range\":{\"start\":7,\"end\":8},");
    has("\"severity\":\"warning\",\"code\":\"truncation\",\"flag\":\"-Wtruncation\",");
    has("\"range\":{\"start\":10,\"end\":16},");
    // A mistake in an option has a code too, but no place.
    let json = folder.without_rgbds(args("check --message-format json --asm-flags=-Wnone a.asm")).status(1).stderr;
    assert!(json.contains("\"code\":\"unknown-warning-flag\","), "{json}");
    assert!(json.contains("\"backtrace\":[],\"range\":null,"), "{json}");
}

#[test]
fn the_range_is_underlined() {
    let folder = Folder::new();
    folder.write("a.asm", SOURCE).write("lib.inc", "MACRO? quiet\n  bad 1\nENDM\nMACRO loud\n  bad 2\nENDM\n");
    folder.write("m.asm", "INCLUDE \"lib.inc\"\n quiet\n loud\n");
    let check = |source| folder.without_rgbds(args(&format!("check --snippets always {source}"))).status(1).stderr;
    let said = check("a.asm");
    assert!(said.contains("  |\n3 |     ld a, , 5 ; é\n  |           ^\n"), "{said}");
    assert!(said.contains("  |\n4 |     db \"é\", 1 << 9\n  |             ^^^^^^\n"), "{said}");
    let said = check("m.asm");
    assert!(said.contains("5 |   bad 2\n  |   ^^^\n"), "{said}");
    // The range in a line that is not shown does not appear in another line.
    assert!(said.contains("2 |  quiet\n"), "{said}");
    assert!(!said.contains("2 |  quiet\n  |  ^"), "{said}");
}

#[test]
fn the_library_has_codes_and_ranges() {
    let mut files = InMemory::default();
    files.add("a.asm", *b"DEF x EQU 1\nDEF x EQU 2 ; again\n");
    let request = Request::new([Input::Source("a.asm".into())]);
    let built = build_with(&request, &Builtin::with_files(files), &Run::new(&Until::never(), &Silent));
    let Err(Error::Steps(failures)) = built else { panic!("{built:?}") };
    let [said] = &failures[0].messages.diagnostics()[..] else { panic!("{failures:?}") };
    assert_eq!((said.code, said.range.clone(), said.also[0][0].line), (Some("already-defined"), Some(0..11), 1));
}
