//! Reports messages of the linker.

use bstr::{BString, ByteSlice};

use super::{Done, Halt, Link};
use crate::limits::{Limits, Spent};
use crate::module::{Module, NodeKind, Place};
use crate::near::did_you_mean;
use crate::report::warnings::{Behaviour, Flag, LinkerFlag};
use crate::report::{Backtrace, Diagnostic, Frame, FrameName, Others, Severity};

/// A place in the sources of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Where {
    pub module: usize,
    pub place: Place,
}

/// The number of frames in a backtrace. The assembler makes no object with more.
const MOST_FRAMES: usize = 1 << 14;

/// The cost of one frame of a message, in bytes of work.
const BYTES_A_FRAME: usize = 1 << 10;

impl Link<'_> {
    /// Reports an error. The link continues, to find more errors.
    pub(crate) fn error(&mut self, at: Option<Where>, code: &'static str, text: impl Into<BString>) {
        self.tell(Severity::Error, None, code, text.into(), at.as_slice());
    }

    /// Reports an error that ends the link.
    pub(crate) fn fatal(&mut self, code: &'static str, text: impl Into<BString>) -> Halt {
        self.tell(Severity::Fatal, None, code, text.into(), &[]);
        Halt
    }

    /// Reports that a file could not be written, which ends the link.
    pub(super) fn refused(&mut self, message: Diagnostic) -> Halt {
        self.report(message);
        Halt
    }

    /// Like [`fatal`](Self::fatal), with places.
    pub(crate) fn fatal_at(&mut self, at: &[Where], code: &'static str, text: impl Into<BString>) -> Halt {
        self.tell(Severity::Fatal, None, code, text.into(), at);
        Halt
    }

    /// Reports a warning. Returns whether it counts as an error. An error that follows from one already reported is not
    /// reported.
    pub(crate) fn warn(&mut self, at: Where, caused: bool, flag: LinkerFlag, text: impl Into<BString>) -> bool {
        let severity = match self.options.warnings.behaviour(flag) {
            Behaviour::Off => return false,
            Behaviour::Warning => Severity::Warning,
            Behaviour::Error if caused => return false,
            Behaviour::Error => Severity::Error,
        };
        self.tell(severity, Some(flag.name()), flag.name(), text.into(), &[at]);
        severity == Severity::Error
    }

    pub(crate) fn tell(
        &mut self,
        severity: Severity,
        flag: Option<&'static str>,
        code: &'static str,
        text: BString,
        at: &[Where],
    ) {
        let places = at.iter().map(|at| backtrace(self.modules[at.module].1, at.place)).collect();
        self.report(Diagnostic { flag, places, ..Diagnostic::new(severity, code, text) });
    }

    /// Reports an error with other places that explain it.
    pub(crate) fn error_with(&mut self, at: &[Where], code: &'static str, text: BString, others: Option<Others>) {
        let places = at.iter().map(|at| backtrace(self.modules[at.module].1, at.place)).collect();
        self.report(Diagnostic { places, others, ..Diagnostic::new(Severity::Error, code, text) });
    }

    pub(crate) fn report(&mut self, message: Diagnostic) {
        let severity = message.severity;
        let frames = message.places.iter().map(|place| place.frames.len()).sum::<usize>();
        self.budget.count(frames * BYTES_A_FRAME);
        self.receiver.message(message);
        if severity > Severity::Warning {
            self.errors += 1;
            self.fatal |= severity == Severity::Fatal;
        }
    }

    /// Does work that reports only what it uses. Ends the link if that is too much.
    pub(crate) fn within<T>(
        &mut self,
        what: &str,
        work: impl FnOnce(&Self) -> std::result::Result<T, Spent>,
    ) -> Done<T> {
        work(self).map_err(|spent| self.spent(spent, what))
    }

    pub(crate) fn out_of_memory(&mut self) -> Halt {
        self.spent(Spent::Memory, "link")
    }

    #[cold]
    fn spent(&mut self, spent: Spent, what: &str) -> Halt {
        let Limits { memory, output } = self.options.limits;
        match spent {
            Spent::Stopped(stop) => {
                self.stopped = Some(stop);
                Halt
            }
            Spent::Memory => {
                let text = format!("The link exceeds its memory limit of {memory} bytes");
                self.fatal("memory-limit", text)
            }
            Spent::Output => {
                self.fatal("output-limit", format!("The {what} exceeds the output limit of {output} bytes"))
            }
        }
    }

    /// The end of a message about an unknown section: a suggestion of a similar name, or nothing.
    pub(crate) fn section_like(&mut self, name: &[u8]) -> String {
        if self.may_search() {
            let names = self.merged.by_name.keys().map(|name| name.as_bytes());
            did_you_mean(name, names.take_while(|_| self.budget.step().is_ok()))
        } else {
            String::new()
        }
    }

    /// Whether one more search for a similar name is allowed.
    pub(crate) fn may_search(&mut self) -> bool {
        let may = self.searches_left > 0;
        self.searches_left = self.searches_left.saturating_sub(1);
        may
    }

    /// Ends the link now if the caller wants it to stop.
    pub(crate) fn look_up(&mut self) -> Done {
        self.stopped = self.budget.until().stop();
        if self.stopped.is_some() { Err(Halt) } else { Ok(()) }
    }

    /// Ends the link if an error has been reported.
    pub(crate) fn stop_on_errors(&self) -> Done {
        if self.errors == 0 { Ok(()) } else { Err(Halt) }
    }

    /// Checks regularly whether the caller wants to stop.
    #[inline]
    pub(crate) fn poll(&mut self) -> Done {
        self.budget.step().map_err(|spent| self.spent(spent, "link"))
    }
}

/// The backtrace of a place.
pub(crate) fn backtrace(module: &Module, place: Place) -> Backtrace {
    let mut frames = Vec::new();
    let mut next = Some(place);
    while let Some(Place { node, line }) = next.filter(|_| frames.len() < MOST_FRAMES) {
        let Some(node) = module.nodes.get(node as usize) else { break };
        let name = match node.kind {
            NodeKind::Loop(iterations) => {
                FrameName::Loop(module.get(iterations).last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)))
            }
            NodeKind::File(name) | NodeKind::Macro(name) => FrameName::Source(module.get(name).into()),
        };
        frames.push(Frame { name, line, quiet: node.quiet });
        next = node.parent;
    }
    Backtrace { frames }
}
