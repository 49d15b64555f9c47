//! An assembler, a linker and a header fixer for the Game Boy, as functions.
//!
//! The language, the object format and the outputs are those of [RGBDS](https://rgbds.gbdev.io) 1.0.4; its manual pages
//! (rgbasm(5), rgblink(5), rgbds(5)) are the specification. There is no global state, no process, and no file system but
//! the one that the caller hands in.
//!
//! ```text
//!              Files          what INCLUDE, INCBIN and the linker script may read
//!                │
//! source ─▶ asm ─▶ Module ─▶ link ─▶ ROM, map, sym ─▶ fix ─▶ ROM
//!                │
//!              Report         messages, as data, in the order in which they arise
//! ```
//!
//! - [`asm`]: the assembler.
//! - [`command`]: the real tools' own command lines.
//! - [`files`]: every open goes through one trait.
//! - [`fix`]: the header fixer.
//! - [`limits`]: what a tool may use.
//! - [`report`]: messages as data, the state of the warning flags, and the form in which messages are printed.
//! - [`module`]: an object in memory; RGB9 is its form in a file.
//! - [`operators`]: what the operators of an expression compute.
//! - [`until`]: how a caller stops work that takes too long.

#![forbid(unsafe_code)]

pub mod asm;
pub mod command;
pub mod files;
pub mod fix;
pub mod limits;
pub mod link;
pub mod memory;
pub mod module;
mod near;
pub mod operators;
pub mod report;
pub mod until;
