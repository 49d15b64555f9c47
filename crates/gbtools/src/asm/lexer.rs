//! Turns characters into tokens (rgbasm(5), LEXICAL).

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

/// The state of the lexer.
#[derive(Default)]
pub(crate) struct Lexer {
    /// A token that was peeked at and not consumed.
    peeked: Option<Token>,
    /// The text of the last string or character literal.
    pub(crate) string: Vec<u8>,
    /// Whether names are not expanded, as in `DEF name`.
    pub(crate) keep_names: bool,
    /// Whether nothing is expanded, as in comments and skipped text.
    pub(crate) verbatim: bool,
    /// The current nesting of interpolations.
    interpolations: usize,
    /// Whether the end of the line before `]]` has been returned.
    pub(super) closing: bool,
    /// The place of the current text, for messages.
    pub(crate) spans: Spans,
}

impl Asm<'_> {
    /// Peeks at the next token.
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

    /// Consumes the next token.
    #[inline]
    pub(crate) fn next(&mut self) -> Done<Token> {
        match self.lexer.peeked.take() {
            Some(token) => Ok(token),
            None => self.token(),
        }
    }

    /// Consumes the token that was peeked at.
    #[inline]
    pub(crate) fn skip(&mut self) {
        self.lexer.peeked = None;
    }

    /// Puts a consumed token back.
    pub(crate) fn unread(&mut self, token: Token) {
        self.lexer.peeked = Some(token);
    }

    /// Whether a token was peeked at and not consumed.
    pub(crate) fn has_peeked(&self) -> bool {
        self.lexer.peeked.is_some()
    }

    /// Consumes the next token if it is this one.
    #[inline]
    pub(crate) fn accept(&mut self, mark: Mark) -> Done<bool> {
        let found = self.peek()? == Token::Mark(mark);
        if found {
            self.skip();
        }
        Ok(found)
    }
}
