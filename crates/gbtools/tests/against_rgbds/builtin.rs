//! Asks the built-in assembler the same questions as the real one.

use bstr::ByteSlice;
use gbtools::asm::{self, Options};
use gbtools::files::InMemory;
use gbtools::limits::{Budget, Limits};
use gbtools::module::{Module, Patch, Section, rgb9};
use gbtools::report::{Collected, Diagnostic, Severity};
use gbtools::until::Never;

use crate::rgbasm::{Answer, Message};

/// Assembles a source with all warnings on.
pub(crate) fn builtin(source: &[u8]) -> (Answer, Option<Module>) {
    let mut options = Options::default();
    options.warnings.set(b"everything").unwrap();
    let (files, mut report) = (InMemory::default(), Collected::default());
    let assembly = asm::assemble("<stdin>".into(), source.into(), &options, &files, &Never, &mut report);
    let messages = report.messages.iter().map(message).collect();
    (Answer { printed: report.printed, messages }, assembly.ok().and_then(|assembly| assembly.module))
}

fn message(message: &Diagnostic) -> Message {
    let severity = match message.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Fatal => "FATAL",
    };
    // A message is identified by its line in the source, not in a macro or loop there.
    let line = message.places.first().and_then(|place| place.frames.last()).map_or(0, |frame| frame.line);
    Message::new(severity, message.flag.unwrap_or_default(), usize::try_from(line).unwrap())
}

/// Checks that an object of the real assembler has the same sections as this module, with the same data and patches.
pub(crate) fn assert_same_sections(object: &[u8], module: &Module) {
    let real = rgb9::read(object, &Budget::new(Limits::default(), &Never)).unwrap();
    for (real, ours) in sections(&real).into_iter().zip(sections(module)) {
        assert_eq!(ours, real);
    }
    assert_eq!(module.sections.len(), real.sections.len());
}

/// The sections and their patches as text, without places in the source.
fn sections(module: &Module) -> Vec<Vec<String>> {
    let described = module.sections.iter().map(|section| {
        let Section { region, modifier, size, address, bank, align, align_offset, .. } = section;
        let (name, data) = (module.get(section.name).as_bstr(), module.get(section.data));
        let head = format!(
            "{name} {region:?} {modifier:?} {size} {address:x?} {bank:?} ALIGN[{align}, {align_offset}] {data:02x?}"
        );
        let patches = section.patches.iter().map(|patch| {
            let Patch { offset, pc_section, pc_offset, kind, .. } = patch;
            format!("{offset:x} {pc_section:?} {pc_offset:x} {kind:?} {:02x?}", module.get(patch.expression))
        });
        std::iter::once(head).chain(patches).collect()
    });
    described.collect()
}
