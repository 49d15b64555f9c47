//! Statements that `]]` ends, within a fragment literal and outside of one.

use crate::programs::difference;

fn check(source: &str) {
    let difference = difference(source);
    assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
}

#[test]
fn a_closing_bracket_is_no_end_of_the_line_for_a_statement_with_a_body() {
    let statements = [
        "IF 1",
        "IF 0",
        "ELIF 1",
        "ELIF 0",
        "ELSE",
        "ENDC",
        "REPT 1",
        "REPT 0",
        "REPT",
        "FOR v, 2",
        "FOR v, 0, 2",
        "FOR",
        "ENDR",
        "MACRO x",
        "MACRO",
        "ENDM",
        "x",
        "y:",
        "y::",
        "nop",
        "PRINTLN 1",
        "POPS",
        "SHIFT",
        "DEF q = 1",
        "IF 1 x",
        "REPT 1 x",
        "BREAK",
    ];
    for statement in statements {
        for before in ["", "SECTION \"s\", ROM0\n", "IF 1\n", "IF 0\n", "REPT 2\nPRINTLN \"b\"\n"] {
            for end in ["]]", " ]]", " ]] junk", " ]]\n]]", "]]]]"] {
                let after = "PRINTLN \"in\"\nENDR\nENDC\nENDM\nPRINTLN \"after\"\n";
                check(&format!("{before}{statement}{end}\n{after}"));
            }
        }
    }
}

#[test]
fn a_text_that_is_named_before_a_closing_bracket_begins_on_the_next_line() {
    for lines in [
        "ld hl, [[ REPT 2\nnop\nENDR ]]\nPRINTLN \"after\"",
        "ld hl, [[ REPT 2\nnop\nENDR\n ]]\nPRINTLN \"after\"",
        "ld hl, [[ FOR v, 2\ndb v\nENDR ]] :: nop\nPRINTLN \"after\"",
        "ld hl, [[ REPT 2\nPRINTLN \"in\"\nBREAK\nENDR ]]\nhalt",
        "REPT 2\nld hl, [[\nREPT 2\ndb 1\nENDR ]]\ndb 2\nENDR\ndb 3",
        "MACRO m\nld hl, [[ REPT 2\ndb \\1\nENDR ]]\nENDM\nm 4\ndb 3",
        "ld hl, [[ IF 1\nnop\nENDC ]]\nPRINTLN \"after\"",
        "ld hl, [[ IF 0\nnop\nENDC ]]\nPRINTLN \"after\"",
        "ld hl, [[ IF 1]]\nPRINTLN \"in\"\n",
        "ld hl, [[ IF 0\nnop\nELSE ]]\nENDC ]]\nPRINTLN \"after\"",
        "ld hl, [[ MACRO x\nnop\nENDM ]]\nPRINTLN \"after\"\nx",
        "ld hl, [[ nop ]]\nREPT 2\nnop\nENDR ; ]]",
        "ld hl, [[ ld bc, [[ REPT 2\nnop\nENDR ]] ]]\nPRINTLN \"after\"",
        "dw [[ REPT 2\ndb 1\nENDR ]], [[ FOR v, 3\nPRINTLN v\nENDR ]], [[ nop ]], 5\nPRINTLN \"after\"",
        "dw [[ REPT 2\nPRINTLN 1\nENDR ]], [[ nop\nPRINTLN 2 ]]\nPRINTLN \"after\"",
        "REPT 2\ndw [[ REPT 2\nPRINTLN 1\nENDR ]], \"ab\", [[ REPT 0\nENDR ]], nonsense ++\nnop\nENDR\nnonsense",
        "REPT 2\ndw [[ REPT 2\nENDR ]], [[ REPT 2\nPRINTLN 1\nENDR ]], nonsense ++\nnop\nENDR\nnonsense",
        "MACRO m\ndw [[ REPT? 2\nPRINTLN 1\nENDR ]] :: db \"ab\" + 1\nENDM\nm\nm\nnonsense",
        "MACRO m\ndw [[ REPT 2\nPRINTLN 1\nENDR ]], [[\nENDM\nm\nm\nnonsense",
        "REPT 2\ndw [[ REPT 2\nPRINTLN 1\nENDR ]], [[\nENDR\nPRINTLN 2\n]]\nnonsense",
    ] {
        check(&format!("SECTION \"s\", ROM0\n{lines}\n"));
    }
}
