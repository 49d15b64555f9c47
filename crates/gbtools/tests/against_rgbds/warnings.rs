//! Checks how random switches affect each warning.

use bstr::ByteSlice;
use gbtools::report::warnings::{AssemblerFlag, Behaviour, Warnings};

use crate::rgbasm::{Random, said};

/// Causes a warning of each of these flags, in the line that has its name.
const SOURCE: &str = r#"SECTION "s", ROM0
	db 999
	db -254
	warn "w"
MACRO m
	shift 5
ENDM
	m
	DEF quotient = -2147483648 / -1
	println STRRPL("a", "", "b")
	newcharmap other
	db "a"
	charmap "b", 1
	db "c"
	EXPORT DEF exported EQU 1
label:
	PURGE exported
	PURGE label
	assert warn, 0
"#;

const LINES: [(AssemblerFlag, usize); 11] = [
    (AssemblerFlag::Truncation1, 2),
    (AssemblerFlag::Truncation2, 3),
    (AssemblerFlag::User, 4),
    (AssemblerFlag::MacroShift, 6),
    (AssemblerFlag::Div, 9),
    (AssemblerFlag::EmptyStrrpl, 10),
    (AssemblerFlag::UnmappedChar2, 12),
    (AssemblerFlag::UnmappedChar1, 14),
    (AssemblerFlag::Purge1, 17),
    (AssemblerFlag::Purge2, 18),
    (AssemblerFlag::Assert, 19),
];

fn switch(random: &mut Random) -> String {
    const NAMES: [&str; 12] = [
        "all",
        "extra",
        "everything",
        "truncation",
        "purge",
        "unmapped-char",
        "user",
        "div",
        "macro-shift",
        "empty-strrpl",
        "assert",
        "nonsense",
    ];
    let prefix = ["", "no-", "error=", "no-error="][random.below(4)];
    match random.below(10) {
        0 => ["error", "no-error"][random.below(2)].to_owned(),
        1..4 => format!("{prefix}{}={}", NAMES[3 + random.below(4)], random.below(4)),
        _ => format!("{prefix}{}", NAMES[random.below(NAMES.len())]),
    }
}

/// The severity and line of each reported warning, in the order of lines.
fn reported(stderr: &[u8]) -> Vec<(Behaviour, usize)> {
    let mut found = Vec::new();
    let mut severity = None;
    for line in stderr.lines() {
        if line.contains_str(" [-W") {
            severity = Some(if line.starts_with(b"error") { Behaviour::Error } else { Behaviour::Warning });
        } else if let (Some(behaviour), Some(place)) = (severity, line.strip_prefix(b"    at <stdin>")) {
            let number = place.split(|byte| matches!(byte, b'(' | b')')).nth(1).unwrap();
            found.push((behaviour, number.to_str().unwrap().parse().unwrap()));
            severity = None;
        }
    }
    found
}

#[test]
fn any_switches_have_the_same_effect() {
    let mut random = Random::new(20);
    for _ in 0..300 {
        let switches: Vec<_> = (0..=random.below(6)).map(|_| switch(&mut random)).collect();
        let mut warnings = Warnings::<AssemblerFlag>::new();
        let arguments: Vec<_> = switches.iter().map(|switch| format!("-W{switch}")).collect();
        for switch in &switches {
            // Unknown flags are tried too.
            let _ = warnings.set(switch.as_bytes());
        }
        let ours: Vec<_> = LINES
            .into_iter()
            .map(|(flag, line)| (warnings.behaviour(flag), line))
            .filter(|(behaviour, _)| *behaviour != Behaviour::Off)
            .collect();
        assert_eq!(ours, reported(&said(&arguments, SOURCE.as_bytes())), "{switches:?}");
    }
}
