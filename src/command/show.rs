//! Shows the progress, messages and results of a build to people, editors and CI services. All of it goes to standard
//! error.

pub(crate) mod bars;
pub(crate) mod command_line;
pub(crate) mod console;
pub(crate) mod format;
pub(crate) mod harmless;
pub(crate) mod printed;
pub(crate) mod progress;
pub(crate) mod repeats;
pub(crate) mod stderr;
pub(crate) mod words;
pub(crate) mod written;
