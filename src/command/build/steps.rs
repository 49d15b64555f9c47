//! The steps of a build, in order: standard input, the sources, the link, the outputs.

use std::io::{self, IsTerminal};
use std::mem;

use rgbpipe::program::Sandbox;
use rgbpipe::toolchain::{Audience, Chosen, Run};
use rgbpipe::usage::Bank;
use rgbpipe::{Artifacts, Input, Reporter, Request, Silent, Until, assemble_with, link_with};

use super::inputs::check_stdin;
use super::plan::{BuildPlan, is_coloured};
use super::{dry_run, hints, missing, objects};
use crate::cli::MessageFormat;
use crate::ending::Ending;
use crate::outputs::write::write;
use crate::process::interrupt::interruptible;
use crate::process::standard_streams::read_stdin;
use crate::show::console::Console;
use crate::show::format::{self, Format};
use crate::show::{stderr, written};

pub(super) fn carry_out(mut plan: BuildPlan, until: &Until) -> Result<(), Ending> {
    if plan.dry_run {
        return dry_run::print(&plan, until);
    }
    take_stdin(&mut plan, until)?;
    let artifacts = build(&plan, until)?;
    deliver(plan, artifacts, until)
}

/// Reads the source on standard input, if there is one.
fn take_stdin(plan: &mut BuildPlan, until: &Until) -> Result<(), Ending> {
    if !plan.request.inputs.iter().any(|input| matches!(input, Input::Stdin(_))) {
        return Ok(());
    }
    // Reports missing tools before waiting for standard input, which may take long.
    let run = Run { sandbox: plan.sandbox.as_ref(), ..Run::new(until, &Silent) };
    plan.toolchain.toolchain().check(&plan.request, &run)?;
    let mut text = interruptible(until, read_stdin)?;
    check_stdin(&text)?;
    for input in &mut plan.request.inputs {
        if let Input::Stdin(empty) = input {
            *empty = mem::take(&mut text);
        }
    }
    Ok(())
}

/// Assembles, saves the objects if asked to, and links. Shows messages and progress.
fn build(plan: &BuildPlan, until: &Until) -> Result<Artifacts, Ending> {
    if is_coloured(plan.audience) {
        stderr::keep_colours();
    }
    let format = plan.shown.message_format.format();
    let with_snippets = format::with_snippets(snippet_sources(&plan.request, plan.sandbox.as_ref()));
    let sources = plan.request.inputs.iter().filter(|input| !matches!(input, Input::Object(_))).count();
    let console = Console::new(&plan.shown, if plan.snippets { &with_snippets } else { format }, sources);
    if let Chosen::Builtin(..) = plan.toolchain {
        console.detail(&format!("toolchain: {}", plan.toolchain));
    }
    if plan.make.is_unreachable() && sources > 1 {
        console
            .note("make's jobserver cannot be reached, so one tool runs at a time: start the recipe's line with '+'");
    }
    let run = Run {
        limits: plan.limits,
        sandbox: plan.sandbox.as_ref(),
        audience: plan.audience,
        one_stream: matches!(plan.shown.message_format, MessageFormat::Human),
        jobserver: plan.make.jobserver(),
        is_last: true,
        ..Run::new(until, &console)
    };
    let attempt = |request: &Request, reporter: &dyn Reporter| {
        let run = Run { reporter, ..run };
        let assembled = assemble_with(request, plan.toolchain.toolchain(), &run);
        console.assembled();
        let assembled = assembled?;
        if plan.destinations.have_rom() {
            hints::of_sections(request, &assembled, &console);
        }
        objects::keep(request, &assembled, until)?;
        Ok(link_with(request, assembled, plan.toolchain.toolchain(), &run)?)
    };
    let artifacts = missing::build(plan, &console, attempt).inspect_err(|ending| {
        if let Ending::Build(error) = ending {
            hints::of_sandbox(error, &run, &console);
            hints::of_mark(error, &console);
        }
    })?;
    if let Some(dependencies) = &artifacts.dependencies {
        console.missing(&dependencies.missing);
    }
    Ok(artifacts)
}

/// Writes all outputs or none, and reports them.
fn deliver(plan: BuildPlan, artifacts: Artifacts, until: &Until) -> Result<(), Ending> {
    let format = plan.shown.message_format.format();
    let is_linked = artifacts.map.is_some();
    let usage = (plan.shown.usage && is_linked).then(|| usage(format, plan.audience, artifacts.banks.as_deref()));
    if let Some(dependencies) = &artifacts.dependencies {
        let two_threads = plan.request.jobs.is_none_or(|jobs| jobs.get() > 1);
        let has_read = |files: &[_]| plan.toolchain.toolchain().has_read(files);
        plan.destinations.spare(&dependencies.files, has_read, two_threads)?;
    }
    let header = artifacts
        .rom
        .as_ref()
        .filter(|_| plan.destinations.have_rom())
        .and_then(|rom| hints::of_header(rom, &plan.request));
    let outputs = plan.destinations.outputs(artifacts, plan.toolchain.word())?;
    let written = outputs.iter().map(|output| (output.sink.clone(), output.artifact.clone())).collect();
    write(written, until)?;
    stderr::print(&format.written(&outputs)?);
    stderr::print(&usage.unwrap_or_default());
    if plan.shown.message_format == MessageFormat::Human && !plan.shown.quiet && io::stderr().is_terminal() {
        stderr::print(&written::line(&outputs).map(|words| format.note(&words)).unwrap_or_default());
    }
    if let Some(words) = header.filter(|_| !plan.shown.quiet) {
        stderr::print(&format.note(words));
    }
    Ok(())
}

/// How full the banks are, as text for standard error.
fn usage(format: &dyn Format, audience: Audience, banks: Option<&[Bank]>) -> Vec<u8> {
    match banks {
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
