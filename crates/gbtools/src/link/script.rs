//! Linker scripts (rgblink(5)).

mod placing;
mod tokens;

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice};

use super::{Done, Halt, Link};
use crate::memory::Region;
use crate::report::{Backtrace, Frame, FrameName, Severity};
use tokens::{Token, Tokens, Word};

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
}

/// The rest of a line.
struct Words<'a> {
    rest: &'a [Token],
}

/// The current place.
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
        let content = match self.files.read(&path.to_path_lossy(), super::LARGEST_FILE, self.until) {
            Ok(content) => content,
            Err(error) => {
                self.stopped = self.until.stop();
                if self.stopped.is_some() {
                    return Err(Halt);
                }
                self.script_error(state, format!("The linker script \"{path}\" cannot be read: {error}"));
                return Ok(());
            }
        };
        self.reads.push(path.to_path_lossy().into_owned());
        state.files.push((path.to_owned(), 0));
        let mut tokens = Tokens::of(&content);
        while let Some(line) = tokens.next_line() {
            self.poll()?;
            if let Some(file) = state.files.last_mut() {
                file.1 = line.number;
            }
            self.run_line(&line.tokens, state)?;
        }
        state.files.pop();
        Ok(())
    }

    fn script_places(state: &State) -> Vec<Backtrace> {
        let frame =
            |(name, line): &(BString, u32)| Frame { name: FrameName::Source(name.clone()), line: *line, quiet: false };
        let frames: Vec<_> = state.files.iter().rev().map(frame).collect();
        if frames.is_empty() { Vec::new() } else { vec![Backtrace { frames }] }
    }

    fn script_error(&mut self, state: &State, text: impl Into<BString>) {
        self.tell_at(Severity::Error, None, "linker-script", text.into(), Self::script_places(state));
    }

    fn script_problem(&mut self, state: &State, problem: &tokens::Problem) {
        use crate::report::warnings::{Behaviour, Flag, LinkerFlag};
        if !problem.large_constant {
            return self.script_error(state, problem.text.as_str());
        }
        let severity = match self.options.warnings.behaviour(LinkerFlag::LargeConstant) {
            Behaviour::Off => return,
            Behaviour::Warning => Severity::Warning,
            Behaviour::Error => Severity::Error,
        };
        let flag = LinkerFlag::LargeConstant.name();
        self.tell_at(severity, Some(flag), flag, problem.text.as_str().into(), Self::script_places(state));
    }

    /// Runs a line. The part before a syntax error takes effect.
    fn run_line(&mut self, line: &[Token], state: &mut State) -> Done {
        let mut words = Words { rest: line };
        if !self.run_statement(&mut words, state)? || self.peek(&mut words, state).is_some() {
            let expected = "Syntax error: expected a section, a bank, ORG, FLOATING, ALIGN, DS or INCLUDE";
            self.script_error(state, expected);
        }
        while self.next(&mut words, state).is_some() {}
        Ok(())
    }

    /// Runs a statement. Returns false at a syntax error.
    fn run_statement(&mut self, words: &mut Words<'_>, state: &mut State) -> Done<bool> {
        let Some(first) = self.next(words, state) else { return Ok(true) };
        match first {
            Token::Word(Word::Region(region)) => return Ok(self.activate(*region, words, state)),
            Token::Word(Word::Floating) => self.float(state),
            Token::Word(Word::Org) => match self.next(words, state) {
                Some(Token::Number(address)) => self.org(*address, state),
                _ => return Ok(false),
            },
            Token::Word(Word::Ds) => match self.next(words, state) {
                Some(Token::Number(size)) => self.skip(*size, state),
                _ => return Ok(false),
            },
            Token::Word(Word::Align) => {
                let Some(Token::Number(bits)) = self.next(words, state) else { return Ok(false) };
                match self.peek(words, state) {
                    None => self.align(*bits, 0, state),
                    Some(Token::Comma) => {
                        self.next(words, state);
                        let Some(Token::Number(offset)) = self.next(words, state) else { return Ok(false) };
                        self.align(*bits, *offset, state);
                    }
                    Some(_) => return Ok(false),
                }
            }
            Token::String(name) => match self.peek(words, state) {
                None => self.place_named(name.as_bstr(), false, state),
                Some(Token::Word(Word::Optional)) => {
                    self.next(words, state);
                    self.place_named(name.as_bstr(), true, state);
                }
                Some(_) => return Ok(false),
            },
            Token::Word(Word::Include) => match (self.next(words, state), self.peek(words, state)) {
                (Some(Token::String(path)), None) => self.run_file(path.as_bstr(), state)?,
                _ => return Ok(false),
            },
            Token::Word(Word::Optional) | Token::Number(_) | Token::Comma | Token::Problem(_) => return Ok(false),
        }
        Ok(true)
    }

    /// The next word. Reports problems that come before it.
    fn peek<'w>(&mut self, words: &mut Words<'w>, state: &State) -> Option<&'w Token> {
        while let [Token::Problem(problem), rest @ ..] = words.rest {
            self.script_problem(state, problem);
            words.rest = rest;
        }
        words.rest.first()
    }

    fn next<'w>(&mut self, words: &mut Words<'w>, state: &State) -> Option<&'w Token> {
        let word = self.peek(words, state);
        words.rest = words.rest.get(1..).unwrap_or_default();
        word
    }

    /// Activates a region. Returns false at a syntax error.
    fn activate(&mut self, region: Region, words: &mut Words<'_>, state: &mut State) -> bool {
        let bounds = self.layout.bounds(region);
        let (first, last) = (bounds.first_bank, bounds.last_bank);
        let bank = match self.peek(words, state) {
            None => {
                if first != last {
                    self.script_error(state, format!("{} needs the number of a bank", bounds.name));
                }
                Some(first)
            }
            Some(Token::Word(Word::Floating)) => (first == last).then_some(first),
            Some(Token::Number(bank)) => {
                if !(first..=last).contains(bank) {
                    let text = format!("{} has banks {first} to {last}, but not {bank}", bounds.name);
                    self.script_error(state, text);
                }
                // The lines that follow are still meant for this region.
                Some(*bank.clamp(&first, &last))
            }
            Some(_) => return false,
        };
        self.next(words, state);
        state.active = Some(Active { region, bank, floating: bank.is_none(), align: 0, align_offset: 0 });
        true
    }
}
