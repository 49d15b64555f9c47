//! One JSON object per line. Each has a `reason`. Invalid UTF-8 becomes U+FFFD.

use std::borrow::Cow;
use std::ffi::OsString;

use rgbpipe::diagnostics::{Diagnostic, Frame, Piece, Severity};
use rgbpipe::usage::Bank;
use rgbpipe::{Messages, Step};
use serde::Serialize;

use super::{Finish, Format};
use crate::outputs::facts::{self, Fact};
use crate::outputs::output::Output;
use crate::outputs::report::Usage;
use crate::show::harmless::in_json;
use crate::show::words;

#[derive(Debug)]
pub(super) struct Json;

#[derive(Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Record<'a> {
    /// A tool is about to run with this command (`--verbose`).
    Command { argv: Vec<Cow<'a, str>> },
    /// A tool's message. `source` is the source that rgbasm was assembling.
    Diagnostic {
        tool: &'a str,
        source: Option<&'a str>,
        severity: &'a str,
        code: Option<&'a str>,
        flag: Option<&'a str>,
        text: &'a str,
        /// The places, innermost first.
        backtrace: Vec<FrameRecord<'a>>,
        /// Bytes of the line that the backtrace begins with.
        range: Option<RangeRecord>,
        also: Vec<Vec<FrameRecord<'a>>>,
        expanding: &'a [String],
        rendered: Cow<'a, str>,
    },
    /// Other output of a tool, and the number of bytes that were not kept.
    Output { tool: &'a str, source: Option<&'a str>, stream: &'a str, text: Cow<'a, str>, omitted: u64 },
    /// An artifact has been written.
    Artifact(Fact),
    /// How full each bank is (`--usage`).
    Usage(Usage<'a>),
    /// A note of rgbpipe itself.
    Note { text: &'a str },
    /// Why rgbpipe failed, unless a tool has reported it.
    Error { text: &'a str },
    /// The last record.
    BuildFinished { success: bool, exit_status: u8, seconds: f64, toolchain: Option<&'a str> },
}

#[derive(Serialize)]
struct RangeRecord {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct FrameRecord<'a> {
    file: Cow<'a, str>,
    /// The macro and the loops in the file: `macro::REPT~2`.
    #[serde(rename = "macro")]
    inside: Option<&'a str>,
    line: u32,
}

impl<'a> FrameRecord<'a> {
    fn all(backtrace: &'a [Frame]) -> Vec<Self> {
        let place = |Frame { file, inside, line }: &'a Frame| Self {
            file: file.to_string_lossy(),
            inside: inside.as_deref(),
            line: *line,
        };
        backtrace.iter().map(place).collect()
    }
}

impl Record<'_> {
    fn line(&self) -> Vec<u8> {
        // Only strings and numbers, which are always valid JSON.
        let mut line = in_json(serde_json::to_string(self).unwrap_or_default()).into_bytes();
        line.push(b'\n');
        line
    }
}

impl Format for Json {
    fn command(&self, argv: &[OsString]) -> Vec<u8> {
        Record::Command { argv: argv.iter().map(|word| word.to_string_lossy()).collect() }.line()
    }

    fn is_for_people(&self) -> bool {
        false
    }

    fn messages(&self, messages: &Messages) -> Vec<u8> {
        let Messages { step, stdout, .. } = messages;
        let fits = fitting(&stdout.bytes, LARGEST);
        let beyond = (stdout.bytes.len() - fits) as u64;
        let mut lines = output(step, "stdout", &stdout.bytes[..fits], stdout.omitted + beyond);
        let mut omitted = messages.omitted();
        let most = lines.len() + LARGEST;
        for piece in messages.pieces() {
            let bytes = piece.bytes();
            let left = most.saturating_sub(lines.len());
            let fits = fitting(bytes, left);
            match &piece {
                Piece::Other(_) => {
                    lines.extend(output(step, "stderr", &bytes[..fits], 0));
                    omitted += (bytes.len() - fits) as u64;
                }
                // The record has the text twice.
                Piece::Diagnostic(said) if fitting(bytes, left / 2) == bytes.len() => {
                    lines.extend(diagnostic(step, said));
                }
                Piece::Diagnostic(_) => omitted += bytes.len() as u64,
            }
        }
        lines.extend(output(step, "stderr", b"", omitted));
        lines
    }

    fn note(&self, words: &str) -> Vec<u8> {
        Record::Note { text: words }.line()
    }

    fn failure(&self, words: &str) -> Vec<u8> {
        Record::Error { text: words }.line()
    }

    fn written(&self, outputs: &[Output]) -> anyhow::Result<Vec<u8>> {
        Ok(facts::of(outputs)?.into_iter().flat_map(|fact| Record::Artifact(fact).line()).collect())
    }

    fn usage(&self, banks: &[Bank], _is_coloured: bool) -> Vec<u8> {
        Record::Usage(Usage::of(banks)).line()
    }

    fn finished(&self, finish: &Finish) -> Vec<u8> {
        let Finish { exit_status, took, toolchain } = *finish;
        Record::BuildFinished { success: exit_status == 0, exit_status, seconds: took.as_secs_f64(), toolchain }.line()
    }
}

/// How many bytes the JSON of one stream of a step may have: as many as are kept of what a tool prints. A control character
/// takes six of them.
const LARGEST: usize = 16 << 20;

/// How many bytes of the text fit into this many of JSON.
fn fitting(text: &[u8], most: usize) -> usize {
    let mut left = most;
    let fits = text.iter().take_while(|byte| {
        let size = match byte {
            b'\n' | b'\t' | b'"' | b'\\' => 2,
            0..=0x1F => 6,
            0x20..=0x7F => 1,
            // This may become a part of U+FFFD.
            0x80.. => 3,
        };
        left.checked_sub(size).map(|rest| left = rest).is_some()
    });
    fits.count()
}

fn diagnostic(step: &Step, said: &Diagnostic) -> Vec<u8> {
    let severity = match said.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Fatal => "fatal",
    };
    let record = Record::Diagnostic {
        tool: words::tool(said.role),
        source: source(step),
        severity,
        code: said.code,
        flag: said.flag.as_deref(),
        text: &said.text,
        backtrace: FrameRecord::all(&said.backtrace),
        range: said.range.as_ref().map(|range| RangeRecord { start: range.start, end: range.end }),
        also: said.also.iter().map(|backtrace| FrameRecord::all(backtrace)).collect(),
        expanding: &said.expanding,
        rendered: String::from_utf8_lossy(&said.rendered),
    };
    record.line()
}

fn output(step: &Step, stream: &str, bytes: &[u8], omitted: u64) -> Vec<u8> {
    if bytes.is_empty() && omitted == 0 {
        return Vec::new();
    }
    let (tool, source, text) = (words::tool(step.role()), source(step), String::from_utf8_lossy(bytes));
    Record::Output { tool, source, stream, text, omitted }.line()
}

fn source(step: &Step) -> Option<&str> {
    match step {
        Step::Assemble(source) => Some(source),
        Step::Link | Step::Fix => None,
    }
}
