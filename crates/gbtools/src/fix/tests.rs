//! Each expectation is what rgbfix 1.0.4 did.

use bstr::BString;

use super::{Cartridge, Color, Issue, Options, Treatment, UnknownCartridge, accepted_names, fix};
use crate::limits::{Budget, Limits};
use crate::report::warnings::Warnings;
use crate::report::{Diagnostic, Report};
use crate::until::Never;

#[derive(Default)]
struct Said(Vec<&'static str>);

impl Report for Said {
    fn message(&mut self, message: Diagnostic) {
        self.0.push(message.code);
    }

    fn print(&mut self, _text: &[u8]) {}
}

fn fixed(rom: &[u8], options: &Options) -> (Vec<u8>, Vec<&'static str>) {
    let (mut rom, mut said) = (rom.to_vec(), Said::default());
    let budget = Budget::new(Limits::default(), &Never);
    let _ = fix(&mut rom, options, &Warnings::new(), &budget, &mut said);
    (rom, said.0)
}

fn quietly(_: &Issue) {}

fn named(name: &str) -> Result<Cartridge, UnknownCartridge> {
    Cartridge::named(name.into(), &mut quietly)
}

fn all_fixed() -> Options {
    let fix = Some(Treatment::Fix);
    Options { logo: fix, header_checksum: fix, global_checksum: fix, ..Options::default() }
}

#[test]
fn checksums_are_right_or_their_inverse() {
    let (rom, said) = fixed(&[0; 0x150], &all_fixed());
    assert_eq!((&rom[0x104..0x108], &rom[0x14D..]), (&[0xCE, 0xED, 0x66, 0x66][..], &[0xE7, 0x16, 0x2D][..]));
    assert!(said.is_empty());
    let trash = Some(Treatment::Trash);
    let options = Options { header_checksum: trash, global_checksum: trash, ..Options::default() };
    assert_eq!(fixed(&[0; 0x150], &options).0[0x14D..], [0x18, 0xFF, 0xE7]);
}

#[test]
fn padding_makes_a_power_of_two_of_at_least_two_banks() {
    for (length, padded, size) in [(0x150, 0x8000, 0), (0x8000, 0x8000, 0), (0x8001, 0x10000, 1), (0x18000, 0x20000, 2)]
    {
        let (rom, _) = fixed(&vec![3; length], &Options { pad: Some(0xFF), ..Options::default() });
        assert_eq!((rom.len(), rom[0x148]), (padded, size));
        assert!(rom[length..].iter().all(|&byte| byte == 0xFF));
    }
}

#[test]
fn the_title_has_less_room_beside_a_game_id_or_a_color_flag() {
    let long: BString = vec![b'T'; 20].into();
    for (id_first, issues) in [(false, 3), (true, 1)] {
        let (mut options, mut count) = (Options::default(), 0);
        let mut count_issue = |_: &Issue| count += 1;
        if id_first {
            options.set_game_id("AB".into(), &mut count_issue);
        }
        options.set_title(long.as_ref(), &mut count_issue);
        options.set_color(Color::Only, &mut count_issue);
        options.set_game_id("AB".into(), &mut count_issue);
        let (rom, _) = fixed(&[0; 0x150], &options);
        assert_eq!(rom[0x134..0x144], *b"TTTTTTTTTTTAB\0\0\xC0");
        assert_eq!(count, issues);
    }
}

#[test]
fn names_of_cartridge_types_are_read_loosely() {
    for (name, code) in [
        ("mbc5", 0x19),
        (" MBC5 + ram_+\t_BATTERY", 0x1B),
        ("MBC5+BATTERY+RAM+RAM", 0x1B),
        ("ROM ", 0x00),
        ("ROM \t_ONLY", 0x00),
        ("ROMONLY+RAM", 0x08),
        ("MBC3+TIMER", 0x0F),
        ("tAMA5", 0xFD),
        ("Pocket Camera", 0xFC),
    ] {
        assert_eq!(named(name), Ok(Cartridge::Type(code)), "{name}");
    }
    assert_eq!(named("TPP1__ 1.255+MULTIRUMBLE+BATTERY"), Ok(Cartridge::Tpp1 { minor: 255, features: 0x0B }));
    for (name, problem) in [
        ("MBC5 ", UnknownCartridge::Name),
        ("MBC5+", UnknownCartridge::Name),
        ("MBC 5", UnknownCartridge::Name),
        ("POCKET__CAMERA", UnknownCartridge::Name),
        ("MBC5+RAMX", UnknownCartridge::Name),
        ("MBC5+BATTERY", UnknownCartridge::Features),
        ("TPP1", UnknownCartridge::NoVersion),
        ("TPP1_2", UnknownCartridge::Version),
        ("TPP1_1", UnknownCartridge::Name),
        ("TPP1_1.", UnknownCartridge::NoMinorVersion),
        ("TPP1_1.256", UnknownCartridge::MinorVersion),
        ("TPP1_1.0+SENSOR", UnknownCartridge::Features),
    ] {
        assert_eq!(named(name), Err(problem), "{name}");
    }
}

#[test]
fn every_listed_name_is_accepted() {
    let list = accepted_names();
    let mut count = 0;
    for name in list.lines().skip(1).flat_map(|line| line.split(", ")) {
        let name = name.trim().trim_end_matches(',');
        let (name, code) = name.split_once(" (").unwrap_or((name, ""));
        if name.is_empty() {
            continue;
        }
        let code = code.strip_prefix('$').and_then(|code| u8::from_str_radix(&code[..2], 16).ok());
        match named(name).unwrap() {
            Cartridge::Type(found) => assert_eq!(Some(found), code, "{name}"),
            Cartridge::Tpp1 { minor, .. } => assert_eq!(minor, 0),
        }
        count += 1;
    }
    assert_eq!(count, 28 + 12);
}

#[test]
fn tpp1_has_extra_fields_after_the_header() {
    let options = Options {
        cartridge: Some(named("TPP1_1.2+BATTERY").unwrap()),
        ram_size: Some(5),
        non_japanese: true,
        ..Options::default()
    };
    let (rom, said) = fixed(&[7; 0x154], &options);
    assert_eq!(rom[0x147..], [0xBC, 7, 0xC1, 0x65, 7, 7, 7, 7, 7, 1, 2, 5, 8]);
    assert_eq!(said, ["overwrote"; 5]);
    assert_eq!(fixed(&[7; 0x153], &options), (vec![7; 0x153], vec!["rom-too-short"]));
}

#[test]
fn a_logo_is_put_in_the_order_of_the_header() {
    let image = std::array::from_fn(|index| u8::try_from(index).unwrap());
    let options = Options { logo: Some(Treatment::Fix), logo_image: Some(image), ..Options::default() };
    let (rom, _) = fixed(&[0; 0x150], &options);
    assert_eq!(rom[0x104..0x10C], [0x00, 0x00, 0x01, 0x23, 0x00, 0x00, 0x89, 0xAB]);
    assert_eq!(rom[0x11C..0x124], [0x00, 0x00, 0x45, 0x67, 0x00, 0x00, 0xCD, 0xEF]);
}

#[test]
fn ram_sizes_are_checked_against_the_cartridge_type() {
    for (code, size, said) in [
        (0x01, 0, None),
        (0x01, 1, Some("mbc-without-ram")),
        (0x02, 0, Some("ram-of-size-zero")),
        (0x02, 1, Some("ram-of-2-kilobytes")),
        (0x02, 2, None),
        (0x08, 1, None),
        (0x08, 2, Some("ram-not-of-2-kilobytes")),
        (0x55, 2, Some("mbc-without-ram")),
        (0xFE, 0, Some("ram-of-size-zero")),
    ] {
        let options = Options { cartridge: Some(Cartridge::Type(code)), ram_size: Some(size), ..Options::default() };
        let mut found = None;
        options.check(&mut |issue| found = Some(issue.code()));
        assert_eq!(found, said, "{code:#x} {size}");
    }
}
