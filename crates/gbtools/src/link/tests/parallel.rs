//! A second thread changes nothing but the time.

use std::fmt::Write;

use bstr::ByteSlice;

use super::{Linking, Options, assembled, link};
use crate::files::InMemory;
use crate::limits::Limits;
use crate::report::Collected;
use crate::until::Never;

/// Many labels, in every kind of section.
fn source() -> String {
    let mut source = String::from("DEF CONSTANT EQU 5\nEXPORT CONSTANT\n");
    for section in
        ["\"a\", ROM0", "\"b\", ROMX, BANK[3]", "\"c\", ROMX, BANK[1]", "FRAGMENT \"d\", ROMX", "\"e\", SRAM"]
    {
        let label = section.find('\"').map_or("", |at| &section[at + 1..=at + 1]);
        let _ = writeln!(source, "SECTION {section}");
        for number in 0..500 {
            let _ = writeln!(source, "{label}{number}::\n.here\n.also:\n\tds 2");
        }
    }
    for piece in 0..3 {
        let _ = writeln!(source, "SECTION FRAGMENT \"d\", ROMX\nf{piece}: dw f{piece}");
        let _ = writeln!(source, "SECTION UNION \"u\", WRAM0\nu{piece}:\n.end:\n ds {piece}\nv{piece}:");
    }
    source
}

#[test]
fn map_and_symbols_are_the_same_from_two_threads() {
    let with = |parallel| Linking::of(&source()).with(|options| options.parallel = parallel).linked();
    let (one, two) = (with(false), with(true));
    assert!(one.rom == two.rom && one.map == two.map && one.sym == two.sym && one.usage == two.usage);
    let lines = |file: Option<Vec<u8>>| file.map(|file| file.lines().count());
    assert!(lines(one.map) > Some(7500) && lines(one.sym) > Some(7500));
}

#[test]
fn two_threads_need_as_much_memory_as_one() {
    let modules = [("main.o".into(), assembled(&source()))];
    let is_enough = |parallel, memory| {
        let limits = Limits { memory, ..Limits::default() };
        let (options, mut report) = (Options { parallel, limits, ..Options::default() }, Collected::default());
        let linked = link(&modules, &options, &InMemory::default(), &Never, &mut report);
        assert!(linked.is_ok() || report.messages[0].code == "memory-limit", "{:?}", report.messages);
        linked.is_ok()
    };
    let (mut too_little, mut enough) = (0_u64, 64 << 20);
    while enough - too_little > 1 {
        let memory = too_little.midpoint(enough);
        *(if is_enough(false, memory) { &mut enough } else { &mut too_little }) = memory;
    }
    assert!(is_enough(true, enough) && !is_enough(true, too_little), "{enough}");
}
