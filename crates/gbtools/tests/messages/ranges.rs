//! The part of a line that a message marks.

use gbtools::report::Diagnostic;

use crate::said;

/// The code and marked text of each message.
fn marked(source: &str) -> Vec<(&'static str, Option<&str>)> {
    let of = |message: Diagnostic| {
        let line = message.places[0].frames[0].line as usize;
        let line = source.split('\n').nth(line - 1).expect("a line");
        let range = message.range.map(|range| range.start as usize..range.end as usize);
        (message.code, range.map(|range| line.get(range).expect("a part of the line")))
    };
    said(source).into_iter().map(of).collect()
}

fn is_marked(source: &str, code: &str, part: &str) {
    assert_eq!(marked(source), [(code, Some(part))], "{source}");
}

#[test]
fn a_syntax_error_is_about_a_token() {
    is_marked("SECTION \"a\", ROM0\n ld a, , 5 ; odd\n", "syntax", ",");
    is_marked("SECTION \"a\", ROM0\n ld a b\n", "syntax", "b");
    is_marked("DEF x EQU 1 2\n", "syntax", "2");
    is_marked("PRINTLN \"é\", )\n", "syntax", ")");
    // The expression is missing at the end of the line.
    is_marked("DEF x EQU ; nothing\n", "syntax", "");
    is_marked("SECTION \"a\",\n", "syntax", "");
    // A statement that continues on another line has tokens there.
    is_marked("DEF x EQU 1 \\\n  + * 2\n", "syntax", "*");
}

#[test]
fn a_mistake_in_a_token_is_about_that_token() {
    is_marked("PRINTLN \"abc ; no end\n", "unterminated-string", "\"abc ; no end");
    is_marked("DEF x = 1 + 5__0 + 2\n", "dropped-syntax", "5_");
    is_marked("DEF x = 1 § + 2\n", "invalid-characters", "§");
}

#[test]
fn a_wrong_value_is_about_its_expression() {
    is_marked("SECTION \"a\", ROM0\n db 1, 2 * 200, 3\n", "truncation", "2 * 200");
    is_marked("SECTION \"a\", ROM0\n ld a, $1234 ; large\n", "truncation", "$1234");
    is_marked("SECTION \"a\", ROM0\n rst 9\n", "rst-vector", "9");
    let marks = [("truncation", Some("9")), ("bit-index", Some("bit 9, a"))];
    assert_eq!(marked("SECTION \"a\", ROM0\n bit 9, a\n"), marks);
    is_marked("DEF x EQU nothing + 1\n", "not-constant", "nothing + 1");
    is_marked("DEF x EQU (5 / 0)\n", "division-by-zero", "5 / 0");
    is_marked("DEF x EQU 1 + (2 / 0) * 3\n", "division-by-zero", "2 / 0");
    is_marked("REPT -1\nENDR\n", "negative-rept", "-1");
}

#[test]
fn a_wrong_statement_is_marked_without_its_label_and_comment() {
    is_marked("SECTION \"a\", WRAM0\nhere: ld a, b ; no\n", "data-in-ram", "ld a, b");
    is_marked("DEF x EQU 1\n DEF x EQU 2 ; again\n", "already-defined", "DEF x EQU 2");
    is_marked("SECTION \"a\", ROM0\nx:\n x: nop\n", "already-defined", "x:");
    is_marked(" SHIFT\n", "outside-macro", "SHIFT");
    is_marked(" WARN \"mind\" ; this\n", "user", "WARN \"mind\"");
    is_marked(" say 1, 2\n", "undefined-macro", "say");
}

#[test]
fn text_from_an_expansion_is_marked_at_its_name() {
    is_marked("DEF five EQUS \"4 +\"\nDEF x EQU 2, {five}, 3\n", "syntax", ",");
    is_marked("DEF bad EQUS \"1 2\"\nDEF x EQU bad ; !\n", "syntax", "bad");
    is_marked("DEF bad EQUS \"1 2\"\nDEF x EQU {bad} ; !\n", "syntax", "{bad}");
    is_marked("MACRO m\n DEF x EQU \\1 ; !\nENDM\n m 1 2\n", "syntax", "\\1");
    is_marked("DEF five EQUS \"5\"\nDEF x EQU five five ; !\n", "syntax", "five");
}

#[test]
fn an_error_at_the_end_of_the_file_has_no_line() {
    assert_eq!(marked("IF 1\n\n"), [("unterminated-if", None)]);
    assert_eq!(marked("PUSHS\n\n"), [("unmatched-directive", None)]);
}
