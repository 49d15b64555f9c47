//! Writes a text file, such as the map.

use bstr::ByteSlice;

use crate::limits::{Budget, Spent};

/// The bytes that identifiers can have.
const IN_IDENTIFIERS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'#' | b'$' | b'@');
        byte += 1;
    }
    table
};

/// The file so far. The end of each line checks the limits.
pub(super) struct Text<'b> {
    bytes: Vec<u8>,
    budget: &'b Budget<'b>,
}

impl<'b> Text<'b> {
    pub(super) fn new(budget: &'b Budget<'b>) -> Self {
        Self { bytes: Vec::new(), budget }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Appends a number with at least this many digits.
    pub(super) fn hexadecimal(&mut self, value: u32, digits: u32) {
        let digit = |number: u32| b"0123456789abcdef"[(value >> (4 * number) & 0xF) as usize];
        match (digits, value) {
            // Nearly all numbers are of these two kinds.
            (4, 0..=0xFFFF) => self.bytes.extend_from_slice(&[digit(3), digit(2), digit(1), digit(0)]),
            (2, 0..=0xFF) => self.bytes.extend_from_slice(&[digit(1), digit(0)]),
            _ => {
                let digits = digits.max(value.checked_ilog2().map_or(1, |bits| bits / 4 + 1));
                self.bytes.extend((0..digits).rev().map(digit));
            }
        }
    }

    /// Appends a name, and escapes characters that identifiers cannot have.
    pub(super) fn name(&mut self, name: &[u8]) {
        // Nearly all names are plain, so looking at all bytes takes less than a branch for each.
        if name.iter().fold(true, |is_plain, &byte| is_plain & IN_IDENTIFIERS[usize::from(byte)]) {
            self.bytes.extend_from_slice(name);
            return;
        }
        for character in name.chars() {
            match u32::from(character) {
                code @ 0..=0x7F if IN_IDENTIFIERS[code as usize] => self.bytes.extend(character.to_string().bytes()),
                code @ 0..=0xFFFF => {
                    self.push("\\u");
                    self.hexadecimal(code, 4);
                }
                code => {
                    self.push("\\U");
                    self.hexadecimal(code, 8);
                }
            }
        }
    }

    /// Appends a section's name, escaped as in a string of a source.
    pub(super) fn string(&mut self, name: &[u8]) {
        for &byte in name {
            match byte {
                b'\n' => self.push("\\n"),
                b'\r' => self.push("\\r"),
                b'\t' => self.push("\\t"),
                b'\\' | b'"' => self.bytes.extend([b'\\', byte]),
                _ => self.bytes.push(byte),
            }
        }
    }

    pub(super) fn end_line(&mut self) -> Result<(), Spent> {
        self.bytes.push(b'\n');
        let size = self.bytes.len() as u64;
        if size > self.budget.limits().output {
            return Err(Spent::Output);
        }
        if size > self.budget.room() {
            return Err(Spent::Memory);
        }
        self.budget.step()
    }

    /// The whole file. It counts as memory from now on.
    pub(super) fn end(self) -> Result<Vec<u8>, Spent> {
        self.budget.take(self.bytes.len())?;
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::until::Never;

    fn written(limits: Limits, write: impl FnOnce(&mut Text<'_>) -> Result<(), Spent>) -> Result<String, Spent> {
        let budget = Budget::new(limits, &Never);
        let mut text = Text::new(&budget);
        write(&mut text)?;
        Ok(String::from_utf8(text.end()?).unwrap())
    }

    #[test]
    fn names_and_numbers_are_written_as_rgblink_does() {
        let text = written(Limits::default(), |text| {
            text.hexadecimal(0, 1);
            text.hexadecimal(0xA5, 2);
            text.hexadecimal(0x123, 2);
            text.hexadecimal(0x12345, 4);
            text.push(" ");
            text.hexadecimal(0, 2);
            text.hexadecimal(0x1234, 4);
            text.hexadecimal(0xFFFF_FFFF, 4);
            text.name(b" a.b_#$@9".as_slice());
            text.name("ä\u{1F600}".as_bytes());
            text.string(b"\"\\\n\r\t'");
            text.end_line()
        });
        assert_eq!(text.unwrap(), "0a512312345 001234ffffffff\\u0020a.b_#$@9\\u00e4\\U0001f600\\\"\\\\\\n\\r\\t'\n");
    }

    #[test]
    fn a_line_too_much_is_an_error() {
        let line = |text: &mut Text<'_>| {
            text.push("12345");
            text.end_line()
        };
        assert!(written(Limits { output: 6, memory: 6 }, line).is_ok());
        assert_eq!(written(Limits { output: 5, memory: 5 }, line), Err(Spent::Output));
        assert_eq!(written(Limits { output: 6, memory: 5 }, line), Err(Spent::Memory));
    }
}
