//! Operands of instructions.

use super::{Asm, Done, Expression, Keyword, Mark, Token};
use crate::asm::expression::Behind;
use crate::operators::Unary;

/// A register or `[HL]`, with its number in an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Register {
    B = 0,
    C = 1,
    D = 2,
    E = 3,
    H = 4,
    L = 5,
    AtHl = 6,
    A = 7,
}

/// A register pair, with its number in an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    Bc = 0,
    De = 1,
    Hl = 2,
    SpOrAf = 3,
}

impl Pair {
    /// The register pair with this keyword.
    pub(super) fn of(keyword: Keyword) -> Option<Self> {
        Some(match keyword {
            Keyword::Bc => Self::Bc,
            Keyword::De => Self::De,
            Keyword::Hl => Self::Hl,
            Keyword::Sp | Keyword::Af => Self::SpOrAf,
            _ => return None,
        })
    }

    /// The high and the low register.
    pub(super) fn halves(self) -> Option<(Register, Register)> {
        match self {
            Self::Bc => Some((Register::B, Register::C)),
            Self::De => Some((Register::D, Register::E)),
            Self::Hl => Some((Register::H, Register::L)),
            Self::SpOrAf => None,
        }
    }
}

/// A condition, with its number in an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Code(u8),
    /// No condition. But this many `!` have been read, which belong to an expression.
    NotOne(u32),
}

/// The source of an instruction that takes a byte.
#[derive(Debug)]
pub(super) enum Operand {
    Register(Register),
    Value(Expression),
}

/// The result of HIGH or LOW: a register, or the start of an expression.
enum Half {
    Register(Register),
    Value(Expression),
}

impl Asm<'_> {
    /// Parses a register or `[HL]`. Anything else is a syntax error.
    pub(super) fn register(&mut self) -> Done<Register> {
        if let Token::Keyword(keyword @ (Keyword::High | Keyword::Low)) = self.peek()? {
            self.skip();
            self.expect(Mark::Open)?;
            let half = self.half_of_pair(keyword == Keyword::High)?;
            return half.ok_or_else(|| self.unexpected("a pair of registers in HIGH or LOW"));
        }
        match self.register_or_half()? {
            Some(Half::Register(register)) => Ok(register),
            _ => Err(self.unexpected("a register")),
        }
    }

    /// Parses a register, `[HL]` or an expression.
    pub(super) fn register_or_value(&mut self) -> Done<Operand> {
        match self.register_or_half()? {
            Some(Half::Register(register)) => Ok(Operand::Register(register)),
            Some(Half::Value(value)) => self.expression_after(value).map(Operand::Value),
            None => self.expression().map(Operand::Value),
        }
    }

    /// Consumes the accumulator, if it is the next operand.
    pub(super) fn accept_accumulator(&mut self) -> Done<bool> {
        match self.peek()? {
            Token::Keyword(Keyword::A) => {
                self.skip();
                Ok(true)
            }
            Token::Keyword(Keyword::High) => match self.register()? {
                Register::A => Ok(true),
                _ => Err(self.unexpected("A before this")),
            },
            _ => Ok(false),
        }
    }

    /// Parses something that may be a register: a name, `[HL]`, HIGH or LOW.
    fn register_or_half(&mut self) -> Done<Option<Half>> {
        let register = match self.peek()? {
            Token::Keyword(keyword) => match keyword {
                Keyword::A => Register::A,
                Keyword::B => Register::B,
                Keyword::C => Register::C,
                Keyword::D => Register::D,
                Keyword::E => Register::E,
                Keyword::H => Register::H,
                Keyword::L => Register::L,
                Keyword::High | Keyword::Low => return self.half(keyword == Keyword::High).map(Some),
                _ => return Ok(None),
            },
            Token::Mark(Mark::OpenBracket) => {
                self.skip();
                if !self.accept_keyword(Keyword::Hl)? {
                    return Err(self.unexpected("HL"));
                }
                self.expect(Mark::CloseBracket)?;
                return Ok(Some(Half::Register(Register::AtHl)));
            }
            _ => return Ok(None),
        };
        self.skip();
        Ok(Some(Half::Register(register)))
    }

    /// Parses HIGH or LOW, the next token.
    fn half(&mut self, high: bool) -> Done<Half> {
        self.skip();
        self.expect(Mark::Open)?;
        if let Some(register) = self.half_of_pair(high)? {
            return Ok(Half::Register(register));
        }
        let operand = self.inside(Behind::default(), Self::expression)?;
        Ok(Half::Value(self.unary(if high { Unary::High } else { Unary::Low }, operand)))
    }

    /// Parses a register pair and `)` in HIGH or LOW. Returns its register, or nothing if this is an expression.
    fn half_of_pair(&mut self, high: bool) -> Done<Option<Register>> {
        let pair = match self.peek()? {
            Token::Keyword(Keyword::Af) if high => Some((Register::A, Register::A)),
            Token::Keyword(keyword) => Pair::of(keyword).and_then(Pair::halves),
            _ => None,
        };
        let Some((upper, lower)) = pair else { return Ok(None) };
        self.skip();
        self.expect(Mark::Close)?;
        Ok(Some(if high { upper } else { lower }))
    }

    /// Parses one of these register pairs. Anything else is a syntax error.
    pub(super) fn pair(&mut self, allowed: &[Keyword]) -> Done<Pair> {
        if let Token::Keyword(keyword) = self.peek()?
            && allowed.contains(&keyword)
            && let Some(pair) = Pair::of(keyword)
        {
            self.skip();
            return Ok(pair);
        }
        let names: Vec<_> = allowed.iter().map(|keyword| keyword.text()).collect();
        Err(self.unexpected(&names.join(" or ")))
    }

    /// Parses an optional condition.
    pub(super) fn condition(&mut self) -> Done<Condition> {
        let mut negations = 0_u32;
        while self.accept(Mark::Not)? {
            negations += 1;
        }
        let code = match self.peek()? {
            Token::Keyword(Keyword::Nz) => 0,
            Token::Keyword(Keyword::Z) => 1,
            Token::Keyword(Keyword::Nc) => 2,
            Token::Keyword(Keyword::C) => 3,
            _ => return Ok(Condition::NotOne(negations)),
        };
        self.skip();
        Ok(Condition::Code(code ^ u8::from(negations % 2 == 1)))
    }

    /// Parses an address: an expression or a fragment literal.
    pub(super) fn address(&mut self) -> Done<Expression> {
        if self.peek()? == Token::Mark(Mark::OpenBrackets) { self.fragment_literal() } else { self.expression() }
    }

    /// Parses an address after this many `!`.
    pub(super) fn address_after(&mut self, negations: u32) -> Done<Expression> {
        if negations == 0 {
            return self.address();
        }
        let mut operand = self.tight_operand()?;
        for _ in 0..negations {
            operand = self.unary(Unary::LogicNot, operand);
        }
        self.expression_after(operand)
    }
}
