//! Hints about a build's result or failure that no tool gives.

use std::path::Path;

use bstr::ByteSlice;
use rgbpipe::diagnostics::Diagnostic;
use rgbpipe::toolchain::Run;
use rgbpipe::{Assembled, Error, Input, Request, StepFailure};

use crate::show::console::Console;

/// The end of a ROM's header (Pan Docs, "The Cartridge Header").
const END_OF_HEADER: usize = 0x150;

/// The start of Nintendo's logo.
const LOGO: [u8; 4] = [0xCE, 0xED, 0x66, 0x66];

/// Explains that the sandbox denies a file. The tool cannot know why it failed.
pub(super) fn of_sandbox(error: &Error, run: &Run<'_>, console: &Console<'_>) {
    let is_denied = |failure: &StepFailure| failure.messages.text().contains_str("Permission denied");
    if let Error::Steps(failures) = error
        && run.sandbox.is_some()
        && failures.iter().any(is_denied)
    {
        console.note("--sandbox lets the tools read only the project; --allow-read DIR lets them read more");
    }
}

/// Names a byte order mark. Editors do not show it.
pub(super) fn of_mark(error: &Error, console: &Console<'_>) {
    let Error::Steps(failures) = error else { return };
    let is_of_mark = |said: &Diagnostic| said.text.contains("0xEF, 0xBB, 0xBF");
    let said = failures.iter().flat_map(|failure| failure.messages.diagnostics()).filter(is_of_mark);
    let mut files: Vec<_> = said.filter_map(|said| Some(said.backtrace.into_iter().next()?.file)).collect();
    files.dedup();
    for file in files {
        let name = if file == Path::new("<stdin>") { "standard input".into() } else { file.to_string_lossy() };
        console.note(&format!("{name} begins with a UTF-8 byte order mark: save it as UTF-8 without one"));
    }
}

/// Names a source without a section. It produces nothing, and the linker only pads.
pub(super) fn of_sections(request: &Request, assembled: &Assembled, console: &Console<'_>) {
    let has_object = request.inputs.iter().any(|input| matches!(input, Input::Object(_)));
    let is_empty = assembled.objects.iter().all(|(_, object)| object.sections() == Some(0));
    if assembled.complete && is_empty && !has_object && request.link.overlay.is_none() {
        console.note("the sources have no SECTION, so there is nothing in the ROM");
    }
}

/// A hint about a ROM that no Game Boy starts. None for a ROM that is empty or too short for a header.
pub(super) fn of_header(rom: &[u8], request: &Request) -> Option<&'static str> {
    let header = rom.get(..END_OF_HEADER).filter(|_| rom.iter().any(|byte| *byte != rom[0]))?;
    let checksum = header[0x134..0x14D].iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte).wrapping_sub(1));
    // With flags for rgbfix, the logo may be the user's own.
    let has_logo = header[0x104..].starts_with(&LOGO) || request.fix.is_some();
    if checksum == header[0x14D] && has_logo {
        return None;
    }
    Some(if request.link.pad.is_some() {
        "no valid header; --fix makes one (-p is that of rgbasm and rgblink)"
    } else {
        "no valid header; --fix makes one"
    })
}
