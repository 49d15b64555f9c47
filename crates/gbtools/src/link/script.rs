//! Linker scripts (rgblink(5)).

mod tokens;

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice};

use super::merge::mask;
use super::{Done, Halt, Link};
use crate::memory::Region;
use crate::report::{Backtrace, Frame, FrameName, Severity};
use tokens::{Token, Tokens, Word};

/// How deep scripts may include each other.
const DEEPEST: usize = 64;

/// What a script has said so far.
#[derive(Default)]
struct State {
    active: Option<Active>,
    /// The address behind what was placed last, in each bank.
    addresses: HashMap<(Region, u32), u32>,
    /// The files being read, and their lines: outermost first.
    files: Vec<(BString, u32)>,
}

/// Where sections are placed.
#[derive(Clone, Copy)]
struct Active {
    region: Region,
    /// None: in any bank.
    bank: Option<u32>,
    floating: bool,
    /// What is known of the address while it floats.
    align: u8,
    align_offset: u16,
}

impl Link<'_> {
    /// Does what a script says. Mistakes do not end it, but then the link.
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
            for problem in line.problems {
                self.script_problem(state, problem);
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

    fn script_problem(&mut self, state: &State, problem: tokens::Problem) {
        use crate::report::warnings::{Behaviour, Flag, LinkerFlag};
        if !problem.large_constant {
            return self.script_error(state, problem.text);
        }
        let severity = match self.options.warnings.behaviour(LinkerFlag::LargeConstant) {
            Behaviour::Off => return,
            Behaviour::Warning => Severity::Warning,
            Behaviour::Error => Severity::Error,
        };
        let flag = LinkerFlag::LargeConstant.name();
        self.tell_at(severity, Some(flag), flag, problem.text.into(), Self::script_places(state));
    }

    fn run_line(&mut self, line: &[Token], state: &mut State) -> Done {
        match line {
            [] => {}
            // What it is has been said.
            _ if line.contains(&Token::Unknown) => {}
            [Token::Word(Word::Include), Token::String(path)] => self.run_file(path.as_bstr(), state)?,
            [Token::Word(Word::Region(region)), rest @ ..] => self.activate(*region, rest, state),
            [Token::Word(Word::Floating)] => self.float(state),
            [Token::Word(Word::Org), Token::Number(address)] => self.org(*address, state),
            [Token::Word(Word::Align), Token::Number(bits)] => self.align(*bits, 0, state),
            [Token::Word(Word::Align), Token::Number(bits), Token::Comma, Token::Number(offset)] => {
                self.align(*bits, *offset, state);
            }
            [Token::Word(Word::Ds), Token::Number(size)] => self.skip(*size, state),
            [Token::String(name)] => self.place_named(name.as_bstr(), false, state),
            [Token::String(name), Token::Word(Word::Optional)] => self.place_named(name.as_bstr(), true, state),
            _ => self
                .script_error(state, "Syntax error: expected a section, a bank, ORG, FLOATING, ALIGN, DS or INCLUDE"),
        }
        Ok(())
    }

    fn activate(&mut self, region: Region, rest: &[Token], state: &mut State) {
        let bounds = self.layout.bounds(region);
        let (first, last) = (bounds.first_bank, bounds.last_bank);
        let bank = match rest {
            [] if first == last => Some(first),
            [] => {
                self.script_error(state, format!("{} needs the number of a bank", bounds.name));
                return;
            }
            [Token::Word(Word::Floating)] => (first == last).then_some(first),
            [Token::Number(bank)] if (first..=last).contains(bank) => Some(*bank),
            [Token::Number(bank)] => {
                let text = format!("{} has the banks {first} to {last}, but no bank {bank}", bounds.name);
                self.script_error(state, text);
                // What follows is meant for that region all the same.
                Some(first)
            }
            _ => {
                self.script_error(state, "Syntax error: expected the number of a bank");
                return;
            }
        };
        let floating = bank.is_none();
        state.active = Some(Active { region, bank, floating, align: 0, align_offset: 0 });
    }

    /// The active bank, or a message that there is none.
    fn active(&mut self, state: &State, what: &str) -> Option<Active> {
        if state.active.is_none() {
            self.script_error(state, format!("{what}: no bank has been chosen yet"));
        }
        state.active
    }

    fn float(&mut self, state: &mut State) {
        if let Some(active) = self.active(state, "FLOATING") {
            state.active = Some(Active { floating: true, align: 0, align_offset: 0, ..active });
        }
    }

    /// The current address.
    fn address(active: Active, state: &State) -> u32 {
        let key = (active.region, active.bank.unwrap_or_default());
        state.addresses.get(&key).copied().unwrap_or_else(|| active.region.bounds().start.into())
    }

    fn org(&mut self, address: u32, state: &mut State) {
        let Some(active) = self.active(state, "ORG") else { return };
        let Some(bank) = active.bank else {
            self.script_error(state, "ORG: the bank floats, so it has no address");
            return;
        };
        let now = Self::address(active, state);
        if address < now {
            self.script_error(state, format!("ORG cannot go back from ${now:04X} to ${address:04X}"));
        } else if address >= self.end(active) {
            self.script_error(state, format!("ORG ${address:04X} is outside of {}", active.region.bounds().name));
        } else {
            state.addresses.insert((active.region, bank), address);
            state.active = Some(Active { floating: false, align: 0, align_offset: 0, ..active });
        }
    }

    /// The first address behind the active bank.
    fn end(&self, active: Active) -> u32 {
        let bounds = self.layout.bounds(active.region);
        u32::from(bounds.start) + u32::from(bounds.size)
    }

    fn align(&mut self, bits: u32, offset: u32, state: &mut State) {
        let Some(active) = self.active(state, "ALIGN") else { return };
        let Some(bits) = u8::try_from(bits).ok().filter(|&bits| bits <= 16) else {
            self.script_error(state, format!("The alignment must be between 0 and 16, not {bits}"));
            return;
        };
        let Some(offset) = u16::try_from(offset).ok().filter(|&offset| u32::from(offset) < 1 << bits) else {
            self.script_error(state, format!("The alignment offset {offset} must be less than {}", 1_u32 << bits));
            return;
        };
        if active.floating {
            state.active = Some(Active { align: bits, align_offset: offset, ..active });
            return;
        }
        let now = Self::address(active, state);
        let gap = u32::from(offset).wrapping_sub(now) & u32::from(mask(bits));
        self.advance(gap, "ALIGN", active, state);
    }

    fn skip(&mut self, size: u32, state: &mut State) {
        let Some(active) = self.active(state, "DS") else { return };
        if active.floating {
            #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
            let offset = active.align_offset.wrapping_add(size as u16) & mask(active.align);
            state.active = Some(Active { align_offset: offset, ..active });
            return;
        }
        self.advance(size, "DS", active, state);
    }

    /// Moves the current address, as far as the bank goes.
    fn advance(&mut self, size: u32, what: &str, active: Active, state: &mut State) -> bool {
        let (now, end) = (Self::address(active, state), self.end(active));
        let fits = now.checked_add(size).filter(|&next| next <= end);
        if let Some(next) = fits {
            state.addresses.insert((active.region, active.bank.unwrap_or_default()), next);
        } else {
            let region = active.region.bounds().name;
            self.script_error(state, format!("{what} would go past the end of {region}, from ${now:04X} by ${size:X}"));
        }
        fits.is_some()
    }

    /// Puts a section that had no region in one. What speaks against it.
    fn give_region(&mut self, index: usize, region: Region) -> Option<String> {
        let section = &mut self.merged.sections[index];
        (section.region, section.has_region) = (region, true);
        let wrong = section.pieces.iter().any(|piece| {
            let part = &self.modules[piece.module].1.sections[piece.section];
            part.size > 0 && region.has_data() == (part.data.len == 0)
        });
        let has = if region.has_data() { "no data" } else { "data" };
        wrong.then(|| {
            format!("Section \"{}\" has {has}, but the script has it in {}", section.name, region.bounds().name)
        })
    }

    fn place_named(&mut self, name: &BStr, optional: bool, state: &mut State) {
        let Some(active) = self.active(state, "A section") else { return };
        let Some(&index) = self.merged.by_name.get(name) else {
            if !optional {
                let near = self.section_like(name);
                self.script_error(state, format!("There is no section \"{name}\"{near}"));
            }
            return;
        };
        let now = Self::address(active, state);
        let mut problems = Vec::new();
        if !self.merged.sections[index].has_region {
            problems.extend(self.give_region(index, active.region));
        }
        let section = &mut self.merged.sections[index];
        section.scripted = true;
        if section.region == active.region {
            if let Some(bank) = active.bank {
                match section.bank {
                    Some(own) if own != bank => {
                        problems
                            .push(format!("Section \"{name}\" is in bank {own}, but the script has it in bank {bank}"));
                    }
                    _ => section.bank = Some(bank),
                }
            }
            if active.floating {
                if active.align > 0 && section.address.is_none() {
                    let both = mask(active.align.min(section.align));
                    if active.align_offset.wrapping_sub(section.align_offset) & both != 0 {
                        problems.push(format!("Section \"{name}\" has an alignment that does not fit the script's"));
                    } else if active.align > section.align {
                        (section.align, section.align_offset) = (active.align, active.align_offset);
                    }
                } else if let Some(own) = section.address
                    && active.align > 0
                    && own.wrapping_sub(active.align_offset) & mask(active.align) != 0
                {
                    problems.push(format!(
                        "Section \"{name}\" is at ${own:04X}, which does not fit the script's alignment"
                    ));
                }
                if section.align >= 16 {
                    section.address = Some(section.align_offset);
                }
            } else {
                let address = u16::try_from(now).unwrap_or(u16::MAX);
                match section.address {
                    Some(own) if own != address => {
                        problems.push(format!(
                            "Section \"{name}\" is at ${own:04X}, but the script has it at ${address:04X}"
                        ));
                    }
                    None if address.wrapping_sub(section.align_offset) & mask(section.align) != 0 => {
                        problems.push(format!("Section \"{name}\" has an alignment that ${address:04X} does not fit"));
                    }
                    _ => section.address = Some(address),
                }
            }
        } else {
            let (is, wanted) = (section.region.bounds().name, active.region.bounds().name);
            problems.push(format!("Section \"{name}\" is in {is}, but the script has it in {wanted}"));
        }
        let size = section.size;
        for problem in problems {
            self.script_error(state, problem);
        }
        if active.floating {
            #[expect(clippy::cast_possible_truncation, reason = "alignment only knows 16 bits")]
            let offset = active.align_offset.wrapping_add(size as u16) & mask(active.align);
            state.active = Some(Active { align_offset: offset, ..active });
        } else {
            self.advance(size, "The section", active, state);
        }
    }
}
