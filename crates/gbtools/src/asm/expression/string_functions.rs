//! Functions of strings (rgbasm(5), "String expressions").

use std::cmp::Ordering;

use bstr::{BString, ByteSlice};

use super::issues::{Issues, note};
use super::{Asm, Done};
use crate::asm::Halt;
use crate::asm::symbols::{Dynamic, Kind, Value};
use crate::asm::text_functions as text;
use crate::asm::token::{Keyword, Mark, Token};
use crate::asm::warnings::Warning;

impl Asm<'_> {
    /// Parses the arguments of a function with a string result, between the parentheses.
    pub(super) fn text_function(&mut self, keyword: Keyword) -> Done<BString> {
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
                self.may_close()?;
                self.deprecated(function, "STRSLICE");
                text::str_sub(&of, start, length, &mut |flaw| note(&mut issues, function, flaw)).into()
            }
            Keyword::Strrpl => self.replaced(&mut issues)?,
            Keyword::Strchar | Keyword::Charsub => {
                let (of, index) = self.text_and_number()?;
                self.may_close()?;
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
        self.may_close()?;
        self.tell_issues(issues);
        Ok(result)
    }

    /// Ends the assembly because the caller stopped it.
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
        self.may_close()?;
        let Some((_, content)) = self.read_file(name.as_bstr(), "READFILE")? else { return Ok(BString::default()) };
        let len = most.map_or(content.len(), |most| content.len().min(most.unsigned_abs() as usize));
        Ok(content[..len].into())
    }

    fn section_of_symbol(&mut self) -> Done<BString> {
        let token = self.next()?;
        let name = match token {
            Token::Name(name) | Token::Label(name) | Token::Anonymous(name) => name,
            Token::Local(name) => self.resolve(name)?,
            Token::At => self.pc,
            _ => return Err(self.unexpected_token(token, "a label")),
        };
        self.may_close()?;
        let section = match self.symbols.get(name).kind {
            Kind::Label { section, .. } => Some(section),
            Kind::Dynamic(Dynamic::Pc) => self.sections.pc().map(|(section, _)| section),
            _ => None,
        };
        if let Some(section) = section {
            Ok(self.sections.get(section).name.clone())
        } else {
            let shown = self.names.get(name).as_bstr().to_owned();
            Err(self.fatal("no-section", format!("`{shown}` does not belong to any section")))
        }
    }

    /// Parses the arguments of STRFMT, between the parentheses.
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
        self.may_close()?;
        self.strfmt(&format, &arguments)
    }

    /// The value of a string function with a numeric result. None if this keyword is none.
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
        self.skip();
        self.arguments_in_parentheses(|asm| asm.text_number(keyword)).map(Some)
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
                self.may_close()?;
                self.two_texts(keyword, &first, &second, &mut issues)?
            }
        };
        self.may_close()?;
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
