//! Whether twice as much of something takes twice as long: `cargo bench -p gbtools --bench linear`.
//!
//! For each kind of thing there are sources with 1, 2, 4 and 8 times as many of it, assembled and linked in turns. The times are
//! the thread's own, the shortest of several rounds, and each is shown for as many things as in the smallest source. So every
//! figure is 1 where the cost is linear.

#![expect(clippy::cast_precision_loss, reason = "times and counts, for people")]

use std::fmt::Write as _;
use std::time::Duration;

use bstr::BString;
use cpu_time::ThreadTime;
use gbtools::asm::{self, Preludes};
use gbtools::files::InMemory;
use gbtools::link;
use gbtools::module::Module;
use gbtools::report::Collected;
use gbtools::until::Never;

/// The texts of the sources that have so many things.
type Sources = fn(usize) -> Vec<String>;

const TIMES: [usize; 4] = [1, 2, 4, 8];
const ROUNDS: usize = 7;

fn main() {
    let kinds: [(&str, usize, Sources); 6] = [
        ("sources", 20, |count| (0..count).map(|n| format!("{}Label{n}::\n db 1\n", section(n))).collect()),
        ("symbols", 4000, |count| {
            one(count, &section(0), |n| format!("Label{n}::\n.local\nDEF CONSTANT{n} EQU {n}\n"))
        }),
        ("patches", 4000, |count| {
            one(count, "SECTION \"s\", ROMX\nLabel:\n", |n| {
                format!("{}dw Label + {n}\njr @\n", if n % 4000 == 3999 { section(n) } else { String::new() })
            })
        }),
        ("sections", 500, |count| one(count, "", |n| format!("{}db 1\n", section(n)))),
        ("macro calls", 4000, |count| one(count, MACROS, |n| format!("note C_, {}\n", n % 16 + 1))),
        ("loops", 4000, |count| one(count, MACROS, |n| format!("FOR x, 3\nDEF value = x + {n}\nENDR\n"))),
    ];
    println!("{:12} {:>10} {}", "", "one time", TIMES.map(|times| format!("{times:>6} x")).concat());
    for (kind, count, sources) in kinds {
        let sources = TIMES.map(|times| sources(count * times));
        let mut least = [Duration::MAX; TIMES.len()];
        for _ in 0..ROUNDS {
            for (sources, least) in sources.iter().zip(&mut least) {
                let start = ThreadTime::now();
                build(sources);
                *least = (*least).min(start.elapsed());
            }
        }
        let shares: String = TIMES.iter().zip(least).fold(String::new(), |mut shares, (&times, time)| {
            let _ = write!(shares, "{:8.2}", time.as_secs_f64() / least[0].as_secs_f64() / times as f64);
            shares
        });
        println!("{kind:12} {:7.2} ms {shares}", least[0].as_secs_f64() * 1e3);
    }
}

const MACROS: &str = "DEF C_ EQU 1\nMACRO note\n dn (\\1), (\\2) - 1\nENDM\nMACRO dn\nREPT _NARG / 2\nDEF value = ((\\1) << 4) | (\\2)\nSHIFT 2\nENDR\nENDM\n";

fn section(n: usize) -> String {
    format!("SECTION \"section {n}\", ROMX\n")
}

fn one(count: usize, before: &str, line: impl Fn(usize) -> String) -> Vec<String> {
    vec![(0..count).fold(before.to_owned(), |text, n| text + &line(n))]
}

fn build(sources: &[String]) {
    let (files, preludes, mut report) = (InMemory::default(), Preludes::default(), Collected::default());
    let options = asm::Options::default();
    let modules: Vec<(BString, Module)> = (0..)
        .zip(sources)
        .map(|(n, text)| {
            let (name, text) = (format!("{n}.asm"), text.as_bytes().into());
            let done =
                asm::assemble_one_of(&preludes, name.as_str().into(), text, &options, &files, &Never, &mut report);
            (name.into(), done.expect("it is right").module.expect("nothing is missing"))
        })
        .collect();
    link::link(&modules, &link::Options::default(), &files, &Never, &mut report).expect("it is right");
}
