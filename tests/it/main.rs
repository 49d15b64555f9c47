//! One binary for all integration tests.

mod differential;
mod program;
mod readme;
mod refusals;
mod support;
