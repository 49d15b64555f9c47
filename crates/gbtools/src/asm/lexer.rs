//! From characters to tokens (rgbasm(5), LEXICAL).

mod capture;
mod characters;
mod class;
mod identifier;
mod marks;
mod next;
mod number;
mod plain;
mod raw;
mod skip;
mod spans;
mod string;
mod substitute;

use super::token::{Mark, Token};
use super::{Asm, Done};
use spans::Spans;

pub(crate) use raw::RawArguments;

pub(crate) use class::{begins_identifier, continues_identifier};

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
    /// Where what is being read is, for messages.
    pub(crate) spans: Spans,
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
}
