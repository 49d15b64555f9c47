//! `--dry-run`: the commands that would do the same with files.

use std::path::Path;
use std::sync::Arc;

use rgbpipe::toolchain::Run;
use rgbpipe::{Silent, Until};

use crate::build::objects;
use crate::build::plan::BuildPlan;
use crate::ending::{Ending, Refusal};
use crate::outputs::artifact::Artifact;
use crate::outputs::sink::Sink;
use crate::outputs::write::write;
use crate::show::command_line::command_line;

/// Prints the commands to standard output, because they are the result.
pub(crate) fn print(plan: &BuildPlan, until: &Until) -> Result<(), Ending> {
    let commands = plan.toolchain.toolchain().commands(&plan.request, &Run::new(until, &Silent))?;
    // The commands would lack the answer of a tool that was too slow.
    if let Some(stop) = until.over() {
        return Err(stop.into());
    }
    let commands = commands.ok_or(Refusal::NoCommands)?;
    let dir = objects::dir(&plan.request).map(|dir| vec!["mkdir".into(), "-p".into(), dir.into()]);
    let text = dir.iter().chain(&commands).flat_map(|argv| command_line(argv)).collect();
    write(vec![(Sink::at(Path::new("-"))?, Artifact::Bytes(Arc::new(text)))], until)
}
