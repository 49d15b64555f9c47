//! Random formats with random values, in interpolations and in STRFMT.

use gbtools::asm::format::{Argument, Spec, str_fmt};

use crate::rgbasm::{EDGES, Message, Random, rgbasm};

const LETTERS: &[u8] = b"duxXbofsds";
const MOST: usize = 100_000;

/// A format, sometimes an invalid one.
fn spec(random: &mut Random) -> Vec<u8> {
    let mut spec = vec![];
    for part in [&b"+"[..], b" ", b"#", b"-", b"0", b"12", b".3", b".", b".300", b"q8", b"q40", b"q"] {
        if random.below(if part.len() > 3 { 20 } else { 6 }) == 0 {
            spec.extend_from_slice(part);
        }
    }
    if random.below(50) == 0 {
        spec.reverse();
    }
    if random.below(50) > 0 {
        spec.push(LETTERS[random.below(LETTERS.len())]);
    }
    spec
}

fn value(random: &mut Random) -> i32 {
    if random.below(3) == 0 { EDGES[random.below(EDGES.len())] } else { random.number() }
}

#[test]
fn interpolated_numbers_agree() {
    let mut random = Random::new(7);
    let (mut source, mut printed, mut messages) = (vec![], vec![], vec![]);
    for line in 1..=6000 {
        let (spec, value) = (spec(&mut random), value(&mut random));
        source.extend([format!("def n = ${value:x}\t").as_bytes(), b"\n"].concat());
        source.extend([b"println \"<{", &spec[..], b":n}>\"\n"].concat());
        printed.push(b'<');
        match Spec::parse(&spec) {
            Some(spec) => {
                let mut report = |flaw| messages.push(Message::of(&flaw, line * 2));
                spec.number(value, 16, &mut printed, usize::MAX, &mut report).unwrap();
            }
            None => messages.push(Message::new("error", "", line * 2)),
        }
        printed.extend(b">\n");
    }
    rgbasm(&source).assert_is(&source, &printed, &messages);
}

#[test]
fn formatted_values_agree() {
    let mut random = Random::new(8);
    let (mut source, mut printed, mut messages) = (vec![], vec![], vec![]);
    let texts: [(&[u8], &[u8]); 5] = [
        (b"", b""),
        (b"ab", b"ab"),
        (b"\xC3\xA9", b"\xC3\xA9"),
        (b"\\n\\t\\r\\0\\\\\\\"\\{", b"\n\t\r\0\\\"{"),
        (b"'}", b"'}"),
    ];
    for line in 1..=4000 {
        let mut format = vec![];
        for _ in 0..random.below(4) {
            format.extend_from_slice([&b""[..], b"a", b"%%", b"%", b"-"][random.below(5)]);
            format.push(b'%');
            format.extend(spec(&mut random));
        }
        let (mut arguments, mut words) = (vec![], vec![]);
        for _ in 0..random.below(4) {
            if random.below(2) == 0 {
                let value = value(&mut random);
                words.extend(format!(", ${value:x}").into_bytes());
                arguments.push(Argument::Number(value));
            } else {
                let (written, text) = texts[random.below(texts.len())];
                words.extend([b", \"", written, b"\""].concat());
                arguments.push(Argument::Text(text));
            }
        }
        source.extend([b"println STRFMT(\"", &format[..], b"\"", &words, b")\n"].concat());
        let mut report = |flaw| messages.push(Message::of(&flaw, line));
        let mut result = vec![];
        str_fmt(&format, &arguments, 16, &mut result, MOST, &mut report).unwrap();
        printed.extend(result);
        printed.push(b'\n');
    }
    rgbasm(&source).assert_is(&source, &printed, &messages);
}
