//! Operators, with random numbers and numbers at the limits.

use std::fmt::Write;

use gbtools::operators::{Binary, Unary};

use crate::rgbasm::{EDGES, Message, Random, rgbasm};

const BINARY: [(Binary, &str); 20] = [
    (Binary::Add, "+"),
    (Binary::Sub, "-"),
    (Binary::Mul, "*"),
    (Binary::Div, "/"),
    (Binary::Mod, "%"),
    (Binary::Exp, "**"),
    (Binary::Or, "|"),
    (Binary::And, "&"),
    (Binary::Xor, "^"),
    (Binary::LogicAnd, "&&"),
    (Binary::LogicOr, "||"),
    (Binary::Eq, "=="),
    (Binary::Ne, "!="),
    (Binary::Gt, ">"),
    (Binary::Lt, "<"),
    (Binary::Ge, ">="),
    (Binary::Le, "<="),
    (Binary::Shl, "<<"),
    (Binary::Shr, ">>"),
    (Binary::UShr, ">>>"),
];

const UNARY: [(Unary, &str); 7] = [
    (Unary::Neg, "-"),
    (Unary::Not, "~"),
    (Unary::LogicNot, "!"),
    (Unary::High, "HIGH"),
    (Unary::Low, "LOW"),
    (Unary::BitWidth, "BITWIDTH"),
    (Unary::TzCount, "TZCOUNT"),
];

#[test]
fn binary_operators_agree() {
    let mut random = Random::new(1);
    let pairs = EDGES.iter().flat_map(|&left| EDGES.iter().map(move |&right| (left, right)));
    let pairs: Vec<_> = pairs.chain((0..500).map(|_| (random.number(), random.number()))).collect();
    let (mut source, mut printed, mut messages) = (String::new(), String::new(), Vec::new());
    let mut line = 0;
    for (operator, sign) in BINARY {
        for &(left, right) in &pairs {
            let Ok(value) = operator.apply(left, right) else {
                let fatal = rgbasm(format!("println (${left:x}) {sign} (${right:x})").as_bytes());
                assert_eq!(fatal.messages, [Message::new("FATAL", "", 1)], "{left} {sign} {right}");
                continue;
            };
            line += 1;
            writeln!(source, "println (${left:x}) {sign} (${right:x})").unwrap();
            writeln!(printed, "${value:X}").unwrap();
            messages.extend(operator.notices(left, right).map(|notice| Message::new("warning", notice.flag(), line)));
        }
    }
    let answer = rgbasm(source.as_bytes());
    answer.assert_is(source.as_bytes(), printed.as_bytes(), &messages);
}

#[test]
fn unary_operators_agree() {
    let mut random = Random::new(2);
    let values: Vec<_> = EDGES.into_iter().chain((0..500).map(|_| random.number())).collect();
    let (mut source, mut printed) = (String::new(), String::new());
    for (operator, sign) in UNARY {
        for &value in &values {
            writeln!(source, "println {sign}(${value:x})").unwrap();
            writeln!(printed, "${:X}", operator.apply(value)).unwrap();
        }
    }
    let answer = rgbasm(source.as_bytes());
    answer.assert_is(source.as_bytes(), printed.as_bytes(), &[]);
}
