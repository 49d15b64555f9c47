//! The output of programs, of which some may not have been kept.

use std::fmt;

use rgbpipe::program::Printed;

/// The output, followed by a note about what was left out.
pub(crate) fn whole(printed: &Printed, by: &impl fmt::Display) -> Vec<u8> {
    let mut text = printed.bytes.clone();
    if let Some(words) = omission(printed.omitted, by) {
        text.extend(format!("\nrgbpipe: {words}\n").into_bytes());
    }
    text
}

/// A note about bytes that were printed but not kept.
pub(crate) fn omission(bytes: u64, by: &impl fmt::Display) -> Option<String> {
    (bytes > 0).then(|| format!("{bytes} more bytes from {by} omitted"))
}
