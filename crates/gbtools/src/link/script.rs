//! Linker scripts (rgblink(5)).

mod placing;
mod tokens;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice};

use super::{Done, LARGEST_FILE, Link};
use crate::files::reason;
use crate::memory::Region;
use crate::report::warnings::{Behaviour, Flag, LinkerFlag};
use crate::report::{Backtrace, Diagnostic, Frame, FrameName, Severity};
use tokens::{Lexed, Problem, Token, Tokens, Word};

/// The maximum depth of INCLUDE.
const DEEPEST: usize = 64;

/// The state of a script.
#[derive(Default)]
struct State {
    active: Option<Active>,
    /// The next free address in each bank.
    addresses: HashMap<(Region, u32), u32>,
    /// The files being read, outermost first, with the current lines.
    files: Vec<(BString, u32)>,
    /// The part of the line that is the current statement, as far as it has been read.
    range: Range<u32>,
}

/// The rest of a line.
struct Words<'a> {
    tokens: Tokens<'a>,
    /// The next token if it has been read already.
    ahead: Ahead,
}

/// The current place.
/// A token that has been read but not taken.
enum Ahead {
    Unread,
    Token(Token),
    EndOfLine,
}

#[derive(Clone, Copy)]
struct Active {
    region: Region,
    /// None for any bank.
    bank: Option<u32>,
    floating: bool,
    /// The alignment of a floating address.
    align: u8,
    align_offset: u16,
}

impl Link<'_> {
    /// Runs a script. It continues after an error, but the link then fails.
    pub(super) fn run_script(&mut self, path: &BStr) -> Done {
        let mut state = State::default();
        self.run_file(path, &mut state)?;
        self.stop_on_errors()
    }

    fn run_file(&mut self, path: &BStr, state: &mut State) -> Done {
        if state.files.len() >= DEEPEST {
            self.script_error(state, format!("Scripts include each other more than {DEEPEST} deep"));
            return Ok(());
        }
        let file = path.to_path_lossy();
        self.within("link", |link| link.budget.take(path.len() + size_of::<PathBuf>()))?;
        let most = LARGEST_FILE.min(self.budget.room());
        let content = match self.files.read(&file, most, self.budget.until()) {
            Ok(content) => content,
            Err(error) => {
                self.look_up()?;
                if error.kind() == ErrorKind::FileTooLarge && most < LARGEST_FILE {
                    return Err(self.out_of_memory());
                }
                self.script_error(state, format!("The linker script \"{path}\" cannot be read: {}", reason(&error)));
                return Ok(());
            }
        };
        self.reads.push(file.into_owned());
        state.files.push((path.to_owned(), 0));
        self.within("link", |link| link.budget.take(content.len()))?;
        let mut words = Words { tokens: Tokens::of(&content), ahead: Ahead::Unread };
        while let Some(line) = words.tokens.next_line() {
            if let Some(file) = state.files.last_mut() {
                file.1 = line;
            }
            self.run_line(&mut words, state)?;
        }
        self.budget.give_back(content.len());
        state.files.pop();
        Ok(())
    }

    fn script_places(state: &State) -> Vec<Backtrace> {
        let frame =
            |(name, line): &(BString, u32)| Frame { name: FrameName::Source(name.clone()), line: *line, quiet: false };
        let frames: Vec<_> = state.files.iter().rev().map(frame).collect();
        if frames.is_empty() { Vec::new() } else { vec![Backtrace { frames }] }
    }

    /// An error in the statement.
    fn script_error(&mut self, state: &State, text: impl Into<BString>) {
        self.script_error_at(state, state.range.clone(), text);
    }

    fn script_error_at(&mut self, state: &State, range: Range<u32>, text: impl Into<BString>) {
        self.tell_script(Diagnostic::new(Severity::Error, "linker-script", text), range, state);
    }

    fn script_problem(&mut self, problem: Problem, range: Range<u32>, state: &State) {
        if !problem.large_constant {
            return self.script_error_at(state, range, problem.text);
        }
        let severity = match self.options.warnings.behaviour(LinkerFlag::LargeConstant) {
            Behaviour::Off => return,
            Behaviour::Warning => Severity::Warning,
            Behaviour::Error => Severity::Error,
        };
        let flag = LinkerFlag::LargeConstant.name();
        self.tell_script(
            Diagnostic { flag: Some(flag), ..Diagnostic::new(severity, flag, problem.text) },
            range,
            state,
        );
    }

    fn tell_script(&mut self, message: Diagnostic, range: Range<u32>, state: &State) {
        let places = Self::script_places(state);
        let range = Some(range).filter(|_| !places.is_empty());
        self.report(Diagnostic { places, range, ..message });
    }

    /// Runs a line. The part before a syntax error takes effect.
    fn run_line(&mut self, words: &mut Words<'_>, state: &mut State) -> Done {
        words.ahead = Ahead::Unread;
        self.peek(words, state)?;
        state.range = words.tokens.range();
        if !self.run_statement(words, state)? || self.peek(words, state)?.is_some() {
            let expected = "Syntax error: expected a section, a bank, ORG, FLOATING, ALIGN, DS or INCLUDE";
            // The unexpected token is the one that was read last.
            self.script_error_at(state, words.tokens.range(), expected);
        }
        while self.next(words, state)?.is_some() {}
        Ok(())
    }

    /// Runs a statement. Returns false at a syntax error.
    fn run_statement(&mut self, words: &mut Words<'_>, state: &mut State) -> Done<bool> {
        let Some(first) = self.next(words, state)? else { return Ok(true) };
        match first {
            Token::Word(Word::Region(region)) => return self.activate(region, words, state),
            Token::Word(Word::Floating) => self.float(state),
            Token::Word(Word::Org) => match self.next(words, state)? {
                Some(Token::Number(address)) => self.org(address, state),
                _ => return Ok(false),
            },
            Token::Word(Word::Ds) => match self.next(words, state)? {
                Some(Token::Number(size)) => self.skip(size, state),
                _ => return Ok(false),
            },
            Token::Word(Word::Align) => {
                let Some(Token::Number(bits)) = self.next(words, state)? else { return Ok(false) };
                match self.peek(words, state)? {
                    None => self.align(bits, 0, state),
                    Some(Token::Comma) => {
                        self.next(words, state)?;
                        let Some(Token::Number(offset)) = self.next(words, state)? else { return Ok(false) };
                        self.align(bits, offset, state);
                    }
                    Some(_) => return Ok(false),
                }
            }
            Token::String(name) => match self.peek(words, state)? {
                None => self.place_named(name.as_bstr(), false, state)?,
                Some(Token::Word(Word::Optional)) => {
                    self.next(words, state)?;
                    self.place_named(name.as_bstr(), true, state)?;
                }
                Some(_) => return Ok(false),
            },
            Token::Word(Word::Include) => match (self.next(words, state)?, self.peek(words, state)?) {
                (Some(Token::String(path)), None) => self.run_file(path.as_bstr(), state)?,
                _ => return Ok(false),
            },
            Token::Word(Word::Optional) | Token::Number(_) | Token::Comma => return Ok(false),
        }
        Ok(true)
    }

    /// The next word. Reports problems that come before it.
    fn peek<'w>(&mut self, words: &'w mut Words<'_>, state: &State) -> Done<Option<&'w Token>> {
        while matches!(words.ahead, Ahead::Unread) {
            let lexed = words.tokens.next();
            let range = words.tokens.range();
            self.within("link", |link| link.budget.work(range.len()))?;
            match lexed {
                Lexed::Problem(problem) => self.script_problem(problem, range, state),
                Lexed::Token(token) => words.ahead = Ahead::Token(token),
                Lexed::End => words.ahead = Ahead::EndOfLine,
            }
        }
        Ok(if let Ahead::Token(token) = &words.ahead { Some(token) } else { None })
    }

    /// Like [`peek`](Self::peek), and consumes the word.
    fn next(&mut self, words: &mut Words<'_>, state: &mut State) -> Done<Option<Token>> {
        if self.peek(words, state)?.is_none() {
            return Ok(None);
        }
        state.range.end = words.tokens.range().end;
        let ahead = std::mem::replace(&mut words.ahead, Ahead::Unread);
        Ok(if let Ahead::Token(token) = ahead { Some(token) } else { None })
    }

    /// Activates a region. Returns false at a syntax error.
    fn activate(&mut self, region: Region, words: &mut Words<'_>, state: &mut State) -> Done<bool> {
        let bounds = self.layout.bounds(region);
        let (first, last) = (bounds.first_bank, bounds.last_bank);
        let bank = match self.peek(words, state)? {
            None => {
                if first != last {
                    self.script_error(state, format!("{} needs the number of a bank", bounds.name));
                }
                Some(first)
            }
            Some(Token::Word(Word::Floating)) => (first == last).then_some(first),
            Some(&Token::Number(bank)) => {
                if !(first..=last).contains(&bank) {
                    let text = format!("{} has banks {first} to {last}, but not {bank}", bounds.name);
                    self.script_error_at(state, words.tokens.range(), text);
                }
                // The lines that follow are still meant for this region.
                Some(bank.clamp(first, last))
            }
            Some(_) => return Ok(false),
        };
        self.next(words, state)?;
        state.active = Some(Active { region, bank, floating: bank.is_none(), align: 0, align_offset: 0 });
        Ok(true)
    }
}
