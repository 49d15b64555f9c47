//! The toolchain built into rgbpipe, alone and compared with RGBDS.

mod alone;
mod commands;
mod confined;
mod library;
mod like_rgbds;
mod messages;
