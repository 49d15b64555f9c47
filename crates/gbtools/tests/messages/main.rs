//! Messages as data: codes, hints and ranges.

mod hints;
mod ranges;
mod words;

use gbtools::asm::{Options, assemble};
use gbtools::files::InMemory;
use gbtools::report::{Collected, Diagnostic};
use gbtools::until::Never;

/// The messages for a source.
fn said(source: &str) -> Vec<Diagnostic> {
    let mut report = Collected::default();
    let mut options = Options::default();
    options.warnings.set(b"everything").expect("a switch");
    let _ = assemble("a.asm".into(), source.as_bytes().into(), &options, &InMemory::default(), &Never, &mut report);
    report.messages
}
