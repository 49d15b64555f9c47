//! What a person sees of a build, on standard error.

use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use bstr::ByteSlice;
use rgbpipe::program::Printed;
use rgbpipe::{Messages, Reporter};

use crate::progress::Progress;

/// Shows commands, messages and progress.
#[derive(Debug)]
pub(crate) struct Console {
    verbosity: Verbosity,
    progress: Progress,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// What tools that failed have printed.
    Quiet,
    /// What the tools have printed, and progress.
    Normal,
    /// Their commands too.
    Verbose,
}

impl Console {
    /// For a build of this many sources.
    pub(crate) fn new(verbosity: Verbosity, sources: usize) -> Self {
        let progress = if verbosity == Verbosity::Quiet { Progress::none() } else { Progress::of(sources) };
        Self { verbosity, progress }
    }

    /// These files are only listed as dependencies, and that is all that the build gives.
    pub(crate) fn missing(&self, files: &[PathBuf]) {
        if self.verbosity != Verbosity::Quiet && !files.is_empty() {
            let files: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
            self.print(format!("rgbpipe: not linked: missing yet: {}\n", files.join(", ")).as_bytes());
        }
    }

    fn print(&self, text: &[u8]) {
        // Nobody is left to hear of an error on standard error.
        self.progress.suspend(|| drop(std::io::stderr().lock().write_all(text)));
    }
}

impl Reporter for Console {
    fn command(&self, argv: &[OsString]) {
        if self.verbosity == Verbosity::Verbose {
            self.print(&command_line(argv));
        }
    }

    fn messages(&self, messages: &Messages) {
        if self.verbosity == Verbosity::Quiet && messages.success {
            return;
        }
        // Standard output is for artifacts: what a source PRINTs goes along with the warnings.
        let mut text = Vec::new();
        for printed in [&messages.stdout, &messages.stderr] {
            text.extend(whole(printed, &messages.step));
        }
        self.print(&text);
    }

    fn progress(&self, done: usize, _total: usize) {
        self.progress.set(done);
    }
}

/// A command as one would type it: quoted for a POSIX shell where it has to be, so that it can be pasted, whatever
/// bytes are in its words.
pub(crate) fn command_line(argv: &[OsString]) -> Vec<u8> {
    let words = argv.iter().map(|word| match word.to_str() {
        Some(text) => shell_words::quote(text).into_owned().into_bytes(),
        None => [b"'", &word.as_bytes().replace("'", r"'\''")[..], b"'"].concat(),
    });
    let mut line = bstr::join(" ", words);
    line.push(b'\n');
    line
}

/// What was printed, and a line about what is left out of it.
pub(crate) fn whole(printed: &Printed, by: &impl fmt::Display) -> Vec<u8> {
    let mut text = printed.bytes.clone();
    if printed.omitted > 0 {
        text.extend(format!("\nrgbpipe: {} bytes more from {by} are left out\n", printed.omitted).into_bytes());
    }
    text
}
