//! Tries everything that a source can ask of character maps, with random maps.

use gbtools::asm::charmap::{Charmaps, Misuse};
use gbtools::until::Never;

use crate::rgbasm::{Message, Random, assemble, number, rgbasm};

const PIECES: [&[u8]; 12] =
    [b"a", b"b", b"ab", b"abc", b"c", b"<x>", b"\xC3\xA9", b"\xE6\xBC\xA2", b"\xE6", b"\xBC", b"\xFF", b""];
/// The first pieces are UTF-8.
const VALID: usize = 8;
const NAMES: [&str; 4] = ["main", "one", "two", "three"];

fn text(random: &mut Random, pieces: &[&[u8]], most: usize) -> Vec<u8> {
    (0..random.below(most + 1)).flat_map(|_| pieces[random.below(pieces.len())]).copied().collect()
}

fn values(random: &mut Random) -> Vec<i32> {
    (0..=random.below(3)).map(|_| i32::try_from(random.below(4)).unwrap() - 1).collect()
}

fn list(values: &[i32]) -> String {
    values.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}

/// A random program, with the expected output and messages.
#[derive(Default)]
struct Program {
    maps: Charmaps,
    source: Vec<u8>,
    printed: Vec<u8>,
    messages: Vec<Message>,
    lines: usize,
}

impl Program {
    fn line(&mut self, parts: &[&[u8]]) {
        self.source.extend(parts.concat());
        self.source.push(b'\n');
        self.lines += 1;
    }

    fn directive(&mut self, random: &mut Random) {
        let name = NAMES[random.below(NAMES.len())];
        let base = NAMES[random.below(NAMES.len())];
        let mut misuses = vec![];
        match random.below(7) {
            0 => {
                let based = random.below(2) == 0;
                let words = if based { format!("newcharmap {name}, {base}") } else { format!("newcharmap {name}") };
                self.line(&[words.as_bytes()]);
                self.maps.create(name.as_bytes(), based.then_some(base.as_bytes()), &mut |misuse| misuses.push(misuse));
            }
            1 => {
                self.line(&[b"setcharmap ", name.as_bytes()]);
                misuses.extend(self.maps.set(name.as_bytes()).err());
            }
            2 => {
                self.line(&[b"pushc"]);
                self.maps.push();
            }
            3 => {
                self.line(&[b"pushc ", name.as_bytes()]);
                self.maps.push();
                misuses.extend(self.maps.set(name.as_bytes()).err());
            }
            4 => {
                self.line(&[b"popc"]);
                misuses.extend(self.maps.pop().err());
            }
            _ => {
                let (text, values) = (text(random, &PIECES, 2), values(random));
                self.line(&[b"charmap \"", &text, b"\", ", list(&values).as_bytes()]);
                misuses.extend(self.maps.define(&text, &values).err());
            }
        }
        self.messages.extend(misuses.iter().map(|misuse: &Misuse| Message::of(misuse, self.lines)));
    }

    fn question(&mut self, random: &mut Random) {
        let (left, right) = (text(random, &PIECES, 6), text(random, &PIECES, 6));
        let short = text(random, &PIECES, 2);
        let index = i32::try_from(random.below(12)).unwrap() - 6;
        let at = index.to_string();
        let values = values(random);
        let line = self.lines + 1;
        let map = self.maps.current().clone();
        let mut messages = vec![];
        let mut report = |flaw| messages.push(Message::of(&flaw, line));
        let answer = match random.below(9) {
            0 => {
                self.line(&[b"println CHARLEN(\"", &left, b"\")"]);
                number(map.char_len(&left, &Never, &mut report).unwrap())
            }
            1 => {
                self.line(&[b"println STRCHAR(\"", &left, b"\", ", at.as_bytes(), b")"]);
                map.str_char(&left, index, &Never, &mut report).unwrap().to_vec()
            }
            2 => {
                self.line(&[b"println CHARSUB(\"", &left, b"\", ", at.as_bytes(), b")"]);
                self.messages.push(Message::new("warning", "obsolete", line));
                map.char_sub(&left, index, &Never, &mut report).unwrap().to_vec()
            }
            3 => {
                self.line(&[b"println CHARCMP(\"", &left, b"\", \"", &right, b"\")"]);
                number(map.char_cmp(&left, &right, &Never, &mut report).unwrap() as i32)
            }
            4 => {
                self.line(&[b"println INCHARMAP(\"", &short, b"\")"]);
                number(i32::from(map.mapping(&short).is_some()))
            }
            5 => {
                self.line(&[b"println CHARVAL(\"", &short, b"\")"]);
                number(map.char_val(&short).unwrap_or_else(|flaw| {
                    report(flaw);
                    0
                }))
            }
            6 => {
                self.line(&[b"println CHARVAL(\"", &short, b"\", ", at.as_bytes(), b")"]);
                number(map.char_val_at(&short, index, &mut report))
            }
            7 => {
                self.line(&[b"println CHARSIZE(\"", &short, b"\")"]);
                number(map.char_size(&short).unwrap_or_else(|flaw| {
                    report(flaw);
                    0
                }))
            }
            _ => {
                self.line(&[b"println REVCHAR(", list(&values).as_bytes(), b")"]);
                map.rev_char(&values)
                    .unwrap_or_else(|flaw| {
                        report(flaw);
                        b""
                    })
                    .to_vec()
            }
        };
        self.printed.extend(answer);
        self.printed.push(b'\n');
        self.messages.extend(messages);
    }
}

#[test]
fn answers_agree() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut program = Program::default();
        for _ in 0..400 {
            if random.below(3) == 0 { program.directive(&mut random) } else { program.question(&mut random) }
        }
        if program.maps.is_pushed() {
            program.messages.push(Message::new("warning", "unmatched-directive", program.lines + 1));
        }
        rgbasm(&program.source).assert_is(&program.source, &program.printed, &program.messages);
    }
}

#[test]
fn converted_text_agrees() {
    let mut random = Random::new(3);
    let mut maps = Charmaps::default();
    let mut source = b"SECTION \"data\", ROM0\n".to_vec();
    let mut data = vec![];
    for _ in 0..500 {
        let (mapped, values) = (text(&mut random, &PIECES[..VALID], 3), values(&mut random));
        if !mapped.is_empty() && random.below(8) == 0 {
            source.extend([b"charmap \"", &mapped[..], b"\", ", list(&values).as_bytes(), b"\n"].concat());
            assert!(matches!(maps.define(&mapped, &values), Ok(()) | Err(Misuse::Redefined)));
        }
        let text = [b"a".to_vec(), text(&mut random, &PIECES[..VALID], 5)].concat();
        source.extend([b"dl \"", &text[..], b"\"\n"].concat());
        let mut values = vec![];
        maps.current().convert(&text, &mut values, &Never, &mut |_| ()).unwrap();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    let object = assemble(&source);
    assert!(object.windows(data.len()).any(|part| part == data));
}
