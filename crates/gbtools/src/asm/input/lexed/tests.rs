use crate::asm::{Options, assemble};
use crate::files::InMemory;
use crate::report::Collected;
use crate::until::Never;

/// The bytes of a source's only section, and how many messages there were.
fn assembled(source: &str) -> (Vec<u8>, usize) {
    let source = format!("SECTION \"s\", ROM0\n{source}");
    let (options, files) = (Options::default(), InMemory::default());
    let mut report = Collected::default();
    let done = assemble("a.asm".into(), source.into_bytes().into(), &options, &files, &Never, &mut report);
    let bytes = done.ok().and_then(|done| done.module).map(|module| module.get(module.sections[0].data).to_vec());
    (bytes.unwrap_or_default(), report.messages.len())
}

#[test]
fn a_name_that_becomes_a_text_is_expanded_when_it_is_read_again() {
    let source = "FOR n, 3\nIF n == 1\nDEF what EQUS \"db 7\"\nELIF n == 2\nwhat\nENDC\nENDR\n";
    assert_eq!(assembled(source), (vec![7], 0));
    let source = "MACRO m\nDEF x = what\ndb x\nENDM\nDEF what EQU 3\nm\nPURGE what\nDEF what EQUS \"1 + 1\"\nm\n";
    assert_eq!(assembled(source), (vec![3, 2], 0));
    let source = "MACRO m\ndb what\nENDM\nDEF what EQUS \"2, 3\"\nm\nPURGE what\nDEF what = 4\nm\n";
    assert_eq!(assembled(source), (vec![2, 3, 4], 0));
}

#[test]
fn a_name_that_is_a_text_is_kept_where_it_is_defined() {
    let source = "REPT 2\nREDEF t EQUS \"9\"\ndb t\nENDR\n";
    assert_eq!(assembled(source), (vec![9, 9], 0));
}

#[test]
fn a_macro_that_is_purged_while_it_is_read_goes_on_and_another_takes_its_name() {
    let again = "MACRO m\nFOR n, 2\ndb n + 5\nENDR\nENDM\nm\nm\n";
    let source = format!("MACRO o\ndb 8, 8, 8\nENDM\nMACRO m\nPURGE m\no\no\nFOR n, 2\ndb n\nENDR\nENDM\nm\n{again}");
    assert_eq!(assembled(&source), (vec![8, 8, 8, 8, 8, 8, 0, 1, 5, 6, 5, 6], 0));
}

#[test]
fn a_macro_that_a_loop_defines_outlives_it() {
    let source = "FOR n, 2\nMACRO m{d:n}\ndb \\1, n\nENDM\nENDR\nREPT 2\nm0 1\nm1 2\nENDR\nDEF n = 9\nm0 3\n";
    assert_eq!(assembled(source), (vec![1, 2, 2, 2, 1, 2, 2, 2, 3, 9], 0));
}

#[test]
fn a_loops_end_is_the_end_of_what_it_reads() {
    // What is a loop's end in one call is an ENDR without a loop in another.
    let body = "IF \\1\nREPT 2\nENDC\ndb 1\n  ENDR\n";
    for calls in ["m 0\nm 0\nm 1\n", "m 1\nm 0\n", "m 0\nm 1\nm 0\n"] {
        let (bytes, messages) = assembled(&format!("MACRO m\n{body}ENDM\n{calls}"));
        assert_eq!((bytes, messages > 0), (Vec::new(), true), "{calls}");
    }
}

#[test]
fn loops_in_loops_and_calls_of_itself_are_read_to_their_ends() {
    let source =
        "MACRO m\nIF _NARG\ndb \\1\nFOR n, 2\nSHIFT\nIF n == 0\nm \\#\nENDC\nENDR\nENDC\nENDM\nm 1, 2, 3\nm 4, 5\n";
    let (bytes, messages) = assembled(source);
    let (once, _) = assembled(&source.replace("\nm 4, 5\n", "\n"));
    assert_eq!((&bytes[..once.len()], messages > 0), (&once[..], false), "{bytes:?}");
    let source = "REPT 2\nFOR n, 2\ndb n ; what\nREPT 2\ndb 7\nENDR\nENDR\nENDR\n";
    assert_eq!(assembled(source), ([0, 7, 7, 1, 7, 7].repeat(2), 0));
}

#[test]
fn a_long_body_is_read_as_a_short_one() {
    let long = "db 1 ; a comment\n".repeat(1000);
    assert_eq!(assembled(&format!("MACRO m\n{long}ENDM\nm\nm\n")), (vec![1; 2000], 0));
    assert_eq!(assembled(&format!("REPT 3\n{long}REPT 2\ndb 1\nENDR\nENDR\n")), (vec![1; 3006], 0));
}

/// The lines and ranges of a source's messages.
fn places(source: &str) -> Vec<(Vec<u32>, Option<std::ops::Range<u32>>)> {
    let (options, files) = (Options::default(), InMemory::default());
    let mut report = Collected::default();
    let _ = assemble("a.asm".into(), source.as_bytes().into(), &options, &files, &Never, &mut report);
    let lines = |message: &crate::report::Diagnostic| {
        message.places.iter().flat_map(|place| &place.frames).map(|frame| frame.line).collect()
    };
    report.messages.iter().map(|message| (lines(message), message.range.clone())).collect()
}

#[test]
fn text_that_is_skipped_again_ends_in_the_same_line() {
    let body = "IF \\1 == 0\nIF 1\n WARN \"a\"\nELSE\nENDC\nELIF \\1 == 1\n\nWARN \"b\"\nELSE\r\n  WARN \"c\"\nENDC\n\
                WARN \"d\"\nREPT 2\nIF 0\n\nENDC\nREPT 0\n\nENDR\nWARN \"e\"\nENDR\nWARN \"f\"\n";
    // The places in the macro, without that of the call.
    let of = |calls: &str| {
        let mut messages = places(&format!("MACRO m\n{body}ENDM\n{calls}"));
        for (lines, _) in &mut messages {
            assert!(lines.pop().is_some());
        }
        messages
    };
    let alone = ["0", "1", "2"].map(|argument| of(&format!("m {argument}\n")));
    for (first, messages) in alone.iter().enumerate() {
        assert_eq!(messages.len(), 5, "{messages:?}");
        for (second, after) in alone.iter().enumerate() {
            let expected = [&messages[..], after].concat();
            assert_eq!(of(&format!("m {first}\nm {second}\n")), expected, "{first}, then {second}");
        }
    }
}
