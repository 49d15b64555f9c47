//! The arithmetic of expressions.
//!
//! The assembler folds constants with these, and the linker evaluates patches with them. Numbers are 32-bit two's
//! complement and wrap (rgbasm(5), "Operators").

use std::fmt;

use crate::module::rpn;

/// An operator with two operands. The numbers are its codes in expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator of its name")]
#[repr(u8)]
pub enum Binary {
    Add = rpn::ADD,
    Sub = rpn::SUB,
    Mul = rpn::MUL,
    Div = rpn::DIV,
    Mod = rpn::MOD,
    Exp = rpn::EXP,
    Or = rpn::OR,
    And = rpn::AND,
    Xor = rpn::XOR,
    LogicAnd = rpn::LOGIC_AND,
    LogicOr = rpn::LOGIC_OR,
    Eq = rpn::EQ,
    Ne = rpn::NE,
    Gt = rpn::GT,
    Lt = rpn::LT,
    Ge = rpn::GE,
    Le = rpn::LE,
    Shl = rpn::SHL,
    Shr = rpn::SHR,
    UShr = rpn::USHR,
}

/// An operator or function with one operand. The numbers are its codes in expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator or function of its name")]
#[repr(u8)]
pub enum Unary {
    Neg = rpn::NEG,
    Not = rpn::NOT,
    LogicNot = rpn::LOGIC_NOT,
    High = rpn::HIGH,
    Low = rpn::LOW,
    BitWidth = rpn::BITWIDTH,
    TzCount = rpn::TZCOUNT,
}

/// The reason why an operator has no result. The assembler stops at one; the linker reports it and continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Division by zero.
    Division,
    /// Modulo by zero.
    Modulo,
    /// A negative exponent.
    Exponent(i32),
}

/// A reason for a warning about a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The lowest number divided by -1.
    Quotient,
    /// The lowest number modulo -1.
    Remainder,
    /// A negative number shifted right arithmetically.
    ShiftedNegative(i32),
    /// A negative shift amount, which shifts in the other direction.
    NegativeAmount(i32),
    /// A shift amount of at least the number of bits.
    LargeAmount(i32),
}

impl Binary {
    /// The operator with this code.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            rpn::ADD => Self::Add,
            rpn::SUB => Self::Sub,
            rpn::MUL => Self::Mul,
            rpn::DIV => Self::Div,
            rpn::MOD => Self::Mod,
            rpn::EXP => Self::Exp,
            rpn::OR => Self::Or,
            rpn::AND => Self::And,
            rpn::XOR => Self::Xor,
            rpn::LOGIC_AND => Self::LogicAnd,
            rpn::LOGIC_OR => Self::LogicOr,
            rpn::EQ => Self::Eq,
            rpn::NE => Self::Ne,
            rpn::GT => Self::Gt,
            rpn::LT => Self::Lt,
            rpn::GE => Self::Ge,
            rpn::LE => Self::Le,
            rpn::SHL => Self::Shl,
            rpn::SHR => Self::Shr,
            rpn::USHR => Self::UShr,
            _ => return None,
        })
    }

    /// Its code in an expression.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The result.
    ///
    /// # Errors
    /// A [`Fault`] if there is no result.
    pub fn apply(self, left: i32, right: i32) -> Result<i32, Fault> {
        Ok(match self {
            Self::Add => left.wrapping_add(right),
            Self::Sub => left.wrapping_sub(right),
            Self::Mul => left.wrapping_mul(right),
            Self::Div if right == 0 => return Err(Fault::Division),
            Self::Div => floor_div(left, right),
            Self::Mod if right == 0 => return Err(Fault::Modulo),
            Self::Mod => left.wrapping_sub(floor_div(left, right).wrapping_mul(right)),
            Self::Exp => left.wrapping_pow(u32::try_from(right).map_err(|_| Fault::Exponent(right))?),
            Self::Or => left | right,
            Self::And => left & right,
            Self::Xor => left ^ right,
            Self::LogicAnd => i32::from(left != 0 && right != 0),
            Self::LogicOr => i32::from(left != 0 || right != 0),
            Self::Eq => i32::from(left == right),
            Self::Ne => i32::from(left != right),
            Self::Gt => i32::from(left > right),
            Self::Lt => i32::from(left < right),
            Self::Ge => i32::from(left >= right),
            Self::Le => i32::from(left <= right),
            Self::Shl if right < 0 => shift_right(left, right.unsigned_abs()),
            Self::Shl => shift_left(left, right.unsigned_abs()),
            Self::Shr | Self::UShr if right < 0 => shift_left(left, right.unsigned_abs()),
            Self::Shr => shift_right(left, right.unsigned_abs()),
            Self::UShr => left.cast_unsigned().checked_shr(right.unsigned_abs()).unwrap_or(0).cast_signed(),
        })
    }

    /// The warnings about the result, in the order in which they are reported.
    pub fn notices(self, left: i32, right: i32) -> impl Iterator<Item = Notice> {
        let division = (left == i32::MIN && right == -1).then_some(match self {
            Self::Div => Some(Notice::Quotient),
            Self::Mod => Some(Notice::Remainder),
            _ => None,
        });
        let negative = (self == Self::Shr && left < 0).then_some(Notice::ShiftedNegative(left));
        let amount = match self {
            Self::Shl | Self::Shr | Self::UShr if right < 0 => Some(Notice::NegativeAmount(right)),
            Self::Shl | Self::Shr | Self::UShr if right >= 32 => Some(Notice::LargeAmount(right)),
            _ => None,
        };
        division.flatten().into_iter().chain(negative).chain(amount)
    }
}

impl Unary {
    /// The operator with this code.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            rpn::NEG => Self::Neg,
            rpn::NOT => Self::Not,
            rpn::LOGIC_NOT => Self::LogicNot,
            rpn::HIGH => Self::High,
            rpn::LOW => Self::Low,
            rpn::BITWIDTH => Self::BitWidth,
            rpn::TZCOUNT => Self::TzCount,
            _ => return None,
        })
    }

    /// Its code in an expression.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The result.
    pub const fn apply(self, value: i32) -> i32 {
        match self {
            Self::Neg => value.wrapping_neg(),
            Self::Not => !value,
            Self::LogicNot => (value == 0) as i32,
            Self::High => value >> 8 & 0xFF,
            Self::Low => value & 0xFF,
            Self::BitWidth => (32 - value.leading_zeros()).cast_signed(),
            Self::TzCount => value.trailing_zeros().cast_signed(),
        }
    }
}

impl Notice {
    /// The warning flag of this notice.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Quotient | Self::Remainder => "div",
            Self::ShiftedNegative(_) => "shift",
            Self::NegativeAmount(_) | Self::LargeAmount(_) => "shift-amount",
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quotient => write!(f, "{} / -1 does not fit in 32 bits and gives {}", i32::MIN, i32::MIN),
            Self::Remainder => write!(f, "{} % -1 gives 0, but {} / -1 does not fit in 32 bits", i32::MIN, i32::MIN),
            Self::ShiftedNegative(value) => write!(f, "The negative value {value} is shifted right arithmetically"),
            Self::NegativeAmount(amount) => {
                write!(f, "A shift by the negative amount {amount} shifts in the other direction")
            }
            Self::LargeAmount(amount) => write!(f, "A shift by {amount} leaves none of the 32 bits"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Division => f.write_str("Division by zero"),
            Self::Modulo => f.write_str("Remainder of a division by zero"),
            Self::Exponent(exponent) => write!(f, "The exponent {exponent} is negative"),
        }
    }
}

/// Division that rounds down. The divisor must not be 0.
const fn floor_div(left: i32, right: i32) -> i32 {
    let quotient = left.wrapping_div(right);
    let rounded_up = left.wrapping_rem(right) != 0 && (left < 0) != (right < 0);
    quotient - rounded_up as i32
}

fn shift_left(value: i32, amount: u32) -> i32 {
    value.checked_shl(amount).unwrap_or(0)
}

/// An arithmetic shift: copies of the sign come in.
fn shift_right(value: i32, amount: u32) -> i32 {
    value >> amount.min(31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values are those of RGBDS 1.0.4.
    #[test]
    fn operators_give_what_rgbds_gives() {
        let cases: &[(i32, Binary, i32, i32)] = &[
            (5, Binary::Div, -2, -3),
            (5, Binary::Mod, -2, -1),
            (-5, Binary::Div, 2, -3),
            (-5, Binary::Mod, 2, 1),
            (i32::MIN, Binary::Div, -1, i32::MIN),
            (i32::MIN, Binary::Mod, -1, 0),
            (i32::MIN, Binary::Mul, 3, i32::MIN),
            (2, Binary::Exp, 33, 0),
            (3, Binary::Exp, 100, 0xCF38_13D1_u32.cast_signed()),
            (7, Binary::Exp, i32::MAX, 0xB6DB_6DB7_u32.cast_signed()),
            (0, Binary::Exp, 0, 1),
            (-4, Binary::UShr, -1, -8),
            (-4, Binary::UShr, -33, 0),
            (-4, Binary::UShr, 33, 0),
            (-4, Binary::Shl, -1, -2),
            (-4, Binary::Shl, -40, -1),
            (4, Binary::Shl, i32::MIN, 0),
            (-4, Binary::Shr, i32::MIN, 0),
            (-4, Binary::Shr, -2, -16),
            (3, Binary::LogicAnd, 0, 0),
            (3, Binary::LogicOr, 0, 1),
            (i32::MIN, Binary::Lt, 5, 1),
        ];
        for &(left, operator, right, value) in cases {
            assert_eq!(operator.apply(left, right), Ok(value), "{left} {operator:?} {right}");
        }
        assert_eq!(Binary::Div.apply(i32::MIN, 0), Err(Fault::Division));
        assert_eq!(Binary::Mod.apply(1, 0), Err(Fault::Modulo));
        assert_eq!(Binary::Exp.apply(0, -1), Err(Fault::Exponent(-1)));
    }

    #[test]
    fn functions_of_one_number_give_what_rgbds_gives() {
        assert_eq!(Unary::High.apply(-1), 0xFF);
        assert_eq!(Unary::High.apply(0x1234_5678), 0x56);
        assert_eq!(Unary::Low.apply(-2), 0xFE);
        assert_eq!(Unary::Neg.apply(i32::MIN), i32::MIN);
        assert_eq!(Unary::LogicNot.apply(5), 0);
        assert_eq!([0, 42, -1].map(|value| Unary::BitWidth.apply(value)), [0, 6, 32]);
        assert_eq!([0, 42, -1].map(|value| Unary::TzCount.apply(value)), [32, 1, 0]);
    }

    #[test]
    fn odd_results_are_noticed() {
        let notices = |left, operator: Binary, right| operator.notices(left, right).collect::<Vec<_>>();
        assert_eq!(notices(i32::MIN, Binary::Div, -1), [Notice::Quotient]);
        assert_eq!(notices(i32::MIN, Binary::Mod, -1), [Notice::Remainder]);
        assert_eq!(notices(i32::MIN, Binary::Mul, -1), []);
        assert_eq!(notices(-4, Binary::Shr, -2), [Notice::ShiftedNegative(-4), Notice::NegativeAmount(-2)]);
        assert_eq!(notices(-4, Binary::UShr, 32), [Notice::LargeAmount(32)]);
        assert_eq!(notices(-4, Binary::Shl, 31), []);
    }

    #[test]
    fn codes_and_operators_belong_together() {
        for code in 0..=u8::MAX {
            assert!(Binary::from_code(code).is_none_or(|operator| operator.code() == code));
            assert!(Unary::from_code(code).is_none_or(|operator| operator.code() == code));
        }
        assert_eq!((0..=u8::MAX).filter_map(Binary::from_code).count(), 20);
        assert_eq!((0..=u8::MAX).filter_map(Unary::from_code).count(), 7);
    }
}
