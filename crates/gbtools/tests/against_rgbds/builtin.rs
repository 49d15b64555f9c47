//! The built-in assembler, asked as the real one is.

use bstr::ByteSlice;
use gbtools::asm::{self, Options};
use gbtools::files::InMemory;
use gbtools::module::Module;
use gbtools::report::{Collected, Diagnostic, Severity};
use gbtools::until::Never;

use crate::rgbasm::{Answer, Message};

/// Assembles a source with all warnings on.
pub(crate) fn builtin(source: &[u8]) -> (Answer, Option<Module>) {
    let mut options = Options::default();
    options.warnings.set(b"everything").unwrap();
    let (files, mut report) = (InMemory::default(), Collected::default());
    let assembly = asm::assemble("<stdin>", source.into(), &options, &files, &Never, &mut report);
    let messages = report.messages.iter().map(message).collect();
    (Answer { printed: report.printed, messages }, assembly.ok().and_then(|assembly| assembly.module))
}

fn message(message: &Diagnostic) -> Message {
    let severity = match message.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Fatal => "FATAL",
    };
    // Messages are told apart by the line of the source, even if a macro or a loop is around.
    let line = message.places.first().and_then(|place| place.frames.last()).map_or(0, |frame| frame.line);
    Message::new(severity, message.flag.unwrap_or_default(), usize::try_from(line).unwrap())
}

/// Checks that an object of the real assembler has the data and the patches of this module.
pub(crate) fn assert_has(object: &[u8], module: &Module) {
    for section in &module.sections {
        let (name, data) = (module.get(section.name).as_bstr(), module.get(section.data));
        if let Some(shorter) = (0..data.len()).find(|&end| !object.contains_str(&data[..=end])) {
            panic!("{name}: the data differ from offset ${shorter:X} on: ours have ${:02X} there", data[shorter]);
        }
    }
    for patch in &module.patches {
        let expression = module.get(patch.expression);
        let length = u32::try_from(expression.len()).unwrap();
        let section = patch.pc_section.unwrap_or(u32::MAX);
        let numbers = [patch.offset, section, patch.pc_offset].map(u32::to_le_bytes).concat();
        let bytes = [&numbers[..], &[patch.kind as u8], &length.to_le_bytes(), expression].concat();
        assert!(object.contains_str(&bytes), "the real object has no {patch:?} with {expression:02x?}");
    }
}
