//! A fast path for the most common tokens: those without any expansion in them or around them.

use bstr::ByteSlice;

use super::class::{BLANK, CONTINUES, DIGIT, JOINS, STARTS, STRING, count_blanks, is, run};
use super::{Asm, Lexer};
use crate::asm::bounds::{LONGEST_NAME, piece};
use crate::asm::input::{Input, LexedId};
use crate::asm::names::{Names, Spelling};
use crate::asm::symbols::Symbols;
use crate::asm::token::{Mark, Token};

/// Reads plain tokens.
struct Scanner<'a> {
    names: &'a mut Names,
    symbols: &'a Symbols,
    keep_names: bool,
    /// The byte after the end of the text.
    after: u8,
}

impl Asm<'_> {
    /// Reads the next token, if it needs no special treatment. Otherwise reads nothing.
    #[inline]
    pub(super) fn plain_token(&mut self) -> Option<Token> {
        // The byte after the text may continue the token.
        let after = self.input.after();
        let Self { input, names, symbols, lexer, .. } = self;
        let text = input.rest();
        let start = count_blanks(piece(text));
        let text = &text[start..];
        let Some(&byte) = text.first() else { return self.plain_end(start) };
        let (token, len) = match byte {
            b'\n' => return Some(self.plain_newline(start)),
            b';' => {
                let len = piece(text).find_byteset("\n\r").filter(|&len| text[len] == b'\n')?;
                return Some(self.plain_newline(start + len));
            }
            b'"' => {
                let len = plain_string(text)?;
                lexer.string.clear();
                lexer.string.extend_from_slice(&text[1..len - 1]);
                self.count_bytes(len);
                (Token::String, len)
            }
            _ => {
                // Of an argument of the macro, such as `\1`, the whole text must be one token.
                let argument = if byte == b'\\' { Some(plain_argument(input, lexer, text)?) } else { None };
                let (text, after) = argument.unwrap_or((text, after));
                let mut scanner = Scanner { names, symbols, keep_names: lexer.keep_names, after };
                let (token, len) = scanner.token(*text.first()?, text)?;
                match argument {
                    Some(_) if len < text.len() => return None,
                    Some(_) => (token, 2),
                    None => {
                        self.keep_token(token, start, start + len);
                        (token, len)
                    }
                }
            }
        };
        self.begin_token(start);
        self.input.advance(start + len);
        Some(token)
    }

    /// Reads the end of a text after this many blanks.
    #[cold]
    fn plain_end(&mut self, start: usize) -> Option<Token> {
        if !self.input.in_own_text() {
            return None;
        }
        self.input.advance(start);
        self.begin_token(0);
        self.lexer.verbatim = false;
        Some(Token::End)
    }

    /// Reads the end of a line after this many bytes.
    #[inline]
    fn plain_newline(&mut self, start: usize) -> Token {
        self.keep_token(Token::Newline, start, start + 1);
        self.lexer.verbatim = false;
        self.begin_token(start);
        self.input.end_line();
        self.input.advance(start + 1);
        Token::Newline
    }

    /// Keeps a token that begins and ends so many bytes from here, if what is read now is read again.
    #[inline]
    fn keep_token(&mut self, token: Token, start: usize, end: usize) {
        if let Some(lexed) = self.input.lexed() {
            self.bodies.keep(lexed, self.input.position(), token, start, end);
        }
    }

    /// The next token, if it has been read here before and means the same. If not, nothing has been read.
    #[inline]
    pub(super) fn known_token(&mut self, lexed: LexedId) -> Option<Token> {
        let left = self.patience.checked_sub(1)?;
        if !self.input.goes_on() || self.lexer.closing {
            return None;
        }
        let at = self.input.position();
        let (known, start, end) = self.bodies.find(lexed, at).filter(|&(.., end)| self.input.has(end))?;
        if let Token::Name(name) | Token::Label(name) | Token::Quiet(name) = known {
            if !self.lexer.keep_names && self.symbols.may_be_string(name) {
                return None;
            }
        } else if known == Token::Newline {
            self.lexer.verbatim = false;
            self.input.end_line();
        }
        self.patience = left;
        (self.lexer.spans.start, self.lexer.spans.end) = (start, at);
        self.input.go_to(end);
        Some(known)
    }
}

impl Scanner<'_> {
    /// The token at the start of the text, and its length.
    #[inline]
    fn token(&mut self, byte: u8, text: &[u8]) -> Option<(Token, usize)> {
        if is(byte, STARTS) {
            return self.identifier(text);
        }
        if is(byte, DIGIT) {
            return self.decimal(text);
        }
        let mark = match byte {
            b',' => Mark::Comma,
            b'(' => Mark::Open,
            b')' => Mark::Close,
            b'?' => Mark::Question,
            b'~' => Mark::Tilde,
            b'@' => return Some((Token::At, 1)),
            b'$' => return self.hexadecimal(text),
            _ => {
                let behind = self.byte(text, 1);
                // Any character may be a binary digit.
                if byte == b'%' && !is(behind, BLANK) {
                    return None;
                }
                if !is(behind, JOINS) {
                    return alone(byte).map(|mark| (Token::Mark(mark), 1));
                }
                if text.len() < 2 {
                    return None;
                }
                let mark =
                    pair(byte, behind).filter(|&mark| mark == Mark::ColonColon || !is(self.byte(text, 2), JOINS))?;
                return Some((Token::Mark(mark), 2));
            }
        };
        Some((Token::Mark(mark), 1))
    }

    /// A byte of the text, or the one behind it.
    #[inline]
    fn byte(&self, text: &[u8], at: usize) -> u8 {
        text.get(at).copied().unwrap_or(self.after)
    }

    #[inline]
    fn identifier(&mut self, text: &[u8]) -> Option<(Token, usize)> {
        let len = run(piece(text), CONTINUES);
        let behind = self.byte(text, len);
        if matches!(behind, b'\\' | b'{') || is(behind, CONTINUES) || len > LONGEST_NAME {
            return None;
        }
        let (name, spelling) = self.names.find_or_add(&text[..len]);
        let token = match spelling {
            Spelling::Keyword(keyword) => Token::Keyword(keyword),
            Spelling::Local => Token::Local(name),
            Spelling::Plain if self.keep_names || !self.symbols.may_be_string(name) => match behind {
                b':' => Token::Label(name),
                b'?' => Token::Quiet(name),
                _ => Token::Name(name),
            },
            _ => return None,
        };
        Some((token, len))
    }

    /// Reads a short number.
    #[inline]
    fn decimal(&self, text: &[u8]) -> Option<(Token, usize)> {
        let len = run(piece(text), DIGIT);
        let behind = self.byte(text, len);
        // Prefixes, points and expansions are left to the full lexer.
        if len > 9 || matches!(behind, b'\\' | b'{' | b'_' | b'.') || behind.is_ascii_alphanumeric() {
            return None;
        }
        let value = text[..len].iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
        Some((Token::Number(value), len))
    }

    /// Reads a number that starts with `$`.
    #[inline]
    fn hexadecimal(&self, text: &[u8]) -> Option<(Token, usize)> {
        let mut value = 0_u32;
        let mut len = 1;
        loop {
            let next = self.byte(text, len);
            let Some(digit) = char::from(next).to_digit(16).filter(|_| len < text.len()) else {
                let ends = len > 1 && len <= 9 && !matches!(next, b'\\' | b'{' | b'_') && !next.is_ascii_hexdigit();
                return ends.then_some((Token::Number(value.cast_signed()), len));
            };
            value = value << 4 | digit;
            len += 1;
            if len > 9 {
                return None;
            }
        }
    }
}

/// The text of the macro argument that is named here, such as `\1`, and the byte after the name, if that text begins like a
/// name or number.
fn plain_argument<'a>(input: &'a Input, lexer: &Lexer, text: &[u8]) -> Option<(&'a [u8], u8)> {
    let &[_, digit @ b'1'..=b'9', after, ..] = text else { return None };
    if lexer.verbatim || !input.in_own_text() {
        return None;
    }
    let arguments = input.context().arguments.as_deref()?;
    let text = arguments.get(usize::from(digit - b'1') + arguments.shift.get())?;
    let &byte = text.first()?;
    (is(byte, STARTS | DIGIT) || byte == b'$').then_some((text, after))
}

/// The length of the string at the start of the text, with its quotes, if it is neither empty nor needs anything replaced.
pub(super) fn plain_string(text: &[u8]) -> Option<usize> {
    let rest = piece(&text[1..]);
    let len = run(rest, STRING);
    (len > 0 && rest.get(len) == Some(&b'"')).then_some(len + 2)
}

/// The meaning of a single byte.
#[inline]
fn alone(byte: u8) -> Option<Mark> {
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

/// The meaning of two bytes together.
#[inline]
fn pair(first: u8, second: u8) -> Option<Mark> {
    Some(match [first, second] {
        [b':', b':'] => Mark::ColonColon,
        [b'=', b'='] => Mark::Equal,
        [b'!', b'='] => Mark::NotEqual,
        [b'<', b'='] => Mark::LessEqual,
        [b'>', b'='] => Mark::GreaterEqual,
        [b'<', b'<'] => Mark::ShiftLeft,
        [b'>', b'>'] => Mark::ShiftRight,
        [b'&', b'&'] => Mark::AndAnd,
        [b'|', b'|'] => Mark::OrOr,
        [b'+', b'='] => Mark::PlusAssign,
        [b'-', b'='] => Mark::MinusAssign,
        [b'*', b'='] => Mark::StarAssign,
        [b'&', b'='] => Mark::AndAssign,
        [b'|', b'='] => Mark::OrAssign,
        [b'^', b'='] => Mark::CaretAssign,
        _ => return None,
    })
}
