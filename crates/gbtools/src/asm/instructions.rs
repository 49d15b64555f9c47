//! Instructions (gbz80(7)).
//!
//! Most have no operand, or one of eight registers whose number is a part of the opcode, so they are told in one line each.

mod load;
mod operands;

use super::expression::Expression;
use super::token::{Keyword, Mark, Token};
use super::{Asm, Done};
use crate::module::{PatchKind, rpn};
use operands::{Condition, Pair, Register};

impl Asm<'_> {
    /// An instruction, if this keyword, which is the next token, begins one.
    pub(crate) fn instruction(&mut self, keyword: Keyword) -> Done<bool> {
        use Keyword as K;
        let simple: Option<&[u8]> = match keyword {
            K::Nop => Some(&[0x00]),
            K::Rlca => Some(&[0x07]),
            K::Rrca => Some(&[0x0F]),
            K::Rla => Some(&[0x17]),
            K::Rra => Some(&[0x1F]),
            K::Daa => Some(&[0x27]),
            K::Scf => Some(&[0x37]),
            K::Ccf => Some(&[0x3F]),
            K::Halt => Some(&[0x76]),
            K::Reti => Some(&[0xD9]),
            K::Di => Some(&[0xF3]),
            K::Ei => Some(&[0xFB]),
            _ => None,
        };
        if let Some(code) = simple {
            self.skip();
            return self.opcode(code).map(|()| true);
        }
        match keyword {
            K::Ld => self.ld()?,
            K::Ldh => self.ldh()?,
            K::Ldi => self.ld_step(0x22)?,
            K::Ldd => self.ld_step(0x32)?,
            K::Add => self.add()?,
            K::Adc => self.accumulator(0x88)?,
            K::Sub => self.accumulator(0x90)?,
            K::Sbc => self.accumulator(0x98)?,
            K::AndWord => self.accumulator(0xA0)?,
            K::XorWord => self.accumulator(0xA8)?,
            K::OrWord => self.accumulator(0xB0)?,
            K::Cp => self.accumulator(0xB8)?,
            K::Inc => self.step(0x04, 0x03)?,
            K::Dec => self.step(0x05, 0x0B)?,
            K::Cpl => self.cpl()?,
            K::Rlc => self.extended(0x00)?,
            K::Rrc => self.extended(0x08)?,
            K::Rl => self.extended(0x10)?,
            K::Rr => self.extended(0x18)?,
            K::Sla => self.extended(0x20)?,
            K::Sra => self.extended(0x28)?,
            K::Swap => self.extended(0x30)?,
            K::Srl => self.extended(0x38)?,
            K::Bit => self.bit(0x40, "BIT")?,
            K::Res => self.bit(0x80, "RES")?,
            K::Set => self.bit(0xC0, "SET")?,
            K::Push => self.stack(0xC5)?,
            K::Pop => self.stack(0xC1)?,
            K::Jp => self.jp()?,
            K::Jr => self.jr()?,
            K::Call => self.call()?,
            K::Ret => self.ret()?,
            K::Rst => self.rst()?,
            K::Stop => self.stop_instruction()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Writes an opcode.
    fn opcode(&mut self, code: &[u8]) -> Done {
        if !self.check_data("An instruction") {
            return Ok(());
        }
        let written = self.sections.write(code);
        self.counted(written)
    }

    /// Writes an opcode and its operand, in which `@` is where the opcode is.
    fn opcode_with(&mut self, code: &[u8], kind: PatchKind, operand: Expression) -> Done {
        let pc = self.sections.pc();
        self.opcode(code)?;
        self.emit_at(kind, operand, pc)
    }

    /// Demands that the instruction ends here, before it is written.
    fn expect_instruction_end(&mut self) -> Done {
        let ends = matches!(self.peek()?, Token::Newline | Token::End | Token::Mark(Mark::ColonColon));
        if ends { Ok(()) } else { Err(self.unexpected("the end of the instruction")) }
    }

    /// An operation of the accumulator, which may be named: `ADD A, B` or `ADD B`.
    fn accumulator(&mut self, base: u8) -> Done {
        self.skip();
        if self.accept_keyword(Keyword::A)? {
            if !self.accept(Mark::Comma)? {
                self.expect_instruction_end()?;
                return self.opcode(&[base | Register::A as u8]);
            }
        }
        self.accumulator_operand(base)
    }

    /// What an operation of the accumulator is done with.
    fn accumulator_operand(&mut self, base: u8) -> Done {
        if let Some(register) = self.register()? {
            self.expect_instruction_end()?;
            return self.opcode(&[base | register as u8]);
        }
        let operand = self.expression()?;
        self.expect_instruction_end()?;
        self.opcode_with(&[base | 0x46], PatchKind::Byte, operand)
    }

    fn add(&mut self) -> Done {
        self.skip();
        if self.accept_keyword(Keyword::Hl)? {
            self.comma()?;
            let pair = self.pair(&[Keyword::Bc, Keyword::De, Keyword::Hl, Keyword::Sp])?;
            self.expect_instruction_end()?;
            return self.opcode(&[0x09 | (pair as u8) << 4]);
        }
        if self.accept_keyword(Keyword::Sp)? {
            self.comma()?;
            let offset = self.expression()?;
            self.expect_instruction_end()?;
            self.check_signed(&offset);
            return self.opcode_with(&[0xE8], PatchKind::Byte, offset);
        }
        if self.accept_keyword(Keyword::A)? && !self.accept(Mark::Comma)? {
            self.expect_instruction_end()?;
            return self.opcode(&[0x87]);
        }
        self.accumulator_operand(0x80)
    }

    /// INC or DEC.
    fn step(&mut self, single: u8, double: u8) -> Done {
        self.skip();
        if let Some(register) = self.register()? {
            self.expect_instruction_end()?;
            return self.opcode(&[single | (register as u8) << 3]);
        }
        let pair = self.pair(&[Keyword::Bc, Keyword::De, Keyword::Hl, Keyword::Sp])?;
        self.expect_instruction_end()?;
        self.opcode(&[double | (pair as u8) << 4])
    }

    fn cpl(&mut self) -> Done {
        self.skip();
        self.accept_keyword(Keyword::A)?;
        self.expect_instruction_end()?;
        self.opcode(&[0x2F])
    }

    /// An operation of one register whose opcode begins with $CB.
    fn extended(&mut self, base: u8) -> Done {
        self.skip();
        let register = self.needed_register()?;
        self.expect_instruction_end()?;
        self.opcode(&[0xCB])?;
        self.opcode(&[base | register as u8])
    }

    /// BIT, RES or SET.
    fn bit(&mut self, base: u8, name: &str) -> Done {
        self.skip();
        let index = self.expression()?;
        self.comma()?;
        let register = self.needed_register()?;
        self.expect_instruction_end()?;
        let mask = base | register as u8;
        self.opcode(&[0xCB])?;
        match index {
            Expression::Known(value) => {
                self.check_width(value, 3);
                match u8::try_from(value) {
                    Ok(bit @ 0..=7) => self.opcode(&[mask | bit << 3]),
                    _ => {
                        self.error("bit-index", format!("{name} has bits 0 to 7, but no bit {value}"));
                        self.opcode(&[mask])
                    }
                }
            }
            Expression::Unknown(_) => self.emit(PatchKind::Byte, index.with(&[rpn::BIT, mask])),
        }
    }

    /// PUSH or POP.
    fn stack(&mut self, base: u8) -> Done {
        self.skip();
        let pair = self.pair(&[Keyword::Bc, Keyword::De, Keyword::Hl, Keyword::Af])?;
        self.expect_instruction_end()?;
        self.opcode(&[base | (pair as u8) << 4])
    }

    fn jp(&mut self) -> Done {
        self.skip();
        if self.accept_keyword(Keyword::Hl)? {
            self.expect_instruction_end()?;
            return self.opcode(&[0xE9]);
        }
        let (code, target) = self.conditional(0xC3, 0xC2)?;
        self.expect_instruction_end()?;
        self.opcode_with(&[code], PatchKind::Word, target)
    }

    fn call(&mut self) -> Done {
        self.skip();
        let (code, target) = self.conditional(0xCD, 0xC4)?;
        self.expect_instruction_end()?;
        self.opcode_with(&[code], PatchKind::Word, target)
    }

    /// An address, perhaps with a condition before it; and the opcode of the one or the other.
    fn conditional(&mut self, always: u8, base: u8) -> Done<(u8, Expression)> {
        match self.condition()? {
            Condition::Code(code) => {
                self.comma()?;
                Ok((base | code << 3, self.address()?))
            }
            Condition::NotOne(negations) => Ok((always, self.address_after(negations)?)),
        }
    }

    fn jr(&mut self) -> Done {
        self.skip();
        let (code, target) = self.conditional(0x18, 0x20)?;
        self.expect_instruction_end()?;
        let Some(distance) = self.distance_from_here(&target) else {
            return self.opcode_with(&[code], PatchKind::Relative, target);
        };
        // Addresses have 16 bits, and so have their distances.
        #[expect(clippy::cast_possible_truncation, reason = "it wraps")]
        let distance = distance.wrapping_sub(2) as i16;
        let Ok(offset) = i8::try_from(distance) else {
            self.error(
                "jr-target",
                format!("JR reaches from -128 to 127, but its target is {distance} bytes away; JP reaches it"),
            );
            self.opcode(&[code])?;
            return self.opcode(&[0]);
        };
        self.opcode(&[code])?;
        self.opcode(&[offset.cast_unsigned()])
    }

    fn ret(&mut self) -> Done {
        self.skip();
        let code = match self.condition()? {
            Condition::Code(code) => 0xC0 | code << 3,
            Condition::NotOne(0) => 0xC9,
            Condition::NotOne(_) => return Err(self.unexpected("a condition")),
        };
        self.expect_instruction_end()?;
        self.opcode(&[code])
    }

    fn rst(&mut self) -> Done {
        self.skip();
        let vector = self.expression()?;
        self.expect_instruction_end()?;
        match vector {
            Expression::Known(value) => match u8::try_from(value) {
                Ok(vector) if vector & !0x38 == 0 => self.opcode(&[0xC7 | vector]),
                _ => {
                    self.error("rst-vector", format!("RST goes to $00, $08, and so on to $38, but not to ${value:X}"));
                    self.opcode(&[0xC7])
                }
            },
            Expression::Unknown(_) => self.emit(PatchKind::Byte, vector.with(&[rpn::RST])),
        }
    }

    fn stop_instruction(&mut self) -> Done {
        self.skip();
        let ends = matches!(self.peek()?, Token::Newline | Token::End | Token::Mark(Mark::ColonColon));
        let operand = if ends { Expression::Known(0) } else { self.expression()? };
        self.expect_instruction_end()?;
        self.opcode_with(&[0x10], PatchKind::Byte, operand)
    }

    /// Warns of an offset to SP that does not fit a signed byte.
    fn check_signed(&mut self, offset: &Expression) {
        if let Some(value) = offset.known().filter(|value| i8::try_from(*value).is_err()) {
            self.warn(super::warnings::Warning::Truncation1, format!("The offset {value} does not fit a signed byte"));
        }
    }
}

impl Pair {
    /// The pair that a keyword names.
    fn of(keyword: Keyword) -> Option<Self> {
        Some(match keyword {
            Keyword::Bc => Self::Bc,
            Keyword::De => Self::De,
            Keyword::Hl => Self::Hl,
            Keyword::Sp | Keyword::Af => Self::SpOrAf,
            _ => return None,
        })
    }
}
