//! Reads object files of RGBDS and SDCC.

use bstr::BStr;

use super::{Module, Unread, rgb9, sdcc};
use crate::limits::{Budget, Spent};
use crate::report::{Backtrace, Diagnostic, Frame, FrameName, Report, Severity};
use crate::until::Stop;

/// The cost of one warning, in bytes of work.
const BYTES_A_REMARK: usize = 1 << 10;

/// The object cannot be read. A message gives the reason, unless the caller stopped the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Why the caller stopped it, if it did.
    pub stopped: Option<Stop>,
}

/// The module in an object file of RGBDS or SDCC. All objects of a link share a budget.
///
/// # Errors
/// See [`Unreadable`].
pub fn read(content: &[u8], name: &BStr, budget: &Budget<'_>, report: &mut dyn Report) -> Result<Module, Unreadable> {
    let place = |line| {
        let frame = Frame { name: FrameName::Source(name.into()), line, quiet: false };
        vec![Backtrace { frames: vec![frame] }]
    };
    let malformed = |text: String| Diagnostic::new(Severity::Fatal, "malformed-object", text);
    let problem = if sdcc::is_object(content) {
        let mut remarks = Vec::new();
        let read = sdcc::read(content, name, budget, &mut remarks);
        for remark in remarks {
            if let Err(Spent::Stopped(stop)) = budget.work(BYTES_A_REMARK) {
                return Err(Unreadable { stopped: Some(stop) });
            }
            let message = Diagnostic::new(Severity::Warning, "odd-object", remark.text);
            report.message(Diagnostic { places: place(remark.line), ..message });
        }
        match read {
            Ok(module) => return Ok(module),
            Err(Unread::Malformed(remark)) => Ok(Diagnostic { places: place(remark.line), ..malformed(remark.text) }),
            Err(Unread::Spent(spent)) => Err(spent),
        }
    } else {
        match rgb9::read(content, budget) {
            Ok(module) => return Ok(module),
            Err(Unread::Malformed(problem)) => Ok(malformed(format!("\"{name}\" is not a valid object: {problem}"))),
            Err(Unread::Spent(spent)) => Err(spent),
        }
    };
    report.message(match problem {
        Ok(message) => message,
        Err(Spent::Stopped(stop)) => return Err(Unreadable { stopped: Some(stop) }),
        Err(Spent::Memory | Spent::Output) => {
            let limit = budget.limits().memory;
            let text = format!("\"{name}\" exceeds what is left of the memory limit of {limit} bytes");
            Diagnostic::new(Severity::Fatal, "memory-limit", text)
        }
    });
    Err(Unreadable { stopped: None })
}
