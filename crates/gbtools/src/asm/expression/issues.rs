//! Collects errors and warnings of string functions.

use super::Asm;
use crate::asm::issue::{Issue, Kind};

/// The maximum number of issues reported for a string.
const MOST_ISSUES: usize = 1000;

/// Issues that a function has found, before their place is added.
#[derive(Default)]
pub(crate) struct Issues {
    list: Vec<(Kind, &'static str, String)>,
    /// Whether an error is among them.
    any_error: bool,
}

impl Issues {
    /// Adds an issue. If there are very many, some are dropped, but never the first error.
    pub(crate) fn push(&mut self, issue: &impl Issue, text: impl FnOnce() -> String) {
        let kind = issue.kind();
        let is_error = !matches!(kind, Kind::Warning(_));
        if self.list.len() < MOST_ISSUES || (is_error && !self.any_error) {
            self.any_error |= is_error;
            self.list.push((kind, issue.code(), text()));
        }
    }
}

/// Adds an issue, with the name of the function before it.
#[expect(clippy::needless_pass_by_value, reason = "issues are small, and come as values")]
pub(crate) fn note(issues: &mut Issues, function: &str, issue: impl Issue) {
    issues.push(&issue, || format!("{function}: {issue}"));
}

impl Asm<'_> {
    /// Reports the collected issues.
    pub(crate) fn tell_issues(&mut self, issues: Issues) {
        for (kind, code, text) in issues.list {
            match kind {
                Kind::Warning(flag) => self.warn(flag, text),
                Kind::Error => self.error(code, text),
                Kind::Fatal => {
                    self.fatal(code, text);
                }
            }
        }
    }
}
