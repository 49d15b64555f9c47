//! One binary for all integration tests.

mod check;
mod deps;
mod diagnostics;
mod differential;
mod endings;
mod exec;
mod fake;
mod faults;
mod faulty_tools;
mod formats;
mod jobserver;
mod library;
mod limits;
mod messages;
mod outputs;
mod program;
mod readme;
mod refusals;
mod resources;
mod response;
mod sandbox;
mod schedules;
mod snippets;
mod support;
mod transparency;
mod versions;
