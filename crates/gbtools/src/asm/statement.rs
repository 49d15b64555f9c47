//! Parses a line: a label and a statement (rgbasm(5), SYNTAX).

mod charmaps;
mod conditions;
mod data;
mod definitions;
mod macros;
mod options;
mod printing;
mod sections;

use super::expression::Behind;
use super::token::{Keyword, Mark, Token};
use super::{Asm, Done, Halt};

pub(crate) use data::width;

/// The expected start of a statement, for messages.
const STATEMENT: &str = "a label, an instruction, a directive or a macro";

impl Asm<'_> {
    /// Reads a line.
    pub(crate) fn line(&mut self) -> Done {
        let mut first = self.peek()?;
        self.begin_statement();
        while let Token::Mark(mark @ (Mark::Plus | Mark::Minus)) = first {
            self.skip();
            let mark = mark.text();
            self.error(
                "diff-mark",
                format!("Syntax error: `{mark}` at the start of the line (is it a leftover diff mark?)"),
            );
            first = self.peek()?;
            self.begin_statement();
        }
        match first {
            Token::Label(name) => {
                self.skip();
                self.label_colon(Some(name))?;
                self.after_label()
            }
            Token::Local(name) => {
                self.skip();
                let next = self.peek()?;
                if matches!(next, Token::Mark(Mark::Colon | Mark::ColonColon)) {
                    self.label_colon(Some(name))?;
                } else if may_follow_label(next) {
                    self.define_label(name)?;
                } else {
                    // A syntax error takes precedence over an error in the label.
                    self.begin_statement();
                    return Err(self.unexpected(STATEMENT));
                }
                self.after_label()
            }
            Token::Mark(Mark::Colon) => {
                self.label_colon(None)?;
                self.after_label()
            }
            Token::Keyword(keyword) => match keyword {
                Keyword::If => self.if_(),
                Keyword::Elif => self.elif(),
                Keyword::Else => self.else_(),
                Keyword::Endc => self.endc(),
                Keyword::Macro => self.macro_(),
                Keyword::Rept => self.rept(),
                Keyword::For => self.for_(),
                _ => self.after_label(),
            },
            _ => self.after_label(),
        }
    }

    /// Parses the colon or colons after a label, and defines the label.
    fn label_colon(&mut self, name: Option<super::Name>) -> Done {
        let export = match self.next()? {
            Token::Mark(Mark::Colon) => false,
            Token::Mark(Mark::ColonColon) => true,
            token => return Err(self.unexpected_token(token, "`:`")),
        };
        match name {
            Some(name) => {
                let name = self.define_label(name)?;
                if export {
                    self.export(name);
                }
            }
            None => self.define_anonymous(),
        }
        Ok(())
    }

    /// Parses the statement after a label.
    fn after_label(&mut self) -> Done {
        let first = self.peek()?;
        self.begin_statement();
        match first {
            Token::Newline | Token::End => {
                self.skip();
                Ok(())
            }
            Token::Name(name) => {
                self.skip();
                self.call_macro(name, false)
            }
            Token::Quiet(name) => {
                self.skip();
                // RGBDS's assembler leaves the `?` to the first argument.
                self.call_macro(name, true)
            }
            // As in RGBDS, it is a name that no macro can have.
            Token::At => {
                self.skip();
                self.call_macro(self.pc, false)
            }
            Token::Keyword(keyword) => {
                if self.item(keyword)? {
                    return self.more_items();
                }
                self.directive(keyword)
            }
            _ => Err(self.unexpected(STATEMENT)),
        }
    }

    /// Parses further instructions and data after `::`.
    fn more_items(&mut self) -> Done {
        while self.accept(Mark::ColonColon)? {
            match self.peek()? {
                Token::Keyword(keyword) => {
                    if !self.item(keyword)? {
                        return Err(self.unexpected("an instruction or data"));
                    }
                }
                _ => return Err(self.unexpected("an instruction or data")),
            }
        }
        self.end_of_line()
    }

    /// Parses an instruction or data, if the keyword starts one.
    fn item(&mut self, keyword: Keyword) -> Done<bool> {
        let only = Behind::default();
        match keyword {
            Keyword::Db | Keyword::Dw | Keyword::Dl | Keyword::Ds => {
                self.behind = Behind { item: true, comma: true, ..only };
                self.data(keyword).map(|()| true)
            }
            Keyword::Bit | Keyword::Res | Keyword::Set => {
                self.behind = Behind { comma: true, inner: true, ..only };
                self.instruction(keyword)
            }
            // The expression is the last operand.
            _ => {
                self.behind = Behind { item: true, ..only };
                self.instruction(keyword)
            }
        }
    }

    fn directive(&mut self, keyword: Keyword) -> Done {
        let comma = !matches!(keyword, Keyword::Rsset | Keyword::Shift);
        self.behind = Behind { comma, ..Behind::default() };
        match keyword {
            Keyword::Def => self.def(false),
            Keyword::Redef => self.redef(false),
            Keyword::Export => self.export_directive(),
            Keyword::Purge => self.purge_directive(),
            Keyword::Rsset => self.rsset(),
            Keyword::Rsreset => self.rsreset(),
            Keyword::Print => self.print(false),
            Keyword::Println => self.print(true),
            Keyword::Assert => self.assert(false),
            Keyword::StaticAssert => self.assert(true),
            Keyword::Warn => self.warn_directive(),
            Keyword::Fail => self.fail(),
            Keyword::Shift => self.shift(),
            Keyword::Break => self.break_(),
            Keyword::Include => self.include(),
            Keyword::Incbin => self.incbin(),
            Keyword::Opt => self.opt(),
            Keyword::Pusho => self.pusho(),
            Keyword::Popo => self.popo(),
            Keyword::Charmap => self.charmap(),
            Keyword::Newcharmap => self.newcharmap(),
            Keyword::Setcharmap => self.setcharmap(),
            Keyword::Pushc => self.pushc(),
            Keyword::Popc => self.popc(),
            Keyword::Section => self.section(),
            Keyword::Endsection => self.endsection(),
            Keyword::Load => self.load(),
            Keyword::Endl => self.endl(),
            Keyword::Pushs => self.pushs(),
            Keyword::Pops => self.pops(),
            Keyword::Union => self.union_(),
            Keyword::Nextu => self.nextu(),
            Keyword::Endu => self.endu(),
            Keyword::Align => self.align(),
            _ => Err(self.unexpected(STATEMENT)),
        }
    }

    /// Whether the line ends here. Does not consume its end.
    pub(crate) fn at_end(&mut self) -> Done<bool> {
        Ok(matches!(self.peek()?, Token::Newline | Token::End))
    }

    /// Requires that the line ends here. Does not consume its end, because the statement may look at it before it takes
    /// effect.
    pub(crate) fn expect_end(&mut self) -> Done {
        if self.at_end()? { Ok(()) } else { Err(self.unexpected("the end of the line")) }
    }

    /// Requires the end of the line, and consumes it.
    pub(crate) fn end_of_line(&mut self) -> Done {
        self.expect_end()?;
        self.skip();
        Ok(())
    }

    /// Consumes a comma in a list. Returns false at the end of the line, with or without a comma before it.
    pub(crate) fn list_goes_on(&mut self) -> Done<bool> {
        if self.accept(Mark::Comma)? {
            return Ok(!self.at_end()?);
        }
        self.expect_end()?;
        Ok(false)
    }
}

/// Whether a token may follow a label without a colon.
fn may_follow_label(token: Token) -> bool {
    use Keyword as K;
    match token {
        Token::Newline | Token::End | Token::Name(_) | Token::Quiet(_) | Token::At => true,
        Token::Keyword(keyword) => {
            !keyword.is_function()
                && !keyword.is_operand()
                && !matches!(
                    keyword,
                    K::Elif
                        | K::Else
                        | K::Endc
                        | K::Endm
                        | K::Endr
                        | K::Equ
                        | K::Equs
                        | K::Fatal
                        | K::For
                        | K::Fragment
                        | K::If
                        | K::Macro
                        | K::Rb
                        | K::Rept
                        | K::Rw
                )
        }
        _ => false,
    }
}
