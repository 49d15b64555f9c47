//! Operators, punctuation and invalid characters.

use super::{Asm, Done, begins_identifier};
use crate::asm::token::Mark;

impl Asm<'_> {
    /// Reads the rest of an operator or punctuation mark after its first byte.
    pub(super) fn mark(&mut self, byte: u8) -> Done<Option<Mark>> {
        let next = match byte {
            b',' | b'(' | b')' | b'?' | b'~' => None,
            b'+' | b'-' | b'*' | b'|' | b'^' | b'!' | b'=' | b'<' | b'>' | b'[' => self.peek_char()?,
            _ => return Ok(None),
        };
        Ok(Some(match (byte, next) {
            (b',', _) => Mark::Comma,
            (b'(', _) => Mark::Open,
            (b')', _) => Mark::Close,
            (b'?', _) => Mark::Question,
            (b'~', _) => Mark::Tilde,
            (b'[', Some(b'[')) => self.used(Mark::OpenBrackets),
            (b'[', _) => Mark::OpenBracket,
            (b'+', Some(b'=')) => self.used(Mark::PlusAssign),
            (b'+', Some(b'+')) => self.used(Mark::PlusPlus),
            (b'+', _) => Mark::Plus,
            (b'-', Some(b'=')) => self.used(Mark::MinusAssign),
            (b'-', _) => Mark::Minus,
            (b'*', Some(b'=')) => self.used(Mark::StarAssign),
            (b'*', Some(b'*')) => self.used(Mark::StarStar),
            (b'*', _) => Mark::Star,
            (b'|', Some(b'=')) => self.used(Mark::OrAssign),
            (b'|', Some(b'|')) => self.used(Mark::OrOr),
            (b'|', _) => Mark::Or,
            (b'^', Some(b'=')) => self.used(Mark::CaretAssign),
            (b'^', _) => Mark::Caret,
            (b'!' | b'=', Some(b'=')) => {
                self.input.advance(1);
                let strings = self.peek_char()? == Some(b'=');
                if strings {
                    self.input.advance(1);
                }
                match (byte, strings) {
                    (b'=', false) => Mark::Equal,
                    (b'=', true) => Mark::Same,
                    (_, false) => Mark::NotEqual,
                    (_, true) => Mark::NotSame,
                }
            }
            (b'!', _) => Mark::Not,
            (b'=', _) => Mark::Assign,
            (b'<', Some(b'=')) => self.used(Mark::LessEqual),
            (b'<', Some(b'<')) => {
                self.input.advance(1);
                if self.peek_char()? == Some(b'=') { self.used(Mark::ShiftLeftAssign) } else { Mark::ShiftLeft }
            }
            (b'<', _) => Mark::Less,
            (b'>', Some(b'=')) => self.used(Mark::GreaterEqual),
            (b'>', Some(b'>')) => {
                self.input.advance(1);
                match self.peek_char()? {
                    Some(b'=') => self.used(Mark::ShiftRightAssign),
                    Some(b'>') => self.used(Mark::ShiftRightUnsigned),
                    _ => Mark::ShiftRight,
                }
            }
            _ => Mark::Greater,
        }))
    }

    /// Consumes the last byte of this mark.
    pub(super) fn used(&mut self, mark: Mark) -> Mark {
        self.input.advance(1);
        mark
    }

    /// Reports invalid bytes after the first one. One message covers the whole run.
    #[cold]
    pub(super) fn input_garbage(&mut self, first: u8) -> Done<()> {
        const MOST_SHOWN: usize = 16;
        let (mut bytes, mut more) = (vec![first], 0_u64);
        while let Some(byte) = self.peek_char()? {
            self.poll()?;
            let means_something = begins_identifier(byte)
                || byte.is_ascii_digit()
                || b" \t\r\n;\\\"'#@$`&%/:],()?~+-*|^!=<>[".contains(&byte);
            if means_something {
                break;
            }
            if bytes.len() < MOST_SHOWN {
                bytes.push(byte);
            } else {
                more += 1;
            }
            self.input.advance(1);
        }
        let list: Vec<_> = bytes
            .iter()
            .map(|&byte| match byte {
                b'\t' | b' '..=b'~' => format!("'{}'", char::from(byte)),
                _ => format!("0x{byte:02X}"),
            })
            .collect();
        let plural = if bytes.len() == 1 { "" } else { "s" };
        let hint = if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) { "" } else { " (is the file UTF-8?)" };
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.error("invalid-characters", format!("Invalid character{plural} {}{more}{hint}", list.join(", ")));
        Ok(())
    }
}
