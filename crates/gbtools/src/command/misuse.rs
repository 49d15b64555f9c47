//! Errors in a command line.

use bstr::BString;

use super::end::End;
use crate::report::Severity;

/// An error in a command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misuse {
    /// The argument, and a suggestion such as ` (did you mean '--x'?)`, which may be empty.
    Unrecognized(BString, String),
    Ambiguous(BString),
    NoValue(String),
    UnwantedValue(String),
    AtFile(BString, String),
    AtFilesTooDeep(BString),
}

impl From<Misuse> for End {
    fn from(misuse: Misuse) -> Self {
        let usage =
            |code, text: String| Self::Fatal { severity: Severity::Error, code, text: text.into(), usage: true };
        match misuse {
            Misuse::Unrecognized(option, hint) => {
                usage("unrecognized-option", format!("Unrecognized option '{option}'{hint}"))
            }
            Misuse::Ambiguous(option) => usage("ambiguous-option", format!("Ambiguous option '{option}'")),
            Misuse::NoValue(option) => usage("missing-argument", format!("Missing argument for option '{option}'")),
            Misuse::UnwantedValue(option) => {
                usage("unwanted-argument", format!("Option '{option}' does not take an argument"))
            }
            Misuse::AtFile(path, reason) => {
                Self::fatal("at-file", format!("Failed to open at-file \"{path}\": {reason}"))
            }
            Misuse::AtFilesTooDeep(path) => {
                Self::fatal("at-file-depth", format!("At-files are nested too deeply at \"{path}\""))
            }
        }
    }
}
