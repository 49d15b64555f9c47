//! Makes small changes to bytes, lines and words. Most results are nearly valid.

use std::sync::LazyLock;

use bstr::ByteSlice;

use crate::random::Random;

/// Words to insert: keywords, operators, parts of expansions, and numbers at the limits.
static WORDS: LazyLock<Vec<&[u8]>> =
    LazyLock::new(|| include_str!("words.txt").split_whitespace().map(str::as_bytes).collect());

/// Bytes with a meaning somewhere, and bytes without one.
const ODD_BYTES: &[u8] = b"\0\x01\t\n\r\x1a !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\x7f\x80\xc3\xa9\xe9\xed\xf0\xff";

/// Numbers at the limits, for fields of four bytes.
const EDGES: [u32; 16] = [
    0,
    1,
    2,
    7,
    16,
    0x7F,
    0xFF,
    0x100,
    0x4000,
    0x7FFF,
    0xFFFF,
    0x1_0000,
    0x10_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    u32::MAX,
];

/// The maximum length of the result.
pub(crate) const LONGEST: usize = 1 << 16;

/// Changes a few places in a source or other text. Some pieces come from `other`.
pub(crate) fn text(text: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        match random.below(9) {
            0 | 1 => pieces(text, other, &lines, random),
            2..=5 => pieces(text, other, &words, random),
            6 => bytes_once(text, other, random),
            7 => {
                let (at, number) = (random.below(text.len() + 1), random.number().to_string());
                text.splice(at..at, number.into_bytes());
            }
            _ => {
                let at = random.below(text.len() + 1);
                text.splice(at..at, WORDS[random.below(WORDS.len())].iter().copied());
            }
        }
    }
    text.truncate(LONGEST);
}

/// Changes bytes in a few places.
pub(crate) fn bytes(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        bytes_once(bytes, other, random);
    }
    bytes.truncate(LONGEST);
}

/// Random bytes, half of the time only odd ones.
pub(crate) fn noise(random: &mut Random) -> Vec<u8> {
    let odd = random.below(2) == 0;
    (0..random.below(200))
        .map(|_| if odd { ODD_BYTES[random.below(ODD_BYTES.len())] } else { random.next().to_le_bytes()[0] })
        .collect()
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.lines_with_terminator().collect()
}

/// Splits a text into names, numbers and single characters.
fn words(text: &[u8]) -> Vec<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    text.chunk_by(|left, right| is_name(left) && is_name(right)).collect()
}

/// Deletes, repeats, moves or replaces pieces of a text, or copies one from another text.
fn pieces(text: &mut Vec<u8>, other: &[u8], split: &dyn Fn(&[u8]) -> Vec<&[u8]>, random: &mut Random) {
    let mut parts = split(text);
    if parts.is_empty() {
        return;
    }
    let at = random.below(parts.len());
    let end = (at + 1 + random.below(3)).min(parts.len());
    match random.below(8) {
        0 => drop(parts.drain(at..end)),
        1 => {
            let repeated = parts[at..end].repeat(1 + random.below(3));
            parts.splice(at..at, repeated);
        }
        // Makes deep nesting and long lists.
        2 if random.below(8) == 0 => {
            let repeated = parts[at..end].repeat(1 << random.below(11));
            parts.splice(at..at, repeated);
        }
        2 | 3 => {
            let with = random.below(parts.len());
            parts.swap(at, with);
        }
        4 | 5 => {
            let theirs = split(other);
            if !theirs.is_empty() {
                let from = random.below(theirs.len());
                let to = (from + 1 + random.below(3)).min(theirs.len());
                parts.splice(at..at, theirs[from..to].iter().copied());
            }
        }
        6 => parts[at] = WORDS[random.below(WORDS.len())],
        _ => parts.insert(at, WORDS[random.below(WORDS.len())]),
    }
    *text = parts.concat();
}

fn bytes_once(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = (at + 1 + random.below(16)).min(bytes.len());
    match random.below(9) {
        0 => drop(bytes.drain(at.min(end)..end)),
        1 => {
            let part = bytes[at.min(end)..end].to_vec();
            bytes.splice(at..at, part);
        }
        2 => bytes.truncate(at),
        3 => bytes.insert(at, ODD_BYTES[random.below(ODD_BYTES.len())]),
        4 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        5 => {
            let from = random.below(other.len() + 1);
            let to = (from + random.below(32)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
        6 => {
            let number = EDGES[random.below(EDGES.len())].to_le_bytes();
            for (byte, new) in bytes[at.min(end)..].iter_mut().zip(number) {
                *byte = new;
            }
        }
        7 => {
            for byte in bytes[at.min(end)..].iter_mut().take(1) {
                *byte = byte.wrapping_add(if random.below(2) == 0 { 1 } else { 255 });
            }
        }
        _ => {
            for byte in bytes[at.min(end)..].iter_mut().take(1) {
                *byte = ODD_BYTES[random.below(ODD_BYTES.len())];
            }
        }
    }
}
