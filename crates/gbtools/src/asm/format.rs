//! Formats numbers and strings for `{spec:symbol}` and STRFMT (rgbasm(5), "Symbol interpolation").

mod flaw;
mod parse;
mod strfmt;
#[cfg(test)]
mod tests;

pub use flaw::{Conflict, Flaw};
pub use strfmt::{Argument, str_fmt};

use super::text_functions::TooLong;

/// A format, the part before the colon in `{spec:symbol}`. The default is the format of `{symbol}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    /// The sign printed before numbers that are not negative.
    sign: Option<u8>,
    exact: bool,
    left: bool,
    zeros: bool,
    width: usize,
    /// The number of fractional digits.
    fraction: Option<usize>,
    /// The number of fractional bits.
    precision: Option<usize>,
    /// None only in the default.
    kind: Option<Type>,
}

/// The type, which is the last letter of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Signed,
    Unsigned,
    LowerHex,
    UpperHex,
    Binary,
    Octal,
    Fixed,
    Text,
}

/// The most fractional digits.
const MOST_DIGITS: usize = 255;

/// A formatted number in parts, because padding may come between them.
struct Written<'a> {
    sign: Option<u8>,
    prefix: &'a [u8],
    digits: &'a [u8],
    suffix: &'a [u8],
}

impl Spec {
    /// Appends a number. `precision` applies to fixed-point numbers if the format has none.
    ///
    /// # Errors
    /// [`TooLong`] if the result would have more than `most` bytes.
    pub fn number(
        &self,
        value: i32,
        precision: u8,
        result: &mut Vec<u8>,
        most: usize,
        report: &mut impl FnMut(Flaw),
    ) -> Result<(), TooLong> {
        let kind = self.kind.unwrap_or(Type::UpperHex);
        self.check_number(kind, report);
        let signed = matches!(kind, Type::Signed | Type::Fixed);
        let sign = if signed && value < 0 { Some(b'-') } else { self.sign };
        let magnitude = if signed { value.unsigned_abs() } else { value.cast_unsigned() };
        if kind == Type::Fixed {
            return self.fixed(sign, magnitude, precision, result, most, report);
        }
        let mut buffer = [0; 32];
        let (prefix, radix, letters): (&[u8], _, _) = match kind {
            Type::LowerHex => (b"$", 16, b'a'),
            Type::UpperHex => (b"$", 16, b'A'),
            Type::Octal => (b"&", 8, b'a'),
            Type::Binary => (b"%", 2, b'a'),
            _ => (b"", 10, b'a'),
        };
        let prefix = if self.exact || self.kind.is_none() { prefix } else { b"" };
        let digits = digits(magnitude, radix, letters, &mut buffer);
        self.pad(&Written { sign, prefix, digits, suffix: b"" }, result, most)
    }

    fn fixed(
        &self,
        sign: Option<u8>,
        magnitude: u32,
        default_precision: u8,
        result: &mut Vec<u8>,
        most: usize,
        report: &mut impl FnMut(Flaw),
    ) -> Result<(), TooLong> {
        let fraction = self.fraction.unwrap_or(5);
        if fraction > MOST_DIGITS {
            report(Flaw::ManyDigits(fraction));
        }
        let given = self.precision.unwrap_or(default_precision.into());
        let precision =
            u8::try_from(given).ok().filter(|precision| (1..=31).contains(precision)).unwrap_or_else(|| {
                report(Flaw::Precision { given, used: default_precision });
                default_precision
            });
        // This value is exact, and so is its decimal form. So a tie really is a tie, and goes to the even digit, as in
        // C's printf.
        let value = f64::from(magnitude) / f64::from(1_u32 << precision.min(31));
        let digits = format!("{value:.*}", fraction.min(MOST_DIGITS));
        let suffix = if self.exact { format!("q{precision}") } else { String::new() };
        let written = Written { sign, prefix: b"", digits: digits.as_bytes(), suffix: suffix.as_bytes() };
        self.pad(&written, result, most)
    }

    fn pad(&self, written: &Written, result: &mut Vec<u8>, most: usize) -> Result<(), TooLong> {
        let Written { sign, prefix, digits, suffix } = *written;
        let len = usize::from(sign.is_some()) + prefix.len() + digits.len() + suffix.len();
        let padding = self.padding(len, result, most)?;
        if !self.left && !self.zeros {
            result.resize(result.len() + padding, b' ');
        }
        result.extend(sign);
        result.extend_from_slice(prefix);
        if !self.left && self.zeros {
            result.resize(result.len() + padding, b'0');
        }
        result.extend_from_slice(digits);
        result.extend_from_slice(suffix);
        if self.left {
            result.resize(result.len() + padding, b' ');
        }
        Ok(())
    }

    /// The number of characters missing to reach the width.
    fn padding(&self, len: usize, result: &[u8], most: usize) -> Result<usize, TooLong> {
        if len.max(self.width) > most.saturating_sub(result.len()) {
            return Err(TooLong);
        }
        Ok(self.width.saturating_sub(len))
    }

    /// Appends a string.
    ///
    /// # Errors
    /// [`TooLong`] if the result would have more than `most` bytes.
    pub fn text(
        &self,
        text: &[u8],
        result: &mut Vec<u8>,
        most: usize,
        report: &mut impl FnMut(Flaw),
    ) -> Result<(), TooLong> {
        self.check_text(report);
        if self.exact {
            let mut escaped = Vec::with_capacity(text.len());
            escape(text, &mut escaped);
            self.pad_text(&escaped, result, most)
        } else {
            self.pad_text(text, result, most)
        }
    }

    fn pad_text(&self, text: &[u8], result: &mut Vec<u8>, most: usize) -> Result<(), TooLong> {
        let padding = self.padding(text.len(), result, most)?;
        if !self.left {
            result.resize(result.len() + padding, b' ');
        }
        result.extend_from_slice(text);
        if self.left {
            result.resize(result.len() + padding, b' ');
        }
        Ok(())
    }

    /// Reports the parts of a format that do not apply to a number.
    fn check_number(&self, kind: Type, report: &mut impl FnMut(Flaw)) {
        let mut conflict = |conflict| report(Flaw::Number { letter: kind.letter(), conflict });
        if self.exact && matches!(kind, Type::Signed | Type::Unsigned | Type::Text) {
            conflict(Conflict::Exact);
        }
        if self.fraction.is_some() && kind != Type::Fixed {
            conflict(Conflict::Fraction);
        }
        if self.precision.is_some() && kind != Type::Fixed {
            conflict(Conflict::Precision);
        }
        if kind == Type::Text {
            conflict(Conflict::Type);
        }
    }

    /// Reports the parts of a format that do not apply to a string.
    fn check_text(&self, report: &mut impl FnMut(Flaw)) {
        let kind = self.kind.unwrap_or(Type::Text);
        let mut conflict = |conflict| report(Flaw::Text { letter: kind.letter(), conflict });
        if let Some(sign) = self.sign {
            conflict(Conflict::Sign(sign));
        }
        if self.zeros {
            conflict(Conflict::Zeros);
        }
        if self.fraction.is_some() {
            conflict(Conflict::Fraction);
        }
        if self.precision.is_some() {
            conflict(Conflict::Precision);
        }
        if kind != Type::Text {
            conflict(Conflict::Type);
        }
    }
}

/// Appends a string, escaped as between double quotes.
pub(crate) fn escape(text: &[u8], result: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'\n' => result.extend_from_slice(b"\\n"),
            b'\r' => result.extend_from_slice(b"\\r"),
            b'\t' => result.extend_from_slice(b"\\t"),
            0 => result.extend_from_slice(b"\\0"),
            b'\\' | b'"' | b'{' => result.extend([b'\\', byte]),
            _ => result.push(byte),
        }
    }
}

/// Writes the digits of a number to the end of a buffer.
fn digits(mut value: u32, radix: u32, letters: u8, buffer: &mut [u8; 32]) -> &[u8] {
    let mut at = buffer.len();
    loop {
        at -= 1;
        #[expect(clippy::cast_possible_truncation, reason = "a digit is below 16")]
        let digit = (value % radix) as u8;
        buffer[at] = if digit < 10 { b'0' + digit } else { letters + digit - 10 };
        value /= radix;
        if value == 0 {
            return &buffer[at..];
        }
    }
}
