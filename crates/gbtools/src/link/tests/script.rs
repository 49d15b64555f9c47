use super::Linking;

const SOURCE: &str = "SECTION \"a\", ROM0\nXa: ds 4\nSECTION \"b\", ROMX\nXb: ds 4\nSECTION \"c\", ROMX\nXc: ds 4\n";

/// The line of each message, the part of it that is marked, and the text.
fn said(script: &str) -> Vec<(u32, String, String)> {
    let (_, report) = Linking::of(SOURCE).script(script).run();
    let of = |message: crate::report::Diagnostic| {
        let frame = message.places[0].frames[0].clone();
        assert_eq!(frame.name, crate::report::FrameName::Source("game.link".into()));
        let line = script.split(['\n']).nth(frame.line as usize - 1).expect("a line");
        let range = message.range.expect("a range");
        (frame.line, line[range.start as usize..range.end as usize].to_owned(), message.text.to_string())
    };
    report.messages.into_iter().map(of).collect()
}

#[track_caller]
fn says(script: &str, line: u32, part: &str, text: &str) {
    assert_eq!(said(script), [(line, part.to_owned(), text.to_owned())], "{script}");
}

#[test]
fn a_script_places_sections_one_after_the_other() {
    let script = "ROM0\n org $10\n \"a\" ; here\nROMX 2\n ds 2\n \"c\"\n align 4, 1\n \"b\"\n \"none\" optional\n";
    assert_eq!(Linking::of(SOURCE).script(script).symbols(), ["00:0010 Xa", "02:4002 Xc", "02:4011 Xb"]);
    let script = "ROMX FLOATING\nALIGN 8\n\"b\"\nROMX 3\n\"c\"\n";
    assert_eq!(Linking::of(SOURCE).script(script).symbols(), ["00:0000 Xa", "01:4000 Xb", "03:4000 Xc"]);
}

#[test]
fn what_is_not_expected_is_marked() {
    let expected = "Syntax error: expected a section, a bank, ORG, FLOATING, ALIGN, DS or INCLUDE";
    says("ROM0\n ORG \"a\" ; no\n", 2, "\"a\"", expected);
    says("ROM0\r\n ORG ; no\n", 2, "", expected);
    says(" ALIGN 4 4\n", 1, "4", expected);
    says(" , \"a\"\n", 1, ",", expected);
    says("ROM0 \"a\"\n", 1, "\"a\"", expected);
    says("ROM0\n\n\"a\" OPTIONAL 5", 3, "5", expected);
    says("INCLUDE\n", 1, "", expected);
}

#[test]
fn what_is_wrong_in_a_word_is_marked() {
    says("\tROM0 FLOATIN\n", 1, "FLOATIN", "Unknown word `FLOATIN`");
    says("ROM0 # ORG\n", 1, "#", "Unexpected character `#`");
    says("ROM0\nORG 1__0\n", 2, "1__", "A number has an underscore after another one");
    says("ROM0\nDS 1_\n", 2, "1_", "A number ends with an underscore");
    says("ROM0\nDS $\n", 2, "$", "A number has no digits");
    says("ROM0\n\"\\q\" OPTIONAL\n", 2, "\"\\q", "Unknown escape `\\q` in a string");
    says("ROM0\n\"a\n", 2, "\"a", "Unterminated string");
    says("ROM0\nDS 4294967296\n", 2, "4294967296", "Integer constant is too large");
}

#[test]
fn what_cannot_be_done_marks_the_statement() {
    says(" ORG 5 ; no\n", 1, "ORG 5", "ORG: no bank has been chosen yet");
    says("ROMX\n", 1, "ROMX", "ROMX needs the number of a bank");
    says("WRAMX 8\n", 1, "8", "WRAMX has banks 1 to 7, but not 8");
    says("ROM0\n \"d\"\n", 2, "\"d\"", "There is no section \"d\"");
    says("ROM0\nORG 5\nORG 4\n", 3, "ORG 4", "ORG cannot go back from $0005 to $0004");
    says("ROM0\nALIGN 17, 1\n", 2, "ALIGN 17, 1", "The alignment must be between 0 and 16, not 17");
    says("ROM0\n\"b\" OPTIONAL", 2, "\"b\" OPTIONAL", "Section \"b\" is in ROMX, but the script has it in ROM0");
    let text = "The linker script \"no.link\" cannot be read: entity not found";
    says("INCLUDE \"no.link\" ; no\n", 1, "INCLUDE \"no.link\"", text);
}

#[test]
fn a_mistake_in_an_included_script_has_both_places() {
    let mut linking = Linking::of(SOURCE).script("\nINCLUDE \"more.link\"\nORG 1\n");
    linking.files.add("more.link", *b"ROM0\n  ORG 7 7\n");
    let (_, report) = linking.run();
    let first = &report.messages[0];
    let lines: Vec<_> = first.places[0].frames.iter().map(|frame| frame.line).collect();
    assert_eq!((lines, first.range.clone()), (vec![2, 2], Some(8..9)));
}

#[test]
fn a_script_that_is_not_there_has_no_place() {
    let linking = Linking::of(SOURCE).with(|options| options.script = Some("no.link".into()));
    let (_, report) = linking.run();
    assert_eq!((report.messages[0].places.len(), report.messages[0].range.clone()), (0, None));
}
