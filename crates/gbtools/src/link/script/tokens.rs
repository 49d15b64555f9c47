//! Splits a linker script into lines of words.

use bstr::{BString, ByteSlice};

use crate::memory::Region;

/// A word that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Include,
    Org,
    Floating,
    Align,
    Ds,
    Optional,
    Region(Region),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Not a word, but an error or warning about the script.
    Problem(Problem),
    Word(Word),
    Number(u32),
    String(BString),
    Comma,
}

/// An error or warning about a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub text: String,
    /// Whether this is the warning about a number that is too large.
    pub large_constant: bool,
}

/// A line of a script.
pub(super) struct Line {
    /// Counted from 1.
    pub number: u32,
    pub tokens: Vec<Token>,
}

/// Reads a script.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
    number: u32,
    /// The words of the current line.
    found: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text, number: 0, found: Vec::new() }
    }

    pub(super) fn next_line(&mut self) -> Option<Line> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        while let Some((&byte, rest)) = self.rest.split_first() {
            match byte {
                b'\n' => {
                    self.rest = rest;
                    break;
                }
                b'\r' => {
                    self.rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                    break;
                }
                b' ' | b'\t' => self.rest = rest,
                b';' => {
                    let end = rest.find_byteset("\n\r").unwrap_or(rest.len());
                    self.rest = &rest[end..];
                }
                b',' => {
                    self.rest = rest;
                    self.found.push(Token::Comma);
                }
                b'"' => {
                    self.rest = rest;
                    let string = self.string();
                    self.found.push(Token::String(string));
                }
                b'$' => {
                    self.rest = rest;
                    self.number(16);
                }
                b'%' => {
                    self.rest = rest;
                    self.number(2);
                }
                b'&' => {
                    self.rest = rest;
                    self.number(8);
                }
                b'0'..=b'9' => self.prefixed_number(),
                b'A'..=b'Z' | b'a'..=b'z' => self.word(),
                _ => {
                    // The rest of the line is ignored.
                    self.rest = &rest[rest.find_byteset("\n\r").unwrap_or(rest.len())..];
                    self.problem(format!("Unexpected character `{}`", byte.escape_ascii()));
                }
            }
        }
        Some(Line { number: self.number, tokens: std::mem::take(&mut self.found) })
    }

    fn problem(&mut self, text: impl Into<String>) {
        self.found.push(Token::Problem(Problem { text: text.into(), large_constant: false }));
    }

    /// Reads a word. An unknown one is reported, and otherwise ignored.
    fn word(&mut self) {
        let end = self.rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let region = Region::ALL.into_iter().find(|region| word.eq_ignore_ascii_case(region.bounds().name.as_bytes()));
        self.found.push(Token::Word(match (region, word.to_ascii_uppercase().as_slice()) {
            (Some(region), _) => Word::Region(region),
            (None, b"INCLUDE") => Word::Include,
            (None, b"ORG") => Word::Org,
            (None, b"FLOATING") => Word::Floating,
            (None, b"ALIGN") => Word::Align,
            (None, b"DS") => Word::Ds,
            (None, b"OPTIONAL") => Word::Optional,
            _ => {
                self.problem(format!("Unknown word `{}`", word.as_bstr()));
                return;
            }
        }));
    }

    fn prefixed_number(&mut self) {
        let base = match self.rest {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => return self.number(10),
        };
        self.rest = &self.rest[2..];
        self.number(base);
    }

    fn number(&mut self, base: u32) {
        let (mut value, mut digits, mut large, mut underscore) = (0_u64, 0, false, false);
        while let Some((&byte, rest)) = self.rest.split_first() {
            match char::from(byte).to_digit(base) {
                Some(digit) => {
                    value = value * u64::from(base) + u64::from(digit);
                    large |= value > u64::from(u32::MAX);
                    value = value.min(u64::from(u32::MAX));
                    digits += 1;
                    underscore = false;
                }
                None if byte == b'_' => {
                    if underscore {
                        self.problem("A number has an underscore after another one");
                    }
                    underscore = true;
                }
                None => break,
            }
            self.rest = rest;
        }
        if digits == 0 {
            self.problem("A number has no digits");
        }
        if underscore {
            self.problem("A number ends with an underscore");
        }
        if large {
            let text = "Integer constant is too large".to_owned();
            self.found.push(Token::Problem(Problem { text, large_constant: true }));
            value = 0;
        }
        self.found.push(Token::Number(u32::try_from(value).unwrap_or_default()));
    }

    /// Reads a string after its opening quote.
    fn string(&mut self) -> BString {
        let mut text = BString::default();
        while let Some((&byte, rest)) = self.rest.split_first() {
            match byte {
                b'\n' | b'\r' => break,
                b'"' => {
                    self.rest = rest;
                    return text;
                }
                b'\\' => {
                    let Some((&escape, rest)) = rest.split_first().filter(|(byte, _)| !matches!(byte, b'\n' | b'\r'))
                    else {
                        self.rest = rest;
                        break;
                    };
                    self.rest = rest;
                    text.push(match escape {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'0' => 0,
                        b'\\' | b'"' | b'\'' => escape,
                        _ => {
                            self.problem(format!("Unknown escape `\\{}` in a string", escape.escape_ascii()));
                            escape
                        }
                    });
                }
                _ => {
                    self.rest = rest;
                    text.push(byte);
                }
            }
        }
        self.problem("Unterminated string");
        text
    }
}
