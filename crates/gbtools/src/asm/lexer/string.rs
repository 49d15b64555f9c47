//! Strings and character literals (rgbasm(5), "String expressions").

use super::class::{STRING, run};
use super::{Asm, Done};
use crate::asm::bounds::piece;
use crate::asm::hints::dropped;
use crate::asm::lexer::substitute::is_macro_byte;

impl Asm<'_> {
    /// Reads a string or character literal after its opening quote into [`Lexer::string`](super::Lexer::string).
    ///
    /// With `source`, quotes and escapes are kept, so that the text can stand in a source. Macro arguments need this.
    pub(crate) fn string(&mut self, quote: u8, raw: bool, source: bool) -> Done<()> {
        let mut text = std::mem::take(&mut self.lexer.string);
        text.clear();
        let done = self.string_into(&mut text, quote, raw, source);
        self.lexer.string = text;
        done
    }

    /// Like [`string`](Self::string), appending to `text`.
    pub(super) fn string_into(&mut self, text: &mut Vec<u8>, quote: u8, raw: bool, source: bool) -> Done<()> {
        if source {
            text.push(quote);
        }
        // The character after an empty string does not belong to it, so it must not be expanded.
        let mut multiline = false;
        if quote == b'"' && self.raw_char() == Some(b'"') {
            self.input.advance(1);
            if source {
                text.push(quote);
            }
            if self.raw_char() != Some(b'"') {
                return Ok(());
            }
            self.input.advance(1);
            if source {
                text.push(quote);
            }
            multiline = true;
        }
        loop {
            let rest = piece(self.input.rest());
            let len = run(rest, STRING);
            text.extend_from_slice(&rest[..len]);
            self.input.advance(len);
            self.check_text(text.len())?;
            self.work(len)?;
            let Some(byte) = self.raw_char() else {
                self.unterminated(quote);
                return Ok(());
            };
            match byte {
                b'\n' | b'\r' if multiline => {
                    self.input.advance(1);
                    if byte == b'\r' {
                        self.end_of_line_after_return();
                    } else {
                        self.input.count_line();
                    }
                    text.push(b'\n');
                }
                b'\n' | b'\r' => {
                    self.unterminated(quote);
                    return Ok(());
                }
                _ if byte == quote => {
                    self.input.advance(1);
                    if self.ends_string(text, quote, multiline, source) {
                        return Ok(());
                    }
                }
                b'\\' if !raw => self.escape(text, source)?,
                b'{' if !raw && !self.input.in_argument() => {
                    self.input.advance(1);
                    if let Some((inserted, _)) = self.interpolation()? {
                        append(text, &inserted, source);
                    }
                }
                _ => {
                    self.input.advance(1);
                    text.push(byte);
                }
            }
        }
    }

    /// Handles a quote in a string. Returns whether it ends the string.
    fn ends_string(&mut self, text: &mut Vec<u8>, quote: u8, multiline: bool, source: bool) -> bool {
        if !multiline {
            if source {
                text.push(quote);
            }
            return true;
        }
        let mut quotes = 1;
        while quotes < 3 && self.raw_char() == Some(quote) {
            self.input.advance(1);
            quotes += 1;
        }
        if quotes < 3 || source {
            text.extend(std::iter::repeat_n(quote, quotes));
        }
        quotes == 3
    }

    fn unterminated(&mut self, quote: u8) {
        let what = if quote == b'"' { "string" } else { "character literal" };
        self.error("unterminated-string", format!("Unterminated {what}"));
    }

    /// Reads an escape sequence in a string.
    fn escape(&mut self, text: &mut Vec<u8>, source: bool) -> Done<()> {
        let painted = self.input.in_argument();
        self.input.advance(1);
        let Some(byte) = self.raw_char() else {
            self.error("invalid-escape", "Illegal character escape at the end of the input");
            text.push(b'\\');
            return Ok(());
        };
        if is_macro_byte(byte) && !painted {
            self.input.advance(1);
            if let Some(argument) = self.substitute(byte)? {
                append(text, &argument.text[argument.start..argument.end], source);
            }
            return Ok(());
        }
        let meant = match byte {
            b'\\' | b'"' | b'\'' | b'{' | b'}' => byte,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'0' => 0,
            b' ' | b'\t' | b'\n' | b'\r' => return self.line_continuation(),
            _ => {
                self.input.advance(1);
                let what = format!("Illegal character escape `\\{}`", byte.escape_ascii());
                self.error_or_dropped("invalid-escape", what, (byte == b',').then_some(dropped::COMMA_ESCAPE));
                text.push(byte);
                return Ok(());
            }
        };
        self.input.advance(1);
        if source {
            text.push(b'\\');
            text.push(byte);
        } else {
            text.push(meant);
        }
        Ok(())
    }
}

/// Appends an expansion to a string. If the string is kept as source, the expansion is escaped.
fn append(text: &mut Vec<u8>, inserted: &[u8], source: bool) {
    if !source {
        text.extend_from_slice(inserted);
        return;
    }
    for &byte in inserted {
        let escaped = match byte {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0 => b'0',
            b'\\' | b'"' | b'\'' | b'{' => byte,
            _ => {
                text.push(byte);
                continue;
            }
        };
        text.extend([b'\\', escaped]);
    }
}
