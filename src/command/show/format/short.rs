//! `FILE:LINE: error: TEXT [-WFLAG]`, one line per message as in compilers, for the problem matchers of editors. A second place,
//! such as the line that uses a macro, is a `note` of its own.

use std::os::unix::ffi::OsStrExt;

use rgbpipe::Messages;
use rgbpipe::diagnostics::{Diagnostic, Frame};

use crate::show::harmless::for_logs;
use crate::show::words;

use super::{Format, by_lines, one_line, places};

#[derive(Debug)]
pub(super) struct Short;

impl Format for Short {
    fn messages(&self, messages: &Messages) -> Vec<u8> {
        by_lines(self, messages, line)
    }

    fn note(&self, words: &str) -> Vec<u8> {
        for_logs(format!("rgbpipe: note: {}\n", one_line(words)).into_bytes())
    }

    fn failure(&self, words: &str) -> Vec<u8> {
        for_logs(format!("rgbpipe: error: {}\n", one_line(words)).into_bytes())
    }
}

fn line(diagnostic: &Diagnostic) -> Vec<u8> {
    for_logs(lines(diagnostic))
}

fn lines(diagnostic: &Diagnostic) -> Vec<u8> {
    let Diagnostic { role, severity, flag, text, also, .. } = diagnostic;
    let places = places(diagnostic);
    let begin = places.first().map_or_else(|| words::tool(*role).as_bytes().to_owned(), |frame| place(frame));
    let flag = flag.as_ref().map_or_else(String::new, |flag| format!(" [{flag}]"));
    let mut lines = [begin, format!(": {severity}: {}{flag}\n", one_line(text)).into_bytes()].concat();
    let uses = places.into_iter().skip(1).map(|frame| (frame, "used here"));
    let others = also.iter().filter_map(|backtrace| Some((backtrace.first()?, "also here")));
    for (frame, what) in uses.chain(others) {
        lines.extend(place(frame));
        lines.extend(format!(": note: {what}\n").into_bytes());
    }
    lines
}

/// `FILE:LINE`. A file name can contain a newline.
fn place(frame: &Frame) -> Vec<u8> {
    let place = [frame.file.as_os_str().as_bytes(), format!(":{}", frame.line).as_bytes()].concat();
    place.into_iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }).collect()
}
