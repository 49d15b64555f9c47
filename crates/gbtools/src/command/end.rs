//! The early end of a command.

use bstr::BString;

use crate::report::{Diagnostic, Severity};

/// Why a command ends before its work is finished.
pub(super) enum End {
    /// Nothing is left to do, as after `--help`.
    Done,
    /// An error has been reported.
    Failed,
    /// An error that ends the command.
    Fatal {
        severity: Severity,
        code: &'static str,
        text: BString,
        /// Whether the usage follows the message.
        usage: bool,
    },
}

impl End {
    /// An error that ends the command.
    pub(super) fn fatal(code: &'static str, text: impl Into<BString>) -> Self {
        Self::Fatal { severity: Severity::Fatal, code, text: text.into(), usage: false }
    }

    /// An error that ends the command, followed by the usage.
    pub(super) fn usage(code: &'static str, text: impl Into<BString>) -> Self {
        Self::Fatal { severity: Severity::Fatal, code, text: text.into(), usage: true }
    }

    /// An invalid value of an option.
    pub(super) fn invalid(option: &str) -> Self {
        Self::fatal("invalid-argument", format!("Invalid argument for option '{option}'"))
    }
}

impl From<Box<Diagnostic>> for End {
    /// A message without a place ends the command.
    fn from(message: Box<Diagnostic>) -> Self {
        let Diagnostic { severity, code, text, .. } = *message;
        Self::Fatal { severity, code, text, usage: false }
    }
}
