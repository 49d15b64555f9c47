//! The names of the tools.

use crate::role::Role;

/// The command that has this role in RGBDS.
pub fn name(role: Role) -> &'static str {
    match role {
        Role::Assembler => "rgbasm",
        Role::Linker => "rgblink",
        Role::Fixer => "rgbfix",
    }
}

/// The environment variable that names the tool, as in many projects' Makefiles.
pub fn variable(role: Role) -> &'static str {
    match role {
        Role::Assembler => "RGBASM",
        Role::Linker => "RGBLINK",
        Role::Fixer => "RGBFIX",
    }
}
