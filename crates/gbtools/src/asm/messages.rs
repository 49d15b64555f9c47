//! Reports messages with the current place.

use std::ops::Range;

use bstr::{BString, ByteSlice};

use super::names::Name;
use super::token::Token;
use super::warnings::Warning;
use super::{Asm, Halt};
use crate::module::Place;
use crate::report::warnings::{Behaviour, Flag};
use crate::report::{Diagnostic, Severity};

impl Asm<'_> {
    /// The current place.
    pub(crate) fn here(&self) -> Option<Place> {
        (!self.input.contexts.is_empty()).then(|| self.input.place())
    }

    /// The current place, kept for later use.
    pub(crate) fn hold_here(&mut self) -> Place {
        self.nodes.hold(self.input.place())
    }

    /// Reports an error. The assembly continues, to find more errors.
    #[cold]
    pub(crate) fn error(&mut self, code: &'static str, text: impl Into<BString>) {
        self.tell(Severity::Error, None, code, text.into(), None, self.range());
    }

    /// Reports an error about this part of the line.
    #[cold]
    pub(crate) fn error_in(&mut self, range: Option<Range<u32>>, code: &'static str, text: impl Into<BString>) {
        self.tell(Severity::Error, None, code, text.into(), None, range);
    }

    /// Reports an error with another place that explains it.
    #[cold]
    pub(crate) fn error_at_both(&mut self, code: &'static str, text: impl Into<BString>, other: Option<Place>) {
        self.tell(Severity::Error, None, code, text.into(), other, self.statement_range());
    }

    /// Reports an error that ends the assembly.
    #[cold]
    pub(crate) fn fatal(&mut self, code: &'static str, text: impl Into<BString>) -> Halt {
        self.tell(Severity::Fatal, None, code, text.into(), None, self.range());
        Halt::Run
    }

    /// Like [`fatal`](Self::fatal), with another place.
    #[cold]
    pub(crate) fn fatal_at_both(&mut self, code: &'static str, text: impl Into<BString>, other: Option<Place>) -> Halt {
        self.tell(Severity::Fatal, None, code, text.into(), other, self.statement_range());
        Halt::Run
    }

    /// Reports a warning, or an error, or nothing, as the flag demands.
    #[cold]
    pub(crate) fn warn(&mut self, warning: Warning, text: impl Into<BString>) {
        let severity = match self.settings.warnings.behaviour(warning) {
            Behaviour::Off => return,
            Behaviour::Warning => Severity::Warning,
            Behaviour::Error => Severity::Error,
        };
        self.tell(severity, Some(warning.name()), warning.name(), text.into(), None, self.range());
    }

    fn tell(
        &mut self,
        severity: Severity,
        flag: Option<&'static str>,
        code: &'static str,
        text: BString,
        other: Option<Place>,
        range: Option<Range<u32>>,
    ) {
        // Nothing is reported after the error that reached the limit.
        if self.limit_reached || self.fatal || self.stopped.is_some() {
            return;
        }
        self.count_message();
        let places = self.here().into_iter().chain(other).map(|place| self.nodes.backtrace(place, &self.names));
        let places = places.collect();
        let expanding = self.input.expanding().map(|name| self.names.get(name).into()).collect();
        self.report.message(Diagnostic { flag, places, expanding, range, ..Diagnostic::new(severity, code, text) });
        if severity > Severity::Warning {
            self.errors += 1;
            self.fatal |= severity == Severity::Fatal;
            self.limit_reached = severity == Severity::Error && self.errors == self.options.max_errors;
        }
    }

    /// Reports a syntax error at the next token. The rest of the line is skipped.
    #[cold]
    pub(crate) fn unexpected(&mut self, wanted: &str) -> Halt {
        match self.peek() {
            Ok(token) => self.unexpected_token(token, wanted),
            Err(halt) => halt,
        }
    }

    /// Like [`unexpected`](Self::unexpected), for a token that has been consumed.
    #[cold]
    pub(crate) fn unexpected_token(&mut self, token: Token, wanted: &str) -> Halt {
        let found = self.describe(token);
        let (range, hint) = (self.token_range(), self.hint_for_syntax(token, wanted));
        let text = format!("Syntax error: expected {wanted}, found {found}{}", hint.text);
        self.error_in(range, hint.code("syntax"), text);
        // The caller skips to the end of the line, so a consumed end has to be restored.
        if matches!(token, Token::Newline | Token::End) && !self.has_peeked() {
            self.unread(token);
        }
        Halt::Line
    }

    /// Reports a name that is used as a function but is not one. The rest of the line is skipped.
    #[cold]
    pub(crate) fn no_function(&mut self, name: Name) -> Halt {
        let hint = self.hint_for_function(name);
        let text = format!("Syntax error: there is no function `{}`{}", self.names.get(name).as_bstr(), hint.text);
        self.error("syntax", text);
        Halt::Line
    }

    fn describe(&self, token: Token) -> String {
        match token {
            Token::Newline => "the end of the line".to_owned(),
            Token::End => "the end of the text".to_owned(),
            Token::Number(number) => format!("the number {number}"),
            Token::String => "a string".to_owned(),
            Token::Character => "a character".to_owned(),
            Token::Keyword(keyword) => format!("the keyword `{}`", keyword.text()),
            Token::Name(name) | Token::Label(name) | Token::Local(name) => {
                format!("the name `{}`", self.names.get(name).as_bstr())
            }
            // Only a macro call begins like this.
            Token::Quiet(name) => format!("the quiet name `{}?`", self.names.get(name).as_bstr()),
            Token::Anonymous(_) => "an anonymous label".to_owned(),
            Token::At => "`@`".to_owned(),
            Token::Mark(mark) => format!("`{}`", mark.text()),
        }
    }
}
