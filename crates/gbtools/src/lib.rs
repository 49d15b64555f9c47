//! An assembler, a linker and a header fixer for the Game Boy, as functions.
//!
//! The language, the object format and the outputs are those of [RGBDS](https://rgbds.gbdev.io) 1.0.4. Its manual pages
//! (rgbasm(5), rgblink(5), rgbds(5)) are the specification. The crate has no global state, starts no process, and reads
//! no file except through the caller's [`Files`](files::Files).
//!
//! ```text
//! ```text
//!                │
//! source ─▶ asm ─▶ Module ─▶ link ─▶ ROM, map, sym ─▶ fix ─▶ ROM
//!                │
//!              Report         messages, as data, in the order in which they arise
//! ```
//!
//! - [`asm`]: the assembler.
//! - [`command`]: the command lines of RGBDS's tools.
//! - [`files`]: the trait through which every file is opened.
//! - [`fix`]: the header fixer.
//! - [`limits`]: limits on resources.
//! - [`report`]: messages as data, the state of the warning flags, and the form in which messages are printed.
//! - [`module`]: an object in memory; RGB9 is its form in a file.
//! - [`operators`]: the arithmetic of expressions.
//! - [`until`]: a way for the caller to stop work that takes too long.

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
