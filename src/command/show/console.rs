//! Shows a build on standard error.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rgbpipe::{Messages, Reporter, Step};

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
    /// Only the output of tools that failed.
    Quiet,
    /// The output of all tools, and progress.
    Normal,
    /// Also the tools' commands.
    Verbose,
}

impl<'a> Console<'a> {
    /// A console for a build with this many sources.
    pub(crate) fn new(shown: &Shown, format: &'a dyn Format, sources: usize) -> Self {
        let verbosity = match (shown.quiet, shown.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self { format, verbosity, progress: Progress::of(sources, shown), repeats: Mutex::default() }
    }

    /// Prints a note of rgbpipe itself.
    pub(crate) fn note(&self, words: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.print(&self.format.note(words));
        }
    }

    /// The same, with `--verbose` only.
    pub(crate) fn detail(&self, words: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.print(&self.format.note(words));
        }
    }

    /// Reports that the build only listed dependencies, because these files are missing.
    pub(crate) fn missing(&self, files: &[PathBuf]) {
        if !files.is_empty() {
            self.note(&format!("not linked: missing yet: {}", words::files(files)));
        }
    }

    /// Reports that make did not build these files.
    pub(crate) fn not_made(&self, files: &[PathBuf]) {
        if !files.is_empty() {
            self.note(&words::not_made(files));
        }
    }

    /// Call this when all sources are assembled.
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
            let messages =
                if self.format.is_for_people() { self.repeats().without(messages) } else { Cow::Borrowed(messages) };
            self.print(&self.format.messages(&messages));
        }
    }

    fn begins(&self, step: &Step) {
        self.progress.begins(step);
    }

    fn progress(&self, done: usize, _total: usize) {
        self.progress.set(done);
    }
}
