//! String expressions, and functions of strings (rgbasm(5), "String expressions").

use bstr::{BString, ByteSlice};

use super::issues::Issues;
use super::parse::is_operator;
use super::{Asm, Done, Expression};
use crate::asm::charmap::{MOST_VALUES, Unfinished};
use crate::asm::hints::dropped::{self, Dropped};
use crate::asm::names::Name;
use crate::asm::symbols::{Kind, Value};
use crate::asm::token::{Keyword, Mark, Token};
use crate::asm::warnings::Warning;

impl Asm<'_> {
    /// Whether the next token starts a string.
    fn begins_text(&mut self) -> Done<bool> {
        Ok(match self.peek()? {
            Token::String => true,
            Token::Name(name) | Token::Label(name) => self.is_text(name),
            Token::Keyword(keyword) => Self::gives_text(keyword),
            _ => false,
        })
    }

    /// Whether a function has a string result.
    pub(super) fn gives_text(keyword: Keyword) -> bool {
        use Keyword::{
            Charsub, Readfile, Revchar, Section, Strcat, Strchar, Strfmt, Strlwr, Strrpl, Strslice, Strsub, Strupr,
        };
        matches!(
            keyword,
            Charsub
                | Readfile
                | Revchar
                | Section
                | Strcat
                | Strchar
                | Strfmt
                | Strlwr
                | Strrpl
                | Strslice
                | Strsub
                | Strupr
        )
    }

    /// Parses a string.
    pub(crate) fn text(&mut self) -> Done<BString> {
        let text = self.text_operand()?;
        self.joined_to(text)
    }

    /// Parses the rest of a string after its first part.
    pub(super) fn joined_to(&mut self, mut text: BString) -> Done<BString> {
        while self.accept(Mark::PlusPlus)? {
            let more = self.text_operand()?;
            text.extend_from_slice(&more);
            self.check_text(text.len())?;
            self.work(more.len())?;
        }
        Ok(text)
    }

    /// Whether the next token shows that the operand before it is a string.
    pub(super) fn continues_text(&mut self) -> Done<bool> {
        Ok(matches!(self.peek()?, Token::Mark(Mark::PlusPlus | Mark::Same | Mark::NotSame)))
    }

    /// Parses a string or a number.
    pub(crate) fn text_or_number(&mut self) -> Done<Result<BString, Expression>> {
        let text = match self.peek()? {
            Token::Name(name) | Token::Label(name) | Token::Local(name) | Token::Anonymous(name)
                if !self.is_text(name) =>
            {
                return self.symbol_as_text_or_number(name);
            }
            Token::At => return self.symbol_as_text_or_number(self.pc),
            Token::Name(name) | Token::Label(name) => {
                let outer = self.begin_expression();
                let text = self.named_text(name)?;
                let text = self.joined_to(text)?;
                self.end_expression(outer);
                text
            }
            _ if self.begins_text()? => self.text()?,
            _ => return self.expression().map(Err),
        };
        self.text_or_its_number(text)
    }

    /// Parses the name of a string where a number is possible too. A syntax error behind it takes precedence over messages
    /// about its value.
    pub(super) fn named_text(&mut self, name: Name) -> Done<BString> {
        self.skip();
        if !self.continues_text()? {
            self.operand_may_end()?;
        }
        Ok(self.text_of(name))
    }

    /// Parses a string or a number that starts with a symbol which is not a string. A `++` after it shows that a string
    /// was meant, which is an error.
    fn symbol_as_text_or_number(&mut self, name: Name) -> Done<Result<BString, Expression>> {
        let outer = self.begin_expression();
        self.skip();
        if self.peek()? == Token::Mark(Mark::PlusPlus) {
            let name = self.resolve(name)?;
            let text = self.text_of(name);
            let text = self.joined_to(text)?;
            self.end_expression(outer);
            return self.text_or_its_number(text);
        }
        let left = self.symbol_operand(name)?;
        let number = self.expression_after(left)?;
        self.end_expression(outer);
        Ok(Err(number))
    }

    /// A string, or a number if an operator follows.
    fn text_or_its_number(&mut self, text: BString) -> Done<Result<BString, Expression>> {
        let left = match self.peek()? {
            Token::Mark(Mark::Same | Mark::NotSame) => self.compared(&text)?,
            Token::Mark(mark) if is_operator(mark) => Expression::Known(self.text_value(&text)),
            _ => return Ok(Ok(text)),
        };
        self.expression_after(left).map(Err)
    }

    /// Parses a string where a number is expected. It is compared with another string, or mapped to one value.
    pub(super) fn string_comparison(&mut self) -> Done<Expression> {
        let text = self.text()?;
        self.string_comparison_after(text)
    }

    /// Like [`string_comparison`](Self::string_comparison), after the first string.
    pub(super) fn string_comparison_after(&mut self, text: BString) -> Done<Expression> {
        let text = self.joined_to(text)?;
        if matches!(self.peek()?, Token::Mark(Mark::Same | Mark::NotSame)) {
            return self.compared(&text);
        }
        self.operand_may_end()?;
        Ok(Expression::Known(self.text_value(&text)))
    }

    /// Parses `===` or `!==` and the string after it.
    fn compared(&mut self, left: &BString) -> Done<Expression> {
        let same = self.next()? == Token::Mark(Mark::Same);
        let right = self.text()?;
        Ok(Expression::Known(((*left == right) == same).into()))
    }

    /// The value of a string that is used as a number.
    pub(crate) fn text_value(&mut self, text: &[u8]) -> i32 {
        self.warn(
            Warning::Obsolete,
            "A string used as a number is deprecated; write a character, such as 'A', or use CHARVAL",
        );
        self.only_value(text, "A string used as a number", Some(dropped::LONG_STRING))
    }

    /// The value of the character literal that was just read.
    pub(super) fn character_value(&mut self) -> i32 {
        let text = std::mem::take(&mut self.lexer.string);
        let value = self.only_value(&text, "A character literal", None);
        self.lexer.string = text;
        value
    }

    fn only_value(&mut self, text: &[u8], what: &str, many: Option<Dropped>) -> i32 {
        let values = self.mapped(text);
        let (only, count) = (values.first().copied(), values.len());
        self.scratch_values = values;
        if let (Some(value), 1) = (only, count) {
            return value;
        }
        let text = format!("{what} must be mapped to exactly one value, not {count}");
        self.error_or_dropped("one-value", text, many.filter(|_| count > 1));
        0
    }

    /// The values of a string. The caller returns the vector to [`Asm::scratch_values`].
    pub(crate) fn mapped(&mut self, text: &[u8]) -> Vec<i32> {
        let mut values = std::mem::take(&mut self.scratch_values);
        values.clear();
        let mut issues = Issues::default();
        let map = self.charmaps.current();
        let stop = map.convert(text, &mut values, self.until, &mut |flaw| {
            issues.push(&flaw, || flaw.to_string());
        });
        self.tell_issues(issues);
        match stop {
            Ok(()) => self.count_bytes(text.len() + size_of_val(values.as_slice())),
            Err(Unfinished::Stopped(stop)) => self.stopped = Some(stop),
            Err(Unfinished::TooMany) => {
                self.fatal("values-limit", format!("A text has more than {MOST_VALUES} values, which is the limit"));
            }
        }
        values
    }

    fn text_operand(&mut self) -> Done<BString> {
        let text = self.one_text()?;
        self.check_text(text.len())?;
        self.work(text.len())?;
        Ok(text)
    }

    /// Keeps the memory of a string that is no longer used.
    pub(crate) fn spare_text(&mut self, text: BString) {
        if self.lexer.string.capacity() == 0 {
            self.lexer.string = text.into();
            self.lexer.string.clear();
        }
    }

    fn one_text(&mut self) -> Done<BString> {
        match self.peek()? {
            Token::String => {
                self.skip();
                Ok(std::mem::take(&mut self.lexer.string).into())
            }
            Token::Name(name) | Token::Label(name) => {
                self.skip();
                Ok(self.text_of(name))
            }
            Token::Local(name) | Token::Anonymous(name) => {
                self.skip();
                let name = self.resolve(name)?;
                Ok(self.text_of(name))
            }
            Token::At => {
                self.skip();
                Ok(self.text_of(self.pc))
            }
            Token::Keyword(keyword) if Self::gives_text(keyword) => {
                self.skip();
                self.arguments_in_parentheses(|asm| asm.text_function(keyword))
            }
            _ => Err(self.unexpected("a string")),
        }
    }

    /// The value of an EQUS symbol.
    pub(super) fn text_of(&mut self, name: Name) -> BString {
        if let Some(Value::Text(text)) = self.symbol_text(name) {
            self.check_obsolete(name);
            return text.as_bytes().into();
        }
        let shown = self.names.get(name).as_bstr().to_owned();
        match self.symbols.get(name).kind {
            Kind::Dynamic(dynamic) if !dynamic.is_numeric() => self.error("no-value", dynamic.why_no_value()),
            _ => self.error("not-text", format!("`{shown}` is not a string symbol")),
        }
        BString::default()
    }
}
