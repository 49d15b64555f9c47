//! Parses expressions by precedence.

use super::{Asm, Done, Expression};
use crate::asm::names::Name;
use crate::asm::token::{Keyword, Mark, Token};
use crate::operators::{Binary, Unary};

/// The maximum nesting of parentheses and operators. Parsing them recurses.
const DEEPEST: u32 = 500;

/// The precedence of an operator, lowest first: `||`, `&&`, comparisons, `+ -`, `& | ^`, shifts, `* / %`, `**`.
type Tightness = u8;

const LOOSEST: Tightness = 1;
/// The precedence of operators with one operand, such as `-`: between `*` and `**`.
const UNARY: Tightness = 8;

/// Whether `+ C` may end the expression, as in `[$FF00 + C]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PlusC {
    #[default]
    Refused,
    Allowed,
    Found,
}

/// The tokens that may follow an expression, apart from the end of the line.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is about a token of its own")]
pub(crate) struct Behind {
    /// `::` with another instruction or data.
    pub item: bool,
    /// `]`
    pub bracket: bool,
    /// `,`
    pub comma: bool,
    /// The line cannot end, as in brackets.
    pub inner: bool,
}

fn binary(mark: Mark) -> Option<(Binary, Tightness)> {
    Some(match mark {
        Mark::OrOr => (Binary::LogicOr, LOOSEST),
        Mark::AndAnd => (Binary::LogicAnd, 2),
        Mark::Equal => (Binary::Eq, 3),
        Mark::NotEqual => (Binary::Ne, 3),
        Mark::Less => (Binary::Lt, 3),
        Mark::Greater => (Binary::Gt, 3),
        Mark::LessEqual => (Binary::Le, 3),
        Mark::GreaterEqual => (Binary::Ge, 3),
        Mark::Plus => (Binary::Add, 4),
        Mark::Minus => (Binary::Sub, 4),
        Mark::And => (Binary::And, 5),
        Mark::Or => (Binary::Or, 5),
        Mark::Caret => (Binary::Xor, 5),
        Mark::ShiftLeft => (Binary::Shl, 6),
        Mark::ShiftRight => (Binary::Shr, 6),
        Mark::ShiftRightUnsigned => (Binary::UShr, 6),
        Mark::Star => (Binary::Mul, 7),
        Mark::Slash => (Binary::Div, 7),
        Mark::Percent => (Binary::Mod, 7),
        Mark::StarStar => (Binary::Exp, 9),
        _ => return None,
    })
}

/// Whether this is an operator with two operands.
#[inline]
pub(super) fn is_operator(mark: Mark) -> bool {
    binary(mark).is_some()
}

impl Asm<'_> {
    /// Parses an expression.
    pub(crate) fn expression(&mut self) -> Done<Expression> {
        let first = self.peek()?;
        let outer = self.begin_expression();
        // Most expressions are just a number.
        let left = if let Token::Number(value) = first {
            self.skip();
            Expression::Known(value)
        } else {
            self.operand()?
        };
        let expression = self.expression_after(left)?;
        self.end_expression(outer);
        Ok(expression)
    }

    /// Parses an expression that must be constant. If it is not, reports an error and returns 0.
    pub(crate) fn constant_expression(&mut self) -> Done<i32> {
        let expression = self.expression()?;
        self.constant_here(&expression)
    }

    /// The value of the expression that was just parsed. If it is not constant, reports an error and returns 0.
    pub(crate) fn constant_here(&mut self, expression: &Expression) -> Done<i32> {
        // A syntax error takes precedence over an error in the value.
        if expression.known().is_none() && !self.expression_may_end()? {
            return Err(self.unexpected("the end of the expression"));
        }
        Ok(self.constant(expression))
    }

    /// Whether the next token may follow a complete expression.
    fn expression_may_end(&mut self) -> Done<bool> {
        let inside = self.parentheses > 0;
        Ok(match self.peek()? {
            Token::Newline | Token::End | Token::Mark(Mark::CloseBrackets) => !inside && !self.behind.inner,
            Token::Mark(Mark::ColonColon) => !inside && self.behind.item,
            Token::Mark(Mark::Close) => inside,
            Token::Mark(Mark::Comma) => self.behind.comma,
            Token::Mark(Mark::CloseBracket) => self.behind.bracket,
            _ => false,
        })
    }

    /// Parses the rest of an expression after its first operand.
    #[inline]
    pub(crate) fn expression_after(&mut self, left: Expression) -> Done<Expression> {
        match self.peek()? {
            Token::Mark(mark) if is_operator(mark) => self.operators(left, LOOSEST),
            _ => Ok(left),
        }
    }

    /// Parses operators with at least this precedence, and their operands.
    fn operators(&mut self, mut left: Expression, tightness: Tightness) -> Done<Expression> {
        loop {
            let Token::Mark(mark) = self.peek()? else { return Ok(left) };
            let Some((operator, tight)) = binary(mark).filter(|&(_, tight)| tight >= tightness) else {
                return Ok(left);
            };
            self.skip();
            if operator == Binary::Add && self.plus_c == PlusC::Allowed && self.accept_keyword(Keyword::C)? {
                self.plus_c = PlusC::Found;
                return Ok(left);
            }
            let mut right = self.operand()?;
            // `**` is right-associative, all others are left-associative.
            let tighter = if operator == Binary::Exp { tight } else { tight + 1 };
            match self.peek()? {
                Token::Mark(mark) if binary(mark).is_some_and(|(_, tight)| tight >= tighter) => {
                    right = self.nested(|asm| asm.operators(right, tighter))?;
                    self.operand_may_end()?;
                }
                Token::Mark(mark) if binary(mark).is_some() => {}
                _ => self.operand_may_end()?,
            }
            left = self.binary_operator(operator, left, &right)?;
        }
    }

    /// Runs a recursive step, unless the nesting is too deep.
    fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.expression_depth += 1;
        let result = if self.expression_depth > DEEPEST {
            Err(self.fatal("expression-depth", format!("The expression is nested deeper than {DEEPEST} levels")))
        } else {
            // A few levels take little of the stack.
            let room = if self.expression_depth.is_multiple_of(8) { self.check_stack() } else { Ok(()) };
            room.and_then(|()| work(self))
        };
        self.expression_depth -= 1;
        result
    }

    /// Parses an expression in brackets. Returns whether `+ C` followed it.
    pub(crate) fn expression_plus_c(&mut self) -> Done<(Expression, bool)> {
        self.plus_c = PlusC::Allowed;
        let expression = self.before(Behind { bracket: true, inner: true, ..Behind::default() }, Self::expression);
        let found = std::mem::take(&mut self.plus_c) == PlusC::Found;
        Ok((expression?, found))
    }

    /// Parses an operand, including operators with a higher precedence than `*`.
    pub(crate) fn tight_operand(&mut self) -> Done<Expression> {
        let operand = self.operand()?;
        self.operators(operand, UNARY)
    }

    /// Parses an operand with the operators before it.
    fn operand(&mut self) -> Done<Expression> {
        let unary = match self.peek()? {
            Token::Mark(Mark::Plus) => None,
            Token::Mark(Mark::Minus) => Some(Unary::Neg),
            Token::Mark(Mark::Tilde) => Some(Unary::Not),
            Token::Mark(Mark::Not) => Some(Unary::LogicNot),
            _ => return self.primary(),
        };
        self.skip();
        let operand = self.nested(Self::tight_operand)?;
        Ok(match unary {
            Some(operator) => self.unary(operator, operand),
            None => operand,
        })
    }

    fn primary(&mut self) -> Done<Expression> {
        match self.peek()? {
            Token::Number(value) => {
                self.skip();
                Ok(Expression::Known(value))
            }
            Token::Name(name) | Token::Label(name) => {
                if self.is_text(name) {
                    let text = self.named_text(name)?;
                    return self.string_comparison_after(text);
                }
                self.skip();
                self.symbol_operand(name)
            }
            Token::Local(name) | Token::Anonymous(name) => {
                self.skip();
                self.symbol_operand(name)
            }
            Token::At => {
                self.skip();
                self.symbol_operand(self.pc)
            }
            Token::Character => {
                self.skip();
                Ok(Expression::Known(self.character_value()))
            }
            Token::Mark(Mark::Open) => {
                self.skip();
                let outer = std::mem::take(&mut self.plus_c);
                let inner = self.inside(Behind::default(), Self::expression);
                self.plus_c = outer;
                inner
            }
            Token::String => self.string_comparison(),
            Token::Keyword(keyword) if Self::gives_text(keyword) => self.string_comparison(),
            Token::Keyword(keyword) => match self.number_function(keyword)? {
                Some(value) => Ok(value),
                None => Err(self.unexpected("an expression")),
            },
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// Evaluates a symbol that was just read. If it is compared or joined as a string, it must be one.
    pub(super) fn symbol_operand(&mut self, name: Name) -> Done<Expression> {
        if self.continues_text()? {
            let name = self.resolve(name)?;
            let text = self.text_of(name);
            return self.string_comparison_after(text);
        }
        if self.peek()? == Token::Mark(Mark::Open) {
            return Err(self.no_function(name));
        }
        self.operand_may_end()?;
        let name = self.resolve(name)?;
        Ok(self.symbol_expression(name))
    }

    /// Checks that an operand may end here. A syntax error takes precedence over an error in the value.
    pub(crate) fn operand_may_end(&mut self) -> Done {
        let continues = matches!(self.peek()?, Token::Mark(mark) if binary(mark).is_some());
        if continues || self.expression_may_end()? {
            return Ok(());
        }
        Err(self.unexpected("the end of the expression"))
    }

    /// Checks that a closing parenthesis comes next. A function reports nothing about its arguments before that.
    pub(crate) fn may_close(&mut self) -> Done {
        if self.peek()? == Token::Mark(Mark::Close) { Ok(()) } else { Err(self.unexpected("`)`")) }
    }

    /// Parses a comma between arguments.
    pub(crate) fn comma(&mut self) -> Done<()> {
        self.expect(Mark::Comma)
    }

    /// Consumes this mark. Any other token is a syntax error.
    pub(crate) fn expect(&mut self, mark: Mark) -> Done<()> {
        if self.accept(mark)? { Ok(()) } else { Err(self.unexpected(&format!("`{}`", mark.text()))) }
    }

    /// Consumes the keyword if it is the next token.
    pub(crate) fn accept_keyword(&mut self, keyword: Keyword) -> Done<bool> {
        let found = self.peek()? == Token::Keyword(keyword);
        if found {
            self.skip();
        }
        Ok(found)
    }

    /// Runs `work` on the tokens in brackets.
    pub(crate) fn in_brackets<T>(&mut self, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.expect(Mark::OpenBracket)?;
        let result = self.before(Behind { bracket: true, inner: true, ..Behind::default() }, work)?;
        self.expect(Mark::CloseBracket)?;
        Ok(result)
    }

    /// Runs `work` on expressions that only these tokens may follow.
    pub(crate) fn before<T>(&mut self, behind: Behind, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        let outer = std::mem::replace(&mut self.behind, behind);
        let result = work(self);
        self.behind = outer;
        result
    }

    /// Runs `work` on the tokens in parentheses.
    pub(crate) fn parenthesized<T>(&mut self, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.expect(Mark::Open)?;
        self.inside(Behind::default(), work)
    }

    /// Like [`parenthesized`](Self::parenthesized), for arguments that commas separate.
    pub(crate) fn arguments_in_parentheses<T>(&mut self, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.expect(Mark::Open)?;
        self.inside(Behind { comma: true, ..Behind::default() }, work)
    }

    /// Like [`parenthesized`](Self::parenthesized), after the opening parenthesis.
    pub(crate) fn inside<T>(&mut self, behind: Behind, work: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.parentheses += 1;
        let result = self.before(behind, |asm| asm.nested(work));
        self.parentheses -= 1;
        let result = result?;
        self.expect(Mark::Close)?;
        Ok(result)
    }
}
