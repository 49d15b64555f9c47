//! The places that messages name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;

use crate::diagnostics::Frame;

/// A line after the text of a message of RGBDS 1.0.
pub(super) enum Trace {
    /// `at PLACE`, which begins a backtrace. With `-B collapse` it has all of the backtrace.
    At(Vec<Frame>),
    /// `<- PLACE`
    From(Vec<Frame>),
    /// `...5 more...`: lines that `-B DEPTH` leaves out.
    Omitted,
    /// The next lines are about another place.
    Elsewhere,
    /// The place is in the expansion of this `EQUS` symbol.
    Expanding(String),
}

pub(super) fn trace_line(line: &[u8]) -> Option<Trace> {
    let words = line.strip_prefix(b"    ")?;
    if let Some(places) = words.strip_prefix(b"at ") {
        return Some(Trace::At(backtrace(places)?));
    }
    if let Some(place) = words.strip_prefix(b"<- ") {
        return Some(Trace::From(backtrace(place)?));
    }
    if let Some(name) = words.strip_prefix(b"while expanding symbol `") {
        return Some(Trace::Expanding(name.strip_suffix(b"`")?.to_str_lossy().into_owned()));
    }
    if words == b"and also:" || words.ends_with(b" defined but not exported:") {
        return Some(Trace::Elsewhere);
    }
    is_omission(words).then_some(Trace::Omitted)
}

/// `...5 more...`, `...5 more` or `...and 5 more`.
fn is_omission(words: &[u8]) -> bool {
    let words = words.strip_prefix(b"...").unwrap_or_default();
    let words = words.strip_prefix(b"and ").unwrap_or(words);
    let words = words.strip_suffix(b"...").unwrap_or(words);
    words.strip_suffix(b" more").is_some_and(|number| number.to_str().is_ok_and(|number| number.parse::<u64>().is_ok()))
}

/// Places in the format of RGBDS 1.0, innermost first: `FILE::MACRO(3) <- FILE(6)`, or `<command-line>`.
fn backtrace(places: &[u8]) -> Option<Vec<Frame>> {
    if [&b"<builtin>"[..], b"<command-line>"].contains(&places) {
        return Some(vec![Frame { file: OsStr::from_bytes(places).into(), inside: None, line: 0 }]);
    }
    let places = places.split_str(" <- ").filter(|place| !is_omission(place));
    places.map(frame).collect()
}

/// The place at the start of a message of RGBDS up to 0.9.4, `FILE(6) -> FILE::MACRO(3):`, innermost first, and the
/// rest of the line.
pub(super) fn place(words: &[u8]) -> Option<(Vec<Frame>, &[u8])> {
    // A file name can contain anything, so the first end counts that has only places before it. At most eight are
    // tried, because the text may have megabytes of them, and each try starts at the beginning.
    words.find_iter("):").take(8).find_map(|end| {
        let (places, rest) = (&words[..=end], &words[end + 2..]);
        let mut frames = places.split_str(" -> ").map(frame).collect::<Option<Vec<_>>>()?;
        frames.reverse();
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix(b" ")? };
        Some((frames, rest))
    })
}

/// `FILE(6)`, or `FILE::MACRO::REPT~2(3)`.
fn frame(place: &[u8]) -> Option<Frame> {
    let (name, line) = place.strip_suffix(b")")?.rsplit_once_str("(")?;
    // `parse` alone would accept a sign.
    let line = line.to_str().ok().filter(|line| line.bytes().all(|digit| digit.is_ascii_digit()))?.parse().ok()?;
    (!name.is_empty()).then(|| Frame::named(name, line))
}
