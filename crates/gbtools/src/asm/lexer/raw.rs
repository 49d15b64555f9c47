//! Reads the arguments of macros and OPT: text up to commas, not tokens.

use std::rc::Rc;

use bstr::ByteSlice;

use super::class::{BLANK, RAW, run};
use super::plain::plain_string;
use super::{Asm, Done};
use crate::asm::bounds::{LONGEST_NAME, piece};
use crate::asm::hints::dropped;
use crate::asm::input::{Arguments, LayerKind};
use crate::asm::warnings::Warning;

/// The kind of arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawArguments {
    /// Arguments of a macro. Empty ones cause a warning.
    Macro,
    /// Arguments of OPT or PUSHO.
    Opt,
}

/// The largest buffer that is kept for further arguments.
const MOST_SPARED: usize = 1024;

impl Asm<'_> {
    /// Reads arguments up to the end of the line, without consuming it.
    pub(crate) fn raw_arguments(&mut self, of: RawArguments) -> Done<Rc<Arguments>> {
        let mut text = std::mem::take(&mut self.scratch_arguments);
        text.clear();
        let mut arguments = self.spare_arguments.pop().unwrap_or_default();
        let mut ends = Rc::get_mut(&mut arguments).map(|spare| std::mem::take(&mut spare.ends)).unwrap_or_default();
        ends.clear();
        let done = if let Some(len) = self.plain_arguments(&mut text, &mut ends) {
            self.input.advance(len);
            self.work(len)
        } else {
            text.clear();
            ends.clear();
            self.raw_arguments_into(&mut text, &mut ends, of)
        };
        if let Some(arguments) = Rc::get_mut(&mut arguments) {
            arguments.replace(&text, ends);
        }
        self.scratch_arguments = text;
        done.map(|()| arguments)
    }

    /// A fast path for the most common arguments: none is empty, and nothing is expanded but arguments of the macro that is
    /// being read. Returns how many bytes the arguments and a comment take, and consumes nothing.
    fn plain_arguments(&self, text: &mut Vec<u8>, ends: &mut Vec<u32>) -> Option<usize> {
        let line = piece(self.input.rest());
        let outer = self.outer_arguments();
        let mut at = 0;
        let mut depth = 0_u32;
        let mut start = 0;
        loop {
            if text.len() == start {
                at += run(&line[at..], BLANK);
            }
            let len = run(&line[at..], RAW);
            text.extend_from_slice(&line[at..at + len]);
            at += len;
            let (byte, behind) = (*line.get(at)?, line.get(at + 1).copied());
            let copied = match byte {
                b'(' => {
                    depth += 1;
                    1
                }
                b')' => {
                    depth = depth.saturating_sub(1);
                    1
                }
                b',' if depth > 0 => 1,
                b'"' => plain_string(&line[at..])?,
                b'#' | b'/' if !matches!(behind?, b'"' | b'*' | b'\\' | b'{') => 1,
                // Only the ordinary way counts how long a text becomes.
                b'\\' if text.len() <= LONGEST_NAME => {
                    text.extend_from_slice(plain_argument(outer?, behind?)?);
                    at += 2;
                    continue;
                }
                b',' | b'\n' | b';' => 0,
                _ => return None,
            };
            if copied > 0 {
                text.extend_from_slice(&line[at..at + copied]);
                at += copied;
                continue;
            }
            while text.len() > start && matches!(text.last(), Some(b' ' | b'\t')) {
                text.pop();
            }
            if text.len() > start {
                ends.push(u32::try_from(text.len()).ok()?);
            } else if byte == b',' {
                return None;
            }
            match byte {
                b',' => at += 1,
                b';' => return Some(at + line[at..].find_byteset("\n\r")?),
                _ => return Some(at),
            }
            start = text.len();
        }
    }

    /// The arguments that `\1` means in a macro's own text.
    fn outer_arguments(&self) -> Option<&Arguments> {
        if self.input.kind() != LayerKind::Context {
            return None;
        }
        self.input.context().arguments.as_deref()
    }

    /// Keeps the buffer of arguments that nothing refers to any more.
    pub(crate) fn spare(&mut self, arguments: Option<Rc<Arguments>>) {
        if let Some(arguments) = arguments.filter(|arguments| Rc::strong_count(arguments) == 1)
            && arguments.text.len() <= MOST_SPARED
        {
            self.spare_arguments.push(arguments);
        }
    }

    fn raw_arguments_into(&mut self, text: &mut Vec<u8>, ends: &mut Vec<u32>, of: RawArguments) -> Done {
        loop {
            let start = text.len();
            let more = self.raw_argument(text)?;
            while text.len() > start && matches!(text.last(), Some(b' ' | b'\t')) {
                text.pop();
            }
            // A trailing comma does not add an empty argument.
            if !more && text.len() == start {
                return Ok(());
            }
            if text.len() == start && of == RawArguments::Macro {
                self.warn(Warning::EmptyMacroArg, "Empty macro argument");
            }
            self.check_room(text.len() + ends.len() * size_of::<u32>())?;
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
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
            let blanks = if text.len() == start { run(rest, BLANK) } else { 0 };
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

/// The text of an argument that is named by this digit, if nothing in it has a meaning for the argument that it becomes a
/// part of.
fn plain_argument(arguments: &Arguments, digit: u8) -> Option<&[u8]> {
    let index = digit.checked_sub(b'1').filter(|&index| index < 9)?;
    let (from, to) = arguments.bounds(usize::from(index) + arguments.shift.get())?;
    let text = &arguments.text[from..to];
    (text.len() <= LONGEST_NAME && run(text, RAW) == text.len()).then_some(text)
}
