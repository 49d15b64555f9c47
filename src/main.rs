//! The command `rgbpipe`: argv in, exit status out. The library's front page has the architecture.

mod cli;
mod console;
mod doctor;
mod failure;
mod interrupt;
mod payload;
mod plan;
mod progress;
mod signals;
mod sink;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use rgbpipe::toolchain::{Run, Toolchain};
use rgbpipe::{Artifacts, Cancel, Input, Silent, Wanted, build_with};

use crate::cli::{Build, Cli, Command, Shown};
use crate::console::{Console, Verbosity};
use crate::failure::Failure;
use crate::interrupt::interruptible;
use crate::payload::Payload;
use crate::plan::{Destinations, Plan};
use crate::sink::Sink;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Build(args) => build(*args),
        Command::Doctor(args) => doctor(args),
    };
    match result {
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

fn build(args: Build) -> Result<(), Failure> {
    let start = Instant::now();
    let verbosity = verbosity(&args.shown);
    let plan = Plan::new(args)?;
    let deadline = plan.timeout.and_then(|timeout| start.checked_add(timeout));
    let cancel = Cancel::new();
    let signals = signals::cancel_on_signals(cancel.clone())?;
    rgbpipe::program::remove_left_behind();
    let result = carry_out(plan, verbosity, &cancel, deadline);
    if result.is_err() {
        // Everything is put away by now.
        signals.die();
    }
    result
}

fn carry_out(mut plan: Plan, verbosity: Verbosity, cancel: &Cancel, deadline: Option<Instant>) -> Result<(), Failure> {
    let sources = plan.request.inputs.iter().filter(|input| !matches!(input, Input::Object(_))).count();
    if plan.request.inputs.contains(&Input::Stdin(Vec::new())) {
        // What is missing is told before anyone waits for standard input, which may be long in coming.
        plan.rgbds.check(&plan.request, &Run { sandbox: plan.sandbox.as_ref(), ..Run::new(cancel, &Silent) })?;
        let mut text = interruptible(cancel, deadline, read_stdin)?;
        for input in &mut plan.request.inputs {
            if let Input::Stdin(empty) = input {
                *empty = std::mem::take(&mut text);
            }
        }
    }
    let console = Console::new(verbosity, sources);
    let run = Run {
        deadline,
        limits: plan.limits,
        sandbox: plan.sandbox.as_ref(),
        audience: plan.audience,
        ..Run::new(cancel, &console)
    };
    let artifacts = build_with(&plan.request, &plan.rgbds, &run);
    drop(console);
    sink::write(deliveries(artifacts?, plan.destinations), cancel, deadline)
}

fn verbosity(shown: &Shown) -> Verbosity {
    match (shown.quiet, shown.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    }
}

fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text).context("cannot read standard input")?;
    Ok(text)
}

/// Which bytes go where.
fn deliveries(artifacts: Artifacts, destinations: Destinations) -> Vec<(Sink, Payload)> {
    let Destinations { rom, map, sym, tar, stem, mtime } = destinations;
    let [rom_bytes, map_bytes, sym_bytes] =
        [artifacts.rom, artifacts.map, artifacts.sym].map(|bytes| bytes.map(Arc::new));
    let names = Wanted::all(&stem);
    let members = [(names.rom, &rom_bytes), (names.map, &map_bytes), (names.sym, &sym_bytes)];
    let members = members.into_iter().filter_map(|(name, bytes)| name.zip(bytes.clone())).collect();
    let tar = tar.map(|sink| (sink, Payload::Tar { members, mtime }));
    let each = [(rom, rom_bytes), (map, map_bytes), (sym, sym_bytes)];
    let each = each.into_iter().filter_map(|(sink, bytes)| sink.zip(bytes.map(Payload::Artifact)));
    each.chain(tar).collect()
}

fn doctor(args: cli::Doctor) -> Result<(), Failure> {
    let (report, well) = doctor::examine(&plan::rgbds(args.tools));
    std::io::stdout().write_all(report.as_bytes()).context("cannot write to standard output")?;
    if well { Ok(()) } else { Err(Failure::CannotRun(anyhow::anyhow!("builds cannot work here yet"))) }
}
