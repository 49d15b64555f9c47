//! The steps of a build: every source on its own, then the link, then the fix.
//!
//! A step starts only after the steps before it have ended, and then its inputs are all in memory. So no tool ever
//! waits for another tool, only for a thread of rgbpipe's. That is the whole proof that a build cannot deadlock.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::dependencies::{Dependencies, Presence};
use crate::error::{Error, Fault, StepFailure};
use crate::jobs;
use crate::messages::{Messages, Reporter};
use crate::object::Object;
use crate::request::{Artifacts, Assembled, Input, MissingFiles, Request};
use crate::role::Step;
use crate::toolchain::{Outcome, Run, Toolchain, in_link_order, sources};
use program::Stop;

/// Builds `request` with `toolchain`.
///
/// All sources are assembled even if one fails, so that one build shows the errors of all. Then nothing is linked.
///
/// # Errors
/// See [`Error`]. `run.reporter` gets the messages in any case.
pub fn build_with(request: &Request, toolchain: &dyn Toolchain, run: &Run<'_>) -> Result<Artifacts, Error> {
    link_with(request, assemble_with(request, toolchain, run)?, toolchain, run)
}

/// The second part of [`build_with`]: the link and the fix. `assembled` must come from the same request.
///
/// # Errors
/// As for [`build_with`].
pub fn link_with(
    request: &Request,
    assembled: Assembled,
    toolchain: &dyn Toolchain,
    run: &Run<'_>,
) -> Result<Artifacts, Error> {
    let mut log = Log { reporter: run.reporter, messages: assembled.messages, used: assembled.used };
    if let Some(MissingFiles::Stop | MissingFiles::Continue) = request.wanted.dependencies {
        // This process must not read files that the confined tools have not read themselves.
        let named = if run.sandbox.is_none() { toolchain.named_files(request) } else { Vec::new() };
        let dependencies = Dependencies::not_all_there(uses(request, log.used.iter().cloned()).chain(named), |path| {
            toolchain.presence(path)
        });
        if !assembled.complete || !dependencies.missing.is_empty() {
            return Ok(Artifacts { dependencies: Some(dependencies), messages: log.messages, ..Artifacts::default() });
        }
    }
    let used_by_sources = log.used.len();
    let objects = in_link_order(request, &assembled.objects);
    run.reporter.begins(&Step::Link);
    let mut artifacts = log.take(Step::Link, toolchain.link(&objects, request, run)?)?;
    drop(objects);
    if run.is_last {
        mem::forget(assembled.objects);
    } else {
        drop(assembled.objects);
    }

    if let (Some(rom), Some(name), Some(options)) = (&artifacts.rom, &request.wanted.rom, &request.fix) {
        run.reporter.begins(&Step::Fix);
        artifacts.rom = Some(log.take(Step::Fix, toolchain.fix(rom, name, options, run)?)?);
    }
    if request.wanted.dependencies.is_some() || request.wanted.reads {
        let by_later_steps = log.used.split_off(used_by_sources);
        let named = toolchain.named_files(request);
        let uses = uses(request, mem::take(&mut log.used)).chain(named).chain(by_later_steps);
        // A caller that only wants the list of files checks the files itself.
        let is_rule = request.wanted.dependencies.is_some();
        let at = |path: &Path| if is_rule { toolchain.presence(path) } else { Presence::File };
        artifacts.dependencies = Some(Dependencies::read(uses, at));
    }
    Ok(Artifacts { messages: log.messages, ..artifacts })
}

/// The files that the sources use, followed by the objects.
fn uses(request: &Request, used: impl IntoIterator<Item = PathBuf>) -> impl Iterator<Item = PathBuf> {
    let objects = request.inputs.iter().filter_map(|input| match input {
        Input::Object(path) => Some(path.clone()),
        Input::Source(_) | Input::Stdin(_) => None,
    });
    used.into_iter().chain(objects)
}

/// The first part of [`build_with`]: checks the whole request and assembles all sources. It is for callers that want
/// the objects, or that do something else before the link.
///
/// ```
/// use rgbpipe::toolchain::{Run, rgbds::Rgbds};
/// use rgbpipe::{Input, Request, Silent, Until, assemble_with, link_with};
///
/// let (rgbds, until) = (Rgbds::from_env(), Until::never());
/// let run = Run::new(&until, &Silent);
/// let request = Request::new([Input::Stdin(b"SECTION \"main\", ROM0\nMain:: jr Main\n".to_vec())]);
///
/// let assembled = assemble_with(&request, &rgbds, &run)?;
/// let (name, object) = &assembled.objects[0];
/// assert_eq!(name.to_str(), Some("stdin.o"));
/// assert!(object.bytes().starts_with(b"RGB9"));
///
/// let artifacts = link_with(&request, assembled, &rgbds, &run)?;
/// assert!(artifacts.rom.is_some());
/// # Ok::<(), rgbpipe::Error>(())
/// ```
///
/// # Errors
/// As for [`build_with`].
pub fn assemble_with(request: &Request, toolchain: &dyn Toolchain, run: &Run<'_>) -> Result<Assembled, Error> {
    toolchain.check(request, run)?;
    let mut log = Log { reporter: run.reporter, messages: Vec::new(), used: Vec::new() };
    let names = request.object_names();
    let sources: Vec<_> = sources(request, &names).collect();
    let done = AtomicUsize::new(0);
    let hopeless = AtomicBool::new(false);
    let work = |index: usize| {
        // If a step could not be done at all, or was stopped, the other sources would fare no better.
        if hopeless.load(Ordering::Relaxed) {
            return None;
        }
        run.reporter.begins(&Step::Assemble(sources[index].name()));
        let result = toolchain.assemble(sources[index], request, run);
        let ended = result.as_ref().map_or(true, |outcome| matches!(outcome.result, Err(Fault::Stopped(_))));
        hopeless.fetch_or(ended, Ordering::Relaxed);
        run.reporter.progress(done.fetch_add(1, Ordering::Relaxed) + 1, sources.len());
        Some((Step::Assemble(sources[index].name()), result))
    };

    let mut objects = Vec::new();
    let mut failures = Vec::new();
    let mut error = None;
    jobs::in_order(
        request.jobs,
        run.jobserver,
        sources.len(),
        // This process must not read files that the confined tools have not read themselves.
        |index| sources[index].effort(run.sandbox.is_none()),
        work,
        |ended| match ended.map(|(step, result)| result.and_then(|outcome| log.take_object(step, outcome))) {
            Some(Ok(object)) => objects.push(object),
            Some(Err(Error::Steps(failed))) => failures.extend(failed),
            Some(Err(cause)) => error = error.take().or(Some(cause)),
            None => {}
        },
    );
    match error {
        Some(cause) => Err(cause),
        None if !failures.is_empty() => Err(Error::Steps(failures)),
        None => {
            let complete = objects.iter().all(Option::is_some);
            let objects = names.into_iter().zip(objects).filter_map(|(name, object)| Some((name, object?))).collect();
            Ok(Assembled { objects, complete, used: log.used, messages: log.messages })
        }
    }
}

/// The messages and the used files so far.
struct Log<'a> {
    reporter: &'a dyn Reporter,
    messages: Vec<Messages>,
    used: Vec<PathBuf>,
}

impl Log<'_> {
    /// The object of an assembly, if it has one.
    fn take_object(&mut self, step: Step, outcome: Outcome<Object>) -> Result<Option<Object>, Error> {
        let Outcome { stdout, said, used, result } = outcome;
        let result = match result {
            Ok(object) => Ok(Some(object)),
            Err(Fault::Incomplete) => Ok(None),
            Err(fault) => Err(fault),
        };
        self.take(step, Outcome { stdout, said, used, result })
    }

    /// Reports the messages of a step, and returns its product.
    fn take<T>(&mut self, step: Step, outcome: Outcome<T>) -> Result<T, Error> {
        let Outcome { stdout, said, used, result } = outcome;
        let messages = Messages { step, stdout, said: said.bounded(), success: result.is_ok() };
        if !messages.is_empty() {
            self.reporter.messages(&messages);
        }
        let cause = match result {
            Ok(product) => {
                self.used.extend(used);
                if !messages.is_empty() {
                    self.messages.push(messages);
                }
                return Ok(product);
            }
            Err(Fault::Stopped(Stop::TimedOut)) => return Err(Error::TimedOut(messages.step)),
            Err(Fault::Stopped(Stop::Cancelled)) => return Err(Error::Cancelled),
            Err(Fault::Reported | Fault::Incomplete) => None,
            Err(Fault::Broken(cause)) => Some(cause),
        };
        Err(Error::Steps(vec![StepFailure { messages, cause }]))
    }
}
