//! Reads object files of RGBDS and SDCC.

use bstr::{BStr, BString};

use super::{Module, rgb9, sdcc};
use crate::report::{Backtrace, Diagnostic, Frame, FrameName, Report, Severity};

/// The module in an object file of RGBDS or SDCC. None if the file is malformed, which a message has then reported.
pub fn read(content: Vec<u8>, name: &BStr, report: &mut dyn Report) -> Option<Module> {
    let mut tell = |severity, code, text: BString, places| {
        report.message(Diagnostic { places, ..Diagnostic::new(severity, code, text) });
    };
    if !sdcc::is_object(&content) {
        return match rgb9::read(content) {
            Ok(module) => Some(module),
            Err(problem) => {
                let text = format!("\"{name}\" is not a valid object: {problem}");
                tell(Severity::Fatal, "malformed-object", text.into(), Vec::new());
                None
            }
        };
    }
    let place = |line| {
        let frame = Frame { name: FrameName::Source(name.into()), line, quiet: false };
        vec![Backtrace { frames: vec![frame] }]
    };
    match sdcc::read(&content, name) {
        Ok((module, remarks)) => {
            for remark in remarks {
                tell(Severity::Warning, "odd-object", remark.text.into(), place(remark.line));
            }
            Some(module)
        }
        Err(remark) => {
            tell(Severity::Fatal, "malformed-object", remark.text.into(), place(remark.line));
            None
        }
    }
}
