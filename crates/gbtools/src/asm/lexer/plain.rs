//! The tokens that most of a source consists of: nothing is expanded in them or near them, so they are read at a glance.

use bstr::ByteSlice;

use super::Asm;
use super::class::{BLANK, CONTINUES, DIGIT, JOINS, STARTS, is, run};
use crate::asm::bounds::{LONGEST_NAME, piece};
use crate::asm::names::Spelling;
use crate::asm::token::{Mark, Token};

impl Asm<'_> {
    /// The next token, if there is nothing special about it. If there is, nothing has been read.
    #[inline]
    pub(super) fn plain_token(&mut self) -> Option<Token> {
        let text = self.input.rest();
        let mut start = run(piece(text), BLANK);
        let text = &text[start..];
        let (&byte, behind) = text.split_first()?;
        let (token, len) = if is(byte, STARTS) {
            let len = run(piece(text), CONTINUES);
            let next = text.get(len).filter(|byte| !matches!(byte, b'\\' | b'{') && len <= LONGEST_NAME)?;
            let (name, spelling) = self.names.find_or_add(&text[..len]);
            let token = match spelling {
                Spelling::Keyword(keyword) => Token::Keyword(keyword),
                Spelling::Local => Token::Local(name),
                Spelling::Plain if self.lexer.keep_names || !self.symbols.may_be_string(name) => match next {
                    b':' => Token::Label(name),
                    b'?' => Token::Quiet(name),
                    _ => Token::Name(name),
                },
                _ => return None,
            };
            (token, len)
        } else if is(byte, DIGIT) {
            decimal(text)?
        } else {
            match byte {
                b'\n' => {
                    self.lexer.verbatim = false;
                    self.input.end_line();
                    (Token::Newline, 1)
                }
                b';' => {
                    let len = behind.find_byteset("\n\r").filter(|&len| behind[len] == b'\n')?;
                    start += len + 1;
                    self.lexer.verbatim = false;
                    self.input.end_line();
                    (Token::Newline, 1)
                }
                b',' => (Token::Mark(Mark::Comma), 1),
                b'(' => (Token::Mark(Mark::Open), 1),
                b')' => (Token::Mark(Mark::Close), 1),
                b'@' => (Token::At, 1),
                b'$' => hexadecimal(behind)?,
                b':' if behind.first() == Some(&b':') => (Token::Mark(Mark::ColonColon), 2),
                _ => {
                    // Anything may be a binary digit.
                    let joins = if byte == b'%' { !BLANK } else { JOINS };
                    let alone = behind.first().is_some_and(|&next| !is(next, joins));
                    (Token::Mark(alone_mark(byte).filter(|_| alone)?), 1)
                }
            }
        };
        self.begin_token(start);
        self.input.advance(start + len);
        Some(token)
    }
}

/// A number of few digits, and their count.
#[inline]
fn decimal(text: &[u8]) -> Option<(Token, usize)> {
    let len = run(piece(text), DIGIT);
    let next = *text.get(len)?;
    // What a prefix, a point or an expansion may make of it is not for here.
    if len > 9 || matches!(next, b'\\' | b'{' | b'_' | b'.') || next.is_ascii_alphabetic() {
        return None;
    }
    let value = text[..len].iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
    Some((Token::Number(value), len))
}

/// A number whose `$` has been read, and its length with that.
#[inline]
fn hexadecimal(text: &[u8]) -> Option<(Token, usize)> {
    let mut value = 0_u32;
    let mut len = 0;
    loop {
        let next = *text.get(len).filter(|_| len <= 8)?;
        let Some(digit) = char::from(next).to_digit(16) else {
            let ends = len > 0 && !matches!(next, b'\\' | b'{' | b'_');
            return ends.then_some((Token::Number(value.cast_signed()), len + 1));
        };
        value = value << 4 | digit;
        len += 1;
    }
}

/// What a byte is that begins a longer mark unless nothing joins it.
#[inline]
fn alone_mark(byte: u8) -> Option<Mark> {
    Some(match byte {
        b'+' => Mark::Plus,
        b'-' => Mark::Minus,
        b'*' => Mark::Star,
        b'/' => Mark::Slash,
        b'%' => Mark::Percent,
        b'&' => Mark::And,
        b'|' => Mark::Or,
        b'^' => Mark::Caret,
        b'!' => Mark::Not,
        b'=' => Mark::Assign,
        b'<' => Mark::Less,
        b'>' => Mark::Greater,
        b':' => Mark::Colon,
        b'[' => Mark::OpenBracket,
        b']' => Mark::CloseBracket,
        _ => return None,
    })
}
