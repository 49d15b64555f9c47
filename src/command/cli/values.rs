//! Values with a unit, and values of the form `NAME=FILE`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::Duration;

use bstr::ByteSlice;
use clap::builder::{OsStringValueParser, TypedValueParser};

/// Seconds, or a number with a unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    use fundu::TimeUnit::{Hour, MilliSecond, Minute, Second};
    let parser = fundu::DurationParser::with_time_units(&[MilliSecond, Second, Minute, Hour]);
    let form = |_| "use a number of seconds, or one with ms, s, m or h, such as 2.5 or 30s".to_owned();
    let duration = parser.parse(text).map_err(form)?;
    let duration: Duration = duration.try_into().map_err(|_| "a time cannot be negative".to_owned())?;
    if duration.is_zero() {
        zero(text)?;
    }
    Ok(duration)
}

/// Bytes, or a number with a unit of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    // A longer number may overflow in `parse_size` without an error.
    if text.bytes().filter(u8::is_ascii_digit).count() > 18 {
        return Err("the number is too long".to_owned());
    }
    let form = |_| "use a number of bytes, or one with K, M or G, such as 64K or 1G".to_owned();
    let size = parse_size::Config::new().with_binary().parse_size(text).map_err(form)?;
    if size == 0 {
        zero(text)?;
    }
    Ok(size)
}

/// A number of tools.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "use a number from 1".to_owned())
}

/// 0 means no limit, so a value that only rounds to 0 is an error.
fn zero(text: &str) -> Result<(), String> {
    if text.contains(|c: char| matches!(c, '1'..='9')) { Err("the value is too small".to_owned()) } else { Ok(()) }
}

/// A file and the name given to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
}

/// The same, with an optional file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedOutput {
    pub(crate) name: String,
    pub(crate) file: Option<PathBuf>,
}

/// `NAME=FILE`.
pub(super) fn named() -> impl TypedValueParser<Value = Named> {
    named_output().try_map(|NamedOutput { name, file }| match file {
        Some(file) => Ok(Named { name, file }),
        None => Err("use NAME=FILE, such as in=game.asm"),
    })
}

/// `NAME`, or `NAME=FILE`.
pub(super) fn named_output() -> impl TypedValueParser<Value = NamedOutput> {
    OsStringValueParser::new().try_map(|value: OsString| {
        let (name, file) = match value.as_bytes().split_once_str("=") {
            Some((name, file)) => (name, Some(file)),
            None => (value.as_bytes(), None),
        };
        if file.is_some_and(<[u8]>::is_empty) {
            return Err("the file name is empty");
        }
        // The name becomes a file name, also in a tar, and is written between braces.
        let odd = |c: char| c.is_control() || "/{}".contains(c);
        match name.to_str() {
            Ok("" | "." | "..") | Err(_) => Err("this is not a valid name"),
            Ok(name) if name.contains(odd) => Err("a name must not contain a slash, a brace or a control character"),
            Ok(name) => Ok(NamedOutput {
                name: name.to_owned(),
                file: file.map(|file| OsString::from_vec(file.to_vec()).into()),
            }),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_have_a_unit() {
        for (text, millis) in
            [("2", 2000), ("2.5", 2500), ("30s", 30_000), ("2m", 120_000), ("1h", 3_600_000), ("0", 0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "-1", "soon", "2x", "1e-10", "0.0000000001"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!((duration("0.0"), duration("1e-9")), (Ok(Duration::ZERO), Ok(Duration::from_nanos(1))));
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit_of_1024() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("64K", 64 << 10),
            ("64k", 64 << 10),
            ("256M", 256 << 20),
            ("1G", 1 << 30),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        assert_eq!((size("0.0"), size("999999999999999999")), (Ok(0), Ok(999_999_999_999_999_999)));
        let too_long = ["184467440737095516159", "18446744073709551615.9"];
        for text in ["", "-1", "much", "2x", "M", "99999999999G", "0.4", "1e-400"].into_iter().chain(too_long) {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
