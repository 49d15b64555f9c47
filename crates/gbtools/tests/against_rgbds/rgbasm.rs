//! Runs the real assembler, and makes numbers to ask it about.

use std::process::Command;

use bstr::ByteSlice;
use gbtools::asm::issue::{Issue, Kind};
use gbtools::report::warnings::Flag;

pub(crate) use crate::random::Random;
use crate::real::{self, program};

/// The output of the real rgbasm.
pub(crate) struct Answer {
    /// What the source printed.
    pub(crate) printed: Vec<u8>,
    /// Its messages, in order.
    pub(crate) messages: Vec<Message>,
}

/// The parts of a message that are compared. The wording may differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// `warning`, `error` or `FATAL`.
    pub(crate) severity: String,
    /// The warning flag. Empty for none.
    pub(crate) flag: String,
    /// The line in the source, from 1.
    pub(crate) line: usize,
}

impl Answer {
    /// Checks the printed text and the messages. A failure names the first line of the source that differs.
    pub(crate) fn assert_is(&self, source: &[u8], printed: &[u8], messages: &[Message]) {
        let line = |number: usize| source.lines().nth(number - 1).unwrap_or_default().as_bstr();
        for (is, expected) in self.messages.iter().zip(messages) {
            assert_eq!(is, expected, "{}\n{}", line(is.line), line(expected.line));
        }
        assert_eq!(self.messages.len(), messages.len(), "{:?}\n{:?}", self.messages.last(), messages.last());
        let asked: Vec<_> = source.lines().filter(|line| line.starts_with(b"println")).collect();
        for (number, (is, expected)) in self.printed.lines().zip(printed.lines()).enumerate() {
            let asked = asked.get(number).copied().unwrap_or_default();
            assert_eq!(is.as_bstr(), expected.as_bstr(), "{}", asked.as_bstr());
        }
        assert_eq!(self.printed.len(), printed.len());
    }
}

impl Message {
    pub(crate) fn new(severity: &str, flag: &str, line: usize) -> Self {
        Self { severity: severity.into(), flag: flag.into(), line }
    }

    /// The message for an issue in this line.
    pub(crate) fn of(issue: &impl Issue, line: usize) -> Self {
        match issue.kind() {
            Kind::Warning(flag) => Self::new("warning", flag.name(), line),
            Kind::Error => Self::new("error", "", line),
            Kind::Fatal => Self::new("FATAL", "", line),
        }
    }
}

/// Assembles a source with all warnings on.
pub(crate) fn rgbasm(source: &[u8]) -> Answer {
    let (printed, said) = run(&["-Weverything", "-X0", "-"], source);
    Answer { messages: messages(&said), printed }
}

/// The object of a source.
pub(crate) fn assemble(source: &[u8]) -> Vec<u8> {
    let (output, said) = run(&["-w", "-o", "-", "-"], source);
    assert_eq!(said.as_bstr(), b"".as_bstr());
    // The object follows the text that the source prints.
    let start = output.find("RGB9").expect("an object");
    output[start..].to_vec()
}

/// Runs rgbasm with these arguments and no limit on errors. Returns its standard error.
pub(crate) fn said(arguments: &[String], source: &[u8]) -> Vec<u8> {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).chain(["-X0", "-"]).collect();
    run(&arguments, source).1
}

pub(crate) fn run(arguments: &[&str], source: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (_, stdout, stderr) = real::run(Command::new(program("rgbasm")).args(arguments), source);
    (stdout, stderr)
}

/// Reads `severity: text [-Wflag]` and the `at <stdin>(line)` below it. The text may contain newlines.
fn messages(stderr: &[u8]) -> Vec<Message> {
    let mut found = Vec::new();
    let mut head: Option<(String, String)> = None;
    for line in stderr.lines() {
        if let Some(place) = line.strip_prefix(b"    at <stdin>(") {
            let line = place.split(|&byte| byte == b')').next().unwrap();
            // The place after "and also" belongs to the same message.
            if let Some((severity, flag)) = head.take() {
                found.push(Message { severity, flag, line: line.to_str().unwrap().parse().unwrap() });
            }
            continue;
        }
        let start = ["warning", "error", "FATAL"]
            .into_iter()
            .find(|word| line.strip_prefix(word.as_bytes()).is_some_and(|rest| rest.starts_with(b": ")));
        if let Some(severity) = start {
            head = Some((severity.to_owned(), String::new()));
        }
        if let (Some((_, flag)), Some(at)) = (&mut head, line.rfind(" [-W")) {
            let name = line[at + 4..].trim_end_with(|letter| letter == ']');
            name.to_str().unwrap().split('=').next().unwrap().clone_into(flag);
        }
    }
    found
}

/// A number as PRINTLN prints it.
pub(crate) fn number<T: std::fmt::UpperHex>(number: T) -> Vec<u8> {
    format!("${number:X}").into_bytes()
}

/// Numbers at the limits of ranges.
pub(crate) const EDGES: [i32; 21] =
    [0, 1, -1, 2, -2, 3, 7, 8, -8, 31, 32, 33, -31, -32, -33, 255, 256, 65535, 65536, i32::MAX, i32::MIN];
