//! String functions, with random strings.

use gbtools::asm::text_functions::{str_byte, str_cmp, str_find, str_len, str_replace, str_rfind, str_slice, str_sub};

use crate::rgbasm::{Message, Random, number, rgbasm};

const PIECES: [&[u8]; 12] =
    [b"a", b"b", b"ab", b"A", b" ", b"z", b"\xC3\xA9", b"\xE6\xBC\xA2", b"\xE6", b"\xBC", b"\xFF", b"\xF4\x90"];

fn text(random: &mut Random, most: usize) -> Vec<u8> {
    (0..random.below(most + 1)).flat_map(|_| PIECES[random.below(PIECES.len())]).copied().collect()
}

#[test]
fn answers_agree() {
    let mut random = Random::new(5);
    let (mut source, mut printed, mut messages) = (vec![], vec![], vec![]);
    for line in 1..=8000 {
        let (left, right) = (text(&mut random, 6), text(&mut random, if line % 2 == 0 { 6 } else { 1 }));
        let mut index = || i32::try_from(random.below(16)).unwrap() - 8;
        let (start, stop) = (index(), index());
        let length = stop.abs();
        let mut flaws = vec![];
        let mut report = |flaw| flaws.push(Message::of(&flaw, line));
        let mut obsolete = || messages.push(Message::new("warning", "obsolete", line));
        let (function, more, answer) = match random.below(15) {
            0 => ("STRLEN", String::new(), number(str_len(&left, &mut report))),
            1 => ("STRSLICE", format!(", {start}"), str_slice(&left, start, None, &mut report).to_vec()),
            2 | 3 => {
                ("STRSLICE", format!(", {start}, {stop}"), str_slice(&left, start, Some(stop), &mut report).to_vec())
            }
            4 => {
                obsolete();
                ("STRSUB", format!(", {start}"), str_sub(&left, start, None, &mut report).to_vec())
            }
            5 | 6 => {
                obsolete();
                ("STRSUB", format!(", {start}, {length}"), str_sub(&left, start, Some(length), &mut report).to_vec())
            }
            7 => ("STRBYTE", format!(", {start}"), number(str_byte(&left, start, &mut report))),
            8 => ("STRCMP", String::new(), number(str_cmp(&left, &right))),
            9 => ("STRFIND", String::new(), number(str_find(&left, &right))),
            10 => ("STRRFIND", String::new(), number(str_rfind(&left, &right))),
            11 => {
                obsolete();
                ("STRIN", String::new(), number(str_find(&left, &right) + 1))
            }
            12 => {
                obsolete();
                ("STRRIN", String::new(), number(str_rfind(&left, &right) + 1))
            }
            13 => ("STRUPR", String::new(), left.to_ascii_uppercase()),
            _ => {
                let mut result = vec![];
                str_replace(&left, &right, b"<>", &mut result, 1000, &mut report).unwrap();
                ("STRRPL", ", \"<>\"".to_owned(), result)
            }
        };
        messages.extend(flaws);
        let second = match function {
            "STRCMP" | "STRFIND" | "STRRFIND" | "STRIN" | "STRRIN" | "STRRPL" => [b", \"", &right[..], b"\""].concat(),
            _ => vec![],
        };
        source.extend(
            [b"println ", function.as_bytes(), b"(\"", &left, b"\"", &second, more.as_bytes(), b")\n"].concat(),
        );
        printed.extend(answer);
        printed.push(b'\n');
    }
    rgbasm(&source).assert_is(&source, &printed, &messages);
}
