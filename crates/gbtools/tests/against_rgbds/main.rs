//! Compares the parts of the assembler with the real rgbasm, on programs of thousands of lines, and the fixer with the real
//! rgbfix, on random command lines.
//!
//! The real one is `$RGBASM` or `$RGBFIX`, or else `rgbasm` or `rgbfix` with the prefix `$RGBDS`:
//! `scripts/with-rgbds cargo test -p gbtools`.

mod builtin;
mod charmap;
mod dropped;
mod endings;
mod expressions;
mod fixed;
mod format;
mod golden;
#[path = "../golden/programs.rs"]
mod golden_programs;
mod grammar;
mod instructions;
mod links;
mod operators;
mod programs;
#[path = "../common/random.rs"]
mod random;
mod real;
mod rgbasm;
mod rgbfix;
mod sections;
mod statements;
mod text_functions;
#[path = "../common/tool.rs"]
mod tool;
mod verbose;
mod warnings;
