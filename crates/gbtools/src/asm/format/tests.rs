//! The expectations are what RGBDS 1.0.4 writes.

use super::*;

fn number(spec: &str, value: i32) -> (String, Vec<Flaw>) {
    let (mut result, mut flaws) = (vec![], vec![]);
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    spec.number(value, 16, &mut result, 1000, &mut |flaw| flaws.push(flaw)).unwrap();
    (String::from_utf8(result).unwrap(), flaws)
}

fn assert_number(spec: &str, value: i32, expected: &str) {
    assert_eq!(number(spec, value), (expected.to_owned(), vec![]), "{spec}");
}

#[test]
fn numbers_are_padded() {
    assert_number(" -6d", 300, " 300  ");
    assert_number("#16b", 300, "      %100101100");
    assert_number("#016o", -42, "&000037777777726");
    assert_number("#012x", -42, "$000ffffffd6");
    assert_number("-05d", 300, "300  ");
    assert_number("+010.2f", 0x18000, "+000001.50");
    assert_number("#012.2q8f", -42, "-000000.16q8");
}

#[test]
fn fixed_point_numbers_are_rounded_to_even() {
    assert_number(".0f", 0x8000, "0");
    assert_number(".0f", 0x18000, "2");
    assert_number("f", i32::MIN, "-32768.00000");
    assert_number(".10q1f", i32::MIN, "-1073741824.0000000000");
}

#[test]
fn format_parts_that_do_not_apply_are_reported() {
    let (text, flaws) = number("+#.2q40s", 300);
    let conflicts = [Conflict::Exact, Conflict::Fraction, Conflict::Precision, Conflict::Type];
    assert_eq!(text, "+300");
    assert_eq!(flaws, conflicts.map(|conflict| Flaw::Number { letter: 's', conflict }));
    let (text, flaws) = number(".300q40f", 0);
    assert_eq!(text.len(), 257);
    assert_eq!(flaws, [Flaw::ManyDigits(300), Flaw::Precision { given: 40, used: 16 }]);
}

#[test]
fn texts_are_escaped_and_padded() {
    let (mut result, mut flaws) = (vec![], 0);
    Spec::parse(b"#-8s").unwrap().text(b"a\n{\"'", &mut result, 8, &mut |_| flaws += 1).unwrap();
    Spec::parse(b"x").unwrap().text(b"", &mut result, 8, &mut |_| flaws += 1).unwrap();
    assert_eq!((&result[..], flaws), (&b"a\\n\\{\\\"'"[..], 1));
    assert_eq!(Spec::parse(b"9s").unwrap().text(b"", &mut vec![], 8, &mut |_| ()), Err(TooLong));
}

#[test]
fn only_whole_formats_are_formats() {
    for text in ["", "5", "d5", "+ 5d", "0-5d", "-#d", "q16.2f", "D", "5 d"] {
        assert_eq!(Spec::parse(text.as_bytes()), None, "{text}");
    }
    assert!(Spec::parse(b"99999999999999999999999d").unwrap().number(1, 16, &mut vec![], 99, &mut |_| ()).is_err());
}

#[test]
fn strfmt_continues_after_an_error() {
    let formatted = |format: &[u8]| {
        let (mut result, mut flaws) = (vec![], vec![]);
        let arguments = [Argument::Number(1), Argument::Text(b"two")];
        str_fmt(format, &arguments, 16, &mut result, 99, &mut |flaw| flaws.push(flaw)).unwrap();
        (String::from_utf8(result).unwrap(), flaws)
    };
    assert_eq!(formatted(b"%% %d \0 %s"), ("% 1 \0 two".to_owned(), vec![]));
    assert_eq!(formatted(b"%5%s"), ("%5two".to_owned(), vec![Flaw::Invalid(1)]));
    assert_eq!(
        formatted(b"%d%s%d%\0 %d"),
        ("1two%%".to_owned(), vec![Flaw::PercentAtEnd, Flaw::MissingArguments { expected: 3, given: 2 }])
    );
    assert_eq!(formatted(b"5%"), ("5%".to_owned(), vec![Flaw::PercentAtEnd, Flaw::SpareArguments(2)]));
}
