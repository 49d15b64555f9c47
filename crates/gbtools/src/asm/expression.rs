//! Numeric expressions: computed if all parts are known, otherwise left to the linker (rgbasm(5), EXPRESSIONS).

mod functions;
mod issues;
mod parse;
mod string_functions;
mod strings;

pub(crate) use functions::region;
pub(crate) use issues::{Issues, note};
pub(crate) use parse::{Behind, PlusC};

use bstr::ByteSlice;

use super::hints::Hint;
use super::names::Name;
use super::symbols::{Dynamic, Kind};
use super::warnings::Warning;
use super::{Asm, Done};
use crate::module::{SectionId, rpn};
use crate::operators::{Binary, Fault, Notice, Unary};

/// A numeric expression.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Known(i32),
    /// Only a symbol whose value is not known, by its full name. Most expressions that are not known are of this kind.
    Symbol(Name),
    /// Code for the linker. The form is that of an object file, with names for symbols.
    Code(Vec<u8>),
}

impl Expression {
    pub(crate) fn of_code(code: Vec<u8>) -> Self {
        Self::Code(code)
    }

    pub(crate) fn known(&self) -> Option<i32> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Symbol(_) | Self::Code(_) => None,
        }
    }

    fn symbol(&self) -> Option<Name> {
        match self {
            Self::Symbol(name) => Some(*name),
            Self::Known(_) | Self::Code(_) => None,
        }
    }

    /// Appends the code of this expression.
    pub(crate) fn push_code(&self, code: &mut Vec<u8>) {
        match self {
            Self::Known(value) => {
                code.push(rpn::CONST);
                code.extend(value.to_le_bytes());
            }
            Self::Symbol(name) => push_symbol(code, rpn::SYMBOL, *name),
            Self::Code(own) => code.extend_from_slice(own),
        }
    }

    /// The code of this expression.
    fn into_code(self) -> Vec<u8> {
        match self {
            Self::Code(code) => code,
            other => {
                let mut code = Vec::with_capacity(16);
                other.push_code(&mut code);
                code
            }
        }
    }

    /// This expression with an operator appended.
    pub(crate) fn with(self, operator: &[u8]) -> Self {
        let mut code = self.into_code();
        code.extend_from_slice(operator);
        Self::of_code(code)
    }
}

fn push_symbol(code: &mut Vec<u8>, operator: u8, name: Name) {
    code.push(operator);
    code.extend(u32::try_from(name.index()).unwrap_or(u32::MAX).to_le_bytes());
}

/// Calls `symbol` with the bytes of each symbol in the code of an expression.
pub(crate) fn symbols_of(code: &mut [u8], mut symbol: impl FnMut(&mut [u8])) {
    let mut at = 0;
    while let Some(&operator) = code.get(at) {
        at += 1;
        match operator {
            rpn::SYMBOL | rpn::BANK_SYMBOL => {
                symbol(&mut code[at..at + 4]);
                at += 4;
            }
            rpn::CONST => at += 4,
            rpn::BANK_SECTION | rpn::SIZEOF_SECTION | rpn::STARTOF_SECTION => {
                at += code[at..].find_byte(0).unwrap_or(0) + 1;
            }
            rpn::SIZEOF_REGION | rpn::STARTOF_REGION | rpn::BIT => at += 1,
            _ => {}
        }
    }
}

/// Decodes a name in the code of an expression.
pub(crate) fn name_of(bytes: &[u8]) -> Name {
    Name::from_index(bytes.try_into().map_or(0, u32::from_le_bytes))
}

impl Asm<'_> {
    /// The value of a symbol, by its full name.
    pub(crate) fn symbol_expression(&mut self, name: Name) -> Expression {
        if let Some(value) = self.symbol_number(name) {
            return Expression::Known(value);
        }
        match self.symbols.get(name).kind {
            Kind::Label { .. } => Expression::Symbol(name),
            Kind::Dynamic(Dynamic::Pc) if self.sections.pc().is_some() => Expression::Symbol(name),
            Kind::Dynamic(dynamic) => {
                self.error("no-value", dynamic.why_no_value());
                Expression::Known(0)
            }
            Kind::Undefined | Kind::Reference => {
                self.refer(name);
                Expression::Symbol(name)
            }
            _ => {
                let shown = self.names.get(name).as_bstr().to_owned();
                self.error("not-numeric", format!("`{shown}` is not a number"));
                Expression::Known(0)
            }
        }
    }

    /// Applies an operator with one operand.
    pub(crate) fn unary(&mut self, operator: Unary, operand: Expression) -> Expression {
        match operand {
            Expression::Known(value) => Expression::Known(operator.apply(value)),
            Expression::Symbol(_) | Expression::Code(_) => {
                let known = match operator {
                    Unary::Low => self.known_bits(&operand, 0xFF),
                    // A value with a known bit that is set is not zero.
                    Unary::LogicNot => self.told_bits(&operand).filter(|&(_, bits)| bits != 0).map(|_| 0),
                    _ => None,
                };
                known.map_or_else(|| operand.with(&[operator.code()]), Expression::Known)
            }
        }
    }

    /// Applies an operator with two operands.
    pub(crate) fn binary_operator(
        &mut self,
        operator: Binary,
        left: Expression,
        right: &Expression,
    ) -> Done<Expression> {
        if let (Expression::Known(left), Expression::Known(right)) = (&left, right) {
            return self.fold(operator, *left, *right).map(Expression::Known);
        }
        let known = match (operator, left.known(), right.known()) {
            (Binary::And | Binary::LogicAnd, Some(0), _) | (Binary::And | Binary::LogicAnd, _, Some(0)) => Some(0),
            (Binary::LogicOr, Some(value), _) | (Binary::LogicOr, _, Some(value)) if value != 0 => Some(1),
            (Binary::And, Some(mask), None) => self.known_bits(right, mask),
            (Binary::And, None, Some(mask)) => self.known_bits(&left, mask),
            (Binary::Sub, None, None) => self.distance(&left, right),
            _ => None,
        };
        if let Some(value) = known {
            return Ok(Expression::Known(value));
        }
        let mut code = left.into_code();
        right.push_code(&mut code);
        code.push(operator.code());
        self.check_text(code.len())?;
        Ok(Expression::of_code(code))
    }

    fn fold(&mut self, operator: Binary, left: i32, right: i32) -> Done<i32> {
        for notice in operator.notices(left, right) {
            let warning = match notice {
                Notice::Quotient | Notice::Remainder => Warning::Div,
                Notice::ShiftedNegative(_) => Warning::Shift,
                Notice::NegativeAmount(_) | Notice::LargeAmount(_) => Warning::ShiftAmount,
            };
            self.warn(warning, notice.to_string());
        }
        operator.apply(left, right).map_err(|fault| match fault {
            Fault::Division => self.fatal("division-by-zero", "Division by zero"),
            Fault::Modulo => self.fatal("division-by-zero", "Modulo by zero"),
            Fault::Exponent(power) => {
                self.fatal("negative-exponent", format!("A number cannot be raised to the power {power}"))
            }
        })
    }

    /// The section and offset of an expression that is only a label or `@`.
    fn location(&self, expression: &Expression) -> Option<(SectionId, u32)> {
        let name = expression.symbol()?;
        match self.symbols.get(name).kind {
            Kind::Label { section, offset } => Some((section, offset)),
            Kind::Dynamic(Dynamic::Pc) => self.sections.pc(),
            _ => None,
        }
    }

    /// The distance between two places in one section. It does not depend on the section's address.
    fn distance(&self, left: &Expression, right: &Expression) -> Option<i32> {
        let (left, right) = (self.location(left)?, self.location(right)?);
        (left.0 == right.0).then(|| left.1.wrapping_sub(right.1).cast_signed())
    }

    /// The distance from here to an expression that is only a label in the current section.
    pub(crate) fn distance_from_here(&self, expression: &Expression) -> Option<i32> {
        let (target, here) = (self.location(expression)?, self.sections.pc()?);
        (target.0 == here.0).then(|| target.1.wrapping_sub(here.1).cast_signed())
    }

    /// `expression & mask`, if the section's alignment determines all these bits.
    fn known_bits(&self, expression: &Expression, mask: i32) -> Option<i32> {
        let (told, value) = self.told_bits(expression)?;
        (mask & 0xFFFF & !told == 0).then_some(value & mask)
    }

    /// The bits of a label that its section's alignment determines: a mask and their values.
    fn told_bits(&self, expression: &Expression) -> Option<(i32, i32)> {
        let (section, offset) = self.location(expression)?;
        let (bits, start) = self.sections.alignment(section);
        let told = (1_i32 << bits) - 1;
        Some((told, i32::from(start).wrapping_add(offset.cast_signed()) & told))
    }

    /// The value of an expression that must be constant. If it is not known, reports the reason and returns 0.
    pub(crate) fn constant(&mut self, expression: &Expression) -> i32 {
        match expression {
            Expression::Known(value) => *value,
            unknown => {
                let mut code = Vec::new();
                unknown.push_code(&mut code);
                let (why, hint) = self.why_unknown(&mut code);
                let text = format!("Expected a constant expression: {why}{}", hint.text);
                self.error(hint.code("not-constant"), text);
                0
            }
        }
    }

    /// The reason why a value is not known, as text.
    #[cold]
    fn why_unknown(&mut self, code: &mut [u8]) -> (String, Hint) {
        let mut why = None;
        symbols_of(code, |bytes| {
            let name = name_of(bytes);
            why = why.take().or_else(|| Some((self.why_no_value(name)?, name)));
        });
        match why {
            Some((why, name)) => (why, self.hint_for_symbol(name)),
            None => ("its value is not known before linking".to_owned(), Hint::default()),
        }
    }
}
