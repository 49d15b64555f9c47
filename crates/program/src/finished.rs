//! How a run went.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;

use bstr::ByteSlice;
use nix::sys::signal::Signal;

use super::argument::OutPort;
use super::error::{Failure, Need};
use super::input::Misuse;
use super::limits::Limits;
use super::output::Content;
use super::printed::Printed;
use super::until::Stop;

/// The results of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished {
    /// How the tool ended.
    pub status: ExitStatus,
    /// Why it was stopped early, if it was.
    pub stop: Option<Stop>,
    /// The text on standard output, up to 16 MiB, with the ports' names instead of their paths.
    pub stdout: Printed,
    /// The text on standard error, likewise.
    pub stderr: Printed,
    /// Each output's name and content, in the order in which they were added.
    pub outputs: Vec<(String, Content)>,
    /// How much it was allowed to use.
    pub limits: Limits,
    /// A port that should have been a file, and why.
    pub(super) misuse: Option<Misuse>,
    /// Each port's path and name.
    pub(super) names: Vec<(PathBuf, String)>,
}

/// Replaces the paths of FIFOs in printed text with the names of the ports.
pub(super) fn with_names(text: Vec<u8>, names: &[(PathBuf, String)]) -> Vec<u8> {
    // All paths are in one directory of this run, which is searched for: one pass for any number of ports.
    let Some(dir) = names.first().and_then(|(path, _)| path.parent()) else { return text };
    let dir = dir.as_os_str().as_bytes();
    let mut places = text.find_iter(dir).peekable();
    if places.peek().is_none() {
        return text;
    }
    // There may be thousands of ports, and a tool may print their paths without end. So no list is searched.
    let by_path: HashMap<_, _> = names.iter().map(|(path, name)| (path.as_os_str().as_bytes(), name)).collect();
    let lengths: BTreeSet<_> = by_path.keys().map(|path| path.len()).collect();
    let mut told = Vec::with_capacity(text.len());
    let mut done = 0;
    for place in places {
        // The longest match, because one name may start like another.
        let mut matches = lengths.iter().rev().filter_map(|length| {
            let path = text.get(place..place + length)?;
            Some((*length, *by_path.get(path)?))
        });
        if let Some((length, name)) = matches.next() {
            told.extend_from_slice(&text[done..place]);
            told.extend_from_slice(name.as_bytes());
            done = place + length;
        }
    }
    told.extend_from_slice(&text[done..]);
    told
}

impl Finished {
    /// A run that was over before the tool was started.
    pub(super) fn before_its_start(stop: Stop, outputs: impl Iterator<Item = String>, limits: Limits) -> Self {
        Self {
            // As if it had been ended at once.
            status: ExitStatus::from_raw(Signal::SIGTERM as i32),
            stop: Some(stop),
            stdout: Printed::default(),
            stderr: Printed::default(),
            outputs: outputs.map(|name| (name, Content::Unopened)).collect(),
            limits,
            misuse: None,
            names: Vec::new(),
        }
    }

    /// Whether the run did what was asked: the tool succeeded and wrote every output. If not, returns the one cause
    /// that explains the others.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn verdict(&self) -> Result<(), Failure> {
        let find = |wanted: Content| self.outputs.iter().find(|(_, content)| *content == wanted).map(|(name, _)| name);
        if let Some(stop) = self.stop {
            return Err(Failure::Stopped(stop));
        }
        if let Some(name) = find(Content::TooLarge) {
            return Err(Failure::TooLarge { output: name.clone(), limit: self.limits.output });
        }
        // The tool was stopped for it.
        if let Some((name, need)) = &self.misuse {
            return Err(Failure::NeedsFile(name.clone(), *need));
        }
        if let Some(limit) = self.limits.met(self.status, &self.stderr.bytes) {
            return Err(Failure::AtLimit(self.status, limit));
        }
        if !self.status.success() {
            return Err(Failure::Status(self.status));
        }
        if let Some(name) = find(Content::HeldOpen) {
            return Err(Failure::HeldOpen(name.clone()));
        }
        if let Some(name) = find(Content::PerhapsEmptied) {
            return Err(Failure::NeedsFile(name.clone(), Need::PerhapsEmptied));
        }
        if let Some(name) = find(Content::Unopened) {
            return Err(Failure::NotWritten(name.clone()));
        }
        Ok(())
    }

    /// A text from one of the outputs with the ports' names instead of their paths, as in what it printed. The outputs
    /// themselves are as the tool wrote them.
    pub fn with_port_names(&self, text: Vec<u8>) -> Vec<u8> {
        with_names(text, &self.names)
    }

    /// The content of this output, complete or not.
    ///
    /// # Panics
    /// If the port belongs to another program, and this one has fewer.
    pub fn content(&self, port: OutPort) -> &Content {
        &self.outputs[port.0].1
    }

    /// The content of this output, if it is complete. It is returned only once.
    ///
    /// # Panics
    /// As [`content`](Self::content).
    pub fn take(&mut self, port: OutPort) -> Option<Vec<u8>> {
        let content = &mut self.outputs[port.0].1;
        match mem::replace(content, Content::Unopened) {
            Content::Complete(bytes) => Some(bytes),
            other => {
                *content = other;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_ports_are_put_in_however_their_paths_begin() {
        let names = ["a", "ab", "b"].map(|name| (PathBuf::from(format!("/tmp/x/{name}")), name.to_uppercase()));
        let told = |text: &str| String::from_utf8(with_names(text.into(), &names)).unwrap();
        assert_eq!(told("/tmp/x/a/tmp/x/ab, /tmp/x/b: /tmp/x/ /tmp/x/c"), "AAB, B: /tmp/x/ /tmp/x/c");
        assert_eq!((told(""), told("/tmp/a")), (String::new(), "/tmp/a".to_owned()));
        assert_eq!(with_names(b"/tmp/x/a".to_vec(), &[]), b"/tmp/x/a");
    }
}
