//! What RGBDS prints, read as messages.
//!
//! RGBDS has printed its messages in two ways: up to 0.9.4 the place comes first, `error: FILE(6) -> FILE::macro(3):`,
//! and the text on the next line (after a space from `rgblink`); from 1.0 the text comes first, `error: TEXT`, and
//! then lines such as `    at FILE::macro(3)` and `    <- FILE(6)`. Both are read, in colour or not, and nothing is
//! lost: what is no diagnostic comes out as it is.
//!
//! A source's own `WARN` or `FAIL` can print anything. A line of it that begins as a message does is taken for one.

mod parse;
mod trace;

use crate::diagnostics::Piece;
use crate::messages::Reader;
use crate::role::Role;

/// Cuts what a tool printed on standard error into messages and the rest, one by one: there may be millions of them. The
/// pieces' bytes, one after the other, are those that were printed.
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
