//! `rgbpipe build` and `rgbpipe check`: a plan, what came of it, and the exit status.

mod dry_run;
mod inputs;
mod missing;
mod objects;
pub(crate) mod plan;
mod steps;

use std::time::Instant;

use rgbpipe::Until;

use self::plan::BuildPlan;
use crate::cli::{Build, Check};
use crate::ending::Ending;
use crate::process::make::{self, Make};
use crate::process::signals::{self, Heeded};
use crate::show::format::{Finish, Format};
use crate::show::stderr;

pub(crate) fn run(mut args: Build, make: Make) -> Result<(), Ending> {
    if make::only_asks() {
        return Err(Ending::Told { exit_status: 1 });
    }
    args.outputs.dry_run |= make::only_prints();
    follow(args.common.shown.message_format.format(), || BuildPlan::of_build(args, make))
}

/// `rgbpipe check`: a build of a ROM that goes nowhere.
pub(crate) fn check(args: Check, make: Make) -> Result<(), Ending> {
    follow(args.common.shown.message_format.format(), || BuildPlan::of_check(args, make))
}

/// Tells of its own failure.
fn follow(format: &dyn Format, plan: impl FnOnce() -> Result<BuildPlan, Ending>) -> Result<(), Ending> {
    let start = Instant::now();
    let (mut heeded, mut toolchain) = (None, None);
    let result = plan().and_then(|plan| {
        toolchain = Some(plan.toolchain.word());
        let deadline = plan.timeout.and_then(|timeout| start.checked_add(timeout));
        let heeded = heeded.insert(signals::heed()?);
        let until = Until { cancel: heeded.cancel.clone(), deadline };
        stderr::ends_with(&until);
        steps::carry_out(plan, &until)
    });
    if let Some(words) = result.as_ref().err().and_then(Ending::words) {
        stderr::print(&format.failure(&words));
    }
    let heeded = heeded.filter(|_| result.is_err());
    let exit_status = result.map_or_else(|failure| failure.exit_status(), |()| 0);
    let exit_status = heeded.as_ref().and_then(Heeded::exit_status).unwrap_or(exit_status);
    stderr::print(&format.finished(&Finish { exit_status, took: start.elapsed(), toolchain }));
    if let Some(heeded) = heeded {
        // Everything is put away by now.
        heeded.die();
    }
    if exit_status == 0 { Ok(()) } else { Err(Ending::Told { exit_status }) }
}
