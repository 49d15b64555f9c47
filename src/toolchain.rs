//! Toolchains turn sources and objects into artifacts.
//!
//! The trait is small, and nothing in it is about processes: a toolchain gets options, bytes and paths, and returns
//! bytes and messages. So the toolchain inside rgbpipe and RGBDS can take each other's place.

pub mod builtin;
mod choice;
mod interface;
pub mod rgbds;
mod run;
mod step;

pub use self::choice::{Choice, Chosen, VARIABLE, Why, is_own};
pub use self::interface::Toolchain;
pub use self::run::{Audience, Run};
pub use self::step::{Linkable, Outcome, Source, Text};
pub(crate) use self::step::{in_link_order, sources};
pub use crate::dependencies::Presence;
pub use crate::jobserver::Jobserver;
pub use crate::object::Object;
