//! `rgbpipe build`: a plan, carried out.

pub(crate) mod dry_run;
mod objects;
pub(crate) mod plan;

use std::io::Read;
use std::time::Instant;

use anyhow::Context;
use bstr::ByteSlice;
use rgbpipe::program::Sandbox;
use rgbpipe::toolchain::{Audience, Run, Toolchain};
use rgbpipe::{Artifacts, Cancel, Error, Input, Request, Silent, ToolFailure, assemble_with, link_with};

use self::plan::{Plan, is_coloured};
use crate::cli::{Build, Check, MessageFormat};
use crate::failure::Failure;
use crate::outputs::sink;
use crate::process::interrupt::interruptible;
use crate::process::make::{self, Make};
use crate::process::signals;
use crate::process::signals::Heeded;
use crate::process::standard_streams;
use crate::show::console::Console;
use crate::show::format::{self, Finish, Format};
use crate::show::stderr;

pub(crate) fn run(mut args: Build, make: Make) -> Result<(), Failure> {
    if make::only_asks() {
        return Err(Failure::Told { exit_status: 1 });
    }
    args.outputs.dry_run |= make::only_prints();
    follow(args.common.shown.message_format.format(), || Plan::of_build(args, make))
}

/// `rgbpipe check`: a build of a ROM that goes nowhere.
pub(crate) fn check(args: Check, make: Make) -> Result<(), Failure> {
    follow(args.common.shown.message_format.format(), || Plan::of_check(args, make))
}

/// Tells of its own failure.
fn follow(format: &dyn Format, plan: impl FnOnce() -> Result<Plan, Failure>) -> Result<(), Failure> {
    let start = Instant::now();
    let mut heeded = None;
    let result = plan().and_then(|plan| {
        let deadline = plan.timeout.and_then(|timeout| start.checked_add(timeout));
        let heeded = heeded.insert(signals::heed()?);
        stderr::ends_with(&heeded.cancel, deadline);
        carry_out(plan, &heeded.cancel, deadline)
    });
    if let Some(words) = result.as_ref().err().and_then(Failure::words) {
        stderr::print(&format.failure(&words));
    }
    let heeded = heeded.filter(|_| result.is_err());
    let exit_status = result.map_or_else(|failure| failure.exit_status(), |()| 0);
    let exit_status = heeded.as_ref().and_then(Heeded::exit_status).unwrap_or(exit_status);
    stderr::print(&format.finished(&Finish { exit_status, took: start.elapsed() }));
    if let Some(heeded) = heeded {
        // Everything is put away by now.
        heeded.die();
    }
    if exit_status == 0 { Ok(()) } else { Err(Failure::Told { exit_status }) }
}

fn carry_out(mut plan: Plan, cancel: &Cancel, deadline: Option<Instant>) -> Result<(), Failure> {
    if plan.dry_run {
        return dry_run::print(&plan, cancel, deadline);
    }
    let sources = plan.request.inputs.iter().filter(|input| !matches!(input, Input::Object(_))).count();
    if plan.request.inputs.iter().any(|input| matches!(input, Input::Stdin(_))) {
        // What is missing is told before anyone waits for standard input, which may be long in coming.
        let run = Run { deadline, sandbox: plan.sandbox.as_ref(), ..Run::new(cancel, &Silent) };
        plan.rgbds.check(&plan.request, &run)?;
        let mut text = interruptible(cancel, deadline, read_stdin)?;
        for input in &mut plan.request.inputs {
            if let Input::Stdin(empty) = input {
                *empty = std::mem::take(&mut text);
            }
        }
    }
    let format = plan.shown.message_format.format();
    let with_snippets = format::with_snippets(snippet_sources(&plan.request, plan.sandbox.as_ref()));
    let console = Console::new(&plan.shown, if plan.snippets { &with_snippets } else { format }, sources);
    if plan.make.is_unreachable() && sources > 1 {
        console
            .note("make's jobserver cannot be reached, so one tool runs at a time: start the recipe's line with '+'");
    }
    let run = Run {
        deadline,
        limits: plan.limits,
        sandbox: plan.sandbox.as_ref(),
        audience: plan.audience,
        one_stream: matches!(plan.shown.message_format, MessageFormat::Human),
        jobserver: plan.make.jobserver(),
        ..Run::new(cancel, &console)
    };
    let assembled = assemble_with(&plan.request, &plan.rgbds, &run);
    console.assembled();
    let assembled = assembled.inspect_err(|error| hint_at_sandbox(error, &run, &console))?;
    objects::keep(&plan.request, &assembled, cancel, deadline)?;
    let artifacts = link_with(&plan.request, assembled, &plan.rgbds, &run);
    let artifacts = artifacts.inspect_err(|error| hint_at_sandbox(error, &run, &console));
    if let Ok(Artifacts { dependencies: Some(dependencies), .. }) = &artifacts {
        console.missing(&dependencies.missing);
    }
    drop(console);
    let artifacts = artifacts?;
    let map = artifacts.map.as_ref().filter(|_| plan.shown.usage);
    let usage = map.map(|map| usage(format, plan.audience, map));
    let deliveries = plan.destinations.deliveries(artifacts)?;
    let written = deliveries.iter().map(|delivery| (delivery.sink.clone(), delivery.payload.clone())).collect();
    sink::write(written, cancel, deadline)?;
    stderr::print(&format.delivered(&deliveries)?);
    stderr::print(&usage.unwrap_or_default());
    Ok(())
}

/// What a tool that was denied a file cannot know.
fn hint_at_sandbox(error: &Error, run: &Run<'_>, console: &Console<'_>) {
    let is_denied = |failure: &ToolFailure| failure.messages.stderr.bytes.contains_str("Permission denied");
    if let Error::Tools(failures) = error
        && run.sandbox.is_some()
        && failures.iter().any(is_denied)
    {
        console.note("--sandbox lets the tools read only the project; --allow-read DIR lets them read more");
    }
}

/// How full the banks are, as standard error is to have it.
fn usage(format: &dyn Format, audience: Audience, map: &[u8]) -> Vec<u8> {
    match rgbpipe::usage::banks(map).as_deref() {
        None => format.note("cannot tell how full the banks are: rgblink's map has an unknown format"),
        Some(banks) => format.usage(banks, is_coloured(audience)),
    }
}

fn snippet_sources<'a>(request: &'a Request, sandbox: Option<&'a Sandbox>) -> format::Sources<'a> {
    let stdin = request.inputs.iter().find_map(|input| match input {
        Input::Stdin(text) => Some(&text[..]),
        _ => None,
    });
    format::Sources { stdin, within: sandbox.map(|sandbox| &sandbox.read[..]) }
}

pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    standard_streams::stdin()
        .and_then(|mut stdin| stdin.read_to_end(&mut text))
        .context("cannot read standard input")?;
    Ok(text)
}
