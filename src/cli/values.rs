//! Values that have a unit.

use std::time::Duration;

/// Seconds, or a number with a unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    use fundu::TimeUnit::{Hour, MilliSecond, Minute, Second};
    let parser = fundu::DurationParser::with_time_units(&[MilliSecond, Second, Minute, Hour]);
    let duration = parser.parse(text).map_err(|error| error.to_string())?;
    duration.try_into().map_err(|_| "a time cannot be negative".to_owned())
}

/// Bytes, or a number with a unit of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    parse_size::Config::new().with_binary().parse_size(text).map_err(|error| error.to_string())
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
        for text in ["", "-1", "soon", "2x", "1e999999"] {
            assert!(duration(text).is_err() || text == "1e999999", "{text}");
        }
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
        for text in ["", "-1", "much", "2x", "M", "99999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
