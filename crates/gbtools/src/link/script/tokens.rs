//! Splits a linker script into words.

use std::ops::Range;

use bstr::{BString, ByteSlice};

use crate::memory::Region;

/// A word that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Include,
    Org,
    Floating,
    Align,
    Ds,
    Optional,
    Region(Region),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Number(u32),
    String(BString),
    Comma,
}

/// An error or warning about a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub text: String,
    /// Whether this is the warning about a number that is too large.
    pub large_constant: bool,
}

/// The next part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lexed {
    Token(Token),
    /// Not a word, but an error or warning about the script.
    Problem(Problem),
    /// The end of the line.
    End,
}

/// A token that has been read in part. Its problems come first, one at a time.
enum Open {
    Nothing,
    String(BString),
    Number(Number),
    /// The rest of the line, which is ignored.
    Ignored,
    /// All of it has been read.
    Complete(Token),
}

#[derive(Default)]
struct Number {
    base: u32,
    value: u64,
    digits: u32,
    large: bool,
    /// Whether the last character was one.
    underscore: bool,
}

/// Reads a script.
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    /// Counted from 1.
    line: u32,
    line_start: usize,
    /// The offset of what was read last.
    start: usize,
    open: Open,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 0, line_start: 0, start: 0, open: Open::Nothing }
    }

    /// Goes to the next line, after [`Lexed::End`] of the current one. Returns its number, or None at the end of the file.
    pub(super) fn next_line(&mut self) -> Option<u32> {
        if self.rest().is_empty() {
            return None;
        }
        if self.line > 0 {
            self.at += if self.rest().starts_with(b"\r\n") { 2 } else { 1 };
        }
        if self.rest().is_empty() {
            return None;
        }
        (self.line, self.line_start) = (self.line + 1, self.at);
        Some(self.line)
    }

    /// The bytes of the line that were read last.
    pub(super) fn range(&self) -> Range<u32> {
        let number = |at: usize| u32::try_from(at - self.line_start).unwrap_or(u32::MAX);
        number(self.start)..number(self.at)
    }

    fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    fn is_at_end(&self) -> bool {
        matches!(self.rest().first(), None | Some(b'\n' | b'\r'))
    }

    pub(super) fn next(&mut self) -> Lexed {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => self.begin(),
            Open::String(text) => self.string(text),
            Open::Number(number) => self.number(number),
            Open::Ignored => {
                self.skip_line();
                self.begin()
            }
            Open::Complete(token) => Lexed::Token(token),
        }
    }

    fn begin(&mut self) -> Lexed {
        let blanks = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += blanks;
        self.start = self.at;
        let rest = self.rest();
        match rest.first() {
            None | Some(b'\n' | b'\r') => return Lexed::End,
            Some(b';') => {
                self.skip_line();
                self.start = self.at;
                return Lexed::End;
            }
            Some(b'A'..=b'Z' | b'a'..=b'z') => return self.word(),
            Some(_) => {}
        }
        let (base, prefix) = match rest {
            [b'$', ..] => (16, 1),
            [b'%', ..] => (2, 1),
            [b'&', ..] => (8, 1),
            [b'0', b'x' | b'X', ..] => (16, 2),
            [b'0', b'o' | b'O', ..] => (8, 2),
            [b'0', b'b' | b'B', ..] => (2, 2),
            [b'0'..=b'9', ..] => (10, 0),
            _ => (0, 1),
        };
        self.at += prefix;
        match rest[0] {
            _ if base > 0 => self.number(Number { base, ..Number::default() }),
            b',' => Lexed::Token(Token::Comma),
            b'"' => self.string(BString::default()),
            byte => {
                self.open = Open::Ignored;
                self.problem(format!("Unexpected character `{}`", byte.escape_ascii()))
            }
        }
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find_byteset("\n\r").unwrap_or(self.rest().len());
    }

    #[expect(clippy::unused_self, reason = "it is what is read that is wrong")]
    fn problem(&self, text: impl Into<String>) -> Lexed {
        Lexed::Problem(Problem { text: text.into(), large_constant: false })
    }

    /// Reads a word. An unknown one is reported, and otherwise ignored.
    fn word(&mut self) -> Lexed {
        let rest = self.rest();
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        let region = Region::ALL.into_iter().find(|region| word.eq_ignore_ascii_case(region.bounds().name.as_bytes()));
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        Lexed::Token(Token::Word(match region {
            Some(region) => Word::Region(region),
            None if is("INCLUDE") => Word::Include,
            None if is("ORG") => Word::Org,
            None if is("FLOATING") => Word::Floating,
            None if is("ALIGN") => Word::Align,
            None if is("DS") => Word::Ds,
            None if is("OPTIONAL") => Word::Optional,
            None => return self.problem(format!("Unknown word `{}`", word.as_bstr())),
        }))
    }

    /// Reads the rest of a number, after its prefix.
    fn number(&mut self, mut number: Number) -> Lexed {
        while let Some(&byte) = self.rest().first() {
            let twice = byte == b'_' && number.underscore;
            match char::from(byte).to_digit(number.base) {
                Some(digit) => {
                    number.value = number.value * u64::from(number.base) + u64::from(digit);
                    number.large |= number.value > u64::from(u32::MAX);
                    number.value = number.value.min(u64::from(u32::MAX));
                    number.digits = 1;
                    number.underscore = false;
                }
                None if byte == b'_' => number.underscore = true,
                None => break,
            }
            self.at += 1;
            if twice {
                self.open = Open::Number(number);
                return self.problem("A number has an underscore after another one");
            }
        }
        if number.digits == 0 {
            number.digits = 1;
            self.open = Open::Number(number);
            return self.problem("A number has no digits");
        }
        if number.underscore {
            number.underscore = false;
            self.open = Open::Number(number);
            return self.problem("A number ends with an underscore");
        }
        if number.large {
            self.open = Open::Complete(Token::Number(0));
            let text = "Integer constant is too large".to_owned();
            return Lexed::Problem(Problem { text, large_constant: true });
        }
        Lexed::Token(Token::Number(u32::try_from(number.value).unwrap_or_default()))
    }

    /// Reads the rest of a string, after its opening quote.
    fn string(&mut self, mut text: BString) -> Lexed {
        while !self.is_at_end() {
            let byte = self.rest()[0];
            self.at += 1;
            match byte {
                b'"' => return Lexed::Token(Token::String(text)),
                b'\\' if self.is_at_end() => {}
                b'\\' => {
                    let escape = self.rest()[0];
                    self.at += 1;
                    let (meaning, is_known) = match escape {
                        b'n' => (b'\n', true),
                        b'r' => (b'\r', true),
                        b't' => (b'\t', true),
                        b'0' => (0, true),
                        _ => (escape, matches!(escape, b'\\' | b'"' | b'\'')),
                    };
                    text.push(meaning);
                    if !is_known {
                        self.open = Open::String(text);
                        return self.problem(format!("Unknown escape `\\{}` in a string", escape.escape_ascii()));
                    }
                }
                _ => text.push(byte),
            }
        }
        self.open = Open::Complete(Token::String(text));
        self.problem("Unterminated string")
    }
}
