//! Built-in symbols that are deprecated, and strings whose names are not expanded.

use crate::programs::difference;

fn check(source: &str) {
    let difference = difference(source);
    assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
}

#[test]
fn a_definition_warns_about_a_deprecated_name() {
    for definition in [
        "DEF n EQUS \"x\"",
        "DEF n EQU 1",
        "DEF n EQU unknown",
        "DEF n = 1",
        "DEF n += 1",
        "DEF n RB",
        "DEF n RW unknown",
        "DEF #n EQUS \"x\"",
        "DEF n EQUS \"x\" junk",
        "DEF n = 1 junk",
        "REDEF n EQUS \"x\"",
        "REDEF n EQU 1",
        "REDEF n = 1",
        "REDEF n RB 1",
        "MACRO n\nENDM",
        "FOR n, 3\nENDR",
        "FOR n, 0\nENDR",
        "SECTION \"s\", ROM0\n#n:",
        "SECTION \"s\", ROM0\n#n::",
        "SECTION \"s\", ROM0\nn.x:",
        "PURGE n",
        "EXPORT n",
        "ASSERT DEF(n)",
    ] {
        for name in ["__DATE__", "__TIME__", "__ISO_8601_UTC__", "__UTC_DAY__", "__SCOPE__"] {
            // Only whole words are names.
            let words: Vec<_> = definition.split_inclusive([' ', '#', '(', ')', ':', '.', '\n', ',']).collect();
            let words = words.into_iter().map(|word| match word.strip_prefix('n') {
                Some(rest) if !rest.starts_with(char::is_alphabetic) => format!("{name}{rest}"),
                _ => word.to_owned(),
            });
            check(&format!("{}\n", words.collect::<String>()));
        }
    }
}

#[test]
fn a_string_that_is_named_but_not_expanded_is_looked_at_when_its_place_is_sure() {
    for statement in [
        "PRINTLN #n junk",
        "PRINTLN \"a\", STRLEN(#n) && 1, #n junk",
        "PRINTLN STRLEN(#n ++ junk) && 1",
        "PRINTLN #n === junk",
        "PRINTLN #n + junk",
        "PRINTLN #n 1",
        "PRINTLN -#n 1",
        "PRINTLN -#n + 1",
        "PRINTLN 1 + #n 1",
        "PRINTLN (#n 1",
        "PRINTLN (#n",
        "PRINTLN STRLEN(#n 1)",
        "PRINTLN STRLEN(#n) && 1",
        "PRINTLN STRLEN(STRCAT(#n, \"x\")) && 1",
        "PRINTLN STRLEN(STRFMT(\"%s\", #n)) && 1",
        "PRINTLN STRLEN(STRFMT(\"%s\", #n 1)) && 1",
        "PRINTLN STRCAT(#n junk",
        "PRINTLN STRFMT(#n 1)",
        "PRINTLN \"a\" ++ #n 1",
        "PRINTLN \"a\" === #n",
        "PRINTLN \"a\" === #n 1",
        "PRINTLN STARTOF(#n junk)",
        "PRINTLN STARTOF(#n ++ \"x\")",
        "PRINTLN SIZEOF(#n junk)",
        "PRINTLN BANK(#n)",
        "PRINTLN BANK(#n junk)",
        "PRINTLN BANK(#n ++ \"y\")",
        "PRINTLN BANK(\"y\" ++ #n)",
        "PRINTLN BANK(n)",
        "SECTION \"b\", ROM0\n db BANK(#n)",
        "SECTION \"b\", ROM0\n db #n 1",
        "SECTION \"b\", ROM0\n db #n ++ \"x\" 1",
        "SECTION \"b\", ROM0\n ld a, #n 1",
        "SECTION \"b\", ROM0\n ld a, #n",
        "SECTION #n 1",
        "SECTION #n, ROM0",
        "LOAD #n 1",
        "DEF y EQUS #n 1",
        "DEF y EQUS #n, 1",
        "DEF y EQU #n 1",
        "DEF y EQU #n",
        "CHARMAP #n 1",
        "CHARMAP #n, 1",
        "INCLUDE #n 1",
        "INCBIN #n 1",
        "ASSERT 1, #n 1",
        "ASSERT #n 1",
        "ASSERT #n === #n",
        "IF #n 1",
        "IF #n\nENDC",
        "FOR v, #n 1",
        "REPT #n 1",
        "OPT #n",
        "PRINTLN #. junk",
        "PRINTLN BANK(#.)",
        "PRINTLN BANK(.)",
        "PRINTLN STRLEN(#.. junk",
    ] {
        for name in ["__DATE__", "__TIME__", "text", "number", "__SCOPE__", "none"] {
            let statement = statement.replace("(n)", &format!("({name})")).replace("#n", &format!("#{name}"));
            check(&format!("DEF text EQUS \"ab\"\nDEF number EQU 1\n{statement}\n"));
        }
    }
}
