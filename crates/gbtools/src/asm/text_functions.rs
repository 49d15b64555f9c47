//! String functions that use no character map (rgbasm(5), "String expressions").
//!
//! Characters are UTF-8. An invalid byte is reported, and ends a character. The same holds for the end of the string.

mod flaw;

use std::cmp::Ordering;

use bstr::ByteSlice;

pub use flaw::Flaw;

use super::utf8::{State, Step};

/// The result would exceed the maximum length of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// STRLEN: the number of characters in a string.
pub fn str_len(text: &[u8], report: &mut impl FnMut(Flaw)) -> i32 {
    let mut walk = Walk::new(text);
    walk.forward(i32::MAX, report);
    walk.finish(report);
    walk.index
}

/// STRSLICE: the characters from one index to another, exclusive, or to the end. Indexes count from 0, or backwards
/// from -1.
pub fn str_slice<'a>(text: &'a [u8], start: i32, stop: Option<i32>, report: &mut impl FnMut(Flaw)) -> &'a [u8] {
    let len = if start < 0 || stop.is_none_or(|stop| stop < 0) { str_len(text, &mut |_| ()) } else { 0 };
    let start = from_either_end(start, len, 0, report);
    let stop = stop.map_or(len, |stop| from_either_end(stop, len, 0, report));
    let mut walk = Walk::new(text);
    walk.forward(start, report);
    if walk.index < start {
        report(Flaw::StartTooHigh(start));
    }
    let from = walk.at;
    walk.forward(stop, report);
    walk.finish(report);
    if walk.index < stop {
        report(Flaw::StopTooHigh(stop));
    }
    &text[from..walk.at]
}

/// STRSUB: a number of characters from a position, or all up to the end. Positions count from 1, or backwards from -1.
pub fn str_sub<'a>(text: &'a [u8], position: i32, length: Option<i32>, report: &mut impl FnMut(Flaw)) -> &'a [u8] {
    let len = if position < 0 || length.is_none() { str_len(text, &mut |_| ()) } else { 0 };
    let position = from_either_end(position, len, 1, report);
    let mut walk = Walk::new(text);
    walk.forward(position - 1, report);
    if walk.index < position - 1 {
        report(Flaw::PositionTooHigh(position));
    }
    let (from, index) = (walk.at, walk.index);
    walk.forward(length.map_or(i32::MAX, |length| index.saturating_add(length)), report);
    walk.finish(report);
    if let Some(length) = length.filter(|&length| walk.index - index < length) {
        report(Flaw::LengthTooHigh(length));
    }
    &text[from..walk.at]
}

/// STRBYTE: the byte at an index. Indexes count from 0, or backwards from -1.
pub fn str_byte(text: &[u8], index: i32, report: &mut impl FnMut(Flaw)) -> i32 {
    let index = from_either_end(index, number(text.len()), 0, report);
    usize::try_from(index).ok().and_then(|index| text.get(index)).map_or_else(
        || {
            report(Flaw::IndexTooHigh(index));
            0
        },
        |&byte| byte.into(),
    )
}

/// STRCMP: a negative number, 0 or a positive number. RGBDS 1.0.4 gives the difference of the first bytes that differ,
/// or of the lengths.
pub fn str_cmp(left: &[u8], right: &[u8]) -> i32 {
    let different = left.iter().zip(right).find(|(left, right)| left != right);
    match different {
        Some((&left, &right)) => i32::from(left) - i32::from(right),
        None if left.len().cmp(&right.len()) == Ordering::Less => -number(right.len() - left.len()),
        None => number(left.len() - right.len()),
    }
}

/// STRFIND: the byte index of the first occurrence of a part, or -1.
pub fn str_find(text: &[u8], part: &[u8]) -> i32 {
    text.find(part).map_or(-1, number)
}

/// STRRFIND: the byte index of the last occurrence of a part, or -1.
pub fn str_rfind(text: &[u8], part: &[u8]) -> i32 {
    text.rfind(part).map_or(-1, number)
}

/// STRRPL: appends a string with each occurrence of a part replaced.
///
/// # Errors
/// [`TooLong`] if the result would have more than `most` bytes.
pub fn str_replace(
    text: &[u8],
    old: &[u8],
    new: &[u8],
    result: &mut Vec<u8>,
    most: usize,
    report: &mut impl FnMut(Flaw),
) -> Result<(), TooLong> {
    let mut append = |part: &[u8]| {
        if part.len() > most.saturating_sub(result.len()) {
            return Err(TooLong);
        }
        result.extend_from_slice(part);
        Ok(())
    };
    if old.is_empty() {
        report(Flaw::NothingToReplace);
        return append(text);
    }
    let mut from = 0;
    for at in text.find_iter(old) {
        append(&text[from..at])?;
        append(new)?;
        from = at + old.len();
    }
    append(&text[from..])
}

/// Converts an index that may be negative, where -1 is the last one, to one that is at least `lowest`.
fn from_either_end(index: i32, len: i32, lowest: i32, report: &mut impl FnMut(Flaw)) -> i32 {
    let index = if index < 0 { index.saturating_add(len).saturating_add(lowest) } else { index };
    if index < lowest {
        report(if lowest == 0 { Flaw::IndexTooLow } else { Flaw::PositionTooLow });
    }
    index.max(lowest)
}

/// Converts a length or an index to a number of the language.
fn number(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}

/// Walks through the characters of a string.
struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    /// The number of complete characters so far.
    index: i32,
    state: State,
}

impl<'a> Walk<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, index: 0, state: State::default() }
    }

    /// Walks on until there are this many complete characters, or to the end.
    fn forward(&mut self, index: i32, report: &mut impl FnMut(Flaw)) {
        while self.index < index
            && let Some(&byte) = self.text.get(self.at)
        {
            match self.state.step(byte) {
                Step::Complete => self.index += 1,
                Step::Partial => {}
                Step::Invalid => {
                    report(Flaw::InvalidByte(byte));
                    self.index += 1;
                }
            }
            self.at += 1;
        }
    }

    /// Reports an incomplete character at the end of the string.
    fn finish(&mut self, report: &mut impl FnMut(Flaw)) {
        if self.state.is_partial() {
            report(Flaw::Incomplete);
            self.index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(text: &[u8], start: i32, stop: Option<i32>) -> (&[u8], Vec<Flaw>) {
        let mut flaws = vec![];
        let part = str_slice(text, start, stop, &mut |flaw| flaws.push(flaw));
        (part, flaws)
    }

    /// These values, here and below, are those of RGBDS 1.0.4.
    #[test]
    fn slices_are_clamped() {
        assert_eq!(slice(b"abc", -1, None), (&b"c"[..], vec![]));
        assert_eq!(slice(b"abc", 3, None), (&b""[..], vec![]));
        assert_eq!(slice(b"abc", 4, None), (&b""[..], vec![Flaw::StartTooHigh(4)]));
        assert_eq!(slice(b"abc", 1, Some(0)), (&b""[..], vec![]));
        assert_eq!(slice(b"abc", 1, Some(5)), (&b"bc"[..], vec![Flaw::StopTooHigh(5)]));
        assert_eq!(slice(b"abc", -9, Some(2)), (&b"ab"[..], vec![Flaw::IndexTooLow]));
        assert_eq!(slice(b"abc", i32::MIN, Some(i32::MIN)), (&b""[..], vec![Flaw::IndexTooLow; 2]));
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_characters() {
        let (invalid, incomplete) = (Flaw::InvalidByte(0xFF), Flaw::Incomplete);
        assert_eq!(slice(b"a\xFFb\xE6", 1, Some(2)), (&b"\xFF"[..], vec![invalid]));
        assert_eq!(slice(b"a\xFFb\xE6", -1, None), (&b"\xE6"[..], vec![invalid, incomplete]));
        assert_eq!(slice(b"a\xFFb\xE6", 4, None), (&b""[..], vec![invalid, Flaw::StartTooHigh(4), incomplete]));
        let mut flaws = vec![];
        assert_eq!(str_len(b"\xE6\xBCA\xE0\x80", &mut |flaw| flaws.push(flaw)), 2);
        assert_eq!(flaws, [Flaw::InvalidByte(0x41), Flaw::InvalidByte(0x80)]);
    }

    #[test]
    fn positions_of_the_old_function_count_from_1() {
        let sub = |position, length| {
            let mut flaws = vec![];
            let part = str_sub(b"abc", position, length, &mut |flaw| flaws.push(flaw));
            (part.to_str().unwrap(), flaws)
        };
        assert_eq!(sub(0, Some(1)), ("a", vec![Flaw::PositionTooLow]));
        assert_eq!(sub(4, None), ("", vec![]));
        assert_eq!(sub(5, Some(1)), ("", vec![Flaw::PositionTooHigh(5), Flaw::LengthTooHigh(1)]));
        assert_eq!(sub(2, Some(9)), ("bc", vec![Flaw::LengthTooHigh(9)]));
        assert_eq!(sub(-1, None), ("c", vec![]));
    }

    #[test]
    fn comparison_gives_a_difference() {
        assert_eq!(str_cmp("é".as_bytes(), b"a"), 0x62);
        assert_eq!(str_cmp(b"a", b"abcdef"), -5);
        assert_eq!(str_cmp(b"ab", b"ab"), 0);
    }

    #[test]
    fn a_replacement_has_a_limit() {
        let replaced = |old: &[u8], new: &[u8], most| {
            let mut result = vec![];
            str_replace(b"aaa", old, new, &mut result, most, &mut |_| ()).map(|()| result)
        };
        assert_eq!(replaced(b"aa", b"b", 2), Ok(b"ba".to_vec()));
        assert_eq!(replaced(b"a", b"bc", 6), Ok(b"bcbcbc".to_vec()));
        assert_eq!(replaced(b"a", b"bc", 5), Err(TooLong));
        assert_eq!(replaced(b"", b"b", 3), Ok(b"aaa".to_vec()));
        assert_eq!(replaced(b"", b"b", 2), Err(TooLong));
    }
}
