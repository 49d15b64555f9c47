//! Files that are missing, for make to build: and what make cannot build is an error in the end.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rgbpipe::toolchain::Presence;
use rgbpipe::{Artifacts, Error, Input, Messages, MissingFiles, Reporter, Request};

use super::plan::BuildPlan;
use crate::ending::{Ending, Refusal};
use crate::process::make;
use crate::show::console::Console;

/// Builds the plan's request by `attempt`, or another one where that comes to nothing because of missing files.
///
/// A list of missing files ends well, so make goes on, and takes a file without any rule but the list's empty one for
/// made. It would start over for ever. So if all that is missing had an empty rule before, the build is done as if no
/// file could be missing: its messages have the line that wants the file.
pub(super) fn build(
    plan: &BuildPlan,
    console: &Console<'_>,
    attempt: impl Fn(&Request, &dyn Reporter) -> Result<Artifacts, Ending>,
) -> Result<Artifacts, Ending> {
    let asked = match plan.request.wanted.dependencies {
        Some(missing @ (MissingFiles::Stop | MissingFiles::Continue)) => missing,
        None | Some(MissingFiles::Refused) => return attempt(&plan.request, console),
    };
    // A pipe cannot be read again.
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
        // What is wrong may follow from what is missing.
        (result, held) = build(MissingFiles::Stop);
    }
    let not_made = result.as_ref().map_or_else(|_| Vec::new(), |artifacts| not_made(plan, artifacts));
    if !not_made.is_empty() {
        if !again {
            held.tell();
            return Err(Refusal::NotMade(not_made).into());
        }
        (result, held) = build(MissingFiles::Refused);
    }
    held.tell();
    result.inspect_err(|_| console.not_made(&not_made))
}

/// What is missing, if make knew before of all that is.
fn not_made(plan: &BuildPlan, artifacts: &Artifacts) -> Vec<PathBuf> {
    let missing = artifacts.dependencies.as_ref().map_or(&[][..], |dependencies| &dependencies.missing);
    let known = !missing.is_empty() && make::runs_this() && plan.destinations.had_empty_rules(missing);
    if known { missing.to_owned() } else { Vec::new() }
}

/// Keeps messages until it is known whether they matter.
struct Held<'a> {
    console: &'a Console<'a>,
    messages: Mutex<Vec<Messages>>,
}

impl Held<'_> {
    fn tell(self) {
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

    fn progress(&self, done: usize, total: usize) {
        self.console.progress(done, total);
    }
}
