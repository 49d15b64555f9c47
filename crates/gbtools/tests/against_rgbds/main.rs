//! Compares the built-in tools with the real ones: parts of the assembler on programs of thousands of lines, the linker
//! on random links, and the fixer on random command lines.
//!
//! The real tools are `$RGBASM`, `$RGBLINK` and `$RGBFIX`, or else the tools' names with the prefix `$RGBDS`:
//! `scripts/with-rgbds cargo test -p gbtools`.

mod brackets;
mod builtin;
mod charmap;
mod command_lines;
mod conditions;
mod dropped;
mod endings;
mod escapes;
mod expressions;
mod fixed;
mod format;
mod golden;
#[path = "../golden/programs.rs"]
mod golden_programs;
mod grammar;
mod instructions;
mod links;
mod literal_ends;
mod negative;
mod obsolete;
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
