//! Missing files that make may build. If make cannot build them, that becomes an error.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rgbpipe::toolchain::Presence;
use rgbpipe::{Artifacts, Error, Input, Messages, MissingFiles, Reporter, Request, Step};

use super::plan::BuildPlan;
use crate::ending::{Ending, Refusal};
use crate::process::make;
use crate::show::console::Console;

/// Builds the plan's request with `attempt`. Tries again in another way if missing files prevent a result.
///
/// A build that only lists missing files succeeds, so make continues. If make has no rule for a file except the empty
/// one in the list, it considers the file built, and starts again forever. So if every missing file had an empty rule
/// before, the build runs as if no file could be missing. Its messages then show the line that needs the file.
pub(super) fn build(
    plan: &BuildPlan,
    console: &Console<'_>,
    attempt: impl Fn(&Request, &dyn Reporter) -> Result<Artifacts, Ending>,
) -> Result<Artifacts, Ending> {
    let asked = match plan.request.wanted.dependencies {
        Some(missing @ (MissingFiles::Stop | MissingFiles::Continue)) => missing,
        None | Some(MissingFiles::Refused) => return attempt(&plan.request, console),
    };
    // The content of a pipe cannot be read again.
    let again =
        !plan.request.inputs.iter().filter_map(Input::path).any(|path| Presence::on_disk(path) == Presence::Special);
    let build = |missing| {
        let mut request = plan.request.clone();
        request.wanted.dependencies = Some(missing);
        let held = Held { console, messages: Mutex::default() };
        let result = attempt(&request, &held);
        (result, held)
    };
    let (mut result, mut held) = build(asked);
    if asked == MissingFiles::Continue && again && matches!(result, Err(Ending::Build(Error::Steps(_)))) {
        // The errors may be a consequence of the missing files.
        (result, held) = build(MissingFiles::Stop);
    }
    let not_made = result.as_ref().map_or_else(|_| Vec::new(), |artifacts| not_made(plan, artifacts));
    if !not_made.is_empty() {
        if !again {
            held.release();
            return Err(Refusal::NotMade(not_made).into());
        }
        (result, held) = build(MissingFiles::Refused);
    }
    held.release();
    result.inspect_err(|_| console.not_made(&not_made))
}

/// The missing files, if make knew all of them before.
fn not_made(plan: &BuildPlan, artifacts: &Artifacts) -> Vec<PathBuf> {
    let missing = artifacts.dependencies.as_ref().map_or(&[][..], |dependencies| &dependencies.missing);
    let known = !missing.is_empty() && make::runs_this() && plan.destinations.had_empty_rules(missing);
    if known { missing.to_owned() } else { Vec::new() }
}

/// Keeps messages until it is clear whether they matter.
struct Held<'a> {
    console: &'a Console<'a>,
    messages: Mutex<Vec<Messages>>,
}

impl Held<'_> {
    fn release(self) {
        for messages in self.messages.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.console.messages(&messages);
        }
        self.console.assembled();
    }
}

impl Reporter for Held<'_> {
    fn command(&self, argv: &[OsString]) {
        self.console.command(argv);
    }

    fn messages(&self, messages: &Messages) {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(messages.clone());
    }

    fn begins(&self, step: &Step) {
        self.console.begins(step);
    }

    fn progress(&self, done: usize, total: usize) {
        self.console.progress(done, total);
    }
}
