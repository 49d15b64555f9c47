//! What is seen of a build, on standard error.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rgbpipe::{Messages, Reporter};

use crate::cli::Shown;
use crate::show::format::Format;
use crate::show::progress::Progress;
use crate::show::repeats::Repeats;
use crate::show::{stderr, words};

/// Shows commands, messages and progress.
#[derive(Debug)]
pub(crate) struct Console<'a> {
    format: &'a dyn Format,
    verbosity: Verbosity,
    progress: Progress,
    repeats: Mutex<Repeats>,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verbosity {
    /// What tools that failed have printed.
    Quiet,
    /// What the tools have printed, and progress.
    Normal,
    /// Their commands too.
    Verbose,
}

impl<'a> Console<'a> {
    /// For a build of this many sources.
    pub(crate) fn new(shown: &Shown, format: &'a dyn Format, sources: usize) -> Self {
        let verbosity = match (shown.quiet, shown.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self { format, verbosity, progress: Progress::of(sources, shown), repeats: Mutex::default() }
    }

    /// Something that rgbpipe itself has to tell.
    pub(crate) fn note(&self, words: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.print(&self.format.note(words));
        }
    }

    /// The same, for whoever wants to know all.
    pub(crate) fn detail(&self, words: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.print(&self.format.note(words));
        }
    }

    /// These files are only listed as dependencies, and that is all that the build gives.
    pub(crate) fn missing(&self, files: &[PathBuf]) {
        if !files.is_empty() {
            self.note(&format!("not linked: missing yet: {}", words::files(files)));
        }
    }

    /// make was to make these files, and has not.
    pub(crate) fn not_made(&self, files: &[PathBuf]) {
        if !files.is_empty() {
            self.note(&words::not_made(files));
        }
    }

    /// All sources are assembled.
    pub(crate) fn assembled(&self) {
        if let Some(words) = self.repeats().note() {
            self.print(&self.format.note(&words));
        }
    }

    fn repeats(&self) -> MutexGuard<'_, Repeats> {
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn print(&self, text: &[u8]) {
        self.progress.suspend(|| {
            stderr::print(text);
        });
    }
}

impl Reporter for Console<'_> {
    fn command(&self, argv: &[OsString]) {
        if self.verbosity == Verbosity::Verbose {
            self.print(&self.format.command(argv));
        }
    }

    fn messages(&self, messages: &Messages) {
        if self.verbosity != Verbosity::Quiet || !messages.success {
            let told =
                if self.format.is_for_people() { self.repeats().without(messages) } else { Cow::Borrowed(messages) };
            self.print(&self.format.messages(&told));
        }
    }

    fn progress(&self, done: usize, _total: usize) {
        self.progress.set(done);
    }
}
