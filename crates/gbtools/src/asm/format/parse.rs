//! Parses formats.

use super::{Spec, Type};

impl Type {
    pub(super) fn letter(self) -> char {
        match self {
            Self::Signed => 'd',
            Self::Unsigned => 'u',
            Self::LowerHex => 'x',
            Self::UpperHex => 'X',
            Self::Binary => 'b',
            Self::Octal => 'o',
            Self::Fixed => 'f',
            Self::Text => 's',
        }
    }

    fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'd' => Self::Signed,
            b'u' => Self::Unsigned,
            b'x' => Self::LowerHex,
            b'X' => Self::UpperHex,
            b'b' => Self::Binary,
            b'o' => Self::Octal,
            b'f' => Self::Fixed,
            b's' => Self::Text,
            _ => return None,
        })
    }
}

impl Spec {
    /// Parses a format. None if the text is not exactly a format.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (spec, len) = Self::prefix(text);
        spec.filter(|_| len == text.len())
    }

    /// Parses a format at the start of a text. Returns it with its length. Without a valid format, the length is that
    /// of the attempt.
    pub(super) fn prefix(text: &[u8]) -> (Option<Self>, usize) {
        let mut rest = text;
        let spec = Self {
            sign: take(&mut rest, |byte| matches!(byte, b'+' | b' ')),
            exact: take(&mut rest, |byte| byte == b'#').is_some(),
            left: take(&mut rest, |byte| byte == b'-').is_some(),
            zeros: take(&mut rest, |byte| byte == b'0').is_some(),
            width: number(&mut rest),
            fraction: take(&mut rest, |byte| byte == b'.').map(|_| number(&mut rest)),
            precision: take(&mut rest, |byte| byte == b'q').map(|_| number(&mut rest)),
            kind: rest.first().copied().and_then(Type::of_letter),
        };
        let len = text.len() - rest.len() + usize::from(spec.kind.is_some());
        (spec.kind.is_some().then_some(spec), len)
    }
}

/// Consumes the first byte, if it is accepted.
fn take(rest: &mut &[u8], wanted: impl Fn(u8) -> bool) -> Option<u8> {
    let (&first, others) = rest.split_first()?;
    if !wanted(first) {
        return None;
    }
    *rest = others;
    Some(first)
}

/// Consumes digits. The result is 0 without digits, and the largest number if there are too many.
fn number(rest: &mut &[u8]) -> usize {
    let mut value: usize = 0;
    while let Some(digit) = take(rest, |byte| byte.is_ascii_digit()) {
        value = value.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
    }
    value
}
