//! The names of steps for people. They are those of RGBDS's commands, whichever toolchain runs.

use std::path::PathBuf;

use rgbpipe::toolchain::rgbds::name;
use rgbpipe::{Role, Step};

/// `rgbasm`, `rgblink` or `rgbfix`.
pub(crate) fn tool(role: Role) -> &'static str {
    name(role)
}

/// `rgbasm game.asm`, `rgblink` or `rgbfix`.
pub(crate) fn step(step: &Step) -> String {
    let tool = tool(step.role());
    match step {
        Step::Assemble(source) => format!("{tool} {source}"),
        Step::Link | Step::Fix => tool.to_owned(),
    }
}

/// The names of files, in a sentence.
pub(crate) fn files(files: &[PathBuf]) -> String {
    let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
    names.join(", ")
}

/// Why files are missing although make knows about them.
pub(crate) fn not_made(files: &[PathBuf]) -> String {
    format!("make has no rule for {}, or a file that the rule needs is missing too", self::files(files))
}
