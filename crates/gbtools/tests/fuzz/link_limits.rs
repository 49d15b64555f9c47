//! Inputs that are too much for the linker and the fixer are errors that name the limit.

use std::time::Duration;

use bstr::{BStr, BString};
use gbtools::files::InMemory;
use gbtools::fix::{self, fix};
use gbtools::limits::{Budget, Limits};
use gbtools::link::{self, Options};
use gbtools::memory::Region;
use gbtools::module::{Definition, Module, SymbolKind, object, rgb9};
use gbtools::report::warnings::Warnings;
use gbtools::until::{Never, Until};

use crate::bounds::{self, MEMORY};
use crate::limits::Last;
use crate::modules::{
    add_section, constant, label, module, with_assertions, with_nodes, with_patches, with_sections, with_symbols,
};

/// Enough for any limit to be reached, on any machine.
const LONG: Duration = Duration::from_secs(60);

const LIMITS: Limits = Limits { memory: MEMORY, output: u64::MAX };

/// Checks that some work ends with an error of this code, and takes no more memory than it may.
fn ends_with(code: &'static str, name: &str, work: impl FnOnce(&dyn Until, &mut Last) -> bool + Send + 'static) {
    let result = bounds::within(name, LONG, None, move |clock| {
        let mut report = Last::default();
        match (work(clock, &mut report), report.0) {
            (false, Some(last)) if last.code == code => Ok(()),
            (is_ok, last) => Err(format!("{is_ok} after {last:?}")),
        }
    });
    assert_eq!(result, Ok(()), "{name}");
}

fn links(code: &'static str, name: &str, modules: Vec<Module>, limits: Limits, options: Options, files: InMemory) {
    let modules: Vec<(BString, Module)> = modules.into_iter().map(|module| ("main.o".into(), module)).collect();
    ends_with(code, name, move |until, report| {
        link::link(&modules, &Options { limits, ..options }, &files, until, report).is_ok()
    });
}

#[test]
fn objects_that_take_too_much_memory_are_refused() {
    let _alone = bounds::alone();
    let local = |number| SymbolKind::Local(label(number % 4));
    for (name, module) in [
        ("symbols", with_symbols(|number| format!("a_rather_long_name_{number}"), local)),
        ("sections", with_sections(|_, _| {})),
        ("assertions", with_assertions(&constant(1))),
        ("nodes", with_nodes()),
    ] {
        let object = rgb9::write(&module);
        let read = move |until: &dyn Until, report: &mut Last| {
            let budget = Budget::new(Limits { memory: MEMORY / 4, ..LIMITS }, until);
            object::read(&object, BStr::new("main.o"), &budget, report).is_ok()
        };
        ends_with("memory-limit", name, read);
    }
    let header = "XL3\nH FFFFFF areas FFFFFF global symbols\n";
    for (name, line) in [
        ("areas", "A a# size 0 flags 0 addr 0\n"),
        ("symbols of SDCC", "S a_rather_long_name_# Def0\n"),
        ("remarks", "Z\n"),
    ] {
        let lines: String = (0..1 << 17).map(|number| line.replace('#', &number.to_string())).collect();
        let text = format!("{header}{lines}");
        refuses(name, text);
    }
    let relocations = " 00 03 00 00".repeat(1 << 17);
    refuses(
        "relocations",
        format!("{header}A a size 3 flags 0 addr 0\nT 00 00 00 00 00 00\nR 00 00 00 00{relocations}\n"),
    );
}

/// Checks that an object of SDCC needs more memory than half as much again as its text.
fn refuses(name: &str, text: String) {
    let read = move |until: &dyn Until, report: &mut Last| {
        let budget = Budget::new(Limits { memory: text.len() as u64 * 3 / 2, ..LIMITS }, until);
        object::read(text.as_bytes(), BStr::new("main.rel"), &budget, report).is_ok()
    };
    ends_with("memory-limit", name, read);
}

#[test]
fn a_link_that_takes_too_much_memory_is_refused() {
    let _alone = bounds::alone();
    let plain = Options::default;
    let nothing = InMemory::default;
    let far = |bank: u32| {
        let mut module = module();
        (module.sections[0].bank, module.sections[0].address) = (Some(bank), Some(0x4000));
        module
    };
    links("memory-limit", "a ROM", vec![far(0x1000)], LIMITS, plain(), nothing());
    links("memory-limit", "objects", vec![with_patches(module(), &constant(1)); 2], LIMITS, plain(), nothing());
    // Each letter of a name takes ten characters.
    let mut long = module();
    for number in 0..20 {
        let name = format!("{number}{}", "\u{1F600}".repeat(1 << 14));
        add_section(&mut long, &name, |section| (section.region, section.size) = (Some(Region::Wram0), 0));
    }
    let label = Definition { place: crate::modules::PLACE, section: Some(1), value: 0 };
    for number in 0..40 {
        let name = crate::modules::add(&mut long, format!("L{number}{}", "\u{1F600}".repeat(1 << 14)).as_bytes());
        long.symbols.push(gbtools::module::Symbol { name, kind: SymbolKind::Local(label) });
    }
    links("memory-limit", "symbols and map", vec![long], Limits { memory: 8 << 20, ..LIMITS }, plain(), nothing());
    let script = || Options { script: Some("game.link".into()), ..Options::default() };
    let large = |text: &[u8], size: usize| {
        let mut files = InMemory::default();
        files.add("game.link", text.repeat(size / text.len()));
        files
    };
    links("memory-limit", "a large script", vec![module()], LIMITS, script(), large(b"ROM0\n", 17 << 20));
    let itself = large(b"INCLUDE \"game.link\"\n", 1 << 20);
    links("memory-limit", "a script in itself", vec![module()], LIMITS, script(), itself);
    let mut overlay = InMemory::default();
    overlay.add("overlay", vec![0; 17 << 20]);
    let laid_over = Options { overlay: Some("overlay".into()), ..Options::default() };
    links("memory-limit", "a large overlay", vec![far(1)], LIMITS, laid_over, overlay);
    // A line of any length takes no memory.
    links("linker-script", "a long line", vec![module()], LIMITS, script(), large(b",", 8 << 20));
}

#[test]
fn what_is_larger_than_an_output_may_be_is_refused() {
    let _alone = bounds::alone();
    let wanting = |rom, map, sym| Options { wanted: link::Wanted { rom, map, sym }, ..Options::default() };
    let many = || with_symbols(|number| format!("L{number}"), |_| SymbolKind::Local(label(0)));
    let most = Limits { output: 0x7FFF, memory: 1 << 30 };
    links("output-limit", "a ROM", vec![module()], most, wanting(true, false, false), InMemory::default());
    links("output-limit", "a map", vec![many()], most, wanting(false, true, false), InMemory::default());
    links("output-limit", "symbols", vec![many()], most, wanting(false, false, true), InMemory::default());
    let mut report = Last::default();
    let small = Options { limits: Limits { output: 0x8000, ..most }, ..Options::default() };
    assert!(link::link(&[("main.o".into(), module())], &small, &InMemory::default(), &Never, &mut report).is_ok());
}

#[test]
fn a_rom_that_padding_makes_too_large_is_refused() {
    let _alone = bounds::alone();
    let mut options = fix::Options::default();
    options.pad = Some(0);
    for (code, limits) in
        [("output-limit", Limits { output: 0xFFFF, ..LIMITS }), ("memory-limit", Limits { memory: 0xFFFF, ..LIMITS })]
    {
        let options = options.clone();
        ends_with(code, "padding", move |until, report| {
            let (mut rom, budget) = (vec![0; 0x8001], Budget::new(limits, until));
            fix(&mut rom, &options, &Warnings::new(), &budget, report).is_ok()
        });
    }
}
