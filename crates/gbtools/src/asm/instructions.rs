//! Instructions (gbz80(7)).
//!
//! Most instructions have no operand, or one of eight registers whose number is part of the opcode. Each of them takes
//! one line.

mod load;
mod operands;

use super::expression::Expression;
use super::statement::width;
use super::token::{Keyword, Mark, Token};
use super::warnings::Warning;
use super::{Asm, Done};
use crate::module::{PatchKind, rpn};
use operands::{Condition, Operand, Register};

impl Asm<'_> {
    /// Parses an instruction, if this keyword, the next token, starts one.
    pub(crate) fn instruction(&mut self, keyword: Keyword) -> Done<bool> {
        use Keyword as K;
        let simple = match keyword {
            K::Nop => Some(0x00),
            K::Rlca => Some(0x07),
            K::Rrca => Some(0x0F),
            K::Rla => Some(0x17),
            K::Rra => Some(0x1F),
            K::Daa => Some(0x27),
            K::Scf => Some(0x37),
            K::Ccf => Some(0x3F),
            K::Halt => Some(0x76),
            K::Reti => Some(0xD9),
            K::Di => Some(0xF3),
            K::Ei => Some(0xFB),
            _ => None,
        };
        if let Some(opcode) = simple {
            self.skip();
            return self.opcode(opcode).map(|()| true);
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

    /// Writes the bytes of an instruction with this many parts. Outside of a section, each part causes an error.
    fn code(&mut self, code: &[u8], parts: u32) -> Done {
        if !self.check_data("An instruction") {
            for _ in 1..parts {
                self.check_data("An instruction");
            }
            return Ok(());
        }
        let written = self.sections.write(code);
        self.counted(written)
    }

    /// Writes an opcode.
    fn opcode(&mut self, opcode: u8) -> Done {
        self.code(&[opcode], 1)
    }

    /// Writes an opcode and its operand, in which `@` is the place of the opcode. The range of the operand has been
    /// checked.
    fn opcode_with(&mut self, opcode: u8, kind: PatchKind, operand: Expression) -> Done {
        let value = match operand {
            Expression::Known(value) if kind != PatchKind::Relative => value,
            // The linker computes every distance, even to a known place.
            operand => {
                if self.sections.has_data() {
                    let offset = self.sections.now.offset.wrapping_add(1);
                    self.patch(kind, &operand, offset, self.sections.pc())?;
                }
                0
            }
        };
        let [low, high, ..] = value.to_le_bytes();
        self.code(&[opcode, low, high][..=width(kind) as usize], 2)
    }

    /// Checks that the instruction ends here, before it is written. This is not needed for one that ends with a
    /// register or a bracket: RGBDS writes it whatever follows.
    fn expect_instruction_end(&mut self) -> Done {
        let ends = matches!(self.peek()?, Token::Newline | Token::End | Token::Mark(Mark::ColonColon));
        if ends { Ok(()) } else { Err(self.unexpected("the end of the instruction")) }
    }

    /// Checks that the instruction ends after this operand, and that the operand fits in this many bits.
    fn expect_end_of_operand(&mut self, operand: &Expression, bits: u32) -> Done {
        self.expect_instruction_end()?;
        self.check_operand(operand, bits);
        Ok(())
    }

    /// Warns about an operand that does not fit in this many bits.
    fn check_operand(&mut self, operand: &Expression, bits: u32) {
        if let Some(value) = operand.known() {
            self.check_width(value, bits);
        }
    }

    /// An operation on the accumulator, which may be left out: `ADD A, B` or `ADD B`.
    fn accumulator(&mut self, base: u8) -> Done {
        self.skip();
        self.accumulator_operands(base)
    }

    fn accumulator_operands(&mut self, base: u8) -> Done {
        let mut operand = self.register_or_value()?;
        if matches!(operand, Operand::Register(Register::A)) {
            if !self.accept(Mark::Comma)? {
                self.expect_instruction_end()?;
                return self.opcode(base | Register::A as u8);
            }
            operand = self.register_or_value()?;
        }
        match operand {
            Operand::Register(register) => self.opcode(base | register as u8),
            Operand::Value(value) => {
                self.expect_end_of_operand(&value, 8)?;
                self.opcode_with(base | 0x46, PatchKind::Byte, value)
            }
        }
    }

    fn add(&mut self) -> Done {
        self.skip();
        if self.accept_keyword(Keyword::Hl)? {
            self.comma()?;
            let pair = self.pair(&[Keyword::Bc, Keyword::De, Keyword::Hl, Keyword::Sp])?;
            return self.opcode(0x09 | (pair as u8) << 4);
        }
        if self.accept_keyword(Keyword::Sp)? {
            self.comma()?;
            let offset = self.expression()?;
            return self.with_offset(0xE8, offset);
        }
        self.accumulator_operands(0x80)
    }

    /// INC or DEC.
    fn step(&mut self, single: u8, double: u8) -> Done {
        self.skip();
        if let Token::Keyword(Keyword::Bc | Keyword::De | Keyword::Hl | Keyword::Sp) = self.peek()? {
            let pair = self.pair(&[Keyword::Bc, Keyword::De, Keyword::Hl, Keyword::Sp])?;
            return self.opcode(double | (pair as u8) << 4);
        }
        let register = self.register()?;
        self.opcode(single | (register as u8) << 3)
    }

    fn cpl(&mut self) -> Done {
        self.skip();
        if !self.accept_accumulator()? {
            self.expect_instruction_end()?;
        }
        self.opcode(0x2F)
    }

    /// An operation on a register, with an opcode that starts with $CB.
    fn extended(&mut self, base: u8) -> Done {
        self.skip();
        let register = self.register()?;
        self.code(&[0xCB, base | register as u8], 2)
    }

    /// BIT, RES or SET.
    fn bit(&mut self, base: u8, name: &str) -> Done {
        self.skip();
        let index = self.expression()?;
        self.comma()?;
        self.check_operand(&index, 3);
        let register = self.register()?;
        let mask = base | register as u8;
        match index {
            Expression::Known(value) => {
                let bit = u8::try_from(value).ok().filter(|bit| *bit < 8).unwrap_or_else(|| {
                    self.error("bit-index", format!("{name} takes bits 0 to 7, not {value}"));
                    0
                });
                self.code(&[0xCB, mask | bit << 3], 2)
            }
            Expression::Symbol(_) | Expression::Code(_) => {
                self.opcode(0xCB)?;
                self.emit(PatchKind::Byte, index.with(&[rpn::BIT, mask]))
            }
        }
    }

    /// PUSH or POP.
    fn stack(&mut self, base: u8) -> Done {
        self.skip();
        let pair = self.pair(&[Keyword::Bc, Keyword::De, Keyword::Hl, Keyword::Af])?;
        self.opcode(base | (pair as u8) << 4)
    }

    fn jp(&mut self) -> Done {
        self.skip();
        if self.accept_keyword(Keyword::Hl)? {
            return self.opcode(0xE9);
        }
        self.jump(0xC3, 0xC2)
    }

    fn call(&mut self) -> Done {
        self.skip();
        self.jump(0xCD, 0xC4)
    }

    fn jump(&mut self, always: u8, base: u8) -> Done {
        let (opcode, target) = self.conditional(always, base)?;
        self.expect_end_of_operand(&target, 16)?;
        self.opcode_with(opcode, PatchKind::Word, target)
    }

    /// Parses an address with or without a condition. Returns the matching opcode.
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
        let (opcode, target) = self.conditional(0x18, 0x20)?;
        self.expect_end_of_operand(&target, 16)?;
        let Some(distance) = self.distance_from_here(&target) else {
            return self.opcode_with(opcode, PatchKind::Relative, target);
        };
        // Addresses and distances wrap at 16 bits.
        #[expect(clippy::cast_possible_truncation, reason = "it wraps")]
        let distance = distance.wrapping_sub(2) as i16;
        let offset = i8::try_from(distance).unwrap_or_else(|_| {
            self.error(
                "jr-target",
                format!("JR reaches from -128 to 127, but its target is {distance} bytes away; use JP"),
            );
            0
        });
        self.code(&[opcode, offset.cast_unsigned()], 2)
    }

    fn ret(&mut self) -> Done {
        self.skip();
        match self.condition()? {
            Condition::Code(code) => self.opcode(0xC0 | code << 3),
            Condition::NotOne(0) => {
                self.expect_instruction_end()?;
                self.opcode(0xC9)
            }
            Condition::NotOne(_) => Err(self.unexpected("a condition")),
        }
    }

    fn rst(&mut self) -> Done {
        self.skip();
        let vector = self.expression()?;
        self.expect_end_of_operand(&vector, 8)?;
        match vector {
            Expression::Known(value) => {
                let vector = u8::try_from(value).ok().filter(|vector| vector & !0x38 == 0).unwrap_or_else(|| {
                    self.error("rst-vector", format!("RST goes to $00, $08, and so on to $38, but not to ${value:X}"));
                    0
                });
                self.opcode(0xC7 | vector)
            }
            Expression::Symbol(_) | Expression::Code(_) => self.emit(PatchKind::Byte, vector.with(&[rpn::RST])),
        }
    }

    fn stop_instruction(&mut self) -> Done {
        self.skip();
        let ends = matches!(self.peek()?, Token::Newline | Token::End | Token::Mark(Mark::ColonColon));
        let operand = if ends { Expression::Known(0) } else { self.expression()? };
        self.expect_end_of_operand(&operand, 8)?;
        self.opcode_with(0x10, PatchKind::Byte, operand)
    }

    /// An opcode with an offset to SP.
    fn with_offset(&mut self, opcode: u8, offset: Expression) -> Done {
        self.expect_instruction_end()?;
        if let Some(value) = offset.known().filter(|value| i8::try_from(*value).is_err()) {
            self.warn(Warning::Truncation1, format!("The offset {value} does not fit in a signed byte"));
        }
        self.opcode_with(opcode, PatchKind::Byte, offset)
    }
}
