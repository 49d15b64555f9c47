//! Hints in messages: dropped syntax, and words that were probably meant.

use crate::said;

/// The first message of a source.
fn first(source: &str) -> (&'static str, String) {
    let message = said(source).into_iter().next().expect("a message");
    (message.code, message.text.to_string())
}

#[test]
fn dropped_syntax_is_named_with_its_replacement() {
    let mut count = 0;
    for line in include_str!("../common/dropped.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.splitn(3, " | ");
        let mut part = || parts.next().expect("three parts");
        let (release, now, source) = (part(), part(), part().replace("\\n", "\n") + "\n");
        let messages = said(&source);
        let named = |text: String| text.contains(&format!("RGBDS {release} dropped")) && text.contains(now);
        assert!(messages.iter().any(|message| named(message.text.to_string())), "{line}\n{messages:#?}");
        count += 1;
    }
    assert!(count > 40);
}

fn is_meant(source: &str, code: &str, hint: &str) {
    let (is, text) = first(source);
    assert_eq!(is, code, "{source}: {text}");
    assert!(text.ends_with(&format!("({hint})")), "{source}: {text}");
}

#[test]
fn a_similar_name_is_suggested() {
    is_meant("MACRO twice\nENDM\n twcie 1\n", "undefined-macro", "did you mean `twice`?");
    is_meant(" incldue \"x\"\n", "undefined-macro", "did you mean `INCLUDE`?");
    is_meant("SECTION \"s\", ROM0\n jmp 5\n", "undefined-macro", "did you mean `JP`?");
    is_meant("DEF wPlayerX EQU 1\nPRINTLN wPlyaerX\n", "not-constant", "did you mean `wPlayerX`?");
    is_meant("DEF name EQUS \"x\"\nPRINTLN \"{nmae}\"\n", "invalid-interpolation", "did you mean `name`?");
    is_meant("SECTION \"s\", ROM0\nLoop:\n ds loop - 1\n", "not-constant", "did you mean `Loop`?");
    is_meant("PRINTLN STRLN(\"a\")\n", "syntax", "did you mean `STRLEN`?");
    is_meant("SECTION \"s\", ROMO\n", "syntax", "did you mean `ROM0`?");
    is_meant("NEWCHARMAP ascii\nSETCHARMAP asci\n", "unknown-charmap", "did you mean `ascii`?");
    is_meant("NEWCHARMAP kana\nNEWCHARMAP more, kanna\n", "unknown-base-charmap", "did you mean `kana`?");
    is_meant("OPT Wtrunctaion\n", "unknown-warning-flag", "did you mean \"truncation\"?");
}

#[test]
fn a_name_unlike_all_others_gets_no_suggestion() {
    for source in ["PRINTLN nowhere\n", " nothing 1\n", "SETCHARMAP ascii\n", "PRINTLN FROBNICATE(1)\n", "OPT Wfoo\n"] {
        let (_, text) = first(source);
        assert!(!text.contains("did you mean"), "{source}: {text}");
    }
}

#[test]
fn words_of_other_assemblers_are_known() {
    is_meant("IF 1\nENDIF\n", "undefined-macro", "IF ends with ENDC");
    is_meant("ENDM\n", "syntax", "there is no MACRO before it; macros cannot be nested");
    is_meant("SECTION \"s\", ROM0\n ld a, (hl)\n", "syntax", "a memory operand needs brackets, such as [HL]");
    is_meant("PRINTLN HI(5)\n", "syntax", "write HIGH(...)");
}

#[test]
fn a_million_errors_do_not_cause_a_million_searches() {
    let mistake = |number| format!("DEF symbol_number_{number} EQU 1\nPRINTLN symbol_nubmer_{number}\n");
    let source: String = (0..2000).map(mistake).collect();
    let hints = said(&source).iter().filter(|message| message.text.to_string().contains("did you mean")).count();
    assert_eq!(hints, 32);
}
