//! `rgbpipe build` and `rgbpipe check`: makes a plan, follows it, and returns the exit status.

mod dry_run;
mod hints;
mod inputs;
pub(crate) mod look;
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
use crate::process::signals::{self, Caught};
use crate::show::format::{Finish, Format};
use crate::show::stderr;

pub(crate) fn run(mut args: Build, make: Make) -> Result<(), Ending> {
    if make::only_asks() {
        return Err(Ending::Reported { exit_status: 1 });
    }
    args.outputs.dry_run |= make::only_prints();
    follow(args.common.shown.message_format.format(), || BuildPlan::of_build(args, make))
}

/// `rgbpipe check`: builds a ROM and does not write it.
pub(crate) fn check(args: Check, make: Make) -> Result<(), Ending> {
    follow(args.common.shown.message_format.format(), || BuildPlan::of_check(args, make))
}

/// Makes a plan and follows it. Reports failures itself.
fn follow(format: &dyn Format, plan: impl FnOnce() -> Result<BuildPlan, Ending>) -> Result<(), Ending> {
    let start = Instant::now();
    let (mut caught, mut toolchain) = (None, None);
    let result = plan().and_then(|plan| {
        toolchain = Some(plan.toolchain.word());
        let deadline = plan.timeout.and_then(|timeout| start.checked_add(timeout));
        let caught = caught.insert(signals::listen()?);
        let until = Until { cancel: caught.cancel.clone(), deadline };
        stderr::ends_with(&until);
        steps::carry_out(plan, &until)
    });
    if let Some(words) = result.as_ref().err().and_then(Ending::words) {
        stderr::print(&format.failure(&words));
    }
    let caught = caught.filter(|_| result.is_err());
    let exit_status = result.map_or_else(|failure| failure.exit_status(), |()| 0);
    let exit_status = caught.as_ref().and_then(Caught::exit_status).unwrap_or(exit_status);
    stderr::print(&format.finished(&Finish { exit_status, took: start.elapsed(), toolchain }));
    if let Some(caught) = caught {
        // Everything has been cleaned up by now.
        caught.die();
    }
    if exit_status == 0 { Ok(()) } else { Err(Ending::Reported { exit_status }) }
}
