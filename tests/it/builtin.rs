//! The toolchain built into rgbpipe: alone, and beside RGBDS.

mod alone;
mod commands;
mod confined;
mod library;
mod like_rgbds;
mod messages;
