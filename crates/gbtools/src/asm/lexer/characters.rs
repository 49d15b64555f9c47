//! Turns layers of text into characters. Expands macro arguments and interpolations.

use bstr::{BString, ByteSlice};

use super::class::{CONTINUES, run};
use super::substitute::{DEEPEST_INTERPOLATION, Substitute, is_macro_byte};
use super::{Asm, Done};
use crate::asm::bounds::LONGEST_NAME;
use crate::asm::format::Spec;
use crate::asm::input::LayerKind;
use crate::asm::names::{Name, Spelling};
use crate::asm::symbols::Value;
use crate::files::Content;

/// The content of the braces of an interpolation.
#[derive(Default)]
struct InBraces {
    format: Option<Spec>,
    /// The braces contain an invalid format.
    wrong_format: bool,
    text: BString,
}

impl Asm<'_> {
    /// Peeks at the next character, after expanding everything before it.
    #[inline]
    pub(crate) fn peek_char(&mut self) -> Done<Option<u8>> {
        match self.input.byte() {
            Some(byte) if !matches!(byte, b'\\' | b'{') => Ok(Some(byte)),
            _ => self.peek_char_over_layers(),
        }
    }

    #[inline(never)]
    fn peek_char_over_layers(&mut self) -> Done<Option<u8>> {
        loop {
            match self.input.byte() {
                None => {
                    if !self.input.end_expansion() {
                        return Ok(None);
                    }
                }
                Some(b'\\') if self.expands() => match self.input.second() {
                    Some(byte) if is_macro_byte(byte) => {
                        self.input.advance(1);
                        self.raw_char();
                        self.input.advance(1);
                        self.poll()?;
                        if let Some(Substitute { text, start, end }) = self.substitute(byte)? {
                            self.input.expand(text, start, end, LayerKind::Argument);
                        }
                    }
                    _ => return Ok(Some(b'\\')),
                },
                Some(b'{') if self.expands() => {
                    self.input.advance(1);
                    if let Some((text, name)) = self.interpolation()? {
                        let end = text.len();
                        self.expand(text, 0, end, name)?;
                    }
                }
                byte => return Ok(byte),
            }
        }
    }

    fn expands(&self) -> bool {
        !self.lexer.verbatim && !self.input.in_argument()
    }

    /// Peeks at the next character, without expansion.
    #[inline]
    pub(crate) fn raw_char(&mut self) -> Option<u8> {
        loop {
            match self.input.byte() {
                None if self.input.end_expansion() => {}
                byte => return byte,
            }
        }
    }

    /// Reads a format, a name and `}` after `{`. Returns the text of the interpolation and the name of the symbol.
    pub(crate) fn interpolation(&mut self) -> Done<Option<(Content, Name)>> {
        if self.lexer.interpolations > self.settings.depth as usize || self.lexer.interpolations > DEEPEST_INTERPOLATION
        {
            return Err(self.recursion_limit(" by interpolations"));
        }
        self.check_stack()?;
        self.poll()?;
        self.lexer.interpolations += 1;
        let read = self.in_braces();
        self.lexer.interpolations -= 1;
        let Some(InBraces { format, wrong_format, text }) = read? else { return Ok(None) };
        if wrong_format {
            return Ok(None);
        }
        let raw = text.strip_prefix(b"#");
        let (name, spelling) = self.names.find_or_add(raw.unwrap_or(&text));
        if let (Spelling::Keyword(_), None) = (spelling, raw) {
            let text = text.as_bstr();
            self.error(
                "invalid-interpolation",
                format!("`{text}` is a keyword: a symbol of that name is written `{{#{text}}}`"),
            );
            return Ok(None);
        }
        let name = self.resolve(name)?;
        let value = match self.symbol_text(name) {
            Some(value) => {
                self.check_obsolete(name);
                value
            }
            None => match self.interpolated_number(name) {
                Some(value) => value,
                None => return Ok(None),
            },
        };
        self.formatted(format, &value).map(|text| Some((text, name)))
    }

    /// Reads the content of braces. None after an error.
    fn in_braces(&mut self) -> Done<Option<InBraces>> {
        let mut read = InBraces::default();
        loop {
            // Most formats and names are plain.
            let rest = self.input.rest();
            let len = run(rest.get(..LONGEST_NAME - read.text.len()).unwrap_or(rest), CONTINUES);
            if len > 0 {
                read.text.extend_from_slice(&rest[..len]);
                self.input.advance(len);
            }
            match self.peek_char()? {
                None | Some(b'\n' | b'\r' | b'"') => {
                    let text = read.text;
                    self.error("invalid-interpolation", format!("Unterminated interpolation: `{{{text}` has no `}}`"));
                    return Ok(None);
                }
                Some(b'}') => {
                    self.input.advance(1);
                    return Ok(Some(read));
                }
                Some(b':') if read.format.is_none() && !read.wrong_format => {
                    self.input.advance(1);
                    read.format = self.format_spec(&read.text);
                    read.wrong_format |= read.format.is_none();
                    read.text.clear();
                }
                Some(byte) => {
                    self.input.advance(1);
                    read.text.push(byte);
                    self.check_name(read.text.len())?;
                }
            }
        }
    }

    fn interpolated_number(&mut self, name: Name) -> Option<Value> {
        let value = self.symbol_value(name);
        if value.is_none() {
            let shown = self.names.get(name).as_bstr().to_owned();
            let hint = self.hint_for_symbol(name);
            let text = match self.why_no_value(name) {
                Some(why) => format!("Cannot interpolate `{shown}`: {why}{}", hint.text),
                None => format!("Interpolated symbol `{shown}` is not a number or a string"),
            };
            self.error(hint.code("invalid-interpolation"), text);
            return self.symbol_has_address(name).then_some(Value::Number(0));
        }
        value
    }
}
