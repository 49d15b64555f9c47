//! Turns lines into diagnostics. The texts are those in RGBDS's source, 0.6.0 to 1.0.4: `src/*/warning.*`,
//! `src/asm/fstack.*`, `include/backtrace.hpp`.

use std::borrow::Cow;
use std::ops::Range;

use bstr::ByteSlice;

use super::trace::{Trace, place, trace_line};
use crate::diagnostics::{Diagnostic, Frame, Piece, Severity};
use crate::role::Role;

pub(super) fn pieces(role: Role, stderr: &[u8]) -> impl Iterator<Item = Piece> {
    let mut rest = stderr;
    std::iter::from_fn(move || {
        let first = lines(rest).next()?;
        let Some((severity, words)) = first.head() else {
            let (other, after) = rest.split_at(length_until(rest, |line| line.head().is_some()));
            rest = after;
            return Some(Piece::Other(other.to_owned()));
        };
        let below = &rest[first.raw.len()..];
        let message = &below[..length_until(below, |line| line.head().is_some() || line.stands_alone())];
        let (said, used) = old(words, message).unwrap_or_else(|| new(words, message));
        let Parsed { flag, text, backtrace, also, expanding } = said;
        let text = text.to_str_lossy().into_owned();
        let (rendered, after) = rest.split_at(first.raw.len() + used);
        rest = after;
        let rendered = rendered.to_owned();
        Some(Piece::Diagnostic(Diagnostic {
            role,
            severity,
            code: None,
            flag,
            text,
            backtrace,
            range: None,
            also,
            expanding,
            rendered,
        }))
    })
}

/// The lines of a text. Not a list, because there may be many millions of empty ones.
fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    text.lines_with_terminator().map(Line::new)
}

/// The number of bytes before the first line of a kind.
fn length_until(text: &[u8], is_one: impl Fn(&Line) -> bool) -> usize {
    lines(text).take_while(|line| !is_one(line)).map(|line| line.raw.len()).sum()
}

struct Line<'a> {
    raw: &'a [u8],
    /// The line without its end and without colours.
    plain: Cow<'a, [u8]>,
}

impl<'a> Line<'a> {
    fn new(raw: &'a [u8]) -> Self {
        Self { raw, plain: without_colours(raw.strip_suffix(b"\n").unwrap_or(raw)) }
    }

    /// If a message begins here: its severity, and the rest of the line.
    fn head(&self) -> Option<(Severity, &[u8])> {
        let heads: [(&[u8], _); 3] =
            [(b"error: ", Severity::Error), (b"warning: ", Severity::Warning), (b"FATAL: ", Severity::Fatal)];
        let head = heads.iter().find_map(|(words, severity)| Some((*severity, self.plain.strip_prefix(*words)?)));
        head.filter(|_| !self.stands_alone())
    }

    /// Whether this is a tool's last line, or its help, which belongs to no message.
    fn stands_alone(&self) -> bool {
        // Up to 0.9.3, `errx` printed this in front.
        let words = self.plain.strip_prefix(b"error: ").unwrap_or(&self.plain);
        let counts = |begin: &str| words.starts_with(begin.as_bytes()) && words.contains_str(" error");
        let ends = ["Assembly aborted ", "The maximum of ", "Linking aborted ", "Linking failed ", "Fixing \""];
        let helps = ["Usage: ", "Accepted MBC names:", "Accepted combinations:"];
        ends.into_iter().any(counts) || helps.iter().any(|help| words.starts_with(help.as_bytes()))
    }
}

/// Removes the colours of RGBDS (`src/style.cpp`): `ESC [ NUMBERS m`.
fn without_colours(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.contains_str("\x1b[") {
        return line.into();
    }
    let mut parts = line.split_str("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
        match end.filter(|end| part[*end] == b'm') {
            Some(end) => plain.extend_from_slice(&part[end + 1..]),
            None => plain.extend([b"\x1b[", part].concat()),
        }
    }
    plain.into()
}

/// The parts of a message.
#[derive(Default)]
struct Parsed {
    flag: Option<String>,
    text: Vec<u8>,
    backtrace: Vec<Frame>,
    also: Vec<Vec<Frame>>,
    expanding: Vec<String>,
}

/// A message of RGBDS up to 0.9.4, if it is one. `words` is its first line without the severity, and `below` is the
/// text after that line. Also returns how many bytes of `below` belong to the message.
fn old(words: &[u8], below: &[u8]) -> Option<(Parsed, usize)> {
    let at_top_level = || Some((Vec::new(), words.strip_prefix(b"at top level:")?.trim_ascii_start()));
    let placed = place(words).or_else(at_top_level);
    let is_placed = placed.is_some();
    let (backtrace, rest) = placed.unwrap_or((Vec::new(), words));
    let flag = flag_alone(rest);
    let (text, text_length) = if flag.is_some() || (is_placed && rest.is_empty()) {
        // Without a line below, this is a message of RGBDS 1.0 with similar words.
        let line = lines(below).next()?;
        (line.plain.strip_prefix(b"    ")?.to_owned(), line.raw.len())
    } else if !is_placed || lines(below).any(|line| is_trace(&line)) {
        return None;
    } else {
        (rest.to_owned(), 0)
    };
    let more = &below[text_length..];
    let expanding = |line: &Line| {
        let name = line.plain.strip_prefix(b"while expanding symbol \"")?.strip_suffix(b"\"")?;
        Some(name.to_str_lossy().into_owned())
    };
    let run = last_run(more, |line| expanding(line).is_some());
    let text = with_more_lines(text, &more[..run.start]);
    let expanding = lines(&more[run.clone()]).filter_map(|line| expanding(&line)).collect();
    Some((Parsed { flag, text, backtrace, also: Vec::new(), expanding }, text_length + run.end))
}

/// A message of RGBDS 1.0, or one without a place. The rest is as for [`old`].
fn new(words: &[u8], below: &[u8]) -> (Parsed, usize) {
    // The last lines of this kind are the backtrace. It begins at the last `at` before "and also". Similar lines above
    // it belong to the text of the message.
    let run = last_run(below, is_trace);
    let is_elsewhere = |line: &Line| matches!(trace_line(&line.plain), Some(Trace::Elsewhere));
    let is_at = |line: &Line| matches!(trace_line(&line.plain), Some(Trace::At(_)));
    let own = &below[run.clone()];
    let own = &own[..length_until(own, is_elsewhere)];
    let begin = run.start + last_one(own, is_at).map_or(0, |range| range.start);
    let mut said = Parsed { text: with_more_lines(words.to_owned(), &below[..begin]), ..Parsed::default() };
    if let Some((text, flag)) = said.text.rsplit_once_str(" ").and_then(|(text, flag)| Some((text, flag_alone(flag)?)))
    {
        said.text = text.to_owned();
        said.flag = Some(flag);
    }
    let mut elsewhere = false;
    for line in lines(&below[begin..run.end]) {
        match trace_line(&line.plain) {
            Some(Trace::At(frames)) if elsewhere => said.also.push(frames),
            Some(Trace::At(frames) | Trace::From(frames)) => {
                said.also.last_mut().unwrap_or(&mut said.backtrace).extend(frames);
            }
            Some(Trace::Elsewhere) => elsewhere = true,
            Some(Trace::Expanding(name)) => said.expanding.push(name),
            Some(Trace::Omitted) | None => {}
        }
    }
    (said, run.end)
}

fn is_trace(line: &Line) -> bool {
    trace_line(&line.plain).is_some()
}

/// The range in bytes of the last consecutive lines of a kind. Empty, at the end of the text, if there are none.
fn last_run(text: &[u8], is_one: impl Fn(&Line) -> bool) -> Range<usize> {
    let Some(last) = last_one(text, &is_one) else { return text.len()..text.len() };
    let before = last_one(&text[..last.start], |line| !is_one(line)).map_or(0, |line| line.end);
    before..last.end
}

/// The range in bytes of the last line of a kind.
fn last_one(text: &[u8], is_one: impl Fn(&Line) -> bool) -> Option<Range<usize>> {
    let mut end = text.len();
    for line in text.lines_with_terminator().rev().map(Line::new) {
        let start = end - line.raw.len();
        if is_one(&line) {
            return Some(start..end);
        }
        end = start;
    }
    None
}

/// Reads `[-Wflag]`, with nothing else around it.
fn flag_alone(words: &[u8]) -> Option<String> {
    let flag = words.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-=".contains(byte);
    (flag.starts_with(b"-W") && flag.iter().all(is_name)).then(|| flag.to_str_lossy().into_owned())
}

fn with_more_lines(mut text: Vec<u8>, more: &[u8]) -> Vec<u8> {
    for line in lines(more) {
        text.push(b'\n');
        text.extend_from_slice(&line.plain);
    }
    text
}
