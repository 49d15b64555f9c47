//! Fixed-point functions, with random numbers and numbers at the limits.

use std::fmt::Write;

use gbtools::asm::fixed::{Function, apply, literal};

use crate::rgbasm::{EDGES, Message, Random, rgbasm};

const FUNCTIONS: [(Function, &str); 15] = [
    (Function::Mul, "MUL"),
    (Function::Div, "DIV"),
    (Function::Fmod, "FMOD"),
    (Function::Pow, "POW"),
    (Function::Log, "LOG"),
    (Function::Atan2, "ATAN2"),
    (Function::Round, "ROUND"),
    (Function::Ceil, "CEIL"),
    (Function::Floor, "FLOOR"),
    (Function::Sin, "SIN"),
    (Function::Cos, "COS"),
    (Function::Tan, "TAN"),
    (Function::Asin, "ASIN"),
    (Function::Acos, "ACOS"),
    (Function::Atan, "ATAN"),
];

#[test]
fn functions_agree() {
    let mut random = Random::new(9);
    let (mut source, mut printed) = (String::new(), String::new());
    for (function, name) in FUNCTIONS {
        let mut ask = |first: i32, second: i32, precision: u8| {
            let second_word = if function.operands() == 2 { format!(", ${second:x}") } else { String::new() };
            writeln!(source, "println {name}(${first:x}{second_word}, {precision})").unwrap();
            writeln!(printed, "${:X}", apply(function, first, second, precision)).unwrap();
        };
        let others = if function.operands() == 2 { &EDGES[..] } else { &[0] };
        for first in EDGES {
            for &second in others {
                ask(first, second, 16);
            }
        }
        for _ in 0..2000 {
            let precision = u8::try_from(1 + random.below(31)).unwrap();
            ask(random.number(), random.number(), precision);
            ask(random.number() % (2 << 16), random.number() % (8 << 16), 16);
        }
    }
    rgbasm(source.as_bytes()).assert_is(source.as_bytes(), printed.as_bytes(), &[]);
}

#[test]
fn literals_agree() {
    let mut random = Random::new(10);
    let (mut source, mut printed, mut messages) = (String::new(), String::new(), vec![]);
    for line in 1..=6000 {
        let precision = u8::try_from(1 + random.below(31)).unwrap();
        let whole = random.next() >> 32 >> random.below(33);
        let digits = random.below(10);
        let divisor = 10_u64.pow(u32::try_from(digits).unwrap());
        // Half of the dividends are close to the next whole number.
        let dividend = if line % 2 == 0 { random.next() % divisor } else { divisor - 1 - random.next() % 4 % divisor };
        let fraction = if digits == 0 { String::new() } else { format!("{dividend:0digits$}") };
        writeln!(source, "println {whole}.{fraction}q{precision}").unwrap();
        let value = literal(whole, dividend, divisor, precision).unwrap_or_else(|| {
            messages.push(Message::new("warning", "large-constant", line));
            0
        });
        writeln!(printed, "${value:X}").unwrap();
    }
    rgbasm(source.as_bytes()).assert_is(source.as_bytes(), printed.as_bytes(), &messages);
}
