//! Sources whose last line has no newline.

use std::fs;

use crate::programs::difference_in;

const ENDINGS: &[&str] = &[
    "PRINTLN 1",
    "nop",
    "lab",
    "lab:",
    ":",
    "\\",
    "m",
    "m 1,",
    "m 1 ; c",
    "m \"a",
    "PRINTLN \"a\" \\",
    "PRINTLN 1 /* x",
    "IF",
    "IF 0",
    "IF 1",
    "IF 1\nELSE",
    "IF 0\nELSE",
    "IF 1\nELSE ; x",
    "IF 0\nELIF 1",
    "IF 1\nELIF 1",
    "ELIF",
    "ELSE",
    "ENDC",
    "IF 0\nENDC",
    "IF 0\nENDC ; x",
    "IF 1\nELSE\nENDC",
    "IF 0\nELIF 0\nENDC",
    "IF 1\nPRINTLN 1\nENDC ",
    "IF 0\nIF 1\nENDC",
    "IF 0\nIF 1\nENDC\nENDC",
    "REPT 3",
    "FOR i, 3",
    "REPT 0\nENDR",
    "REPT 1\nPRINTLN 7\nENDR",
    "REPT 2\nBREAK\nENDR",
    "REPT 1\nENDR ; c",
    "REPT 0\nREPT 1\nENDR\nENDR",
    "REPT 1\nIF 1\nENDR",
    "FOR i, 2\nWARN \"i\"\nENDR",
    "MACRO q",
    "MACRO n\nENDM",
    "MACRO n\nWARN \"n\"\nENDM\nn",
    "ENDM",
    "LOAD \"x\", WRAM0",
    "PUSHS",
    "UNION",
    "INCLUDE \"one.inc\"",
    "PUSHS\nINCLUDE \"one.inc\"",
    "LOAD \"x\", WRAM0\nINCLUDE \"one.inc\"",
    "LOAD \"x\", WRAM0\nREPT 1\nWARN \"r\"\nENDR",
    "OPT",
    "OPT b.X",
    "PURGE",
    "SHIFT",
    "FAIL \"x\"",
    "DEF n EQUS \"1",
];

/// Calls a macro directly after an included file.
const USER: &str = "MACRO m\nPRINTLN \\1\nENDM\nINCLUDE \"ending.inc\"\n m 5\n";

#[test]
fn a_last_line_without_a_newline_agrees() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.inc"), "PRINTLN 3").unwrap();
    let path = format!("{}/", folder.path().display());
    for ending in ENDINGS {
        fs::write(folder.path().join("ending.inc"), ending).unwrap();
        let alone = format!("SECTION \"s\", ROM0\n{ending}");
        for source in [&alone, USER, "SECTION \"s\", ROM0\nINCLUDE \"ending.inc\""] {
            let difference = difference_in(&path, source);
            assert_eq!(difference, None, "{ending:?} in {source:?}\n{}", difference.as_deref().unwrap_or_default());
        }
    }
}
