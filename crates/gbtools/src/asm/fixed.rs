//! Fixed-point numbers (rgbasm(5), "Fixed-point expressions").
//!
//! The functions compute with double precision, and round to the nearest number, halves away from zero.

use std::f64::consts::PI;

/// A fixed-point function. Angles are in turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Function {
    Mul,
    Div,
    Fmod,
    Pow,
    Log,
    Atan2,
    Round,
    Ceil,
    Floor,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
}

impl Function {
    /// The number of operands without the precision.
    pub const fn operands(self) -> u8 {
        match self {
            Self::Mul | Self::Div | Self::Fmod | Self::Pow | Self::Log | Self::Atan2 => 2,
            _ => 1,
        }
    }
}

/// Computes a function. `precision` is the number of fractional bits of the operands and the result, 1 to 31. A result
/// that is too large becomes the largest number; one that is not a number becomes 0.
pub fn apply(function: Function, first: i32, second: i32, precision: u8) -> i32 {
    let one = f64::from(1_u32 << precision.min(31));
    let (x, y) = (f64::from(first) / one, f64::from(second) / one);
    let value = match function {
        Function::Mul => x * y,
        Function::Div => x / y,
        Function::Fmod => x % y,
        Function::Pow => x.powf(y),
        Function::Log => log(x, y),
        Function::Atan2 => x.atan2(y) / (2.0 * PI),
        Function::Round => x.round(),
        Function::Ceil => x.ceil(),
        Function::Floor => x.floor(),
        Function::Sin => (x * (2.0 * PI)).sin(),
        Function::Cos => (x * (2.0 * PI)).cos(),
        Function::Tan => (x * (2.0 * PI)).tan(),
        Function::Asin => x.asin() / (2.0 * PI),
        Function::Acos => x.acos() / (2.0 * PI),
        Function::Atan => x.atan() / (2.0 * PI),
    };
    #[expect(clippy::cast_possible_truncation, reason = "a float is saturated by that, as it is meant to be")]
    let value = (value * one).round() as i32;
    value
}

/// The logarithm of x to a base. 0 if the logarithm of the base has no value.
fn log(x: f64, base: f64) -> f64 {
    match base.ln() {
        0.0 => f64::INFINITY,
        base if base.is_finite() => x.ln() / base,
        _ => 0.0,
    }
}

/// The value of a literal with a whole part and the fraction `dividend / divisor`. None if it does not fit in 32 bits.
pub fn literal(whole: u64, dividend: u64, divisor: u64, precision: u8) -> Option<i32> {
    let precision = precision.min(31);
    #[expect(clippy::cast_precision_loss, reason = "both have 32 bits")]
    let fraction = dividend as f64 / divisor as f64 * f64::from(1_u32 << precision);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is at most 2 to the 31")]
    let fraction = fraction.round() as u64;
    let value = whole.checked_mul(1 << precision)?.checked_add(fraction)?;
    u32::try_from(value).ok().map(u32::cast_signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values, here and below, are those of RGBDS 1.0.4.
    #[test]
    fn undefined_results_are_0_or_the_largest_number() {
        let one = 0x1_0000;
        let cases = [
            (Function::Log, 10 * one, one, i32::MAX),
            (Function::Log, one / 2, one, i32::MAX),
            (Function::Log, 2 * one, 0, 0),
            (Function::Log, 0, 2 * one, i32::MIN),
            (Function::Log, 0, one / 2, i32::MAX),
            (Function::Div, -one, 0, i32::MIN),
            (Function::Div, 0, 0, 0),
            (Function::Fmod, one, 0, 0),
            (Function::Pow, 0, -one, i32::MAX),
            (Function::Pow, -8 * one, one / 3, 0),
            (Function::Asin, 2 * one, 0, 0),
            (Function::Mul, i32::MIN, i32::MAX, i32::MIN),
        ];
        for (function, first, second, value) in cases {
            assert_eq!(apply(function, first, second, 16), value, "{function:?} {first} {second}");
        }
    }

    #[test]
    fn results_are_rounded_away_from_0() {
        let one = 0x1_0000;
        assert_eq!(apply(Function::Mul, 1, one / 2, 16), 1);
        assert_eq!(apply(Function::Mul, -1, one / 2, 16), -1);
        assert_eq!(apply(Function::Round, -one / 2, 0, 16), -one);
        assert_eq!(apply(Function::Fmod, -11 * one / 2, 2 * one, 16), -3 * one / 2);
        assert_eq!(apply(Function::Atan2, -1, -one, 16), -one / 2);
        assert_eq!(apply(Function::Log, 3 << 1, 81 << 1, 1), 1);
    }

    #[test]
    fn a_fraction_that_rounds_to_1_is_carried() {
        assert_eq!(literal(1, 999_999_999, 1_000_000_000, 16), Some(0x2_0000));
        assert_eq!(literal(65535, 9999, 10000, 16), Some(-7));
        assert_eq!(literal(65535, 999_999, 1_000_000, 16), None);
        assert_eq!(literal(2, 0, 1, 31), None);
        assert_eq!(literal(0, 25, 100, 1), Some(1));
    }
}
