//! One binary for all integration tests.

mod differential;
mod program;
mod support;
