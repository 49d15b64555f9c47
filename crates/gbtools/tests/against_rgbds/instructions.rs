//! Tries every instruction with every operand, valid or not.

use std::fmt::Write;

use crate::builtin::{assert_same_sections, builtin};
use crate::rgbasm::{Random, assemble, rgbasm};

const NAMES: [&str; 46] = [
    "adc", "add", "and", "bit", "call", "ccf", "cp", "cpl", "daa", "dec", "di", "ei", "halt", "inc", "jp", "jr", "ld",
    "ldd", "ldh", "ldi", "nop", "or", "pop", "push", "res", "ret", "reti", "rl", "rla", "rlc", "rlca", "rr", "rra",
    "rrc", "rrca", "rst", "sbc", "scf", "set", "sla", "sra", "srl", "stop", "sub", "swap", "xor",
];

const OPERANDS: [&str; 62] = [
    "a",
    "b",
    "c",
    "d",
    "e",
    "h",
    "l",
    "[hl]",
    "[bc]",
    "[de]",
    "[hl+]",
    "[hl-]",
    "[hli]",
    "[hld]",
    "[c]",
    "[sp]",
    "[$ff00+c]",
    "[$fe00+$100+c]",
    "[$ff01+c]",
    "[Lab+c]",
    "[$1234]",
    "[-1]",
    "[$12345]",
    "[$ff12]",
    "[Lab]",
    "[Here]",
    "[high(hl)]",
    "bc",
    "de",
    "hl",
    "sp",
    "af",
    "5",
    "8",
    "300",
    "-5",
    "-200",
    "$10000",
    "-40000",
    "@",
    "Lab",
    "Here",
    "Here+1",
    "high(hl)",
    "low(bc)",
    "high(af)",
    "low(af)",
    "high(sp)",
    "high($1234)",
    "low(Lab)+1",
    "sp+5",
    "sp-1+3",
    "sp+200",
    "sp - Lab",
    "sp + -300",
    "z",
    "nz",
    "nc",
    "!z",
    "!!c",
    "!Lab + 1",
    "!0 + 1",
];

/// A program with these lines, which prints its length after each.
fn program(lines: &[String]) -> String {
    let mut source = String::from("SECTION \"start\", ROM0\nStart:\nHere:\n");
    for (number, line) in lines.iter().enumerate() {
        if number % 2000 == 1999 {
            writeln!(source, "SECTION \"{number}\", ROM0\nHere{number}:\nREDEF Here EQUS \"Here{number}\"").unwrap();
        }
        writeln!(source, "\t{line}\nprintln @ - Here").unwrap();
    }
    source.replacen("Here:\n", "DEF Here EQUS \"Start\"\n", 1)
}

/// Every instruction with no operand and with one, and a random selection of those with two.
fn lines(one_in: usize) -> Vec<String> {
    let mut random = Random::new(11);
    let mut lines = vec![];
    for name in NAMES {
        lines.push(name.to_owned());
        for first in OPERANDS {
            lines.push(format!("{name} {first}"));
            for second in OPERANDS {
                if random.below(one_in) == 0 {
                    lines.push(format!("{name} {first}, {second}"));
                }
            }
        }
    }
    lines
}

#[test]
fn combinations_agree() {
    let source = program(&lines(40));
    let (answer, _) = builtin(source.as_bytes());
    let real = rgbasm(source.as_bytes());
    real.assert_is(source.as_bytes(), &answer.printed, &answer.messages);
}

#[test]
fn code_and_patches_agree() {
    let source = program(&lines(8));
    let (answer, _) = builtin(source.as_bytes());
    let wrong: Vec<_> = answer.messages.iter().filter(|message| message.severity != "warning").collect();
    let is_right = |number: usize| wrong.binary_search_by_key(&number, |message| message.line).is_err();
    let right =
        source.lines().enumerate().filter(|(number, line)| is_right(number + 1) && !line.starts_with("println"));
    let source = right.map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let count = source.lines().count();
    assert!(count > 500, "only {count} lines");
    let (_, module) = builtin(source.as_bytes());
    assert_same_sections(&assemble(source.as_bytes()), &module.unwrap());
}
