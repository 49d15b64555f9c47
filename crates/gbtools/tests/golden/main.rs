//! Compares the built-in tools with recorded results of RGBDS 1.0.4. These tests need no RGBDS.

mod bad_input;
mod damaged;
mod programs;
#[path = "../common/tool.rs"]
mod tool;

use std::collections::BTreeMap;

use bstr::ByteSlice;
use proptest::prelude::*;

/// Results of the real rgbfix: arguments, exit status, length and checksum of standard output, and messages. To record
/// them again, run this in the folder of the crate: `tests/golden/record PREFIX >tests/golden/rgbfix.txt`.
const RGBFIX: &str = include_str!("rgbfix.txt");

#[test]
fn rgbfix_gives_the_same_results_as_rgbds() {
    let mut count = 0;
    for line in RGBFIX.lines().filter(|line| !line.is_empty()) {
        let (length, rest) = line.split_once(' ').unwrap();
        let (arguments, expected) = rest.split_once(" => ").unwrap();
        let arguments: Vec<_> = arguments.split(' ').map(String::from).collect();
        let ran = tool::our("rgbfix", &arguments, &rom(length.parse().unwrap()), BTreeMap::new());
        let sum = ran
            .stdout
            .iter()
            .fold(0xCBF2_9CE4_8422_2325_u64, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
        let is = format!("{} {} {sum:016x} {}", ran.status, ran.stdout.len(), ran.messages.join(", "));
        assert_eq!(is.trim_end().as_bytes().as_bstr(), expected.as_bytes().as_bstr(), "{arguments:?}");
        count += 1;
    }
    assert!(count >= 60);
}

#[test]
fn programs_give_the_same_results_as_rgbds() {
    let topics = programs::topics();
    assert!(topics.len() >= 25);
    for topic in topics {
        let made = topic.transcript(|tool, arguments, files| tool::our(tool, arguments, b"", files));
        similar(&topic.name, &topic.recorded(), &made);
    }
}

/// Asserts that two texts are equal, and shows the first difference.
fn similar(topic: &str, recorded: &[u8], made: &[u8]) {
    let pairs = recorded.lines().zip(made.lines());
    for (number, (recorded, made)) in (1..).zip(pairs) {
        assert_eq!(recorded.as_bstr(), made.as_bstr(), "{topic}.txt, line {number}");
    }
    assert_eq!(recorded.len(), made.len(), "{topic}.txt");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_arguments_and_no_rom_are_too_odd(
        arguments in prop::collection::vec("(-{0,2}[a-zA-Z=]{0,8}|@(args|loop|.)|\\PC{0,6})", 0..6),
        rom in prop::collection::vec(any::<u8>(), 0..0x160),
        at_file in any::<Vec<u8>>(),
    ) {
        let files = BTreeMap::from([("args".into(), at_file), ("loop".into(), b"-v @loop".to_vec())]);
        let ran = tool::our("rgbfix", &arguments, &rom, files);
        prop_assert!(ran.status <= 1);
    }
}

/// A ROM of pseudorandom bytes, the same in each run.
fn rom(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}
