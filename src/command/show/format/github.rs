//! GitHub's workflow commands (docs.github.com, "Workflow commands for GitHub Actions"): each diagnostic is an annotation
//! at its line of the file. Everything else is passed on.

use std::fmt::Write;

use rgbpipe::Messages;
use rgbpipe::diagnostics::{Diagnostic, Frame, Severity};

use crate::show::harmless::for_logs;
use crate::show::words;

use super::{Format, by_lines};

#[derive(Debug)]
pub(super) struct Github;

impl Format for Github {
    fn messages(&self, messages: &Messages) -> Vec<u8> {
        by_lines(self, messages, annotation)
    }

    fn note(&self, words: &str) -> Vec<u8> {
        format!("::notice title=rgbpipe::{}\n", data(words)).into_bytes()
    }

    fn failure(&self, words: &str) -> Vec<u8> {
        format!("::error title=rgbpipe::{}\n", data(words)).into_bytes()
    }
}

fn annotation(diagnostic: &Diagnostic) -> Vec<u8> {
    let command = match diagnostic.severity {
        Severity::Warning => "warning",
        Severity::Error | Severity::Fatal => "error",
    };
    let mut place = String::new();
    // `<stdin>` is not a file, and 0 is not a line.
    if let Some(frame) = diagnostic.backtrace.first().filter(|frame| is_file(frame)) {
        let _ = write!(place, "file={},", property(&frame.file.to_string_lossy()));
        if frame.line > 0 {
            let _ = write!(place, "line={},", frame.line);
        }
    }
    format!("::{command} {place}title={}::{}\n", words::tool(diagnostic.role), data(&words(diagnostic))).into_bytes()
}

fn is_file(frame: &Frame) -> bool {
    !frame.file.to_string_lossy().starts_with('<')
}

/// The text, and all places as RGBDS 1.0 lists them if there are more than the annotated one.
fn words(diagnostic: &Diagnostic) -> String {
    let mut words = diagnostic.text.clone();
    if let Some(flag) = &diagnostic.flag {
        let _ = write!(words, " [{flag}]");
    }
    if let ([frame], []) = (&diagnostic.backtrace[..], &diagnostic.also[..])
        && is_file(frame)
    {
        return words;
    }
    for (index, backtrace) in std::iter::once(&diagnostic.backtrace).chain(&diagnostic.also).enumerate() {
        if index == 1 {
            words.push_str("\nand also:");
        }
        for (depth, Frame { file, inside, line }) in backtrace.iter().enumerate() {
            let arrow = if depth == 0 { "at" } else { "<-" };
            let inside = inside.as_ref().map_or_else(String::new, |inside| format!("::{inside}"));
            let _ = write!(words, "\n{arrow} {}{inside}({line})", file.display());
        }
    }
    words
}

/// Escapes text after `::`.
fn data(text: &str) -> String {
    escape(&harmless(text))
}

/// Escapes a value before `::`. The escapes leave no line in it that could be a command.
fn property(text: &str) -> String {
    harmless(&escape(text).replace(':', "%3A").replace(',', "%2C"))
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn harmless(text: &str) -> String {
    String::from_utf8_lossy(&for_logs(text.as_bytes().to_vec())).into_owned()
}
