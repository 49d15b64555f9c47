//! Checks that the tools survive any input. They must not panic or need more stack than a small thread has. They must
//! stop when asked, stay below the memory limit, and report errors with their places.
//!
//! Each run tries new inputs, and prints the number it starts from. Optional variables:
//!
//! - `FUZZ_FROM`: the number of the first input. Use it to repeat a run.
//! - `FUZZ_KIND`: try only this kind, such as `source`.
//! - `FUZZ_INPUTS`: the number of inputs. Or:
//! - `FUZZ_SECONDS`: the length of the run.
//! - `FUZZ_SOURCES`: a folder of more sources to start from, such as RGBDS's `test/asm`.
//!
//! - `FUZZ_TIMES`: print how long after its deadline each input ended, and how much memory it used.
//!
//! For long runs: `cargo test --release -p gbtools --test fuzz nothing -- --nocapture`.

mod asks;
mod bounds;
#[path = "../against_rgbds/grammar.rs"]
mod grammar;
mod kind;
mod limits;
mod link_limits;
mod modules;
mod mutate;
#[path = "../common/random.rs"]
mod random;
mod run;
mod stops;

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bstr::ByteSlice;
use kind::Kind;
use random::Random;

/// Takes about a minute in a debug build.
const INPUTS: u64 = 40_000;

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text}")))
}

fn attempt(kind: Kind, number: u64, input: &[u8]) -> Result<(), String> {
    let random = &mut Random::new(number.rotate_left(32));
    let cancel_at = (random.below(8) == 0).then(|| random.next() % 20);
    let (name, input) = (format!("FUZZ_KIND={kind:?} FUZZ_FROM={number}"), input.to_vec());
    bounds::within(&name, bounds::DEADLINE, cancel_at, move |clock| run::run(kind, number, &input, clock))
}

/// The shortest input that fails in the same way.
fn smallest(kind: Kind, number: u64, mut input: Vec<u8>, reason: &str) -> Vec<u8> {
    let place = |reason: &str| reason.lines().next().unwrap_or_default().replace(|c: char| c.is_ascii_digit(), "");
    let end = Instant::now() + Duration::from_secs(60);
    let mut size = input.len().next_power_of_two() / 2;
    while size > 0 {
        let mut at = 0;
        while at < input.len() && Instant::now() < end {
            let mut less = input.clone();
            less.drain(at..(at + size).min(input.len()));
            match attempt(kind, number, &less) {
                Err(other) if place(&other) == place(reason) => input = less,
                _ => at += size,
            }
        }
        size /= 2;
    }
    input
}

#[test]
fn nothing_breaks_the_tools() {
    let _alone = bounds::alone();
    let kinds = variable("FUZZ_KIND").map_or(Kind::ALL.to_vec(), |name: String| vec![Kind::named(&name)]);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    let first = variable("FUZZ_FROM").unwrap_or_else(|| clock.as_secs() * 1_000_000);
    let end = variable("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let inputs = variable("FUZZ_INPUTS").unwrap_or(if end.is_some() { u64::MAX } else { INPUTS });
    println!("from FUZZ_FROM={first} on");
    let mut counts = BTreeMap::new();
    for index in 0..inputs {
        if end.is_some_and(|end| Instant::now() > end) {
            break;
        }
        let number = first + index;
        let kind = kinds[usize::try_from(number).expect("a number") % kinds.len()];
        let input = kind.input(number);
        if let Err(reason) = attempt(kind, number, &input) {
            let input = smallest(kind, number, input, &reason);
            let shown = input.as_bstr();
            panic!("{reason}\nto repeat it: FUZZ_KIND={kind:?} FUZZ_FROM={number} FUZZ_INPUTS=1\n{shown}\n{shown:?}");
        }
        *counts.entry(format!("{kind:?}")).or_insert(0_u64) += 1;
    }
    println!("{counts:?}");
}

#[test]
fn the_seeds_are_right() {
    let _alone = bounds::alone();
    for source in kind::SOURCES {
        assert!(run::object(source.as_bytes()).is_some(), "{source}");
    }
    run::link_seeds();
}
