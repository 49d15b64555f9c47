//! `rgbpipe build`: a plan, carried out.

use std::io::Read;
use std::time::Instant;

use anyhow::Context;
use rgbpipe::toolchain::{Run, Toolchain};
use rgbpipe::{Artifacts, Cancel, Input, Silent, assemble_with, link_with};

use crate::cli::{Build, Shown};
use crate::console::{Console, Verbosity};
use crate::failure::Failure;
use crate::interrupt::interruptible;
use crate::plan::Plan;
use crate::{dry_run, objects, signals, sink};

pub(crate) fn run(args: Build) -> Result<(), Failure> {
    let start = Instant::now();
    let verbosity = verbosity(&args.common.shown);
    let plan = Plan::new(args.common, &args.outputs, &args.dependencies)?;
    let deadline = plan.timeout.and_then(|timeout| start.checked_add(timeout));
    signals::heeded(|cancel| carry_out(plan, verbosity, cancel, deadline))
}

fn carry_out(mut plan: Plan, verbosity: Verbosity, cancel: &Cancel, deadline: Option<Instant>) -> Result<(), Failure> {
    if plan.dry_run {
        return dry_run::print(&plan, cancel, deadline);
    }
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
    let assembled = assemble_with(&plan.request, &plan.rgbds, &run)?;
    objects::keep(&plan.request, &assembled, cancel, deadline)?;
    let artifacts = link_with(&plan.request, assembled, &plan.rgbds, &run);
    if let Ok(Artifacts { dependencies: Some(dependencies), .. }) = &artifacts {
        console.missing(&dependencies.missing);
    }
    drop(console);
    sink::write(plan.destinations.deliveries(artifacts?)?, cancel, deadline)
}

fn verbosity(shown: &Shown) -> Verbosity {
    match (shown.quiet, shown.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    }
}

pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text).context("cannot read standard input")?;
    Ok(text)
}
