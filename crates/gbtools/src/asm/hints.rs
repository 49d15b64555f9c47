//! Hints at the end of messages: what the author probably meant.
//!
//! Hints never change which error is reported, or where. They are computed only when there is an error.

pub(crate) mod dropped;
mod foreign;
mod hint;

use std::fmt::Display;

use super::Asm;
use super::names::Name;
use super::symbols::Kind;
use super::token::{Keyword, Token};
use crate::near::did_you_mean;

use dropped::Dropped;
pub(crate) use hint::Hint;

impl Asm<'_> {
    /// Reports an error, perhaps with a hint about dropped syntax.
    #[cold]
    pub(crate) fn error_or_dropped(&mut self, code: &'static str, text: impl Display, dropped: Option<Dropped>) {
        match dropped {
            Some(dropped) => self.error("dropped-syntax", format!("{text} ({dropped})")),
            None => self.error(code, text.to_string()),
        }
    }

    /// A hint for a syntax error at this token. `wanted` is what was expected instead.
    #[cold]
    pub(crate) fn hint_for_syntax(&self, token: Token, wanted: &str) -> Hint {
        let (all, read) = self.statement_text();
        let (all, read) = (normal(all), normal(read));
        if let Some(dropped) = dropped::statement(&all, &read) {
            return dropped.into();
        }
        if let Some(instead) = foreign::statement(&all, &read) {
            return format!(" ({instead})").into();
        }
        let (Token::Name(name) | Token::Label(name) | Token::Quiet(name)) = token else { return Hint::default() };
        let is_word =
            |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'0');
        let words = wanted.split([' ', ',']).filter(is_word).map(str::as_bytes);
        did_you_mean(self.names.get(name), words).into()
    }

    /// A hint for a name that is used as a macro but is not one.
    #[cold]
    pub(crate) fn hint_for_macro(&mut self, name: Name, first_argument: Option<&[u8]>) -> Hint {
        let text = self.names.get(name);
        if let Some(dropped) = dropped::directive(text) {
            return dropped.into();
        }
        if let Some(instead) = foreign::word(text) {
            return format!(" ({instead})").into();
        }
        if let Some(hint) = first_argument.and_then(|argument| dropped::definition(text, argument)) {
            return hint;
        }
        if !self.may_search() {
            return Hint::default();
        }
        let text = self.names.get(name);
        // A word alone at the start of a line could be a label. Then short keywords are not suggested, since they
        // resemble many words.
        let label = if self.begins_line() { dropped::label(text, first_argument) } else { None };
        let shortest = if label.is_some() { 4 } else { 2 };
        let keywords = Keyword::all().filter(|keyword| !keyword.is_function()).map(Keyword::text);
        let keywords: Vec<_> = keywords.filter(|word| word.len() >= shortest).map(str::as_bytes).collect();
        let macros = self.names_of(|kind| matches!(kind, Kind::Macro(_)));
        let near = did_you_mean(text, macros.chain(keywords.iter().copied()));
        if near.is_empty() { label.unwrap_or_default() } else { near.into() }
    }

    /// A hint for a symbol that should have a number or string, but has none.
    #[cold]
    pub(crate) fn hint_for_symbol(&mut self, name: Name) -> Hint {
        let symbol = self.symbols.get(name);
        if symbol.purged || !matches!(symbol.kind, Kind::Undefined | Kind::Reference) {
            return Hint::default();
        }
        let text = self.names.get(name);
        if let Some(dropped) = dropped::symbol(text) {
            return dropped.into();
        }
        if !self.may_search() {
            return Hint::default();
        }
        let has_value = |kind: &Kind| !matches!(kind, Kind::Undefined | Kind::Reference | Kind::Macro(_));
        did_you_mean(self.names.get(name), self.names_of(has_value)).into()
    }

    /// A hint for a name that is used as a function but is not one.
    #[cold]
    pub(crate) fn hint_for_function(&self, name: Name) -> Hint {
        let text = self.names.get(name);
        if let Some(instead) = foreign::function(text) {
            return format!(" ({instead})").into();
        }
        let functions = Keyword::all().filter(|keyword| keyword.is_function()).map(|keyword| keyword.text().as_bytes());
        did_you_mean(text, functions).into()
    }

    /// The names of all symbols of some kinds.
    fn names_of<'s>(&'s self, is_kind: impl Fn(&Kind) -> bool + 's) -> impl Iterator<Item = &'s [u8]> {
        let symbols = self.symbols.all().filter(move |(_, symbol)| is_kind(&symbol.kind));
        symbols.map(|(name, _)| self.names.get(name))
    }

    /// Whether one more search for a similar name is allowed.
    pub(crate) fn may_search(&mut self) -> bool {
        let may = self.searches_left > 0;
        self.searches_left = self.searches_left.saturating_sub(1);
        may
    }
}

/// A text in capitals, with spaces only between words.
fn normal(text: &[u8]) -> Vec<u8> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'#' | b'$' | b'@' | b'"');
    let mut normal: Vec<u8> = Vec::with_capacity(text.len());
    let mut blank = false;
    for byte in text.iter().map(u8::to_ascii_uppercase) {
        if matches!(byte, b' ' | b'\t') {
            blank = true;
            continue;
        }
        if blank && is_word(&byte) && normal.last().is_some_and(is_word) {
            normal.push(b' ');
        }
        blank = false;
        normal.push(byte);
    }
    normal
}
