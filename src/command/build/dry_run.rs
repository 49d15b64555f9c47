//! `--dry-run`: a plan as the commands that would do the same on files.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rgbpipe::toolchain::Run;
use rgbpipe::{Cancel, Silent};

use crate::build::objects;
use crate::build::plan::Plan;
use crate::failure::Failure;
use crate::outputs::payload::Payload;
use crate::outputs::sink::{self, Sink};
use crate::show::console::command_line;

/// Prints them to standard output: they are what was asked for.
pub(crate) fn print(plan: &Plan, cancel: &Cancel, deadline: Option<Instant>) -> Result<(), Failure> {
    let commands = plan.rgbds.commands(&plan.request, &Run::new(cancel, &Silent))?;
    let dir = objects::dir(&plan.request).map(|dir| vec!["mkdir".into(), "-p".into(), dir.into()]);
    let text = dir.iter().chain(&commands).flat_map(|argv| command_line(argv)).collect();
    sink::write(vec![(Sink::at(Path::new("-"))?, Payload::Artifact(Arc::new(text)))], cancel, deadline)
}
