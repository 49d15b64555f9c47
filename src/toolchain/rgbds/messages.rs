//! Reads what RGBDS prints as messages.
//!
//! RGBDS has had two formats. Up to 0.9.4 the place comes first, `error: FILE(6) -> FILE::macro(3):`, and the text is
//! on the next line, after a space if it is from `rgblink`. Since 1.0 the text comes first, `error: TEXT`, and then
//! come lines such as ` at FILE::macro(3)` and ` <- FILE(6)`. Both are read, with or without colours. Nothing is lost:
//! text that is not a diagnostic is passed on unchanged.
//!
//! `WARN` and `FAIL` can print anything. If a line of theirs looks like the start of a message, it is read as one.

mod parse;
mod trace;

use crate::diagnostics::Piece;
use crate::messages::Reader;
use crate::role::Role;

/// Splits a tool's standard error into messages and other text, one piece at a time, because there may be millions.
/// Joined together, the pieces are exactly the bytes that were printed.
pub fn pieces(role: Role, stderr: &[u8]) -> impl Iterator<Item = Piece> {
    parse::pieces(role, stderr)
}

/// The same, for [`Said::Printed`](crate::Said::Printed).
pub(super) fn reader(role: Role) -> Reader {
    match role {
        Role::Assembler => |stderr| Box::new(pieces(Role::Assembler, stderr)),
        Role::Linker => |stderr| Box::new(pieces(Role::Linker, stderr)),
        Role::Fixer => |stderr| Box::new(pieces(Role::Fixer, stderr)),
    }
}
