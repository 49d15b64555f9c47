//! Chooses the toolchain, from the options and the environment.

use rgbpipe::toolchain::rgbds::{Flags, Rgbds};
use rgbpipe::toolchain::{Choice, Chosen, VARIABLE};

use crate::cli::{Toolchain, Tools};
use crate::ending::Refusal;

/// An option takes precedence over the environment.
pub(crate) fn choose(tools: Tools, flags: Flags) -> Result<Chosen, Refusal> {
    let choice = match (tools.toolchain, &tools.rgbds) {
        (Some(Toolchain::Builtin), Some(_)) => return Err(Refusal::RgbdsForBuiltin),
        (Some(Toolchain::Builtin), None) => Choice::Builtin,
        (Some(Toolchain::Rgbds), _) | (None, Some(_)) => Choice::Rgbds,
        (Some(Toolchain::Auto), _) => Choice::Auto,
        (None, None) => from_env()?,
    };
    Ok(Chosen::of(choice, rgbds(tools).with_flags(flags)))
}

fn from_env() -> Result<Choice, Refusal> {
    match std::env::var_os(VARIABLE).filter(|word| !word.is_empty()) {
        None => Ok(Choice::Auto),
        Some(word) => Choice::named(&word).ok_or(Refusal::Toolchain(word)),
    }
}

fn rgbds(tools: Tools) -> Rgbds {
    tools.rgbds.map_or_else(Rgbds::from_env, Rgbds::with_prefix)
}
