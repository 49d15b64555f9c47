//! LD and similar instructions.

use super::operands::{Operand, Pair, Register};
use super::{Asm, Done, Expression, Keyword, Mark, PatchKind, Token, rpn};
use crate::asm::hints::dropped;
use crate::operators::Unary;

/// An operand in brackets.
enum Pointed {
    /// `[HL]`
    Hl,
    /// `[BC]`, `[DE]`, `[HL+]` or `[HL-]`, with its number in an opcode.
    Step(u8),
    /// `[$FF00+C]`
    HighC,
    /// `[C]`
    C,
    Address(Expression),
}

impl Asm<'_> {
    /// Parses an operand in brackets. The opening bracket is the next token.
    fn pointed(&mut self) -> Done<Pointed> {
        self.skip();
        let pointed = match self.peek()? {
            Token::Keyword(keyword @ (Keyword::Bc | Keyword::De | Keyword::Hli | Keyword::Hld)) => {
                self.skip();
                Pointed::Step(match keyword {
                    Keyword::Bc => 0,
                    Keyword::De => 1,
                    Keyword::Hli => 2,
                    _ => 3,
                })
            }
            Token::Keyword(Keyword::Hl) => {
                self.skip();
                if self.accept(Mark::Plus)? {
                    Pointed::Step(2)
                } else if self.accept(Mark::Minus)? {
                    Pointed::Step(3)
                } else {
                    Pointed::Hl
                }
            }
            Token::Keyword(Keyword::C) => {
                self.skip();
                Pointed::C
            }
            _ => self.pointed_address()?,
        };
        self.expect(Mark::CloseBracket)?;
        if let Pointed::Address(address) = &pointed {
            self.check_operand(address, 16);
        }
        Ok(pointed)
    }

    /// Parses an address, or $FF00 + C.
    fn pointed_address(&mut self) -> Done<Pointed> {
        if self.peek()? == Token::Mark(Mark::OpenBrackets) {
            return self.fragment_literal().map(Pointed::Address);
        }
        let (address, plus_c) = self.expression_plus_c()?;
        if !plus_c {
            return Ok(Pointed::Address(address));
        }
        if self.constant(&address) != 0xFF00 {
            self.error("ff00-plus-c", "Only $FF00 can be added to C in brackets");
        }
        Ok(Pointed::HighC)
    }

    pub(super) fn ld(&mut self) -> Done {
        self.skip();
        match self.peek()? {
            Token::Mark(Mark::OpenBracket) => self.ld_to_pointed(),
            Token::Keyword(keyword @ (Keyword::Bc | Keyword::De | Keyword::Hl | Keyword::Sp)) => {
                self.skip();
                self.comma()?;
                self.ld_pair(keyword)
            }
            Token::Keyword(_) => {
                let register = self.register()?;
                self.comma()?;
                self.ld_register(register)
            }
            _ => Err(self.unexpected("a register, a register pair or `[`")),
        }
    }

    fn ld_to_pointed(&mut self) -> Done {
        let to = self.pointed()?;
        self.comma()?;
        match to {
            Pointed::Hl => self.ld_register(Register::AtHl),
            Pointed::Step(number) => {
                self.accumulator_source()?;
                self.opcode(0x02 | number << 4)
            }
            Pointed::HighC => {
                self.accumulator_source()?;
                self.opcode(0xE2)
            }
            Pointed::C => Err(self.unexpected("$FF00 + C or an address")),
            Pointed::Address(address) => {
                if self.accept_keyword(Keyword::Sp)? {
                    return self.opcode_with(0x08, PatchKind::Word, address);
                }
                self.accumulator_source()?;
                self.opcode_with(0xEA, PatchKind::Word, address)
            }
        }
    }

    fn accumulator_source(&mut self) -> Done {
        if self.accept_accumulator()? { Ok(()) } else { Err(self.unexpected("A")) }
    }

    /// Parses the source of LD for a register or `[HL]`.
    fn ld_register(&mut self, to: Register) -> Done {
        if to == Register::A && self.peek()? == Token::Mark(Mark::OpenBracket) {
            return match self.pointed()? {
                Pointed::Hl => self.opcode(0x7E),
                Pointed::Step(number) => self.opcode(0x0A | number << 4),
                Pointed::HighC => self.opcode(0xF2),
                Pointed::C => Err(self.unexpected("$FF00 + C or an address")),
                Pointed::Address(address) => self.opcode_with(0xFA, PatchKind::Word, address),
            };
        }
        match self.register_or_value()? {
            // This would be the opcode of HALT.
            Operand::Register(Register::AtHl) if to == Register::AtHl => {
                self.error("invalid-instruction", "There is no instruction LD [HL], [HL]");
                Ok(())
            }
            Operand::Register(from) => self.opcode(0x40 | (to as u8) << 3 | from as u8),
            Operand::Value(value) => {
                self.expect_end_of_operand(&value, 8)?;
                self.opcode_with(0x06 | (to as u8) << 3, PatchKind::Byte, value)
            }
        }
    }

    /// Parses the source of LD for a register pair.
    fn ld_pair(&mut self, to: Keyword) -> Done {
        let from = match self.peek()? {
            Token::Keyword(keyword @ (Keyword::Bc | Keyword::De | Keyword::Hl)) => keyword,
            Token::Keyword(Keyword::Sp) if to == Keyword::Hl => return self.ld_hl_sp(),
            _ => {
                let value = self.address()?;
                self.expect_end_of_operand(&value, 16)?;
                let number = Pair::of(to).map_or(0, |pair| pair as u8);
                return self.opcode_with(0x01 | number << 4, PatchKind::Word, value);
            }
        };
        self.skip();
        if (to, from) == (Keyword::Sp, Keyword::Hl) {
            return self.opcode(0xF9);
        }
        let (name, from) = (to.text(), from.text());
        let instead = match (name.as_bytes(), from.as_bytes()) {
            (&[high, low], &[from_high, from_low]) if to != Keyword::Sp => {
                let [high, low, from_high, from_low] = [high, low, from_high, from_low].map(char::from);
                format!("; LD {high}, {from_high} and LD {low}, {from_low} do that")
            }
            _ => String::new(),
        };
        self.error("invalid-instruction", format!("There is no instruction LD {name}, {from}{instead}"));
        Ok(())
    }

    /// Parses `SP` and an offset.
    fn ld_hl_sp(&mut self) -> Done {
        self.skip();
        if self.accept(Mark::Plus)? {
            let offset = self.expression()?;
            return self.with_offset(0xF8, offset);
        }
        if self.accept(Mark::Minus)? {
            // The minus applies to the whole expression: `SP - 1 + 2` is SP - 3.
            let offset = self.expression()?;
            let offset = self.unary(Unary::Neg, offset);
            return self.with_offset(0xF8, offset);
        }
        self.expect_instruction_end()?;
        self.error("invalid-instruction", "There is no instruction LD HL, SP; LD HL, SP + 0 does that");
        self.with_offset(0xF8, Expression::Known(0))
    }

    /// LDI or LDD.
    pub(super) fn ld_step(&mut self, base: u8) -> Done {
        self.skip();
        let load = self.accept_accumulator()?;
        if load {
            self.comma()?;
        }
        self.expect(Mark::OpenBracket)?;
        if !self.accept_keyword(Keyword::Hl)? {
            return Err(self.unexpected("HL"));
        }
        self.expect(Mark::CloseBracket)?;
        if load {
            return self.opcode(base | 0x08);
        }
        self.comma()?;
        self.accumulator_source()?;
        self.opcode(base)
    }

    pub(super) fn ldh(&mut self) -> Done {
        self.skip();
        let load = self.accept_accumulator()?;
        if load {
            self.comma()?;
        }
        if self.peek()? != Token::Mark(Mark::OpenBracket) {
            return Err(self.unexpected(if load { "`[`" } else { "A or `[`" }));
        }
        let pointed = self.pointed()?;
        if !load {
            self.comma()?;
            self.accumulator_source()?;
        }
        let base = if load { 0xF0 } else { 0xE0 };
        let address = match pointed {
            Pointed::C | Pointed::HighC => return self.opcode(base | 0x02),
            Pointed::Address(address) => address,
            Pointed::Hl | Pointed::Step(_) => return Err(self.unexpected("C or an address")),
        };
        let low = match address {
            Expression::Known(value) => {
                if !(0xFF00..=0xFFFF).contains(&value) {
                    let low = (0..=0xFF).contains(&value).then_some(dropped::LOW_BYTE);
                    let text = format!("LDH reaches $FF00 to $FFFF, but not ${value:X}");
                    self.error_or_dropped("ldh-address", text, low);
                }
                Expression::Known(value & 0xFF)
            }
            Expression::Symbol(_) | Expression::Code(_) => address.with(&[rpn::LDH]),
        };
        self.opcode_with(base, PatchKind::Byte, low)
    }
}
