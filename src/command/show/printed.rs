//! What programs print, of which not everything is kept.

use std::fmt;

use rgbpipe::program::Printed;

/// What was printed, and a line about what is left out of it.
pub(crate) fn whole(printed: &Printed, by: &impl fmt::Display) -> Vec<u8> {
    let mut text = printed.bytes.clone();
    if let Some(words) = omission(printed.omitted, by) {
        text.extend(format!("\nrgbpipe: {words}\n").into_bytes());
    }
    text
}

/// What to tell of bytes that were printed but not kept.
pub(crate) fn omission(bytes: u64, by: &impl fmt::Display) -> Option<String> {
    (bytes > 0).then(|| format!("{bytes} more bytes from {by} omitted"))
}
