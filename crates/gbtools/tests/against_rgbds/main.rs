//! Compares the parts of the assembler with the real rgbasm, on programs of thousands of lines.
//!
//! The real one is `$RGBASM`, or else `rgbasm` with the prefix `$RGBDS`: `scripts/with-rgbds cargo test -p gbtools`.

mod builtin;
mod charmap;
mod fixed;
mod format;
mod instructions;
mod operators;
mod rgbasm;
mod sections;
mod text_functions;
