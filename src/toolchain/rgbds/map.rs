//! How full each bank is, according to the map that `rgblink` writes.
//!
//! The format of the map is meant for people, and RGBDS does not specify it. This module reads what RGBDS 0.6 to 1.0
//! have in common, and skips all other lines.

use bstr::ByteSlice;

use crate::usage::{Bank, Section};

/// The regions in the order of a map, and the size of their banks in bytes, because a map does not say how large an
/// empty bank is. See `rgbasm(5)`, "Sections". `rgblink -t` and `-w` double two of them.
const REGIONS: [(&str, u32); 8] = [
    ("ROM0", 0x4000),
    ("ROMX", 0x4000),
    ("VRAM", 0x2000),
    ("SRAM", 0x2000),
    ("WRAM0", 0x1000),
    ("WRAMX", 0x1000),
    ("OAM", 0xA0),
    ("HRAM", 0x7F),
];

/// The banks in a map, by region and then by number. `None` if this is not a map.
pub fn banks(map: &[u8]) -> Option<Vec<Bank>> {
    let mut banks: Vec<Bank> = Vec::new();
    let (mut is_map, mut in_bank, mut taken) = (false, false, 0);
    for line in map.lines() {
        if line.ends_with(b":") && !line.starts_with(b"\t") {
            let bank = bank(line);
            in_bank = bank.is_some();
            is_map |= in_bank || line == b"SUMMARY:";
            taken = 0;
            banks.extend(bank);
        } else if let Some(bank) = banks.last_mut().filter(|_| in_bank) {
            if let Some(section) = section(line) {
                taken = section.size.saturating_add(taken);
                bank.sections.push(section);
            } else if let Some(free) = total_empty(line) {
                bank.size = free.saturating_add(taken);
            }
        }
    }
    is_map.then_some(banks)
}

/// `ROMX bank #1:`
fn bank(line: &[u8]) -> Option<Bank> {
    let (region, number) = line.to_str().ok()?.strip_suffix(':')?.split_once(" bank #")?;
    let (region, size) = *REGIONS.iter().find(|(name, _)| *name == region)?;
    Some(Bank { region, number: number.parse().ok()?, size, sections: Vec::new() })
}

/// `SECTION: $4000-$6fff ($3000 bytes) ["name"]`. An empty section has no last address, and older releases print its
/// size in decimal.
fn section(line: &[u8]) -> Option<Section> {
    let rest = line.trim_ascii_start().strip_prefix(b"SECTION: ")?;
    let (addresses, rest) = rest.split_once_str(" (")?;
    let (size, rest) = rest.split_once_str(" byte")?;
    let name = &rest[rest.find("[\"")? + 2..];
    Some(Section {
        name: unescaped(name.strip_suffix(b"\"]").unwrap_or(name)),
        address: number(addresses.split_str("-").next()?)?,
        size: number(size)?,
    })
}

/// A name without the backslashes that maps have since RGBDS 0.9.
fn unescaped(name: &[u8]) -> String {
    let name = name.to_str_lossy();
    let mut characters = name.chars();
    let mut next = || {
        Some(match characters.next()? {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                other => other.unwrap_or('\\'),
            },
            itself => itself,
        })
    };
    std::iter::from_fn(&mut next).collect()
}

/// `TOTAL EMPTY: $1000 bytes`
fn total_empty(line: &[u8]) -> Option<u32> {
    let (size, _) = line.trim_ascii_start().strip_prefix(b"TOTAL EMPTY: ")?.split_once_str(" byte")?;
    number(size)
}

/// Reads `$4000`, or a decimal number. No bank is larger than 64 KiB.
fn number(text: &[u8]) -> Option<u32> {
    let text = text.to_str().ok()?;
    let number = match text.strip_prefix('$') {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.ok().map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map as 0.7 to 1.0 write it, with the differences between them. In 0.6 the summary is at the end.
    const MAP: &str = "\
SUMMARY:
	ROM0: 1014 bytes used / 15370 free
	ROMX: 28672 bytes used / 53248 free in 5 banks

ROM0 bank #0:
	SECTION: $0000-$0002 ($0003 bytes) [\"zero\"]
	EMPTY: $0003-$014f ($014d bytes)
	SECTION: $0150-$0150 ($0001 byte) [\"m \\\"q\\\" \\\\\\n]\"]
	         $0150 = Main
	         ; Next fragment
	EMPTY: $0151-$3fff ($3eaf bytes)
	TOTAL EMPTY: $3ffc bytes

ROMX bank #2:
	SECTION: $4000 (0 bytes) [\"old\"]
	         $4000 = SECTION: $4000-$4000 ($0001 byte) [\"x\"]
	SECTION: $4000 ($0000 bytes) [\"new\"]
	EMPTY

ROMX bank #3:
	EMPTY

HRAM bank #0:
	SECTION: $ff80-$fffe ($007f bytes) [\"h\"]
	TOTAL EMPTY: $0000 bytes

WRAM0 bank #0:
	SECTION: $c000-$dffe ($1fff bytes) [\"w\"]
	TOTAL EMPTY: $0001 byte
";

    #[test]
    fn a_map_is_read() {
        let section = |name: &str, address, size| Section { name: name.to_owned(), address, size };
        let banks = banks(MAP.as_bytes()).unwrap();
        let shown: Vec<_> =
            banks.iter().map(|bank| (bank.region, bank.number, bank.size, bank.used(), bank.free())).collect();
        assert_eq!(
            shown,
            [
                ("ROM0", 0, 0x4000, 4, 0x3FFC),
                ("ROMX", 2, 0x4000, 0, 0x4000),
                ("ROMX", 3, 0x4000, 0, 0x4000),
                ("HRAM", 0, 0x7F, 0x7F, 0),
                ("WRAM0", 0, 0x2000, 0x1FFF, 1),
            ]
        );
        assert_eq!(banks[0].sections, [section("zero", 0, 3), section("m \"q\" \\\n]", 0x150, 1)]);
        assert_eq!(banks[1].sections, [section("old", 0x4000, 0), section("new", 0x4000, 0)]);
    }

    #[test]
    fn only_a_map_is_read_as_one() {
        assert_eq!(banks(b""), None);
        assert_eq!(banks(b"\xff\0nonsense\n\tSECTION: $0 ($0 bytes) [\"x\"]\n"), None);
        assert_eq!(banks(b"SUMMARY:\n"), Some(Vec::new()));
    }

    #[test]
    fn an_incomplete_line_does_not_affect_the_others() {
        let map = b"ROM0 bank #0:\n\tSECTION: what\n\tSECTION: $0000-$0001 ($zz bytes) [\"x\"]\n\tSECTION: $1 ($1 byte) [\"\xff\n\
                    \tTOTAL EMPTY: many\nROM9 bank #1:\n\tSECTION: $1 ($1 byte) [\"not in ROM0\"]\nVRAM bank #one:\n\tnonsense\n";
        let banks = banks(map).unwrap();
        assert_eq!(banks.len(), 1);
        assert_eq!(banks[0].sections, [Section { name: "\u{fffd}".to_owned(), address: 1, size: 1 }]);
        assert_eq!(banks[0].size, 0x4000);
    }

    #[test]
    fn repeated_free_space_lines_do_not_slow_the_map_down() {
        let many = 100_000;
        let sections = "\tSECTION: $0 ($1 byte) [\"a\"]\n".repeat(many);
        let map = format!("ROM0 bank #0:\n{sections}{}", "\tTOTAL EMPTY: $1 byte\n".repeat(many));
        assert_eq!(banks(map.as_bytes()).unwrap()[0].size, 100_001);
    }

    proptest::proptest! {
        /// Lines of maps: truncated, shuffled, and with anything between them.
        #[test]
        fn anything_is_read_without_harm(
            lines in proptest::collection::vec((0..MAP.lines().count(), 0..80_usize, proptest::arbitrary::any::<u8>()), 0..60)
        ) {
            let mut map = Vec::new();
            for (line, length, byte) in lines {
                let line = MAP.lines().nth(line).unwrap().as_bytes();
                map.extend_from_slice(&line[..length.min(line.len())]);
                map.push(if byte % 2 == 0 { b'\n' } else { byte });
            }
            for bank in banks(&map).unwrap_or_default() {
                assert_eq!(bank.used() + bank.free(), bank.size);
            }
        }
    }
}
