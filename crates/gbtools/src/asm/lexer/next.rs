//! Reads the next token.

use super::class::{BLANK, DIGIT, STARTS, count_blanks, is};
use super::{Asm, Done, begins_identifier};
use crate::asm::bounds::piece;
use crate::asm::input::LexedId;
use crate::asm::token::{Mark, Token};

impl Asm<'_> {
    /// The next token.
    #[inline]
    pub(super) fn token(&mut self) -> Done<Token> {
        match self.input.lexed() {
            Some(lexed) => self.token_of_body(lexed),
            None => self.new_token(),
        }
    }

    /// The next token of a body whose tokens are kept.
    #[inline(never)]
    fn token_of_body(&mut self, lexed: LexedId) -> Done<Token> {
        match self.known_token(lexed) {
            Some(token) => Ok(token),
            None => self.new_token(),
        }
    }

    /// As [`token`](Self::token), where it has not been read before.
    #[inline(never)]
    fn new_token(&mut self) -> Done<Token> {
        if self.lexer.closing {
            self.lexer.closing = false;
            return Ok(Token::Mark(Mark::CloseBrackets));
        }
        self.poll()?;
        self.lexer.spans.end = self.input.at();
        self.input.begin_line();
        // A token after an expansion is as plain as any other.
        self.raw_char();
        if let Some(token) = self.plain_token() {
            return Ok(token);
        }
        self.lexer.spans.in_token = true;
        let token = self.other_token();
        self.lexer.spans.in_token = false;
        token
    }

    /// Reads any token, like [`token`](Self::token).
    #[expect(clippy::too_many_lines, reason = "one arm for each byte that can begin a token")]
    #[inline(never)]
    fn other_token(&mut self) -> Done<Token> {
        loop {
            self.poll()?;
            self.begin_token(0);
            let Some(byte) = self.peek_char()? else {
                // The last line may lack a newline.
                self.lexer.verbatim = false;
                return Ok(Token::End);
            };
            self.begin_token(0);
            if is(byte, BLANK) {
                let blanks = count_blanks(piece(self.input.rest()));
                self.input.advance(blanks);
                self.count_bytes(blanks);
                continue;
            }
            if is(byte, STARTS) {
                if let Some(token) = self.identifier(false)? {
                    return Ok(token);
                }
                continue;
            }
            if is(byte, DIGIT) {
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
                    self.skip_comment()?;
                    continue;
                }
                b'\\' => {
                    self.after_backslash()?;
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
                b'$' => return self.hexadecimal().map(Token::Number),
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
                            self.poll()?;
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

    /// Reads the rest after `#`: a raw string or a raw name.
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
}
