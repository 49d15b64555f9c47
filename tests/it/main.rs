//! One binary for all integration tests.

mod differential;
mod endings;
mod messages;
mod outputs;
mod program;
mod readme;
mod refusals;
mod resources;
mod support;
