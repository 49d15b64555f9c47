//! Reports messages of the linker.

use bstr::BString;

use super::{Done, Halt, Link};
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

/// The number of steps between two checks whether to stop.
const PATIENCE: u32 = 4096;

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
        self.tell_at(severity, flag, code, text, places);
    }

    /// Reports an error with other places that explain it.
    pub(crate) fn error_with(&mut self, at: &[Where], code: &'static str, text: BString, others: Option<Others>) {
        let places = at.iter().map(|at| backtrace(self.modules[at.module].1, at.place)).collect();
        self.report(Diagnostic { places, others, ..Diagnostic::new(Severity::Error, code, text) });
    }

    /// Like [`tell`](Self::tell), for places that are not in a module.
    pub(crate) fn tell_at(
        &mut self,
        severity: Severity,
        flag: Option<&'static str>,
        code: &'static str,
        text: BString,
        places: Vec<Backtrace>,
    ) {
        self.report(Diagnostic { flag, places, ..Diagnostic::new(severity, code, text) });
    }

    fn report(&mut self, message: Diagnostic) {
        let severity = message.severity;
        self.report.message(message);
        if severity > Severity::Warning {
            self.errors += 1;
            self.fatal |= severity == Severity::Fatal;
        }
    }

    /// Ends the link if something of this size would exceed the memory limit.
    pub(crate) fn check_memory(&mut self, bytes: usize) -> Done {
        let limit = self.options.limits.memory;
        if bytes as u64 <= limit {
            return Ok(());
        }
        Err(self.fatal("memory-limit", format!("The link exceeds its memory limit of {limit} bytes")))
    }

    /// The end of a message about an unknown section: a suggestion of a similar name, or nothing.
    pub(crate) fn section_like(&mut self, name: &[u8]) -> String {
        if self.may_search() {
            did_you_mean(name, self.merged.by_name.keys().map(|name| name.as_slice()))
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

    /// Ends the link if an error has been reported.
    pub(crate) fn stop_on_errors(&self) -> Done {
        if self.errors == 0 { Ok(()) } else { Err(Halt) }
    }

    /// Checks regularly whether the caller wants to stop.
    #[inline]
    pub(crate) fn poll(&mut self) -> Done {
        if let Some(left) = self.patience.checked_sub(1) {
            self.patience = left;
            return Ok(());
        }
        self.patience = PATIENCE;
        self.stopped = self.until.stop();
        if self.stopped.is_some() { Err(Halt) } else { Ok(()) }
    }
}

/// The backtrace of a place.
pub(crate) fn backtrace(module: &Module, place: Place) -> Backtrace {
    let mut frames = Vec::new();
    let mut next = Some(place);
    while let Some(Place { node, line }) = next {
        let Some(node) = module.nodes.get(node as usize) else { break };
        let name = match &node.kind {
            NodeKind::Loop(iterations) => FrameName::Loop(iterations.last().copied().unwrap_or_default()),
            NodeKind::File(name) | NodeKind::Macro(name) => FrameName::Source(module.get(*name).into()),
        };
        frames.push(Frame { name, line, quiet: node.quiet });
        next = node.parent;
    }
    Backtrace { frames }
}
