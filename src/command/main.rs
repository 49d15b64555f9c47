//! The command `rgbpipe`: argv in, exit status out. The library's front page describes the architecture. The parts:
//!
//! - `cli`: the command line as typed;
//! - `build`, `exec` and `doctor`: what each command does. `build::plan` checks what the command line means;
//! - `outputs`: the artifacts, and where they go;
//! - `show`: everything on standard error;
//! - `toolchain` and `tools`: the choice of the toolchain, and the built-in tools under their own names;
//! - `process`: signals, standard streams, and the make that started this process;
//! - `ending`: why a command failed, and the exit status.

mod bounds;
mod build;
mod cli;
mod doctor;
mod ending;
mod exec;
mod outputs;
mod process;
mod rgbds;
mod show;
mod toolchain;
mod tools;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use rgbpipe::toolchain::rgbds::Flags;
use rgbpipe::{Role, Until};

use crate::cli::{Action, response};
use crate::ending::Ending;
use crate::process::interrupt::interruptible;
use crate::process::make::Make;
use crate::process::{memory, signals, standard_streams};
use crate::show::harmless::{for_logs, for_terminal, without_colours};
use crate::show::stderr;

fn main() -> ExitCode {
    memory::keep();
    signals::begin();
    match run(std::env::args_os().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(words) = failure.words() {
                stderr::print(&for_logs(format!("rgbpipe: {words}\n").into_bytes()));
            }
            failure.exit_status().into()
        }
    }
}

fn run(words: Vec<OsString>) -> Result<(), Ending> {
    if cli::answer(words.iter().cloned(), std::env::current_dir().ok().as_deref()).context("cannot complete")? {
        return Ok(());
    }
    if let Some((role, arguments)) = tools::asked(&words) {
        return tools::run(role, arguments);
    }
    let make = Make::from_env();
    let (words, response_files) = match response::timeout(&words) {
        // A response file may be a pipe that nobody writes to.
        Some(timeout) => interruptible(&Until::never().within(timeout), move || Ok(response::expand(words)))??,
        None => response::expand(words)?,
    };
    let parsed = match cli::parse(&words) {
        // The user asked for help or for the version.
        Err(answer) if !answer.use_stderr() => {
            let print = |stdout: &mut dyn Write| match answer.print().and_then(|()| stdout.flush()) {
                // A user who quits a pager has read enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                printed => printed,
            };
            return Ok(written(print)?);
        }
        parsed => parsed.map_err(|error| refused(&error))?,
    };
    match parsed.command {
        Action::Build(mut args) => {
            args.common.response_files = response_files;
            build::run(*args, make)
        }
        Action::Check(args) => build::check(*args, make),
        Action::Exec(args) => exec::run(*args),
        Action::Doctor(args) => doctor(args),
        Action::Tools { dir } => Ok(harmless_to_stdout(tools::links(&dir)?)?),
        // These arguments were set aside before any was parsed.
        Action::Rgbasm { arguments } => tools::run(Role::Assembler, &arguments),
        Action::Rgblink { arguments } => tools::run(Role::Linker, &arguments),
        Action::Rgbfix { arguments } => tools::run(Role::Fixer, &arguments),
        Action::Completions { shell } => {
            Ok(to_stdout(shell.script().context("cannot generate the script")?.as_bytes())?)
        }
    }
}

/// Prints an error in the command line, which contains words of it.
fn refused(error: &clap::Error) -> Ending {
    let text = error.render().ansi().to_string();
    if console::colors_enabled_stderr() {
        stderr::keep_colours();
        stderr::print(&for_logs(text.into_bytes()));
    } else {
        stderr::print(&for_logs(without_colours(&text).into_bytes()));
    }
    Ending::Reported { exit_status: 2 }
}

fn doctor(args: cli::Doctor) -> Result<(), Ending> {
    let cwd = std::env::current_dir().context("cannot determine the working directory")?;
    let (report, well) = doctor::examine(&toolchain::choose(args.tools, Flags::default())?, &cwd);
    harmless_to_stdout(report)?;
    if well { Ok(()) } else { Err(Ending::CannotRun(anyhow::anyhow!("builds cannot work here yet"))) }
}

/// For text that contains names of files.
fn harmless_to_stdout(text: String) -> anyhow::Result<()> {
    to_stdout(&for_terminal(&for_logs(text.into_bytes()), false))
}

fn to_stdout(text: &[u8]) -> anyhow::Result<()> {
    written(|stdout| stdout.write_all(text))
}

fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let written = standard_streams::stdout().and_then(|mut stdout| write(&mut stdout));
    written.context("cannot write to standard output")
}
