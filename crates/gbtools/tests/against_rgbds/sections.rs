//! Random programs of sections: fragments, unions, LOAD blocks, the stack, alignments.

use std::fmt::Write;

use gbtools::memory::Region;

use crate::builtin::{assert_same_sections, builtin};
use crate::rgbasm::{Random, assemble, rgbasm};

/// The state of the program, which lets most lines be valid.
#[derive(Clone, Default)]
struct Position {
    /// The number of the section.
    section: Option<usize>,
    load: bool,
    unions: usize,
}

struct Program {
    random: Random,
    source: String,
    /// The region and the modifier of each section.
    sections: Vec<(Region, &'static str)>,
    position: Position,
    stack: Vec<Position>,
    labels: usize,
    /// One in this many definitions has conditions that may be impossible. 0 for none.
    wild: usize,
}

const MODIFIERS: [&str; 3] = ["", "FRAGMENT ", "UNION "];
const ALIGNMENTS: [&str; 9] = ["0", "1", "2", "3", "4", "2, 2", "4, 8", "3, 1", "1, 1"];
const WILD_ALIGNMENTS: [&str; 8] = ["16", "16, $C000", "16, 5", "8, 255", "3, -1", "2, 4", "17", "15"];
const WRITTEN: [&str; 8] =
    ["DB 1, 2", "DW $1234", "NOP", "DB \"abc\"", "DS 3, 9", "ld a, [hl+]", "DW [[ db 1 ]]", "DS 2, 3, 4"];
const USES: [&str; 7] = ["DW @ - #", "JP #", "DB BANK(#)", "DB LOW(#)", "LD HL, # + 1", "JR # + 0", "DL # & 3"];

impl Program {
    fn new(seed: u64, wild: usize) -> Self {
        let random = Random::new(seed);
        let (sections, stack) = (vec![], vec![]);
        Self { random, source: String::new(), sections, position: Position::default(), stack, labels: 0, wild }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.source, "{line}").unwrap();
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.random.below(from.len())]
    }

    fn one_in(&mut self, count: usize) -> bool {
        count > 0 && self.random.below(count) == 0
    }

    fn in_rom(&self) -> bool {
        self.position.section.is_some_and(|section| self.sections[section].0.has_data())
    }

    /// Defines a section in ROM or RAM, new or known. Returns the text and the section's number.
    fn definition(&mut self, rom: bool) -> (String, usize) {
        let again = self.random.below(self.sections.len().max(1) * 2);
        let again = self
            .sections
            .get(again)
            .is_some_and(|&(region, modifier)| {
                let open = self.stack.iter().any(|position| position.section == Some(again));
                self.wild > 0 || (region.has_data() == rom && !modifier.is_empty() && !open)
            })
            .then_some(again);
        let section = again.unwrap_or_else(|| {
            let regions = if rom { vec![Region::Rom0, Region::Romx] } else { Region::ALL.to_vec() };
            let region = regions[self.random.below(regions.len())];
            let modifier = MODIFIERS[self.random.below(if region.has_data() { 2 } else { 3 })];
            self.sections.push((region, modifier));
            self.sections.len() - 1
        });
        let (region, modifier) = self.sections[section];
        let bounds = region.bounds();
        let mut text = format!("{modifier}\"s{section}\", {}", bounds.name);
        if self.one_in(8) {
            let far = if self.one_in(self.wild) { 0x1FFF } else { 4 };
            write!(text, "[${:x}]", usize::from(bounds.start) + far * self.random.below(5)).unwrap();
        }
        if self.one_in(3) {
            let alignments = if self.one_in(self.wild) { &WILD_ALIGNMENTS[..] } else { &ALIGNMENTS };
            write!(text, ", ALIGN[{}]", self.pick(alignments)).unwrap();
        }
        if self.one_in(6) && region.is_banked() || self.one_in(self.wild * 2) {
            let bank = if self.one_in(self.wild) { self.random.below(20) } else { 1 };
            write!(text, ", BANK[{bank}]").unwrap();
        }
        (text, section)
    }

    fn step(&mut self) {
        let choice = if self.position.section.is_none() { 0 } else { self.random.below(20) };
        match choice {
            0..=2 if self.position.unions == 0 || self.one_in(self.wild) => {
                let rom = self.one_in(2);
                let (definition, section) = self.definition(rom);
                self.line(&format!("SECTION {definition}"));
                self.position = Position { section: Some(section), ..Position::default() };
            }
            3 if self.in_rom() => {
                let (definition, _) = self.definition(false);
                self.line(&format!("LOAD {definition}"));
                self.position.load = true;
            }
            4 if self.position.load || self.one_in(self.wild) => {
                self.line("ENDL");
                self.position.load = false;
            }
            5 => {
                self.line("PUSHS");
                self.stack.push(std::mem::take(&mut self.position));
            }
            6 if !self.stack.is_empty() && self.position.unions == 0 => {
                self.line("POPS");
                self.position = self.stack.pop().unwrap();
            }
            7 if !self.in_rom() || self.one_in(self.wild) => {
                self.line("UNION");
                self.position.unions += usize::from(!self.in_rom());
            }
            8 if self.position.unions > 0 => self.line("NEXTU"),
            9 | 10 if self.position.unions > 0 => {
                self.line("ENDU");
                self.position.unions -= 1;
            }
            11 | 12 => {
                let alignments = if self.one_in(self.wild) { &WILD_ALIGNMENTS[..] } else { &ALIGNMENTS };
                let alignment = self.pick(alignments);
                let directive = self.pick(&["ALIGN ", "DS ALIGN["]);
                self.line(&format!("{directive}{alignment}{}", if directive.len() > 6 { "]" } else { "" }));
            }
            13 => {
                let size = self.random.below(9);
                self.line(&format!("DS {size}"));
            }
            14 | 15 if self.in_rom() && self.labels > 0 => {
                let label = format!("L{}", self.random.below(self.labels));
                let used = self.pick(&USES).replace('#', &label);
                self.line(&used);
            }
            14..=17 if self.in_rom() || self.one_in(self.wild) => {
                let written = if self.position.load { &WRITTEN[..6] } else { &WRITTEN };
                let written = self.pick(written);
                self.line(written);
            }
            _ => {
                self.line(&format!("L{}:", self.labels));
                self.labels += 1;
            }
        }
        self.ask();
    }

    /// Prints everything that is known at this point.
    fn ask(&mut self) {
        if self.position.section.is_none() {
            return;
        }
        if self.one_in(3) {
            self.line("println SECTION(@), ISCONST(@), ISCONST(BANK(@))");
        }
        if self.one_in(4) {
            self.line("IF ISCONST(@)\nprintln @\nENDC");
        }
        if self.labels > 0 && self.one_in(3) {
            let label = self.random.below(self.labels);
            self.line(&format!("println ISCONST(L{label}), ISCONST(L{label} & 3), ISCONST(@ - L{label})"));
        }
        if self.one_in(4) {
            let section = self.random.below(self.sections.len() + 1);
            self.line(&format!(
                "println ISCONST(SIZEOF(\"s{section}\")), ISCONST(BANK(\"s{section}\")), ISCONST(STARTOF(\"s{section}\"))"
            ));
        }
    }

    /// Closes everything that must not be open at the end.
    fn end(mut self) -> String {
        loop {
            for _ in 0..self.position.unions {
                self.line("ENDU");
            }
            let Some(position) = self.stack.pop() else { return self.source };
            self.line("POPS");
            self.position = position;
        }
    }
}

/// Returns how many of the programs assemble.
fn compare(seeds: std::ops::Range<u64>, wild: usize) -> usize {
    let mut assembled = 0;
    for seed in seeds {
        let mut program = Program::new(seed, wild);
        for _ in 0..4 + program.random.below(26) {
            program.step();
        }
        let source = program.end();
        let (ours, module) = builtin(source.as_bytes());
        rgbasm(source.as_bytes()).assert_is(source.as_bytes(), &ours.printed, &ours.messages);
        if let Some(module) = module {
            assert_same_sections(&assemble(source.as_bytes()), &module);
            assembled += 1;
        }
    }
    assembled
}

#[test]
fn mostly_valid_programs_agree() {
    let assembled = compare(0..150, 0);
    assert!(assembled > 30, "only {assembled} programs assemble");
}

#[test]
fn mostly_invalid_programs_agree() {
    compare(1000..1200, 3);
}
