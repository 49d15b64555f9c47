//! LD and its relatives.

use super::operands::{Pair, Register};
use super::{Asm, Done, Expression, Keyword, Mark, PatchKind, Token, rpn};

/// What is in brackets.
enum Pointed {
    /// `[HL]`
    Hl,
    /// `[BC]`, `[DE]`, `[HL+]` or `[HL-]`, by its number in an opcode.
    Step(u8),
    /// `[$FF00+C]`
    HighC,
    /// `[C]`
    C,
    Address(Expression),
}

impl Asm<'_> {
    /// What stands in brackets, the first of which is the next token.
    fn pointed(&mut self) -> Done<Pointed> {
        self.skip();
        let pointed = match self.peek()? {
            Token::Keyword(Keyword::Bc) => self.step_pointer(0)?,
            Token::Keyword(Keyword::De) => self.step_pointer(1)?,
            Token::Keyword(Keyword::Hli) => self.step_pointer(2)?,
            Token::Keyword(Keyword::Hld) => self.step_pointer(3)?,
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
        Ok(pointed)
    }

    fn step_pointer(&mut self, number: u8) -> Done<Pointed> {
        self.skip();
        Ok(Pointed::Step(number))
    }

    /// An address, or $FF00 + C.
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
            Token::Keyword(keyword) => {
                if let Some(pair) = Pair::of(keyword).filter(|_| keyword != Keyword::Af) {
                    self.skip();
                    self.comma()?;
                    return self.ld_pair(pair, keyword);
                }
                match self.register()? {
                    Some(register) => {
                        self.comma()?;
                        self.ld_register(register)
                    }
                    None => Err(self.unexpected("a register, a pair of registers or `[`")),
                }
            }
            _ => Err(self.unexpected("a register, a pair of registers or `[`")),
        }
    }

    fn ld_to_pointed(&mut self) -> Done {
        let to = self.pointed()?;
        self.comma()?;
        match to {
            Pointed::Hl => {
                if self.peek()? == Token::Mark(Mark::OpenBracket) {
                    return self.ld_pointed_pointed();
                }
                self.ld_register(Register::AtHl)
            }
            Pointed::Step(number) => {
                self.accumulator_source()?;
                self.opcode(&[0x02 | number << 4])
            }
            Pointed::HighC => {
                self.accumulator_source()?;
                self.opcode(&[0xE2])
            }
            Pointed::C => Err(self.unexpected("$FF00 + C; or LDH")),
            Pointed::Address(address) => {
                if self.accept_keyword(Keyword::Sp)? {
                    self.expect_instruction_end()?;
                    return self.opcode_with(&[0x08], PatchKind::Word, address);
                }
                self.accumulator_source()?;
                self.opcode_with(&[0xEA], PatchKind::Word, address)
            }
        }
    }

    fn ld_pointed_pointed(&mut self) -> Done {
        match self.pointed()? {
            Pointed::Hl => {
                self.expect_instruction_end()?;
                self.error("invalid-instruction", "There is no instruction LD [HL], [HL]");
                Ok(())
            }
            _ => Err(self.unexpected("a register or a number")),
        }
    }

    /// A, and the end of the instruction.
    fn accumulator_source(&mut self) -> Done {
        if !self.accept_keyword(Keyword::A)? {
            return Err(self.unexpected("A"));
        }
        self.expect_instruction_end()
    }

    /// The source of LD for a register, or the byte at HL.
    fn ld_register(&mut self, to: Register) -> Done {
        if to == Register::A && self.peek()? == Token::Mark(Mark::OpenBracket) {
            let from = self.pointed()?;
            self.expect_instruction_end()?;
            return match from {
                Pointed::Hl => self.opcode(&[0x7E]),
                Pointed::Step(number) => self.opcode(&[0x0A | number << 4]),
                Pointed::HighC => self.opcode(&[0xF2]),
                Pointed::C => Err(self.unexpected("$FF00 + C; or LDH")),
                Pointed::Address(address) => self.opcode_with(&[0xFA], PatchKind::Word, address),
            };
        }
        if let Some(from) = self.register()? {
            self.expect_instruction_end()?;
            return self.opcode(&[0x40 | (to as u8) << 3 | from as u8]);
        }
        let value = self.expression()?;
        self.expect_instruction_end()?;
        self.opcode_with(&[0x06 | (to as u8) << 3], PatchKind::Byte, value)
    }

    /// The source of LD for a pair of registers.
    fn ld_pair(&mut self, to: Pair, name: Keyword) -> Done {
        let from = match self.peek()? {
            Token::Keyword(keyword @ (Keyword::Bc | Keyword::De | Keyword::Hl)) => keyword,
            Token::Keyword(Keyword::Sp) if to == Pair::Hl => return self.ld_hl_sp(),
            _ => {
                let value = self.address()?;
                self.expect_instruction_end()?;
                return self.opcode_with(&[0x01 | (to as u8) << 4], PatchKind::Word, value);
            }
        };
        self.skip();
        self.expect_instruction_end()?;
        if (name, from) == (Keyword::Sp, Keyword::Hl) {
            return self.opcode(&[0xF9]);
        }
        let (name, from) = (name.text(), from.text());
        let instead = match (name.as_bytes(), from.as_bytes()) {
            (&[high, low], &[from_high, from_low]) if name != "SP" => {
                let (high, low) = (char::from(high), char::from(low));
                let (from_high, from_low) = (char::from(from_high), char::from(from_low));
                format!("; LD {high}, {from_high} and LD {low}, {from_low} do that")
            }
            _ => String::new(),
        };
        self.error("invalid-instruction", format!("There is no instruction LD {name}, {from}{instead}"));
        Ok(())
    }

    /// `SP`, which is the next token, and an offset.
    fn ld_hl_sp(&mut self) -> Done {
        self.skip();
        let offset = match self.peek()? {
            // The sign belongs to the offset.
            Token::Mark(Mark::Plus | Mark::Minus) => self.expression()?,
            _ => {
                self.expect_instruction_end()?;
                self.error("invalid-instruction", "There is no instruction LD HL, SP; LD HL, SP + 0 does that");
                return Ok(());
            }
        };
        self.expect_instruction_end()?;
        self.check_signed(&offset);
        self.opcode_with(&[0xF8], PatchKind::Byte, offset)
    }

    /// LDI or LDD.
    pub(super) fn ld_step(&mut self, base: u8) -> Done {
        self.skip();
        let load = self.accept_keyword(Keyword::A)?;
        if load {
            self.comma()?;
        }
        if self.register()? != Some(Register::AtHl) {
            return Err(self.unexpected("[HL]"));
        }
        if load {
            self.expect_instruction_end()?;
            return self.opcode(&[base | 0x08]);
        }
        self.comma()?;
        self.accumulator_source()?;
        self.opcode(&[base])
    }

    pub(super) fn ldh(&mut self) -> Done {
        self.skip();
        if self.accept_keyword(Keyword::A)? {
            self.comma()?;
            if self.peek()? != Token::Mark(Mark::OpenBracket) {
                return Err(self.unexpected("`[`"));
            }
            let from = self.pointed()?;
            self.expect_instruction_end()?;
            return self.high_access(from, 0xF0);
        }
        if self.peek()? != Token::Mark(Mark::OpenBracket) {
            return Err(self.unexpected("A or `[`"));
        }
        let to = self.pointed()?;
        self.comma()?;
        self.accumulator_source()?;
        self.high_access(to, 0xE0)
    }

    fn high_access(&mut self, pointed: Pointed, base: u8) -> Done {
        let address = match pointed {
            Pointed::C | Pointed::HighC => return self.opcode(&[base | 0x02]),
            Pointed::Address(address) => address,
            Pointed::Hl | Pointed::Step(_) => return Err(self.unexpected("C or an address")),
        };
        let low = match address {
            Expression::Known(value) => {
                if !(0xFF00..=0xFFFF).contains(&value) {
                    self.error("ldh-address", format!("LDH reaches $FF00 to $FFFF, but not ${value:X}"));
                }
                Expression::Known(value & 0xFF)
            }
            Expression::Unknown(_) => address.with(&[rpn::LDH]),
        };
        self.opcode_with(&[base], PatchKind::Byte, low)
    }
}
