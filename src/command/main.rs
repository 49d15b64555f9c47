//! The command `rgbpipe`: argv in, exit status out. The library's front page has the architecture. Here are
//!
//! - `response` and `cli`: what was typed; `plan`, with `destinations`, `objects` and `make`: what is meant, checked;
//! - `build` (or `dry_run`), `exec` and `doctor`: what is done; `signals` and `interrupt`: what ends it early;
//! - `console`, with `format`, `bars` and `progress`: what is seen of it, on standard error;
//! - `report`, `facts` and `make_rule`: what rgbpipe itself makes of a build; `payload` and `sink`: where all of it goes;
//! - `failure`: why there is nothing, and the exit status.

mod bars;
mod build;
mod cli;
mod console;
mod destinations;
mod doctor;
mod dry_run;
mod exec;
mod facts;
mod failure;
mod format;
mod interrupt;
mod make;
mod make_rule;
mod objects;
mod payload;
mod pin;
mod plan;
mod progress;
mod report;
mod response;
mod signals;
mod sink;
mod standard_streams;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;

use crate::cli::Command;
use crate::failure::Failure;
use crate::make::Make;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(words) = failure.words() {
                // Nobody is left to hear of an error on standard error.
                let _ = writeln!(std::io::stderr(), "rgbpipe: {words}");
            }
            ExitCode::from(failure.exit_status())
        }
    }
}

fn run() -> Result<(), Failure> {
    if cli::answer(std::env::args_os(), std::env::current_dir().ok().as_deref()).context("cannot complete")? {
        return Ok(());
    }
    let make = Make::from_env();
    let words = response::expand(std::env::args_os())?;
    match cli::parse(&words).unwrap_or_else(|error| error.exit()).command {
        Command::Build(args) => build::run(*args, make),
        Command::Check(args) => build::check(*args, make),
        Command::Exec(args) => exec::run(*args),
        Command::Doctor(args) => doctor(args),
        Command::Completions { shell } => Ok(to_stdout(shell.script().context("cannot make the script")?.as_bytes())?),
    }
}

fn doctor(args: cli::Doctor) -> Result<(), Failure> {
    let cwd = std::env::current_dir().context("cannot tell the working directory")?;
    let (report, well) = doctor::examine(&plan::rgbds(args.tools), &cwd);
    to_stdout(report.as_bytes())?;
    if well { Ok(()) } else { Err(Failure::CannotRun(anyhow::anyhow!("builds cannot work here yet"))) }
}

fn to_stdout(text: &[u8]) -> anyhow::Result<()> {
    let written = standard_streams::stdout().and_then(|mut stdout| stdout.write_all(text));
    written.context("cannot write to standard output")
}
