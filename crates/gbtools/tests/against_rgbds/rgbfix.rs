//! The fixer and its command line, with random arguments.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;

use crate::real::theirs;
use crate::tool::{Ran, our};

/// A ROM with a short or a full header, filled with zeros or random bytes.
fn roms() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![4 => 0x154..0x200_usize, 1 => 0x14C..0x158_usize, 1 => 0x3FF0..0x4010_usize, 1 => 0x7FF0..0x8010_usize];
    (length, any::<bool>(), any::<u64>()).prop_map(|(length, sparse, seed)| {
        let mut random = super::rgbasm::Random::new(seed);
        let byte =
            |random: &mut super::rgbasm::Random| if sparse && random.below(8) > 0 { 0 } else { random.below(256) };
        (0..length).map(|_| u8::try_from(byte(&mut random)).unwrap()).collect()
    })
}

fn numbers() -> impl Strategy<Value = String> {
    let written = |value: u32, base| match base {
        0 => format!("{value}"),
        1 => format!("0x{value:x}"),
        2 => format!("${value:X}"),
        3 => format!("&{value:o}"),
        _ => format!("%{value:b}"),
    };
    prop_oneof![
        12 => (0..256_u32, 0..5).prop_map(move |(value, base)| written(value, base)),
        1 => (250..260_u32, 0..5).prop_map(move |(value, base)| written(value, base)),
        1 => select(vec!["", "x", "-1", "0x", "1 ", " 1", "+1", "99999999999999999999", "1_0", "08", "0b12"]).prop_map(String::from),
    ]
}

/// A cartridge type, or something that looks like one.
fn cartridges() -> impl Strategy<Value = String> {
    let mappers = [
        "ROM",
        "ROM_ONLY",
        "ROM ONLY",
        "MBC1",
        "mbc2",
        "MBC3",
        "MBC5",
        "MBC6",
        "MBC7",
        "MMM01",
        "HUC1",
        "HuC3",
        "TAMA5",
        "BANDAI_TAMA5",
        "POCKET_CAMERA",
        "TPP1_1.0",
        "TPP1_1.7",
        "TPP1 1.255",
        "TPP1",
        "TPP1_1.",
        "TPP1_2.0",
        "TPP1_1.256",
        "MBC",
        "RAM",
        "",
        " MBC5",
        "_MBC5",
        "MBC3_",
        "ROM ",
    ];
    let features = ["RAM", "BATTERY", "TIMER", "RUMBLE", "SENSOR", "MULTIRUMBLE", "ram", "Battery", "RAMX", ""];
    // `++` is left out. The real rgbfix accepts it at the end of a name.
    let pluses = ["+", " + ", "+_", "\t+", " "];
    let feature = (select(pluses[..4].to_vec()), select(features[..8].to_vec()))
        .prop_map(|(plus, feature)| format!("{plus}{feature}"));
    let odd =
        (select(pluses.to_vec()), select(features.to_vec())).prop_map(|(plus, feature)| format!("{plus}{feature}"));
    let name = |feature, most| {
        (select(mappers.to_vec()), prop::collection::vec(feature, 0..most))
            .prop_map(|(mapper, features)| format!("{mapper}{}", features.concat()))
    };
    prop_oneof![6 => name(feature.boxed(), 4), 1 => name(odd.boxed(), 3), 3 => numbers()]
}

/// An option with its value, if it takes one.
fn options() -> impl Strategy<Value = Vec<String>> {
    let pair = |name: &'static str, values: BoxedStrategy<String>| {
        values
            .prop_flat_map(move |value| {
                prop_oneof![Just(vec![format!("-{name}"), value.clone()]), Just(vec![format!("-{name}{value}")])]
            })
            .boxed()
    };
    let texts = || "[A-Za-z0-9_ ]{0,20}".boxed();
    let flags = [
        "-v",
        "-C",
        "-c",
        "-j",
        "-s",
        "-w",
        "-O",
        "-vs",
        "-cj",
        "--validate",
        "--color-only",
        "-sgb",
        "--non-jap",
        "-vw",
    ];
    let switches = [
        "error",
        "no-error",
        "all",
        "no-all",
        "everything",
        "overwrite",
        "no-overwrite",
        "error=mbc",
        "no-mbc",
        "no-error=sgb",
        "nope",
        "sgb=1",
    ];
    prop_oneof![
        4 => select(flags.to_vec()).prop_map(|flag| vec![flag.to_owned()]),
        2 => pair("f", "[lLhHgG]{0,4}".boxed()),
        1 => pair("f", "[lLhHgGx]{0,3}".boxed()),
        2 => pair("t", texts()),
        2 => pair("i", texts()),
        2 => pair("k", texts()),
        2 => pair("l", numbers().boxed()),
        4 => pair("m", cartridges().boxed()),
        2 => pair("n", numbers().boxed()),
        1 => pair("p", numbers().boxed()),
        3 => pair("r", prop_oneof![(0..7_u8).prop_map(|size| size.to_string()), numbers()].boxed()),
        2 => pair("W", select(switches.to_vec()).prop_map(String::from).boxed()),
        1 => Just(vec!["-L".into(), "logo".into()]),
        1 => select(vec!["-Z", "--nope", "--v", "-vZ", "--validate=1", "@args", "--", "-title", "-ve", "-h", "-V"])
            .prop_map(|word| vec![word.to_owned()]),
    ]
}

/// Only the first line of `--version` is compared. The second line and the help are our own.
fn without_words(mut ran: Ran) -> Ran {
    if ran.stdout.starts_with(b"Usage:") || ran.stdout.starts_with(b"rgbfix v1.0.4\n") {
        ran.stdout.truncate(6);
    }
    // The real rgbfix leaves an empty file when it has nothing to write.
    ran.stderr.clear();
    ran.files.retain(|path, content| path != Path::new("out.gb") || !content.is_empty());
    ran
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_does_what_the_real_one_does(
        rom in roms(),
        words in prop::collection::vec(options(), 0..7),
        place in select(vec![vec!["in.gb"], vec!["-"], vec!["-o", "out.gb", "in.gb"], vec!["-o", "out.gb", "-"], vec!["in.gb", "-"]]),
    ) {
        let mut arguments: Vec<String> = words.concat();
        arguments.extend(place.into_iter().map(String::from));
        let args = b"-k XY\n# -Z\n -n 7\n".to_vec();
        let logo = (0..48).collect();
        let files = BTreeMap::from([("in.gb".into(), rom.clone()), ("args".into(), args), ("logo".into(), logo)]);
        let theirs = without_words(theirs("rgbfix", &arguments, &rom, &files));
        let ours = without_words(our("rgbfix", &arguments, &rom, files));
        prop_assert_eq!((ours.status, &ours.messages), (theirs.status, &theirs.messages), "{:?}", arguments);
        prop_assert!(ours == theirs, "{:?}", arguments);
    }
}
