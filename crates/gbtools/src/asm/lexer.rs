//! From characters to tokens (rgbasm(5), LEXICAL).

mod characters;
mod number;
mod raw;
mod skip;
mod string;

use bstr::ByteSlice;

use super::input::LayerKind;
use super::names::{Name, Spelling};
use super::symbols::{Kind, Value};
use super::token::{Mark, Token};
use super::{Asm, Done, Halt};

/// The lexer's own state.
#[derive(Default)]
pub(crate) struct Lexer {
    /// A token that was looked at and not yet used.
    peeked: Option<Token>,
    /// The text of the string or character literal that was read last.
    pub(crate) string: Vec<u8>,
    /// Names are not expanded now, as in `DEF name`.
    pub(crate) keep_names: bool,
    /// Expansion is off, as in comments and in what is skipped.
    pub(crate) verbatim: bool,
    /// How many interpolations are being read, one inside the other.
    interpolations: usize,
    /// The end of the line before `]]` has been given.
    closing: bool,
    /// Where in its line the token began that was read last.
    pub(crate) column: Option<u32>,
}

/// Bytes that an identifier begins with, or goes on with.
const IDENTIFIER: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let c = byte as u8;
        if c.is_ascii_alphabetic() || c == b'_' || c == b'.' {
            table[byte] = 3;
        } else if c.is_ascii_digit() || matches!(c, b'#' | b'$' | b'@') {
            table[byte] = 2;
        }
        byte += 1;
    }
    table
};

pub(crate) fn begins_identifier(byte: u8) -> bool {
    IDENTIFIER[usize::from(byte)] & 1 != 0
}

pub(crate) fn continues_identifier(byte: u8) -> bool {
    IDENTIFIER[usize::from(byte)] & 2 != 0
}

impl Asm<'_> {
    /// The next token, which stays the next one.
    #[inline]
    pub(crate) fn peek(&mut self) -> Done<Token> {
        if let Some(token) = self.lexer.peeked {
            Ok(token)
        } else {
            let token = self.token()?;
            self.lexer.peeked = Some(token);
            Ok(token)
        }
    }

    /// The next token.
    #[inline]
    pub(crate) fn next(&mut self) -> Done<Token> {
        match self.lexer.peeked.take() {
            Some(token) => Ok(token),
            None => self.token(),
        }
    }

    /// Uses the token that was looked at.
    #[inline]
    pub(crate) fn skip(&mut self) {
        self.lexer.peeked = None;
    }

    /// Makes a token that has been used the next one again.
    pub(crate) fn unread(&mut self, token: Token) {
        self.lexer.peeked = Some(token);
    }

    /// Whether a token has been looked at and not used.
    pub(crate) fn has_peeked(&self) -> bool {
        self.lexer.peeked.is_some()
    }

    /// Uses the next token if it is this one.
    #[inline]
    pub(crate) fn accept(&mut self, mark: Mark) -> Done<bool> {
        let found = self.peek()? == Token::Mark(mark);
        if found {
            self.skip();
        }
        Ok(found)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each byte that can begin a token")]
    fn token(&mut self) -> Done<Token> {
        if self.lexer.closing {
            self.lexer.closing = false;
            return Ok(Token::Mark(Mark::CloseBrackets));
        }
        self.input.begin_line();
        loop {
            let Some(byte) = self.peek_char()? else {
                self.lexer.column = self.input.column();
                return Ok(Token::End);
            };
            if matches!(byte, b' ' | b'\t') {
                self.input.advance(1);
                continue;
            }
            self.lexer.column = self.input.column();
            if begins_identifier(byte) {
                if let Some(token) = self.identifier(false)? {
                    return Ok(token);
                }
                continue;
            }
            if byte.is_ascii_digit() {
                return self.number().map(Token::Number);
            }
            self.input.advance(1);
            let mark = match byte {
                b'\n' => {
                    self.lexer.verbatim = false;
                    self.input.end_line();
                    return Ok(Token::Newline);
                }
                b'\r' => {
                    self.lexer.verbatim = false;
                    self.skip_line_feed();
                    self.input.end_line();
                    return Ok(Token::Newline);
                }
                b';' => {
                    self.skip_comment();
                    continue;
                }
                b'\\' => {
                    self.line_continuation()?;
                    continue;
                }
                b'"' => {
                    self.string(b'"', false, false)?;
                    return Ok(Token::String);
                }
                b'\'' => {
                    self.string(b'\'', false, false)?;
                    return Ok(Token::Character);
                }
                b'#' => match self.after_hash()? {
                    Some(token) => return Ok(token),
                    None => continue,
                },
                b'@' => return Ok(Token::At),
                b'$' => return self.digits(16).map(Token::Number),
                b'`' => return self.graphics().map(Token::Number),
                b'&' => match self.peek_char()? {
                    Some(b'0'..=b'7' | b'_') => return self.digits(8).map(Token::Number),
                    Some(b'=') => self.used(Mark::AndAssign),
                    Some(b'&') => self.used(Mark::AndAnd),
                    _ => Mark::And,
                },
                b'%' => match self.peek_char()? {
                    Some(digit)
                        if digit == b'_' || self.settings.binary.contains(&digit) || matches!(digit, b'0' | b'1') =>
                    {
                        return self.binary().map(Token::Number);
                    }
                    Some(b'=') => self.used(Mark::PercentAssign),
                    _ => Mark::Percent,
                },
                b'/' => match self.peek_char()? {
                    Some(b'*') => {
                        self.input.advance(1);
                        self.skip_block_comment()?;
                        continue;
                    }
                    Some(b'=') => self.used(Mark::SlashAssign),
                    _ => Mark::Slash,
                },
                b':' => match self.peek_char()? {
                    Some(b':') => self.used(Mark::ColonColon),
                    Some(sign @ (b'+' | b'-')) => {
                        let mut count = 0_i32;
                        while self.peek_char()? == Some(sign) {
                            self.input.advance(1);
                            count = count.saturating_add(1);
                        }
                        let distance = if sign == b'-' { -count } else { count };
                        return Ok(Token::Anonymous(self.anonymous(distance)));
                    }
                    _ => Mark::Colon,
                },
                b']' => match self.peek_char()? {
                    Some(b']') => {
                        self.input.advance(1);
                        self.lexer.closing = true;
                        return Ok(Token::Newline);
                    }
                    _ => Mark::CloseBracket,
                },
                _ => {
                    if let Some(mark) = self.mark(byte)? {
                        mark
                    } else {
                        self.input_garbage(byte)?;
                        continue;
                    }
                }
            };
            return Ok(Token::Mark(mark));
        }
    }

    /// An operator or punctuation that has nothing special about it, of which the first byte has been read.
    fn mark(&mut self, byte: u8) -> Done<Option<Mark>> {
        let next = match byte {
            b',' | b'(' | b')' | b'?' | b'~' => None,
            b'+' | b'-' | b'*' | b'|' | b'^' | b'!' | b'=' | b'<' | b'>' | b'[' => self.peek_char()?,
            _ => return Ok(None),
        };
        Ok(Some(match (byte, next) {
            (b',', _) => Mark::Comma,
            (b'(', _) => Mark::Open,
            (b')', _) => Mark::Close,
            (b'?', _) => Mark::Question,
            (b'~', _) => Mark::Tilde,
            (b'[', Some(b'[')) => self.used(Mark::OpenBrackets),
            (b'[', _) => Mark::OpenBracket,
            (b'+', Some(b'=')) => self.used(Mark::PlusAssign),
            (b'+', Some(b'+')) => self.used(Mark::PlusPlus),
            (b'+', _) => Mark::Plus,
            (b'-', Some(b'=')) => self.used(Mark::MinusAssign),
            (b'-', _) => Mark::Minus,
            (b'*', Some(b'=')) => self.used(Mark::StarAssign),
            (b'*', Some(b'*')) => self.used(Mark::StarStar),
            (b'*', _) => Mark::Star,
            (b'|', Some(b'=')) => self.used(Mark::OrAssign),
            (b'|', Some(b'|')) => self.used(Mark::OrOr),
            (b'|', _) => Mark::Or,
            (b'^', Some(b'=')) => self.used(Mark::CaretAssign),
            (b'^', _) => Mark::Caret,
            (b'!' | b'=', Some(b'=')) => {
                self.input.advance(1);
                let strings = self.peek_char()? == Some(b'=');
                if strings {
                    self.input.advance(1);
                }
                match (byte, strings) {
                    (b'=', false) => Mark::Equal,
                    (b'=', true) => Mark::Same,
                    (_, false) => Mark::NotEqual,
                    (_, true) => Mark::NotSame,
                }
            }
            (b'!', _) => Mark::Not,
            (b'=', _) => Mark::Assign,
            (b'<', Some(b'=')) => self.used(Mark::LessEqual),
            (b'<', Some(b'<')) => {
                self.input.advance(1);
                if self.peek_char()? == Some(b'=') { self.used(Mark::ShiftLeftAssign) } else { Mark::ShiftLeft }
            }
            (b'<', _) => Mark::Less,
            (b'>', Some(b'=')) => self.used(Mark::GreaterEqual),
            (b'>', Some(b'>')) => {
                self.input.advance(1);
                match self.peek_char()? {
                    Some(b'=') => self.used(Mark::ShiftRightAssign),
                    Some(b'>') => self.used(Mark::ShiftRightUnsigned),
                    _ => Mark::ShiftRight,
                }
            }
            _ => Mark::Greater,
        }))
    }

    /// This mark, after its last byte has been used.
    fn used(&mut self, mark: Mark) -> Mark {
        self.input.advance(1);
        mark
    }

    /// Bytes that mean nothing here, of which the first has been read: one message for all of a run.
    #[cold]
    fn input_garbage(&mut self, first: u8) -> Done<()> {
        let mut bytes = vec![first];
        while let Some(byte) = self.peek_char()? {
            let means_something = begins_identifier(byte)
                || byte.is_ascii_digit()
                || b" \t\r\n;\\\"'#@$`&%/:],()?~+-*|^!=<>[".contains(&byte);
            if means_something {
                break;
            }
            bytes.push(byte);
            self.input.advance(1);
        }
        let list: Vec<_> = bytes
            .iter()
            .map(|&byte| match byte {
                b'\t' | b' '..=b'~' => format!("'{}'", char::from(byte)),
                _ => format!("0x{byte:02X}"),
            })
            .collect();
        let plural = if bytes.len() == 1 { "" } else { "s" };
        let hint = if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) { "" } else { " (is the file UTF-8?)" };
        self.error("invalid-characters", format!("Invalid character{plural} {}{hint}", list.join(", ")));
        Ok(())
    }

    /// After `#`: a raw string, or a raw name.
    fn after_hash(&mut self) -> Done<Option<Token>> {
        match self.peek_char()? {
            Some(b'"') => {
                self.input.advance(1);
                self.string(b'"', true, false)?;
                Ok(Some(Token::String))
            }
            Some(byte) if begins_identifier(byte) => self.identifier(true),
            _ => {
                self.input_garbage(b'#')?;
                Ok(None)
            }
        }
    }

    /// The spelling of an identifier that begins here.
    #[inline]
    pub(crate) fn spelling(&mut self) -> Done<Name> {
        let rest = self.input.rest();
        let len = rest.iter().position(|&byte| !continues_identifier(byte)).unwrap_or(rest.len());
        let complete = match rest.get(len) {
            Some(byte) => !matches!(byte, b'\\' | b'{'),
            None => self.input.kind() == LayerKind::Context,
        };
        if complete {
            let name = self.names.intern(&rest[..len]);
            self.input.advance(len);
            return Ok(name);
        }
        self.spelling_over_layers()
    }

    /// The spelling of an identifier that an expansion ends or begins in.
    fn spelling_over_layers(&mut self) -> Done<Name> {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        loop {
            let rest = self.input.rest();
            let len = rest.iter().position(|&byte| !continues_identifier(byte)).unwrap_or(rest.len());
            text.extend_from_slice(&rest[..len]);
            self.input.advance(len);
            match self.peek_char() {
                Ok(Some(byte)) if continues_identifier(byte) => {}
                Ok(_) => break,
                Err(halt) => {
                    self.scratch = text;
                    return Err(halt);
                }
            }
        }
        let name = self.names.intern(&text);
        self.scratch = text;
        Ok(name)
    }

    /// A name or a keyword; nothing if it was an EQUS symbol, whose text is read next.
    fn identifier(&mut self, raw: bool) -> Done<Option<Token>> {
        let name = self.spelling()?;
        let spelling = self.names.spelling(name);
        if let (Spelling::Keyword(keyword), false) = (spelling, raw) {
            return Ok(Some(Token::Keyword(keyword)));
        }
        match spelling {
            Spelling::LocalInKeyword if !raw => {
                let text = self.names.get(name);
                let keyword = text.split_str(".").next().unwrap_or_default().as_bstr();
                self.error("keyword-scope", format!("`{}` begins with the keyword `{keyword}`", text.as_bstr()));
                return Ok(Some(Token::Local(name)));
            }
            Spelling::Local | Spelling::LocalInKeyword => return Ok(Some(Token::Local(name))),
            Spelling::Dots | Spelling::Plain | Spelling::Keyword(_) => {}
        }
        if !raw && !self.lexer.keep_names && self.symbols.may_be_string(name) {
            if let Some(Value::Text(text)) = self.symbol_text(name) {
                self.check_obsolete(name);
                let end = text.len();
                self.expand(text, 0, end, name)?;
                return Ok(None);
            }
            // One that has no value here stands for nothing.
            if let Kind::Dynamic(dynamic) = self.symbols.get(name).kind
                && !dynamic.is_numeric()
            {
                self.error("no-value", dynamic.why_no_value());
                return Ok(None);
            }
        }
        if spelling == Spelling::Dots {
            return Ok(Some(Token::Name(name)));
        }
        Ok(Some(match self.peek_char()? {
            Some(b':') => Token::Label(name),
            Some(b'?') => Token::Quiet(name),
            _ => Token::Name(name),
        }))
    }

    /// Begins the expansion of an EQUS symbol or an interpolation.
    pub(crate) fn expand(&mut self, text: crate::files::Content, start: usize, end: usize, name: Name) -> Done<()> {
        if self.input.depth() > self.settings.depth as usize + 1 {
            let name = self.names.get(name).as_bstr().to_owned();
            return Err(self.recursion_limit(&format!(" while expanding `{name}`")));
        }
        self.input.expand(text, start, end, LayerKind::Expansion(name));
        Ok(())
    }

    /// The depth of nesting has been reached: the end.
    pub(crate) fn recursion_limit(&mut self, what: &str) -> Halt {
        let depth = self.settings.depth;
        self.fatal("recursion-limit", format!("Recursion limit ({depth}) exceeded{what}"))
    }
}
