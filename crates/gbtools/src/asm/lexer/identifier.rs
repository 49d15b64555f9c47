//! Names, keywords and EQUS symbols.

use bstr::ByteSlice;

use super::class::{CONTINUES, run};
use super::{Asm, Done, continues_identifier};
use crate::asm::Halt;
use crate::asm::bounds::{LONGEST_NAME, piece};
use crate::asm::input::LayerKind;
use crate::asm::names::{Name, Spelling};
use crate::asm::symbols::{Kind, Value};
use crate::asm::token::Token;

/// From this size on, the texts of nested expansions are counted.
const LARGE_TEXT: usize = 1 << 12;

/// Each time the nesting grows by this many levels, expansions of any size are counted.
const LARGE_DEPTH: usize = 1 << 10;

impl Asm<'_> {
    /// Reads the identifier at this place.
    pub(crate) fn spelling(&mut self) -> Done<(Name, Spelling)> {
        match self.whole_identifier() {
            Some((len, _)) => Ok(self.take_identifier(len)),
            None => self.spelling_over_layers(),
        }
    }

    /// The length of the identifier at this place, and the byte after it. None if an expansion starts or ends at its
    /// end.
    #[inline]
    fn whole_identifier(&self) -> Option<(usize, Option<u8>)> {
        let rest = self.input.rest();
        let len = run(piece(rest), CONTINUES);
        match rest.get(len) {
            _ if len > LONGEST_NAME => None,
            Some(b'\\' | b'{') => None,
            Some(&byte) => Some((len, Some(byte))),
            None if self.input.in_own_text() => Some((len, None)),
            None => None,
        }
    }

    #[inline]
    fn take_identifier(&mut self, len: usize) -> (Name, Spelling) {
        let found = self.names.find_or_add(&self.input.rest()[..len]);
        self.input.advance(len);
        found
    }

    /// Reads an identifier in which expansions start or end.
    #[cold]
    fn spelling_over_layers(&mut self) -> Done<(Name, Spelling)> {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        loop {
            let rest = piece(self.input.rest());
            let len = run(rest, CONTINUES);
            text.extend_from_slice(&rest[..len]);
            self.input.advance(len);
            let next = self.check_name(text.len()).and_then(|()| self.work(len)).and_then(|()| self.peek_char());
            match next {
                Ok(Some(byte)) if continues_identifier(byte) => {}
                Ok(_) => break,
                Err(halt) => {
                    self.scratch = text;
                    return Err(halt);
                }
            }
        }
        let found = self.names.find_or_add(&text);
        self.scratch = text;
        Ok(found)
    }

    /// Reads a name or keyword. Returns None for an EQUS symbol, whose text is read next.
    #[inline]
    pub(super) fn identifier(&mut self, raw: bool) -> Done<Option<Token>> {
        let (name, spelling, behind) = if let Some((len, behind)) = self.whole_identifier() {
            let (name, spelling) = self.take_identifier(len);
            (name, spelling, Some(behind))
        } else {
            let (name, spelling) = self.spelling_over_layers()?;
            (name, spelling, None)
        };
        match spelling {
            Spelling::Keyword(keyword) if !raw => return Ok(Some(Token::Keyword(keyword))),
            Spelling::Plain | Spelling::Keyword(_) => {}
            Spelling::Local => return Ok(Some(Token::Local(name))),
            Spelling::LocalInKeyword => {
                if !raw {
                    self.keyword_scope(name);
                }
                return Ok(Some(Token::Local(name)));
            }
            Spelling::Dots => return self.dots(name, raw).map(|expanded| (!expanded).then_some(Token::Name(name))),
        }
        if !raw && !self.lexer.keep_names && self.symbols.may_be_string(name) && self.expand_name(name)? {
            return Ok(None);
        }
        let behind = match behind {
            Some(behind) => behind,
            None => self.peek_char()?,
        };
        Ok(Some(match behind {
            Some(b':') => Token::Label(name),
            Some(b'?') => Token::Quiet(name),
            _ => Token::Name(name),
        }))
    }

    /// Expands `.` or `..`, if it is a string here. Returns whether it did.
    #[cold]
    fn dots(&mut self, name: Name, raw: bool) -> Done<bool> {
        Ok(!raw && !self.lexer.keep_names && self.symbols.may_be_string(name) && self.expand_name(name)?)
    }

    #[cold]
    fn keyword_scope(&mut self, name: Name) {
        let text = self.names.get(name);
        let keyword = text.split_str(".").next().unwrap_or_default().as_bstr();
        self.error("keyword-scope", format!("`{}` begins with the keyword `{keyword}`", text.as_bstr()));
    }

    /// Expands an EQUS symbol, so that its text is read next. Returns false if it is not one.
    fn expand_name(&mut self, name: Name) -> Done<bool> {
        if let Some(Value::Text(text)) = self.symbol_text(name) {
            self.check_obsolete(name);
            let end = text.len();
            self.expand(text, 0, end, name)?;
            return Ok(true);
        }
        // A built-in string without a value here expands to nothing.
        if let Kind::Dynamic(dynamic) = self.symbols.get(name).kind
            && !dynamic.is_numeric()
        {
            self.error("no-value", dynamic.why_no_value());
            return Ok(true);
        }
        Ok(false)
    }

    /// Starts the expansion of an EQUS symbol or an interpolation.
    pub(crate) fn expand(&mut self, text: crate::files::Content, start: usize, end: usize, name: Name) -> Done<()> {
        if self.input.depth() > self.settings.depth as usize + 1 {
            let name = self.names.get(name).as_bstr().to_owned();
            return Err(self.recursion_limit(&format!(" while expanding `{name}`")));
        }
        if text.len() >= LARGE_TEXT || self.input.depth() % LARGE_DEPTH == LARGE_DEPTH - 1 {
            self.check_room(self.input.expanded() + text.len())?;
        }
        self.input.expand(text, start, end, LayerKind::Expansion(name));
        self.poll()
    }

    /// Ends the assembly because of the nesting limit.
    #[cold]
    pub(crate) fn recursion_limit(&mut self, what: &str) -> Halt {
        let depth = self.settings.depth;
        self.fatal("recursion-limit", format!("Recursion limit ({depth}) exceeded{what}"))
    }
}
