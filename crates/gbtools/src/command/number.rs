//! Numbers in arguments: decimal, or with a prefix for another base.

use super::end::End;

/// The value of a number, or `u64::MAX` if it is too large. None if the text is not a number.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_start();
    let (base, digits) = match text {
        [b'$', digits @ ..] | [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'&', digits @ ..] | [b'0', b'o' | b'O', digits @ ..] => (8, digits),
        [b'%', digits @ ..] | [b'0', b'b' | b'B', digits @ ..] => (2, digits),
        digits => (10, digits),
    };
    let add = |sum: Option<u64>, &digit: &u8| {
        let digit = char::from(digit).to_digit(base)?;
        Some(sum?.saturating_mul(u64::from(base)).saturating_add(u64::from(digit)))
    };
    if digits.is_empty() { None } else { digits.iter().fold(Some(0), add) }
}

/// The value of an option that takes a byte.
pub(super) fn byte(option: &str, text: &[u8]) -> Result<u8, End> {
    let number = number(text).ok_or_else(|| End::invalid(option))?;
    let range = || format!("Argument for option '{option}' must be between 0 and 0xFF");
    u8::try_from(number).map_err(|_| End::fatal("out-of-range", range()))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_prefix_says_the_base() {
        for text in ["42", "042", "0x2A", "0X2a", "$2A", "&52", "0o52", "0O052", "0b00101010", "%101010", " 42"] {
            assert_eq!(number(text.as_bytes()), Some(42), "{text}");
        }
        for text in ["", "$", "0x", "%2", "42 ", "+1", "-1", "1_0", "&0x1", "0c777"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
        assert_eq!(number(b"99999999999999999999"), Some(u64::MAX));
    }
}
