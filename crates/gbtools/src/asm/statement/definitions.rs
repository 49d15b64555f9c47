//! Definitions of symbols, EXPORT and PURGE.

use super::{Asm, Done, Keyword, Mark, Token};
use crate::asm::expression::{Behind, Expression};
use crate::asm::hints::dropped;
use crate::asm::names::Name;
use crate::asm::symbols::{Again, Kind};
use crate::operators::Binary;

impl Asm<'_> {
    pub(super) fn def(&mut self, export: bool) -> Done {
        self.definition(Again::No, export)
    }

    pub(super) fn redef(&mut self, export: bool) -> Done {
        self.definition(Again::Yes, export)
    }

    /// Parses DEF or REDEF, the next token.
    fn definition(&mut self, again: Again, export: bool) -> Done {
        self.skip();
        self.behind = Behind::default();
        let name = self.defined_name()?;
        let token = self.next()?;
        match token {
            Token::Keyword(Keyword::Equ) => {
                let value = self.constant_expression()?;
                self.expect_end()?;
                self.define_constant(name, value, again);
            }
            Token::Keyword(Keyword::Equs) if !export => {
                let text = self.text()?;
                self.expect_end()?;
                self.define_text(name, text.as_slice().into(), again);
                self.spare_text(text);
                self.use_memory(0)?;
            }
            Token::Mark(Mark::Assign) => {
                let value = self.constant_expression()?;
                self.expect_end()?;
                self.define_variable(name, value);
            }
            Token::Keyword(keyword @ (Keyword::Rb | Keyword::Rw | Keyword::Rl)) if again == Again::No => {
                self.define_offset(name, keyword)?;
            }
            Token::Mark(mark) => match compound(mark) {
                Some(operator) => {
                    let value = self.constant_expression()?;
                    self.expect_end()?;
                    self.assign_compound(name, operator, value)?;
                }
                None => return Err(self.unexpected_token(token, "EQU, EQUS, = or RB")),
            },
            _ => return Err(self.unexpected_token(token, "EQU, EQUS, = or RB")),
        }
        if export {
            self.export(name);
        }
        self.end_of_line()
    }

    /// `+=` and similar operators.
    fn assign_compound(&mut self, name: Name, operator: Binary, right: i32) -> Done {
        let left = self.symbol_expression(name);
        let value = self.binary_operator(operator, left, &Expression::Known(right))?;
        let value = self.constant(&value);
        self.define_variable(name, value);
        Ok(())
    }

    /// RB, RW or RL: the symbol gets the value of `_RS`, which is then increased.
    fn define_offset(&mut self, name: Name, keyword: Keyword) -> Done {
        let count = if self.at_end()? { 1 } else { self.non_negative(&format!("{}'s count", keyword.text()))? };
        self.expect_end()?;
        let size = match keyword {
            Keyword::Rb => 1,
            Keyword::Rw => 2,
            _ => 4,
        };
        let Kind::Variable(offset) = self.symbols.get(self.rs).kind else { return Ok(()) };
        self.define_constant(name, offset, Again::No);
        self.define_variable(self.rs, offset.wrapping_add(count.wrapping_mul(size)));
        Ok(())
    }

    /// Parses a constant that must not be negative.
    pub(in crate::asm) fn non_negative(&mut self, what: &str) -> Done<i32> {
        let value = self.constant_expression()?;
        if value < 0 {
            self.operand_may_end()?;
            let hint = if what.starts_with("DS") { format!(" ({})", dropped::NEGATIVE_DS) } else { String::new() };
            let text = format!("{what} must not be negative, but is {value}{hint}");
            return Err(self.fatal("negative-count", text));
        }
        Ok(value)
    }

    pub(super) fn rsset(&mut self) -> Done {
        self.skip();
        let value = self.non_negative("RSSET's value")?;
        self.expect_end()?;
        self.define_variable(self.rs, value);
        self.end_of_line()
    }

    pub(super) fn rsreset(&mut self) -> Done {
        self.skip();
        // RGBDS's assembler does this before it sees what follows.
        self.define_variable(self.rs, 0);
        self.end_of_line()
    }

    pub(super) fn export_directive(&mut self) -> Done {
        self.skip();
        match self.peek()? {
            Token::Keyword(Keyword::Def) => return self.def(true),
            Token::Keyword(Keyword::Redef) => return self.redef(true),
            _ => {}
        }
        loop {
            let token = self.next()?;
            let name = match token {
                Token::Name(name) | Token::Label(name) => name,
                Token::Local(name) => self.resolve(name)?,
                Token::At => self.pc,
                _ => return Err(self.unexpected_token(token, "a symbol to export")),
            };
            self.export(name);
            if !self.list_goes_on()? {
                return self.end_of_line();
            }
        }
    }

    /// PURGE. Names are not expanded up to the end of the line.
    pub(super) fn purge_directive(&mut self) -> Done {
        self.skip();
        self.lexer.keep_names = true;
        let names = self.names_to_purge();
        self.lexer.keep_names = false;
        for name in names? {
            let name = self.resolve(name)?;
            self.purge(name);
        }
        self.end_of_line()
    }

    fn names_to_purge(&mut self) -> Done<Vec<Name>> {
        let mut names = Vec::new();
        loop {
            let token = self.next()?;
            self.check_room(names.len() * size_of::<Name>())?;
            names.push(match token {
                Token::Name(name) | Token::Label(name) | Token::Local(name) => name,
                Token::At => self.pc,
                _ => return Err(self.unexpected_token(token, "a symbol to purge")),
            });
            if !self.list_goes_on()? {
                return Ok(names);
            }
        }
    }
}

fn compound(mark: Mark) -> Option<Binary> {
    Some(match mark {
        Mark::PlusAssign => Binary::Add,
        Mark::MinusAssign => Binary::Sub,
        Mark::StarAssign => Binary::Mul,
        Mark::SlashAssign => Binary::Div,
        Mark::PercentAssign => Binary::Mod,
        Mark::AndAssign => Binary::And,
        Mark::OrAssign => Binary::Or,
        Mark::CaretAssign => Binary::Xor,
        Mark::ShiftLeftAssign => Binary::Shl,
        Mark::ShiftRightAssign => Binary::Shr,
        _ => return None,
    })
}
