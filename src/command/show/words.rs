//! What people call the parts of a build: by RGBDS's commands, whoever does it.

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
