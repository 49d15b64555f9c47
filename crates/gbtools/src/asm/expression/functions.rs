//! Functions with a numeric result.

use bstr::{BString, ByteSlice};

use super::{Asm, Done, Expression, push_symbol};
use crate::asm::fixed::{self, Function};
use crate::asm::names::Name;
use crate::asm::symbols::{Dynamic, Kind};
use crate::asm::token::{Keyword, Mark, Token};
use crate::memory::Region;
use crate::module::rpn;
use crate::operators::Unary;

impl Asm<'_> {
    /// The value of a numeric function. None if this keyword is none.
    pub(super) fn number_function(&mut self, keyword: Keyword) -> Done<Option<Expression>> {
        let unary = match keyword {
            Keyword::High => Some(Unary::High),
            Keyword::Low => Some(Unary::Low),
            Keyword::Bitwidth => Some(Unary::BitWidth),
            Keyword::Tzcount => Some(Unary::TzCount),
            _ => None,
        };
        if let Some(operator) = unary {
            self.skip();
            let operand = self.parenthesized(Self::expression)?;
            return Ok(Some(self.unary(operator, operand)));
        }
        if let Some(function) = fixed_function(keyword) {
            self.skip();
            return self.fixed_point(function).map(|value| Some(Expression::Known(value)));
        }
        let value = match keyword {
            Keyword::Def => self.is_defined_function()?,
            Keyword::Isconst => {
                self.in_parentheses(|asm| asm.expression().map(|value| value.known().is_some().into()))?
            }
            Keyword::Bank => return self.in_parentheses(Self::bank).map(Some),
            Keyword::Sizeof => return self.in_parentheses(Self::size_of).map(Some),
            Keyword::Startof => return self.in_parentheses(Self::start_of).map(Some),
            _ => match self.text_number_function(keyword)? {
                Some(value) => value,
                None => return Ok(None),
            },
        };
        Ok(Some(Expression::Known(value)))
    }

    /// Consumes the keyword, then runs `work` on the tokens in the parentheses.
    pub(super) fn in_parentheses<T>(&mut self, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.skip();
        self.parenthesized(work)
    }

    /// Parses DEF and the symbol in the parentheses behind it, which is not expanded.
    fn is_defined_function(&mut self) -> Done<i32> {
        self.skip();
        self.lexer.keep_names = true;
        let opened = self.expect(Mark::Open);
        let token = opened.and_then(|()| self.next());
        self.lexer.keep_names = false;
        let name = match token? {
            Token::Name(name) | Token::Label(name) | Token::Local(name) => name,
            Token::At => self.pc,
            token => return Err(self.unexpected_token(token, "a symbol")),
        };
        // A syntax error takes precedence over an error in the name.
        self.expect(Mark::Close)?;
        let name = self.resolve(name)?;
        Ok(self.is_known(name).into())
    }

    fn fixed_point(&mut self, function: Function) -> Done<i32> {
        self.arguments_in_parentheses(|asm| {
            let first = asm.constant_expression()?;
            let second = if function.operands() == 2 {
                asm.comma()?;
                asm.constant_expression()?
            } else {
                0
            };
            let precision = if asm.accept(Mark::Comma)? { asm.precision()? } else { asm.settings.precision };
            Ok(fixed::apply(function, first, second, precision))
        })
    }

    /// Parses the precision of a fixed-point function.
    fn precision(&mut self) -> Done<u8> {
        let value = self.constant_expression()?;
        self.may_close()?;
        if let Ok(precision @ 1..=31) = u8::try_from(value) {
            Ok(precision)
        } else {
            self.error("invalid-precision", format!("The precision must be between 1 and 31, not {value}"));
            Ok(self.settings.precision)
        }
    }

    fn bank(&mut self) -> Done<Expression> {
        match self.peek()? {
            Token::At => {
                self.skip();
                self.may_close()?;
                // In a LOAD block, this is the bank of the outer section.
                let Some(section) = self.sections.now.section else {
                    self.error("no-value", "`@` has no bank outside of a section");
                    return Ok(Expression::Known(1));
                };
                Ok(match self.sections.bank(section) {
                    Some(bank) => Expression::Known(bank.cast_signed()),
                    None => Expression::of_code(vec![rpn::BANK_SELF]),
                })
            }
            Token::Name(name) | Token::Label(name) | Token::Local(name) | Token::Anonymous(name) => {
                self.skip();
                // A symbol alone is a label, even if it is a string.
                let joined = self.peek()? == Token::Mark(Mark::PlusPlus);
                if !joined {
                    self.operand_may_end()?;
                }
                let name = self.resolve(name)?;
                if !joined {
                    return Ok(self.bank_of(name));
                }
                let text = self.text_of(name);
                let section = self.joined_to(text)?;
                Ok(self.bank_of_section(&section))
            }
            _ => {
                let section = self.text()?;
                Ok(self.bank_of_section(&section))
            }
        }
    }

    fn bank_of_section(&self, name: &BString) -> Expression {
        match self.sections.find(name).and_then(|section| self.sections.bank(section)) {
            Some(bank) => Expression::Known(bank.cast_signed()),
            None => section_code(rpn::BANK_SECTION, name),
        }
    }

    fn bank_of(&mut self, name: Name) -> Expression {
        match self.symbols.get(name).kind {
            Kind::Label { section, .. } => {
                if let Some(bank) = self.sections.bank(section) {
                    return Expression::Known(bank.cast_signed());
                }
            }
            Kind::Undefined | Kind::Reference => self.refer(name),
            _ => {
                let shown = self.names.get(name).as_bstr().to_owned();
                self.error("not-a-label", format!("`{shown}` is not a label, so it has no bank"));
                return Expression::Known(1);
            }
        }
        let mut code = Vec::with_capacity(5);
        push_symbol(&mut code, rpn::BANK_SYMBOL, name);
        Expression::of_code(code)
    }

    fn size_of(&mut self) -> Done<Expression> {
        if let Token::Keyword(keyword) = self.peek()? {
            if let Some(region) = region(keyword) {
                self.skip();
                return Ok(Expression::of_code(vec![rpn::SIZEOF_REGION, region as u8]));
            }
            if let Some(size) = self.register_size(keyword)? {
                return Ok(Expression::Known(size));
            }
        }
        if self.accept(Mark::OpenBracket)? {
            return self.size_of_pointed();
        }
        let name = self.text()?;
        Ok(match self.sections.size_if_known(&name) {
            Some(size) => Expression::Known(size.cast_signed()),
            None => section_code(rpn::SIZEOF_SECTION, &name),
        })
    }

    /// The size of a register, which is consumed. HIGH and LOW of a register pair count as registers.
    fn register_size(&mut self, keyword: Keyword) -> Done<Option<i32>> {
        use Keyword::{A, Af, B, Bc, C, D, De, E, H, High, Hl, L, Low, Sp};
        let size = match keyword {
            A | B | C | D | E | H | L => 1,
            Af | Bc | De | Hl | Sp => 2,
            High | Low => {
                self.skip();
                self.parenthesized(|asm| match asm.peek()? {
                    Token::Keyword(Af | Bc | De | Hl) => {
                        asm.skip();
                        Ok(())
                    }
                    _ => Err(asm.unexpected("a register pair")),
                })?;
                return Ok(Some(1));
            }
            _ => return Ok(None),
        };
        self.skip();
        Ok(Some(size))
    }

    /// Parses the rest after `[`. A register pair points to one byte.
    fn size_of_pointed(&mut self) -> Done<Expression> {
        match self.peek()? {
            Token::Keyword(Keyword::Bc | Keyword::De | Keyword::Hli | Keyword::Hld) => self.skip(),
            Token::Keyword(Keyword::Hl) => {
                self.skip();
                let _sign = self.accept(Mark::Plus)? || self.accept(Mark::Minus)?;
            }
            _ => return Err(self.unexpected("a register pair that points to a byte")),
        }
        self.expect(Mark::CloseBracket)?;
        Ok(Expression::Known(1))
    }

    fn start_of(&mut self) -> Done<Expression> {
        if let Token::Keyword(keyword) = self.peek()?
            && let Some(region) = region(keyword)
        {
            self.skip();
            return Ok(Expression::of_code(vec![rpn::STARTOF_REGION, region as u8]));
        }
        let name = self.text()?;
        let known = self.sections.find(&name).and_then(|section| self.sections.address(section));
        Ok(match known {
            Some(address) => Expression::Known(address.into()),
            None => section_code(rpn::STARTOF_SECTION, &name),
        })
    }

    /// Whether a name is a string: an EQUS symbol, or a built-in symbol that is a string wherever it has a value.
    pub(crate) fn is_text(&self, name: Name) -> bool {
        match self.symbols.get(name).kind {
            Kind::Text(_) => true,
            Kind::Dynamic(dynamic) => !matches!(dynamic, Dynamic::Pc | Dynamic::Narg),
            _ => false,
        }
    }
}

/// An expression that asks the linker for a property of a section.
fn section_code(operator: u8, name: &[u8]) -> Expression {
    let mut code = vec![operator];
    // In an object file, a name ends at a NUL.
    code.extend(name.iter().take_while(|&&byte| byte != 0));
    code.push(0);
    Expression::of_code(code)
}

/// The region with this keyword.
pub(crate) fn region(keyword: Keyword) -> Option<Region> {
    Some(match keyword {
        Keyword::Wram0 => Region::Wram0,
        Keyword::Vram => Region::Vram,
        Keyword::Romx => Region::Romx,
        Keyword::Rom0 => Region::Rom0,
        Keyword::Hram => Region::Hram,
        Keyword::Wramx => Region::Wramx,
        Keyword::Sram => Region::Sram,
        Keyword::Oam => Region::Oam,
        _ => return None,
    })
}

fn fixed_function(keyword: Keyword) -> Option<Function> {
    Some(match keyword {
        Keyword::Mul => Function::Mul,
        Keyword::Div => Function::Div,
        Keyword::Fmod => Function::Fmod,
        Keyword::Pow => Function::Pow,
        Keyword::Log => Function::Log,
        Keyword::Atan2 => Function::Atan2,
        Keyword::Round => Function::Round,
        Keyword::Ceil => Function::Ceil,
        Keyword::Floor => Function::Floor,
        Keyword::Sin => Function::Sin,
        Keyword::Cos => Function::Cos,
        Keyword::Tan => Function::Tan,
        Keyword::Asin => Function::Asin,
        Keyword::Acos => Function::Acos,
        Keyword::Atan => Function::Atan,
        _ => return None,
    })
}
