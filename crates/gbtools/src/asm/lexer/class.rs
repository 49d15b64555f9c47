//! Classes of bytes in a source, from a table.

/// Starts an identifier.
pub(super) const STARTS: u8 = 1;
/// Continues an identifier.
pub(super) const CONTINUES: u8 = 1 << 1;
/// A space or a tab.
pub(super) const BLANK: u8 = 1 << 2;
/// A decimal digit.
pub(super) const DIGIT: u8 = 1 << 3;
/// Part of a macro argument that needs no special treatment.
pub(super) const RAW: u8 = 1 << 4;
/// Part of a string that needs no special treatment.
pub(super) const STRING: u8 = 1 << 5;

/// May form one mark with the byte before it, or start something that does. Digits of binary and octal numbers are in
/// this class.
pub(super) const JOINS: u8 = 1 << 6;

const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let c = byte as u8;
        table[byte] = class(c);
        byte += 1;
    }
    table
};

const fn class(byte: u8) -> u8 {
    let mut class = 0;
    if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.') {
        class |= STARTS | CONTINUES;
    }
    if byte.is_ascii_digit() {
        class |= CONTINUES | DIGIT;
    }
    if matches!(byte, b'#' | b'$' | b'@') {
        class |= CONTINUES;
    }
    if matches!(byte, b' ' | b'\t') {
        class |= BLANK;
    }
    if !matches!(byte, b'"' | b'\'' | b'#' | b';' | b',' | b'(' | b')' | b'\\' | b'{' | b'/' | b'\n' | b'\r') {
        class |= RAW;
    }
    if !matches!(byte, b'"' | b'\'' | b'\\' | b'{' | b'\n' | b'\r') {
        class |= STRING;
    }
    if !matches!(byte, b' ' | b'\t' | b'\n' | b'a'..=b'z' | b'A'..=b'Z' | b'$' | b'(' | b')' | b',' | b'@' | b'"') {
        class |= JOINS;
    }
    class
}

/// Whether a byte is in this class.
#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// The number of bytes of this class at the start of the text.
#[inline]
pub(super) fn run(text: &[u8], class: u8) -> usize {
    let (groups, rest) = text.as_chunks::<4>();
    let mut len = 0;
    for &[a, b, c, d] in groups {
        // To ask for the end of the text at each byte would take longer.
        if !is(a, class) {
            return len;
        }
        if !is(b, class) {
            return len + 1;
        }
        if !is(c, class) {
            return len + 2;
        }
        if !is(d, class) {
            return len + 3;
        }
        len += 4;
    }
    len + rest.iter().position(|&byte| !is(byte, class)).unwrap_or(rest.len())
}

/// The number of spaces and tabs at the start of the text. There is seldom more than one.
#[inline]
pub(super) fn count_blanks(text: &[u8]) -> usize {
    text.iter().position(|&byte| !is(byte, BLANK)).unwrap_or(text.len())
}

/// Whether a byte starts an identifier.
#[inline]
pub(crate) fn begins_identifier(byte: u8) -> bool {
    is(byte, STARTS)
}

/// Whether a byte continues an identifier.
#[inline]
pub(crate) fn continues_identifier(byte: u8) -> bool {
    is(byte, CONTINUES)
}
