//! Numbers (rgbasm(5), "Numeric literals").

use super::class::{DIGIT, run};
use super::{Asm, Done};
use crate::asm::bounds::piece;
use crate::asm::fixed;
use crate::asm::hints::dropped;
use crate::asm::warnings::Warning;

/// The digits of an integer.
#[derive(Default)]
struct Digits {
    value: u64,
    any: bool,
    too_large: bool,
    /// Whether the last character was an underscore.
    underscore: bool,
}

impl Digits {
    fn push(&mut self, digit: u32, base: u32) {
        self.value = self.value * u64::from(base) + u64::from(digit);
        if self.value > u64::from(u32::MAX) {
            self.too_large = true;
            self.value = u64::from(u32::MAX);
        }
        self.any = true;
        self.underscore = false;
    }
}

impl Asm<'_> {
    /// Reads a number that starts with a decimal digit.
    #[inline]
    pub(crate) fn number(&mut self) -> Done<i32> {
        let rest = self.input.rest();
        let len = run(piece(rest), DIGIT);
        // Most numbers are short, and nothing near them needs special treatment.
        match rest.get(len) {
            Some(b'\\' | b'{' | b'_' | b'.' | b'x' | b'X' | b'o' | b'O' | b'b' | b'B') | None => {}
            Some(_) if len <= 9 => {
                let value = rest[..len].iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
                self.input.advance(len);
                return Ok(value);
            }
            Some(_) => {}
        }
        self.other_number()
    }

    /// Reads any number, like [`number`](Self::number).
    fn other_number(&mut self) -> Done<i32> {
        if self.input.byte() == Some(b'0') {
            self.input.advance(1);
            let base = match self.peek_char()? {
                Some(b'x' | b'X') => 16,
                Some(b'o' | b'O') => 8,
                Some(b'b' | b'B') => 2,
                _ => return self.decimal(true),
            };
            self.input.advance(1);
            return if base == 2 { self.binary() } else { self.digits(base) };
        }
        self.decimal(false)
    }

    fn decimal(&mut self, zero: bool) -> Done<i32> {
        let mut digits = Digits { any: zero, ..Digits::default() };
        self.collect(&mut digits, 10)?;
        if self.peek_char()? == Some(b'.') {
            self.input.advance(1);
            if digits.underscore {
                self.stray_underscore();
            }
            return self.fraction(&digits);
        }
        Ok(self.integer(&digits))
    }

    /// Reads a hexadecimal number after its prefix.
    #[inline]
    pub(crate) fn hexadecimal(&mut self) -> Done<i32> {
        let mut value = 0_u32;
        let mut len = 0;
        let rest = self.input.rest();
        while let Some(digit) = rest.get(len).and_then(|&byte| char::from(byte).to_digit(16)).filter(|_| len < 8) {
            value = value << 4 | digit;
            len += 1;
        }
        match rest.get(len) {
            Some(b'\\' | b'{' | b'_') | None => {}
            Some(byte) if len > 0 && !byte.is_ascii_hexdigit() => {
                self.input.advance(len);
                return Ok(value.cast_signed());
            }
            Some(_) => {}
        }
        self.digits(16)
    }

    /// Reads the digits of a number after its prefix.
    pub(crate) fn digits(&mut self, base: u32) -> Done<i32> {
        let mut digits = Digits::default();
        self.collect(&mut digits, base)?;
        Ok(self.integer(&digits))
    }

    /// Reads digits with underscores between them.
    fn collect(&mut self, digits: &mut Digits, base: u32) -> Done<()> {
        while let Some(byte) = self.peek_char()? {
            self.poll()?;
            if byte == b'_' {
                self.underscore(digits);
            } else {
                let Some(digit) = char::from(byte).to_digit(base) else { break };
                digits.push(digit, base);
            }
            self.input.advance(1);
        }
        Ok(())
    }

    /// Reads a binary number after its prefix, with the usual digits or those of `-b`.
    pub(crate) fn binary(&mut self) -> Done<i32> {
        let mut digits = Digits::default();
        while let Some(byte) = self.peek_char()? {
            self.poll()?;
            let [zero, one] = self.settings.binary;
            let digit = match byte {
                b'_' => {
                    self.underscore(&mut digits);
                    self.input.advance(1);
                    continue;
                }
                b'0' => 0,
                b'1' => 1,
                _ if byte == zero => 0,
                _ if byte == one => 1,
                _ => break,
            };
            digits.push(digit, 2);
            self.input.advance(1);
        }
        Ok(self.integer(&digits))
    }

    fn integer(&mut self, digits: &Digits) -> i32 {
        if !digits.any {
            self.error("invalid-number", "A number has no digits");
        }
        if digits.underscore {
            self.stray_underscore();
        }
        if digits.too_large {
            self.warn(Warning::LargeConstant, "Integer constant is too large");
            return 0;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is at most 32 bits")]
        let value = digits.value as u32;
        value.cast_signed()
    }

    /// Handles an underscore. Two in a row are an error.
    fn underscore(&mut self, digits: &mut Digits) {
        if digits.underscore {
            self.stray_underscore();
        }
        digits.underscore = true;
    }

    fn stray_underscore(&mut self) {
        let text = "An underscore in a number must be between two digits";
        self.error_or_dropped("invalid-number", text, Some(dropped::UNDERSCORES));
    }

    /// Reads the digits of a fixed-point number after its point, and its precision.
    fn fraction(&mut self, whole: &Digits) -> Done<i32> {
        let (mut dividend, mut divisor) = (0_u64, 1_u64);
        let mut digits = Digits::default();
        let mut too_many = false;
        let mut first = true;
        while let Some(byte) = self.peek_char()? {
            self.poll()?;
            if byte == b'_' {
                digits.underscore |= first;
                self.underscore(&mut digits);
            } else if byte.is_ascii_digit() {
                digits.underscore = false;
                let next = dividend * 10 + u64::from(byte - b'0');
                if divisor * 10 > u64::from(u32::MAX) || next > u64::from(u32::MAX) {
                    if !too_many {
                        self.warn(Warning::LargeConstant, "Fixed-point constant has too many digits after its point");
                    }
                    too_many = true;
                } else {
                    (dividend, divisor) = (next, divisor * 10);
                }
            } else {
                break;
            }
            first = false;
            self.input.advance(1);
        }
        let precision_follows = matches!(self.peek_char()?, Some(b'q' | b'Q'));
        if digits.underscore && !precision_follows {
            self.stray_underscore();
        }
        let precision = self.literal_precision()?;
        let value = if whole.too_large { None } else { fixed::literal(whole.value, dividend, divisor, precision) };
        Ok(value.unwrap_or_else(|| {
            self.warn(Warning::LargeConstant, "Magnitude of fixed-point constant is too large");
            0
        }))
    }

    /// Reads `q8` or `q.8` after a fixed-point number. Without it, the default precision applies.
    fn literal_precision(&mut self) -> Done<u8> {
        if !matches!(self.peek_char()?, Some(b'q' | b'Q')) {
            return Ok(self.settings.precision);
        }
        self.input.advance(1);
        if self.peek_char()? == Some(b'.') {
            self.input.advance(1);
        }
        let mut precision = 0_u32;
        let mut any = false;
        while let Some(byte) = self.peek_char()?.filter(u8::is_ascii_digit) {
            self.poll()?;
            precision = precision.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
            any = true;
            self.input.advance(1);
        }
        if !any {
            self.error("invalid-number", "A fixed-point number's precision has no digits");
            return Ok(self.settings.precision);
        }
        if let Ok(precision @ 1..=31) = u8::try_from(precision) {
            Ok(precision)
        } else {
            self.error("invalid-number", "The precision of a fixed-point number must be between 1 and 31");
            Ok(self.settings.precision)
        }
    }

    /// Reads the eight pixels after a backtick.
    pub(crate) fn graphics(&mut self) -> Done<i32> {
        let (mut low, mut high, mut count) = (0_u32, 0_u32, 0_u32);
        let mut digits = Digits::default();
        while let Some(byte) = self.peek_char()? {
            self.poll()?;
            if byte == b'_' {
                self.underscore(&mut digits);
                self.input.advance(1);
                continue;
            }
            let Some(pixel) = self.pixel(byte) else { break };
            digits.underscore = false;
            if count < 8 {
                low = low << 1 | u32::from(pixel & 1 != 0);
                high = high << 1 | u32::from(pixel & 2 != 0);
            }
            count += 1;
            self.input.advance(1);
        }
        if count == 0 {
            self.error("invalid-number", "Graphics have no digits");
        } else if digits.underscore {
            self.stray_underscore();
        }
        if count > 8 {
            self.warn(
                Warning::LargeConstant,
                "Graphics constant has more than eight pixels; only the first eight are used",
            );
        }
        Ok((high << 8 | low).cast_signed())
    }

    /// The shade of a pixel, with the usual digits or those of `-g`.
    fn pixel(&self, byte: u8) -> Option<u8> {
        match byte {
            b'0'..=b'3' => Some(byte - b'0'),
            _ => (0..4).find(|&shade| self.settings.graphics[usize::from(shade)] == byte),
        }
    }
}
