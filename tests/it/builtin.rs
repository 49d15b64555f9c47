//! The toolchain built into rgbpipe, alone and compared with RGBDS.

mod alone;
mod bad_input;
mod commands;
mod confined;
mod library;
mod like_rgbds;
mod messages;
mod signals;
