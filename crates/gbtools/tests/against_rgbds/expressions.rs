//! Random expressions of numbers, functions, and labels with known and unknown addresses.

use std::fmt::Write;

use crate::builtin::{assert_same_sections, builtin};
use crate::rgbasm::{Random, assemble, rgbasm};

const START: &str = "DEF var = 5\nDEF con EQU -3\nDEF four EQUS \"4\"\nSECTION \"fixed\", ROM0[$100]\nFixed: ds 3, 1\n.local: db 2\n\
    SECTION \"aligned\", ROMX, ALIGN[4, 3]\n db 1\nAligned:\nSECTION \"floating\", ROMX\n db 0\nFloating:\n:\n db 1, 2\nLater:\n";

const OPERANDS: [&str; 36] = [
    "0",
    "1",
    "2",
    "33",
    "255",
    "$8000",
    "-1",
    "$ffffffff",
    "$80000000",
    "Fixed",
    "Fixed.local",
    "Floating",
    "Later",
    "Aligned",
    "Undefined",
    "@",
    "var",
    "con",
    "four",
    "1.5",
    "\"a\"",
    "'b'",
    ":-",
    ":+",
    "_RS",
    "DEF(var)",
    "BANK(Floating)",
    "BANK(Fixed)",
    "BANK(@)",
    "BANK(\"fixed\")",
    "SIZEOF(\"floating\")",
    "SIZEOF(\"fixed\")",
    "STARTOF(\"fixed\")",
    "STARTOF(\"nowhere\")",
    "SIZEOF(ROM0)",
    "ISCONST(Floating)",
];
const OPERATORS: [&str; 20] =
    ["+", "-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>", "&&", "||", "==", "!=", "<", ">", "<=", ">="];
const PREFIXES: [&str; 11] = ["-", "+", "~", "!", "(", "HIGH(", "LOW(", "BITWIDTH(", "TZCOUNT(", "ISCONST(", "!LOW("];
const USES: [&str; 9] =
    ["println ISCONST(#)", "DL #", "DB #", "DW #", "ld a, #", "ld hl, #", "println #", "DS 3, #", "IF #\nENDC"];

fn expression(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 3 } else { 12 }) {
        0..=2 => OPERANDS[random.below(OPERANDS.len())].to_owned(),
        3..=8 => {
            let (left, right) = (expression(random, depth - 1), expression(random, depth - 1));
            format!("{left} {} {right}", OPERATORS[random.below(OPERATORS.len())])
        }
        _ => {
            let prefix = PREFIXES[random.below(PREFIXES.len())];
            let operand = expression(random, depth - 1);
            format!("{prefix}{operand}{}", if prefix.ends_with('(') { ")" } else { "" })
        }
    }
}

#[test]
fn expressions_agree() {
    let mut assembled = 0;
    for seed in 0..250 {
        let mut random = Random::new(seed);
        let mut source = START.to_owned();
        for _ in 0..8 {
            let depth = 1 + random.below(3);
            let value = expression(&mut random, depth);
            writeln!(source, "{}", USES[random.below(USES.len())].replace('#', &value)).unwrap();
        }
        source.push_str(":\n");
        let (ours, module) = builtin(source.as_bytes());
        rgbasm(source.as_bytes()).assert_is(source.as_bytes(), &ours.printed, &ours.messages);
        if let Some(module) = module {
            assert_same_sections(&assemble(source.as_bytes()), &module);
            assembled += 1;
        }
    }
    assert!(assembled > 30, "only {assembled} programs assemble");
}
