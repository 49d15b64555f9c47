//! `FILE:LINE: error: TEXT [-WFLAG]`, one line per message as in compilers, for the problem matchers of editors.

use std::os::unix::ffi::OsStrExt;

use rgbpipe::Messages;
use rgbpipe::diagnostics::Diagnostic;

use crate::show::words;

use super::{Format, by_lines, one_line};

#[derive(Debug)]
pub(super) struct Short;

impl Format for Short {
    fn messages(&self, messages: &Messages) -> Vec<u8> {
        by_lines(self, messages, line)
    }

    fn note(&self, words: &str) -> Vec<u8> {
        format!("rgbpipe: note: {}\n", one_line(words)).into_bytes()
    }

    fn failure(&self, words: &str) -> Vec<u8> {
        format!("rgbpipe: error: {}\n", one_line(words)).into_bytes()
    }
}

fn line(diagnostic: &Diagnostic) -> Vec<u8> {
    let Diagnostic { role, severity, flag, text, backtrace, .. } = diagnostic;
    let place = match backtrace.first() {
        Some(frame) => [frame.file.as_os_str().as_bytes(), format!(":{}", frame.line).as_bytes()].concat(),
        None => words::tool(*role).as_bytes().to_owned(),
    };
    // A file name can contain a newline.
    let place = place.into_iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
    let flag = flag.as_ref().map_or_else(String::new, |flag| format!(" [{flag}]"));
    place.chain(format!(": {severity}: {}{flag}\n", one_line(text)).into_bytes()).collect()
}
