//! How full each bank is, as bars.

use std::fmt::Write as _;

use console::{Style, Term};
use rgbpipe::usage::Bank;

use crate::outputs::report::Region;

/// The width in columns if standard error is not a terminal.
const COLUMNS: usize = 80;

/// The shortest and the longest bar, in columns.
const SHORTEST: usize = 10;
const LONGEST: usize = 50;

/// The terminal's width in columns.
pub(crate) fn columns() -> usize {
    Term::stderr().size_checked().map_or(COLUMNS, |(_, columns)| columns.into())
}

/// One line for each bank, one for consecutive empty banks, and one for the total of a region.
pub(crate) fn draw(banks: &[Bank], columns: usize, is_coloured: bool) -> String {
    let lines: Vec<_> = banks.chunk_by(|one, next| one.region == next.region).flat_map(lines).collect();
    let widest = |what: fn(&Bar) -> String| lines.iter().map(|line| what(line).len()).max().unwrap_or(0);
    let (label, used, free) =
        (widest(|line| line.label.clone()), widest(|line| line.used.to_string()), widest(|line| line.free.to_string()));
    let width = columns.saturating_sub(label + used + free + "  100%   used   free".len() + 1);
    let width = width.clamp(SHORTEST, LONGEST);
    let mut text = String::new();
    for line in &lines {
        let full = line.share(width);
        let bar = line.style().force_styling(is_coloured).apply_to("█".repeat(full));
        let rest = "░".repeat(width - full);
        let percent = line.percent();
        let _ = writeln!(
            text,
            "{:label$} {bar}{rest} {percent:>3}%  {:>used$} used  {:>free$} free",
            line.label, line.used, line.free
        );
    }
    text
}

/// The contents of one line, in bytes.
struct Bar {
    label: String,
    used: u64,
    free: u64,
}

fn lines(region: &[Bank]) -> Vec<Bar> {
    let line =
        |banks: &[Bank], label: String| Region::of(banks).map(|Region { used, free, .. }| Bar { label, used, free });
    let runs = region.chunk_by(|one, next| one.used() == 0 && next.used() == 0);
    let mut lines: Vec<_> = runs.filter_map(|run| line(run, label(run, region.len()))).collect();
    if lines.len() > 1 {
        lines.extend(line(region, format!("{} all", region[0].region)));
    }
    lines
}

/// The region, and the bank if the region has more than one.
fn label(run: &[Bank], of: usize) -> String {
    match run {
        [bank] if of == 1 => bank.region.to_owned(),
        [bank] => format!("{} {}", bank.region, bank.number),
        [first, .., last] => format!("{} {}-{}", first.region, first.number, last.number),
        [] => String::new(),
    }
}

impl Bar {
    fn percent(&self) -> usize {
        self.share(100)
    }

    /// The used part of `whole`, rounded. Only an empty bank shows as empty, and only a full one as full.
    fn share(&self, whole: usize) -> usize {
        let size = self.used + self.free;
        let share = (self.used * whole as u64 + size / 2) / size.max(1);
        let share = usize::try_from(share).unwrap_or(whole);
        share.clamp(usize::from(self.used > 0), whole - usize::from(self.free > 0))
    }

    fn style(&self) -> Style {
        match self.percent() {
            95.. => Style::new().red(),
            80.. => Style::new().yellow(),
            _ => Style::new().green(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rgbpipe::usage::Section;

    fn bank(region: &'static str, number: u32, size: u32, used: u32) -> Bank {
        let sections = vec![Section { name: String::new(), address: 0, size: used }];
        Bank { region, number, size, sections }
    }

    #[test]
    fn a_bar_is_as_long_as_its_bank_is_full() {
        let mut banks = vec![bank("ROM0", 0, 0x4000, 0x2000), bank("ROMX", 1, 0x4000, 0x4000)];
        banks.extend((2..=127).map(|number| bank("ROMX", number, 0x4000, 0)));
        banks.extend([bank("SRAM", 0, 0x2000, 1), bank("SRAM", 1, 0x2000, 0), bank("HRAM", 0, 127, 126)]);
        let expected = "\
ROM0       █████░░░░░  50%   8192 used     8192 free
ROMX 1     ██████████ 100%  16384 used        0 free
ROMX 2-127 ░░░░░░░░░░   0%      0 used  2064384 free
ROMX all   █░░░░░░░░░   1%  16384 used  2064384 free
SRAM 0     █░░░░░░░░░   1%      1 used     8191 free
SRAM 1     ░░░░░░░░░░   0%      0 used     8192 free
SRAM all   █░░░░░░░░░   1%      1 used    16383 free
HRAM       █████████░  99%    126 used        1 free
";
        assert_eq!(draw(&banks, 0, false), expected);
        assert_eq!(draw(&[], 80, false), "");
    }

    #[test]
    fn lines_fill_the_terminal_and_no_more_than_is_good_to_read() {
        let banks = [bank("ROM0", 0, 0x4000, 0x2000), bank("ROMX", 1, 0x4000, 0x3F00)];
        for (columns, expected) in [(60, 59), (80, 79), (200, 83)] {
            let text = draw(&banks, columns, false);
            assert!(text.lines().all(|line| line.chars().count() == expected), "{columns}:\n{text}");
        }
    }

    #[test]
    fn colours_are_for_what_is_nearly_full() {
        let coloured = |used| draw(&[bank("ROM0", 0, 100, used)], 0, true);
        for (used, colour) in [(50, 32), (79, 32), (80, 33), (94, 33), (95, 31), (100, 31)] {
            assert!(coloured(used).starts_with(&format!("ROM0 \x1b[{colour}m█")), "{used}: {:?}", coloured(used));
        }
        assert!(!draw(&[bank("ROM0", 0, 100, 50)], 0, false).contains('\x1b'));
    }
}
