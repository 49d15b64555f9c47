//! String expressions, and functions of strings (rgbasm(5), "String expressions").

use std::cmp::Ordering;

use bstr::{BString, ByteSlice};

use super::issues::{Issues, note};
use super::parse::is_operator;
use super::{Asm, Done, Expression};
use crate::asm::Halt;
use crate::asm::charmap::{MOST_VALUES, Unfinished};
use crate::asm::hints::dropped::{self, Dropped};
use crate::asm::names::Name;
use crate::asm::symbols::{Kind, Value};
use crate::asm::text_functions as text;
use crate::asm::token::{Keyword, Mark, Token};
use crate::asm::warnings::Warning;

impl Asm<'_> {
    /// Whether the next token begins a string.
    fn begins_text(&mut self) -> Done<bool> {
        Ok(match self.peek()? {
            Token::String => true,
            Token::Name(name) | Token::Label(name) | Token::Quiet(name) => self.is_text(name),
            Token::Keyword(keyword) => Self::gives_text(keyword),
            _ => false,
        })
    }

    /// Whether a function gives a string.
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

    /// A string.
    pub(crate) fn text(&mut self) -> Done<BString> {
        let text = self.text_operand()?;
        self.joined_to(text)
    }

    /// A string whose first part has been read.
    fn joined_to(&mut self, mut text: BString) -> Done<BString> {
        while self.accept(Mark::PlusPlus)? {
            let more = self.text_operand()?;
            text.extend_from_slice(&more);
            self.check_text(text.len())?;
            self.work(more.len())?;
        }
        Ok(text)
    }

    /// Whether what has been read was a string, because of what follows.
    pub(super) fn continues_text(&mut self) -> Done<bool> {
        Ok(matches!(self.peek()?, Token::Mark(Mark::PlusPlus | Mark::Same | Mark::NotSame)))
    }

    /// A string or a number.
    pub(crate) fn text_or_number(&mut self) -> Done<Result<BString, Expression>> {
        let text = match self.peek()? {
            Token::Name(name)
            | Token::Label(name)
            | Token::Quiet(name)
            | Token::Local(name)
            | Token::Anonymous(name)
                if !self.is_text(name) =>
            {
                return self.symbol_as_text_or_number(name);
            }
            Token::At => return self.symbol_as_text_or_number(self.pc),
            _ if self.begins_text()? => self.text()?,
            _ => return self.expression().map(Err),
        };
        self.text_or_its_number(text)
    }

    /// A symbol that is not a string, which is the next token: only `++` behind it says that it must be one.
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

    /// A string; or a number, if what follows is for that.
    fn text_or_its_number(&mut self, text: BString) -> Done<Result<BString, Expression>> {
        let left = match self.peek()? {
            Token::Mark(Mark::Same | Mark::NotSame) => self.compared(&text)?,
            Token::Mark(mark) if is_operator(mark) => Expression::Known(self.text_value(&text)),
            _ => return Ok(Ok(text)),
        };
        self.expression_after(left).map(Err)
    }

    /// A string in the place of a number: what it is compared to, or what its only character is mapped to.
    pub(super) fn string_comparison(&mut self) -> Done<Expression> {
        let text = self.text()?;
        self.string_comparison_after(text)
    }

    /// As [`string_comparison`](Self::string_comparison), after the first string.
    pub(super) fn string_comparison_after(&mut self, text: BString) -> Done<Expression> {
        let text = self.joined_to(text)?;
        if matches!(self.peek()?, Token::Mark(Mark::Same | Mark::NotSame)) {
            return self.compared(&text);
        }
        self.operand_may_end()?;
        Ok(Expression::Known(self.text_value(&text)))
    }

    /// `===` or `!==`, which is the next token, and a string.
    fn compared(&mut self, left: &BString) -> Done<Expression> {
        let same = self.next()? == Token::Mark(Mark::Same);
        let right = self.text()?;
        Ok(Expression::Known(((*left == right) == same).into()))
    }

    /// The value of a string that stands for a number.
    pub(crate) fn text_value(&mut self, text: &[u8]) -> i32 {
        self.warn(
            Warning::Obsolete,
            "A string in the place of a number is deprecated; write a character, such as 'A', or use CHARVAL",
        );
        self.only_value(text, "A string in the place of a number", Some(dropped::LONG_STRING))
    }

    /// The value of the character literal that was read.
    pub(super) fn character_value(&mut self) -> i32 {
        let text = std::mem::take(&mut self.lexer.string);
        let value = self.only_value(&text, "A character literal", None);
        self.lexer.string = text;
        value
    }

    fn only_value(&mut self, text: &[u8], what: &str, many: Option<Dropped>) -> i32 {
        let values = self.mapped(text);
        if let [value] = values[..] {
            return value;
        }
        let count = values.len();
        let text = format!("{what} must be mapped to exactly one value, not {count}");
        self.error_or_dropped("one-value", text, many.filter(|_| count > 1));
        0
    }

    /// What a string is mapped to.
    pub(crate) fn mapped(&mut self, text: &[u8]) -> Vec<i32> {
        let mut values = Vec::with_capacity(text.len());
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

    fn one_text(&mut self) -> Done<BString> {
        match self.peek()? {
            Token::String => {
                self.skip();
                Ok(std::mem::take(&mut self.lexer.string).into())
            }
            Token::Name(name) | Token::Label(name) | Token::Quiet(name) => {
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
                self.in_parentheses(|asm| asm.text_function(keyword))
            }
            _ => Err(self.unexpected("a string")),
        }
    }

    /// The text of an EQUS symbol.
    pub(super) fn text_of(&mut self, name: Name) -> BString {
        if let Some(Value::Text(text)) = self.symbol_text(name) {
            return text.as_bytes().into();
        }
        let shown = self.names.get(name).as_bstr().to_owned();
        match self.symbols.get(name).kind {
            Kind::Dynamic(dynamic) if !dynamic.is_numeric() => self.error("no-value", dynamic.why_no_value()),
            _ => self.error("not-text", format!("`{shown}` is not a string symbol")),
        }
        BString::default()
    }

    /// A function that gives a string, between its parentheses.
    fn text_function(&mut self, keyword: Keyword) -> Done<BString> {
        let function = keyword.text();
        let mut issues = Issues::default();
        let result: BString = match keyword {
            Keyword::Strcat => self.joined()?,
            Keyword::Strupr => self.text()?.to_ascii_uppercase().into(),
            Keyword::Strlwr => self.text()?.to_ascii_lowercase().into(),
            Keyword::Strslice => {
                let (of, start) = self.text_and_number()?;
                let stop = self.optional_number()?;
                text::str_slice(&of, start, stop, &mut |flaw| note(&mut issues, function, flaw)).into()
            }
            Keyword::Strsub => {
                let (of, start) = self.text_and_number()?;
                let length = if self.accept(Mark::Comma)? { Some(self.non_negative("STRSUB's length")?) } else { None };
                self.deprecated(function, "STRSLICE");
                text::str_sub(&of, start, length, &mut |flaw| note(&mut issues, function, flaw)).into()
            }
            Keyword::Strrpl => self.replaced(&mut issues)?,
            Keyword::Strchar | Keyword::Charsub => {
                let (of, index) = self.text_and_number()?;
                if keyword == Keyword::Charsub {
                    self.deprecated(function, "STRCHAR");
                }
                let map = self.charmaps.current();
                let mut report = |flaw| note(&mut issues, function, flaw);
                let part = if keyword == Keyword::Strchar {
                    map.str_char(&of, index, self.until, &mut report)
                } else {
                    map.char_sub(&of, index, self.until, &mut report)
                };
                part.map(BString::from).map_err(|stop| self.stop(stop))?
            }
            Keyword::Revchar => {
                let values = self.numbers()?;
                self.work(self.charmaps.current().memory())?;
                let found = self.charmaps.current().rev_char(&values).map(BString::from);
                found.unwrap_or_else(|flaw| {
                    note(&mut issues, function, flaw);
                    BString::default()
                })
            }
            Keyword::Readfile => self.file_text()?,
            Keyword::Section => self.section_of_symbol()?,
            _ => self.formatted_text()?,
        };
        self.tell_issues(issues);
        Ok(result)
    }

    /// The end, because the caller has said so.
    fn stop(&mut self, stop: crate::until::Stop) -> Halt {
        self.stopped = Some(stop);
        Halt::Run
    }

    fn deprecated(&mut self, old: &str, new: &str) {
        self.warn(Warning::Obsolete, format!("{old} is deprecated; {new} does the same, but counts from 0"));
    }

    fn joined(&mut self) -> Done<BString> {
        let mut all = BString::default();
        if self.peek()? == Token::Mark(Mark::Close) {
            return Ok(all);
        }
        loop {
            all.extend_from_slice(&self.text()?);
            self.check_text(all.len())?;
            if !self.accept(Mark::Comma)? {
                return Ok(all);
            }
        }
    }

    fn replaced(&mut self, issues: &mut Issues) -> Done<BString> {
        let of = self.text()?;
        self.comma()?;
        let old = self.text()?;
        self.comma()?;
        let new = self.text()?;
        let most = self.most_text();
        let mut result = Vec::new();
        let done = text::str_replace(&of, &old, &new, &mut result, most, &mut |flaw| note(issues, "STRRPL", flaw));
        if done.is_err() {
            return Err(self.text_too_long());
        }
        Ok(result.into())
    }

    fn text_and_number(&mut self) -> Done<(BString, i32)> {
        let text = self.text()?;
        self.comma()?;
        Ok((text, self.constant_expression()?))
    }

    fn optional_number(&mut self) -> Done<Option<i32>> {
        if self.accept(Mark::Comma)? { self.constant_expression().map(Some) } else { Ok(None) }
    }

    fn numbers(&mut self) -> Done<Vec<i32>> {
        let mut numbers = vec![self.constant_expression()?];
        while self.accept(Mark::Comma)? {
            self.check_room(numbers.len() * size_of::<i32>())?;
            numbers.push(self.constant_expression()?);
        }
        Ok(numbers)
    }

    fn file_text(&mut self) -> Done<BString> {
        let name = self.text()?;
        let most =
            if self.accept(Mark::Comma)? { Some(self.non_negative("READFILE's number of bytes")?) } else { None };
        let Some((_, content)) = self.read_file(name.as_bstr(), "READFILE")? else { return Ok(BString::default()) };
        let len = most.map_or(content.len(), |most| content.len().min(most.unsigned_abs() as usize));
        Ok(content[..len].into())
    }

    fn section_of_symbol(&mut self) -> Done<BString> {
        let token = self.next()?;
        let name = match token {
            Token::Name(name) | Token::Label(name) | Token::Quiet(name) | Token::Anonymous(name) => name,
            Token::Local(name) => self.resolve(name)?,
            Token::At => self.pc,
            _ => return Err(self.unexpected_token(token, "a label")),
        };
        self.operand_may_end()?;
        let section = match self.symbols.get(name).kind {
            Kind::Label { section, .. } => Some(section),
            Kind::Dynamic(super::Dynamic::Pc) => self.sections.pc().map(|(section, _)| section),
            _ => None,
        };
        if let Some(section) = section {
            Ok(self.sections.get(section).name.clone())
        } else {
            let shown = self.names.get(name).as_bstr().to_owned();
            Err(self.fatal("no-section", format!("`{shown}` does not belong to any section")))
        }
    }

    /// STRFMT, between its parentheses.
    fn formatted_text(&mut self) -> Done<BString> {
        let format = self.text()?;
        let (mut arguments, mut bytes) = (Vec::new(), 0);
        while self.accept(Mark::Comma)? {
            self.check_text(bytes)?;
            bytes += size_of::<Value>();
            arguments.push(match self.text_or_number()? {
                Ok(text) => {
                    bytes += text.len();
                    Value::Text(text.as_slice().into())
                }
                Err(number) => Value::Number(self.constant_here(&number)?),
            });
        }
        self.strfmt(&format, &arguments)
    }

    /// The value of a function that gives a number of strings, if this keyword is one.
    pub(super) fn text_number_function(&mut self, keyword: Keyword) -> Done<Option<i32>> {
        use Keyword::{
            Bytelen, Charcmp, Charlen, Charsize, Charval, Incharmap, Strbyte, Strcmp, Strfind, Strin, Strlen, Strrfind,
            Strrin,
        };
        if !matches!(
            keyword,
            Bytelen
                | Charcmp
                | Charlen
                | Charsize
                | Charval
                | Incharmap
                | Strbyte
                | Strcmp
                | Strfind
                | Strin
                | Strlen
                | Strrfind
                | Strrin
        ) {
            return Ok(None);
        }
        self.in_parentheses(|asm| asm.text_number(keyword)).map(Some)
    }

    fn text_number(&mut self, keyword: Keyword) -> Done<i32> {
        let function = keyword.text();
        let first = self.text()?;
        let mut issues = Issues::default();
        let number = match keyword {
            Keyword::Bytelen => count(first.len()),
            Keyword::Strlen => text::str_len(&first, &mut |flaw| note(&mut issues, function, flaw)),
            Keyword::Strbyte => {
                self.comma()?;
                let index = self.constant_expression()?;
                text::str_byte(&first, index, &mut |flaw| note(&mut issues, function, flaw))
            }
            Keyword::Incharmap => self.charmaps.current().mapping(&first).is_some().into(),
            Keyword::Charlen => {
                let map = self.charmaps.current();
                let len = map.char_len(&first, self.until, &mut |flaw| note(&mut issues, function, flaw));
                count(len.map_err(|stop| self.stop(stop))?)
            }
            Keyword::Charsize => {
                let size = self.charmaps.current().char_size(&first).map(count);
                size.unwrap_or_else(|flaw| {
                    note(&mut issues, function, flaw);
                    0
                })
            }
            Keyword::Charval => {
                let index = self.optional_number()?;
                let map = self.charmaps.current();
                match index {
                    Some(index) => map.char_val_at(&first, index, &mut |flaw| note(&mut issues, function, flaw)),
                    None => map.char_val(&first).unwrap_or_else(|flaw| {
                        note(&mut issues, function, flaw);
                        0
                    }),
                }
            }
            _ => {
                self.comma()?;
                let second = self.text()?;
                self.two_texts(keyword, &first, &second, &mut issues)?
            }
        };
        self.tell_issues(issues);
        Ok(number)
    }

    fn two_texts(&mut self, keyword: Keyword, first: &[u8], second: &[u8], issues: &mut Issues) -> Done<i32> {
        Ok(match keyword {
            Keyword::Strcmp => text::str_cmp(first, second),
            Keyword::Strfind => text::str_find(first, second),
            Keyword::Strrfind => text::str_rfind(first, second),
            Keyword::Strin => {
                self.deprecated("STRIN", "STRFIND");
                text::str_find(first, second) + 1
            }
            Keyword::Strrin => {
                self.deprecated("STRRIN", "STRRFIND");
                text::str_rfind(first, second) + 1
            }
            _ => {
                let map = self.charmaps.current();
                let order = map.char_cmp(first, second, self.until, &mut |flaw| note(issues, "CHARCMP", flaw));
                match order.map_err(|stop| self.stop(stop))? {
                    Ordering::Less => -1,
                    Ordering::Equal => 0,
                    Ordering::Greater => 1,
                }
            }
        })
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
