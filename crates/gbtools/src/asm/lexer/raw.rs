//! Reads the arguments of macros and OPT: text up to commas, not tokens.

use std::rc::Rc;

use bstr::ByteSlice;

use super::class::{BLANK, RAW, count_blanks, is, run};
use super::plain::plain_string;
use super::{Asm, Done};
use crate::asm::bounds::{LONGEST_NAME, piece};
use crate::asm::hints::dropped;
use crate::asm::input::Arguments;
use crate::asm::warnings::Warning;

/// The kind of arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawArguments {
    /// Arguments of a macro. Empty ones cause a warning.
    Macro,
    /// Arguments of OPT or PUSHO.
    Opt,
}

/// What a byte means that ends a run of plain bytes of an argument.
enum Found {
    /// This many bytes belong to the argument.
    Part(usize),
    /// The start of something that is expanded.
    Backslash,
    /// The end of the argument.
    End,
}

impl Asm<'_> {
    /// Reads arguments up to the end of the line, without consuming it.
    pub(crate) fn raw_arguments(&mut self, of: RawArguments) -> Done<Rc<Arguments>> {
        let mut arguments = self.spare_arguments.pop().unwrap_or_default();
        let mut bounds = Rc::get_mut(&mut arguments).map(|spare| std::mem::take(&mut spare.bounds)).unwrap_or_default();
        bounds.clear();
        if let Some(len) = self.arguments_in_place(&mut bounds) {
            if let Some(arguments) = Rc::get_mut(&mut arguments) {
                arguments.share(self.input.text().clone(), bounds);
            }
            self.input.advance(len);
            return self.work(len).map(|()| arguments);
        }
        bounds.clear();
        let mut text = std::mem::take(&mut self.scratch_arguments);
        text.clear();
        let done = if let Some(len) = self.copied_arguments(&mut text, &mut bounds) {
            self.input.advance(len);
            self.work(len)
        } else {
            text.clear();
            bounds.clear();
            self.raw_arguments_into(&mut text, &mut bounds, of)
        };
        if let Some(arguments) = Rc::get_mut(&mut arguments) {
            arguments.copy(&text, bounds);
        }
        self.scratch_arguments = text;
        done.map(|()| arguments)
    }

    /// A fast path for the most common arguments outside of macros: none is empty, and nothing is expanded. Finds them
    /// without copying them. Returns how many bytes they and a comment take, and consumes nothing.
    fn arguments_in_place(&self, bounds: &mut Vec<(u32, u32)>) -> Option<usize> {
        if !self.input.in_own_text() || self.input.context().arguments.is_some() {
            return None;
        }
        let line = piece(self.input.rest());
        let first = self.input.position();
        let mut at = 0;
        loop {
            at += count_blanks(&line[at..]);
            let start = at;
            let mut depth = 0;
            loop {
                at += run(&line[at..], RAW);
                match found(line, at, &mut depth)? {
                    Found::Part(len) => at += len,
                    Found::Backslash => return None,
                    Found::End => break,
                }
            }
            let end = start + without_blanks(&line[start..at]);
            if end > start {
                bounds.push((u32::try_from(first + start).ok()?, u32::try_from(first + end).ok()?));
            } else if line[at] == b',' {
                return None;
            }
            if line[at] != b',' {
                return line_end(line, at);
            }
            at += 1;
        }
    }

    /// Like [`arguments_in_place`](Self::arguments_in_place), but copies the arguments, because they may refer to those of
    /// the macro that is being read.
    fn copied_arguments(&self, text: &mut Vec<u8>, bounds: &mut Vec<(u32, u32)>) -> Option<usize> {
        let line = piece(self.input.rest());
        let outer = self.outer_arguments();
        let mut at = 0;
        loop {
            let start = text.len();
            let mut depth = 0;
            loop {
                if text.len() == start {
                    at += count_blanks(&line[at..]);
                }
                let mut len = run(&line[at..], RAW);
                let found = found(line, at + len, &mut depth)?;
                if let Found::Part(more) = found {
                    len += more;
                }
                text.extend_from_slice(&line[at..at + len]);
                at += len;
                match found {
                    Found::Part(_) => {}
                    // Only the ordinary way counts how long a text becomes.
                    Found::Backslash if text.len() > LONGEST_NAME => return None,
                    Found::Backslash => {
                        text.extend_from_slice(plain_argument(outer?, *line.get(at + 1)?)?);
                        at += 2;
                    }
                    Found::End => break,
                }
            }
            text.truncate(start + without_blanks(&text[start..]));
            if text.len() > start {
                bounds.push((u32::try_from(start).ok()?, u32::try_from(text.len()).ok()?));
            } else if line[at] == b',' {
                return None;
            }
            if line[at] != b',' {
                return line_end(line, at);
            }
            at += 1;
        }
    }

    /// The arguments that `\1` means in a macro's own text.
    fn outer_arguments(&self) -> Option<&Arguments> {
        if !self.input.in_own_text() {
            return None;
        }
        self.input.context().arguments.as_deref()
    }

    /// Keeps the buffers of arguments that nothing refers to any more.
    pub(crate) fn spare(&mut self, arguments: Option<Rc<Arguments>>) {
        if let Some(mut arguments) = arguments
            && Rc::get_mut(&mut arguments).is_some_and(Arguments::clear)
        {
            self.spare_arguments.push(arguments);
        }
    }

    #[inline(never)]
    fn raw_arguments_into(&mut self, text: &mut Vec<u8>, bounds: &mut Vec<(u32, u32)>, of: RawArguments) -> Done {
        loop {
            let start = text.len();
            let more = self.raw_argument(text)?;
            text.truncate(start + without_blanks(&text[start..]));
            // A trailing comma does not add an empty argument.
            if !more && text.len() == start {
                return Ok(());
            }
            if text.len() == start && of == RawArguments::Macro {
                self.warn(Warning::EmptyMacroArg, "Empty macro argument");
            }
            self.check_room(text.len() + size_of_val(bounds.as_slice()))?;
            let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
            bounds.push((place(start), place(text.len())));
            if !more {
                return Ok(());
            }
        }
    }

    /// Reads an argument. Returns whether a comma ended it.
    fn raw_argument(&mut self, text: &mut Vec<u8>) -> Done<bool> {
        let mut depth = 0_u32;
        let start = text.len();
        loop {
            let rest = piece(self.input.rest());
            let blanks = if text.len() == start { count_blanks(rest) } else { 0 };
            let len = blanks + run(&rest[blanks..], RAW);
            text.extend_from_slice(&rest[blanks..len]);
            self.input.advance(len);
            self.check_text(text.len())?;
            self.work(len)?;
            let Some(byte) = self.peek_char()? else { return Ok(false) };
            match byte {
                b'\n' | b'\r' => return Ok(false),
                b';' => {
                    self.input.advance(1);
                    self.skip_comment()?;
                    return Ok(false);
                }
                b',' if depth == 0 => {
                    self.input.advance(1);
                    return Ok(true);
                }
                _ => self.input.advance(1),
            }
            match byte {
                b' ' | b'\t' if text.len() == start => {}
                b'"' | b'\'' => self.string_into(text, byte, false, true)?,
                b'#' => {
                    text.push(byte);
                    if self.peek_char()? == Some(b'"') {
                        self.input.advance(1);
                        self.string_into(text, b'"', true, true)?;
                    }
                }
                b'/' => {
                    if self.peek_char()? == Some(b'*') {
                        self.input.advance(1);
                        self.skip_block_comment()?;
                    } else {
                        text.push(byte);
                    }
                }
                b'\\' => self.raw_escape(text)?,
                _ => {
                    match byte {
                        b'(' => depth += 1,
                        b')' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    text.push(byte);
                }
            }
        }
    }

    /// Handles the character after a backslash in a macro argument.
    fn raw_escape(&mut self, text: &mut Vec<u8>) -> Done<()> {
        let meant = match self.raw_char() {
            Some(byte @ (b',' | b'(' | b')' | b'\\' | b'"' | b'\'' | b'{' | b'}')) => byte,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'0') => 0,
            Some(b' ' | b'\t' | b'\n' | b'\r') => return self.line_continuation(),
            Some(byte) => {
                let text = format!("Illegal character escape `\\{}`", byte.escape_ascii());
                self.error_or_dropped("invalid-escape", text, (byte == b',').then_some(dropped::COMMA_ESCAPE));
                byte
            }
            None => {
                self.error("invalid-escape", "Illegal character escape at the end of the input");
                text.push(b'\\');
                return Ok(());
            }
        };
        self.input.advance(1);
        text.push(meant);
        Ok(())
    }
}

/// The meaning of the byte at this place of plain arguments. None if it needs the ordinary way. `depth` is the number of
/// open parentheses.
#[inline]
fn found(line: &[u8], at: usize, depth: &mut u32) -> Option<Found> {
    Some(match *line.get(at)? {
        b'(' => {
            *depth += 1;
            Found::Part(1)
        }
        b')' => {
            *depth = depth.saturating_sub(1);
            Found::Part(1)
        }
        b',' if *depth > 0 => Found::Part(1),
        b'"' => Found::Part(plain_string(&line[at..])?),
        b'#' | b'/' if !matches!(line.get(at + 1)?, b'"' | b'*' | b'\\' | b'{') => Found::Part(1),
        b'\\' => Found::Backslash,
        b',' | b'\n' | b';' => Found::End,
        _ => return None,
    })
}

/// Where the line ends whose arguments end here.
fn line_end(line: &[u8], at: usize) -> Option<usize> {
    if line[at] == b';' { Some(at + line[at..].find_byteset("\n\r")?) } else { Some(at) }
}

/// The length of a text without the blanks at its end.
fn without_blanks(text: &[u8]) -> usize {
    text.iter().rposition(|&byte| !is(byte, BLANK)).map_or(0, |last| last + 1)
}

/// The text of an argument that is named by this digit, if nothing in it has a meaning for the argument that it becomes a
/// part of.
fn plain_argument(arguments: &Arguments, digit: u8) -> Option<&[u8]> {
    let index = digit.checked_sub(b'1').filter(|&index| index < 9)?;
    let text = arguments.get(usize::from(index) + arguments.shift.get())?;
    (text.len() <= LONGEST_NAME && run(text, RAW) == text.len()).then_some(text)
}
