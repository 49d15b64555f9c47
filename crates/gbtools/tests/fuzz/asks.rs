//! The linker and the fixer check often whether to stop. These tests measure the longest time between two checks.

use std::sync::Mutex;
use std::time::Duration;

use bstr::{BStr, BString};
use cpu_time::ThreadTime;
use gbtools::files::InMemory;
use gbtools::fix;
use gbtools::limits::{Budget, Limits};
use gbtools::link::{self, Options, Scramble};
use gbtools::memory::Region;
use gbtools::module::{Definition, Modifier, Module, Place, SymbolKind, object, rgb9, rpn};
use gbtools::report::warnings::Warnings;
use gbtools::report::{Diagnostic, Report};
use gbtools::until::{Stop, Until};

use crate::bounds;
use crate::modules::{
    MANY, add_section, constant, label, module, with_assertions, with_nodes, with_patches, with_sections, with_symbols,
};

/// The longest time between two checks that is allowed: ten times what a debug build takes on a quiet machine, because
/// memory can be slow to get. Without checks, most of these cases take seconds.
const LONGEST: Duration = Duration::from_secs(1);

/// The time of the last check, and the longest time between two checks.
struct Asked(Mutex<(Duration, Duration)>);

impl Asked {
    fn now() -> Duration {
        ThreadTime::now().as_duration()
    }

    fn note(&self) {
        let mut times = self.0.lock().expect("one thread");
        let now = Self::now();
        *times = (now, times.1.max(now.saturating_sub(times.0)));
    }
}

impl Until for Asked {
    fn stop(&self) -> Option<Stop> {
        self.note();
        None
    }
}

/// Drops messages.
pub(crate) struct Forgets;

impl Report for Forgets {
    fn message(&mut self, _message: Diagnostic) {}

    fn print(&mut self, _text: &[u8]) {}
}

/// Measures the time between two checks of some work.
fn asks(name: &str, work: impl FnOnce(&Asked)) {
    let asked = Asked(Mutex::new((Asked::now(), Duration::ZERO)));
    work(&asked);
    asked.note();
    let longest = asked.0.into_inner().expect("one thread").1;
    if std::env::var_os("FUZZ_TIMES").is_some() {
        println!("{longest:?}: {name}");
    }
    assert!(longest < LONGEST, "{name}: {longest:?} without a question");
}

fn links(name: &str, module: Module, options: &Options, files: &InMemory) {
    let modules: [(BString, Module); 1] = [("main.o".into(), module)];
    asks(name, |asked| drop(link::link(&modules, options, files, asked, &mut Forgets)));
}

#[test]
fn a_link_of_much_asks_often() {
    let _alone = bounds::alone();
    let plain = Options::default();
    let long = [constant(1), [constant(1), vec![rpn::ADD]].concat().repeat(MANY as usize)].concat();
    let mut long = with_patches(module(), &long);
    long.sections[0].patches.truncate(1);
    let undefined = with_symbols(|number| format!("name_{number}"), |_| SymbolKind::Imported);
    let bank = vec![rpn::BANK_SECTION, b'x', 0];
    let mut scrambled = Options { scramble: Scramble { romx: Some(u16::MAX), ..Scramble::default() }, ..plain.clone() };
    scrambled.wanted.map = false;
    for (name, module, options) in [
        ("labels", with_symbols(|number| format!("L{number}"), |_| SymbolKind::Exported(label(0))), &plain),
        (
            "local labels",
            with_symbols(|number| format!("L.{number}"), |number| SymbolKind::Local(label(number % 4))),
            &plain,
        ),
        (
            "constants",
            with_symbols(
                |number| format!("C{number}"),
                |number| SymbolKind::Exported(Definition { section: None, ..label(number) }),
            ),
            &plain,
        ),
        ("imports", undefined.clone(), &plain),
        ("sections", with_sections(|_, _| {}), &plain),
        ("aligned sections", with_sections(|_, section| section.align = 8), &plain),
        ("sections at an address", with_sections(|_, section| section.address = Some(0x5000)), &plain),
        ("sections that do not fit", with_sections(|_, section| section.bank = Some(1)), &plain),
        ("wrong sections", with_sections(|_, section| section.bank = Some(0)), &plain),
        ("empty sections", with_sections(|_, section| section.size = 0), &plain),
        (
            "large sections",
            with_sections(|_, section| (section.region, section.size) = (Some(Region::Sram), 0x1800)),
            &plain,
        ),
        ("scrambled sections", with_sections(|number, section| section.size = u32::from(number < 1000)), &scrambled),
        ("patches", with_patches(module(), &constant(1)), &plain),
        ("a long expression", long, &plain),
        ("warnings", with_patches(module(), &constant(0x1234)), &plain),
        ("undefined symbols", with_patches(undefined, &[rpn::SYMBOL, 9, 0, 0, 0]), &plain),
        ("unknown sections", with_patches(with_sections(|_, _| {}), &bank), &plain),
        ("assertions", with_assertions(&constant(1)), &plain),
        ("failed assertions", with_assertions(&constant(0)), &plain),
        ("a long way to a message", with_nodes(), &plain),
    ] {
        links(name, module, options, &InMemory::default());
    }
    let mut fragments = module();
    for _ in 0..MANY {
        add_section(&mut fragments, "part", |section| (section.size, section.modifier) = (0, Modifier::Fragment));
    }
    links("fragments", fragments, &plain, &InMemory::default());
}

#[test]
fn a_large_rom_asks_often() {
    let _alone = bounds::alone();
    let mut module = module();
    module.sections[0].bank = Some(1 << 14);
    module.sections[0].address = Some(0x4000);
    let padded = Options { pad: Some(1), ..Options::default() };
    links("a ROM", module.clone(), &padded, &InMemory::default());
    let mut files = InMemory::default();
    files.add("overlay", vec![1; 1 << 28]);
    let laid_over = Options { overlay: Some("overlay".into()), ..Options::default() };
    links("an overlay", module, &laid_over, &files);
    let mut rom = Vec::with_capacity(1 << 28);
    rom.resize((1 << 28) - 1, 1);
    let mut options = fix::Options::default();
    options.pad = Some(1);
    options.global_checksum = Some(fix::Treatment::Fix);
    asks("the fixer", |asked| {
        let budget = Budget::new(Limits::default(), asked);
        fix::fix(&mut rom, &options, &Warnings::new(), &budget, &mut Forgets).expect("a good ROM");
    });
}

#[test]
fn a_long_linker_script_asks_often() {
    let _alone = bounds::alone();
    let options = Options { script: Some("game.link".into()), ..Options::default() };
    for (name, before, repeated) in [
        ("empty lines", "", "\n"),
        ("blanks", "", " "),
        ("a comment", ";", ";"),
        ("comments", "", ";\n"),
        ("commas", "", ","),
        ("words", "", "x "),
        ("a word", "", "x"),
        ("a known word", "", "ORG "),
        ("digits", "", "1"),
        ("underscores", "1", "_"),
        ("prefixes", "", "$"),
        ("a string", "\"", "x"),
        ("escapes", "\"", "\\x"),
        ("strings", "", "\"\""),
        ("garbage", "", "?\n"),
        ("banks", "", "ROM0\n"),
        ("addresses", "ROM0\n", "ORG 0\n"),
        ("optional sections", "ROMX FLOATING\n", "\"x\" OPTIONAL\n"),
        ("unknown sections", "ROMX FLOATING\n", "\"x\"\n"),
        ("one section", "ROMX FLOATING\n", "\"main\"\n"),
        ("includes", "", "INCLUDE \"empty.link\"\n"),
    ] {
        let mut files = InMemory::default();
        files.add("game.link", [before.as_bytes(), &repeated.as_bytes().repeat(MANY as usize)].concat());
        files.add("empty.link", *b"");
        links(name, module(), &options, &files);
    }
}

fn reads(name: &str, object: &[u8]) {
    asks(name, |asked| {
        let budget = Budget::new(Limits::default(), asked);
        drop(object::read(object, BStr::new("main.o"), &budget, &mut Forgets));
    });
}

#[test]
fn a_large_object_asks_often() {
    let _alone = bounds::alone();
    for (name, module) in [
        ("labels", with_symbols(|number| format!("L{number}"), |_| SymbolKind::Exported(label(0)))),
        ("imports", with_symbols(|_| String::new(), |_| SymbolKind::Imported)),
        ("sections", with_sections(|_, _| {})),
        ("patches", with_patches(module(), &constant(1))),
        ("assertions", with_assertions(&constant(1))),
        ("nodes", with_nodes()),
    ] {
        reads(name, &rgb9::write(&module));
    }
    let mut module = with_nodes();
    // Each node comes before the one that calls it.
    module.nodes.reverse();
    for node in &mut module.nodes {
        node.parent = node.parent.map(|parent| Place { node: MANY - parent.node, ..parent });
    }
    reads("nodes in the other order", &rgb9::write(&module));
    let header = |areas: u32, symbols: u32| format!("XL3\nH {areas:X} areas {symbols:X} global symbols\n");
    let lines = |line: &dyn Fn(u32) -> String| (0..MANY).map(line).collect::<String>();
    let area = "A _CODE size FFFF flags 0 addr 0\n";
    let many = |text: &str| text.repeat(MANY as usize);
    for (name, text) in [
        ("lines", many("\n")),
        ("odd lines", many("Z\n")),
        ("words", format!("A{}", many(" x"))),
        ("areas", lines(&|number| format!("A a{number} size 0 flags 0 addr 0\n"))),
        ("symbols", lines(&|number| format!("S s{number} Def0\n"))),
        ("bytes", format!("{area}T 00 00 00{}\nR 00 00 00 00\n", many(" 00"))),
        ("T lines", format!("{area}{}", many("T 00 00 00\n"))),
        ("relocations", format!("{area}T 00 00 00 00 00 00\nR 00 00 00 00{}\n", many(" 00 03 00 00"))),
    ] {
        reads(name, format!("{}{text}", header(MANY, MANY)).as_bytes());
    }
}
