//! What a backslash and each byte after it mean, wherever a backslash has a meaning.

use crate::programs::difference;

/// `@` is the byte after the backslash.
const PLACES: [&str; 11] = [
    "PRINTLN \"a\\@b\"\n",
    "PRINTLN \"a\\@\nb\"\n",
    "PRINTLN \"a\\ @b\"\n",
    "PRINTLN '\\@'\n",
    "PRINTLN \"\"\"a\\@b\"\"\"\n",
    "PRINTLN #\"a\\@b\"\n",
    "DEF n EQUS \"a\\\\@b\"\nPRINTLN \"{n}\"\nPRINTLN n\n",
    "MACRO m\nPRINTLN \"\\1|\\2\"\nENDM\n m a\\@b\n m a\\@b, c\n",
    "MACRO m\nPRINTLN \\1\nENDM\n m \"a\\@b\"\n m 'a\\@b'\n m \"\"\"a\\@\nb\"\"\"\n",
    "PRINTLN 1 + \\@ 2\n",
    "\\@x: PRINTLN 1\n",
];

#[test]
fn every_byte_after_a_backslash_agrees() {
    for place in PLACES {
        // The real assembler takes the byte $FF for the end of the text in places, and other bytes are no UTF-8 by themselves.
        for byte in (0..=0x7F).map(char::from).chain(['é']) {
            let source = format!("{}PRINTLN \"behind\"\n", place.replace('@', &byte.to_string()));
            let difference = difference(&source);
            assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
        }
    }
}

#[test]
fn a_backslash_keeps_the_character_behind_it_from_being_expanded() {
    for behind in ["{", "{s}", "{s", "{{", "\\1", "\\<1>", "\\@", "\\#", "\\{s}", "\\1\\2", "\\\n", "\\\\\\1"] {
        for blanks in ["", " ", "\n", "\r\n"] {
            let statement =
                format!("PRINTLN 1 + \\{blanks}{behind} 2\nx\\{blanks}{behind}: PRINTLN 3\n\\{blanks}{behind}\n");
            for source in [
                format!("DEF s EQUS \"3\"\n{statement}PRINTLN 4\n"),
                format!("DEF s EQUS \"3\"\nMACRO m\n{statement}PRINTLN 4\nENDM\nm 4, 5\n"),
            ] {
                let difference = difference(&source);
                assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
            }
        }
    }
}
