//! What may follow an expression decides whether an error in its value is reported, or a syntax error instead.

use crate::programs::difference_in;

const BEGINNINGS: &[&str] = &[
    "SECTION \"a\", ROMX[",
    "SECTION \"a\", ROMX, BANK[",
    "SECTION \"a\", ROMX, ALIGN[",
    "SECTION \"a\", ROMX, ALIGN[1, ",
    "LOAD \"b\", WRAMX, BANK[",
    "PUSHS \"c\", ROMX, ALIGN[",
    "ALIGN ",
    "ALIGN 1, ",
    "DS ALIGN[",
    "DS ALIGN[1, ",
    "DS ",
    "DB ",
    "ld a, ",
    "ld a, [",
    "ldh [",
    "rst ",
    "call ",
    "jr ",
    "bit ",
    "set 1, ",
    "RSSET ",
];

const VALUES: &[&str] = &["1", "x", "1/0", "17"];

const ENDINGS: &[&str] = &["", "]", ",", ", 9]", ", x", "] 2", "]]", " :: nop"];

#[test]
fn what_follows_an_expression_decides_what_is_reported() {
    for beginning in BEGINNINGS {
        for value in VALUES {
            for ending in ENDINGS {
                let source = format!("SECTION \"s\", ROM0\n{beginning}{value}{ending}\n nop\n");
                let difference = difference_in("", &source);
                assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
            }
        }
    }
}
