//! Adds advice to errors about RGBDS: how to install it, and how to name the one to use.

use rgbpipe::Cause;
use rgbpipe::toolchain::builtin;
use rgbpipe::toolchain::rgbds::{Error, INSTALL, Lookup, Origin, variable};

/// The text of a toolchain's error, with advice.
pub(crate) fn words(cause: &Cause) -> String {
    match cause.downcast_ref::<Error>() {
        Some(error @ Error::NotFound { role, .. }) => {
            let variable = variable(*role);
            let found = without_advice(error);
            format!(
                "{found}\n{INSTALL}\nor set its location: --rgbds PREFIX, or RGBDS or {variable} in the environment\nor do without it: --toolchain builtin"
            )
        }
        Some(error @ Error::TooOld { .. }) => format!("{error}\n{INSTALL}"),
        _ => match cause.downcast_ref() {
            Some(builtin::Error::CpuLimit) => {
                "--max-cpu limits processes, and the built-in toolchain has none: use --timeout".to_owned()
            }
            _ => cause.to_string(),
        },
    }
}

/// The same, without advice.
pub(crate) fn without_advice(error: &Error) -> String {
    match error {
        Error::NotFound { role, lookup: Lookup { word, origin: Origin::Prefix, searched } } => {
            let on_path = searched.as_ref().map(|path| format!(", on PATH ({})", path.display())).unwrap_or_default();
            let (tool, word) = (crate::show::words::tool(*role), word.display());
            format!("{tool} not found: looked for '{word}', from --rgbds{on_path}")
        }
        error => error.to_string(),
    }
}

/// Why a tool was looked for where it is.
pub(crate) fn origin(origin: Origin) -> String {
    if origin == Origin::Prefix { "--rgbds".to_owned() } else { origin.to_string() }
}
