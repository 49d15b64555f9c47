//! What has become of the memory that programs freed on this machine: whether a huge page is to be had at once.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::program::fifo_directory;

/// The least that Linux gives back to a virtual machine's host when it is free, as a power of two of pages. Until a device asks
/// for it, that is no size that Linux has: -1, or, before 6.4, 11 (`mm/page_reporting.c`).
const RETURNED: &str = "/sys/module/page_reporting/parameters/page_reporting_order";

/// The largest size that Linux has, where pages are of 4 KiB (`MAX_PAGE_ORDER`).
const LARGEST: u32 = 10;

/// How long freed memory is still there, more often than not. (Linux begins to return it two seconds after the first
/// that was freed.)
const STILL_HERE: Duration = Duration::from_millis(500);

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum FreedMemory {
    /// With this machine: a huge page takes a fifth of a millisecond.
    Kept,
    /// Not yet returned to the host, if it was a program like this one that ran a moment ago.
    StillHere,
    /// Returned to the host: a huge page takes five milliseconds.
    #[default]
    Returned,
}

impl FreedMemory {
    /// As it is now. Meant for before a build makes anything of its own.
    pub(super) fn look() -> Self {
        if !is_returned(fs::read_to_string(RETURNED).ok().as_deref()) {
            Self::Kept
        } else if has_just_changed(&fifo_directory(), SystemTime::now()) {
            Self::StillHere
        } else {
            Self::Returned
        }
    }
}

/// `order` is what the kernel says in [`RETURNED`].
fn is_returned(order: Option<&str>) -> bool {
    order.and_then(|order| order.trim().parse().ok()).is_some_and(|order: u32| order <= LARGEST)
}

/// A directory for temporary files changes when programs run, and each build has one of its own in it for a time.
fn has_just_changed(dir: &Path, now: SystemTime) -> bool {
    let changed = fs::metadata(dir).and_then(|dir| dir.modified());
    changed.is_ok_and(|changed| now.duration_since(changed).is_ok_and(|age| age < STILL_HERE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_returned_where_the_kernel_has_a_device_for_it() {
        let cases = [
            (Some("9\n"), true),
            (Some("10\n"), true),
            (Some("-1\n"), false),
            (Some("11\n"), false),
            (Some(""), false),
            (None, false),
        ];
        for (order, expected) in cases {
            assert_eq!(is_returned(order), expected, "{order:?}");
        }
    }

    #[test]
    fn a_directory_has_just_changed_for_half_a_second() {
        let dir = tempfile::tempdir().unwrap();
        let changed = fs::metadata(dir.path()).unwrap().modified().unwrap();
        for (age, expected) in [(0, true), (499, true), (500, false), (5000, false)] {
            assert_eq!(has_just_changed(dir.path(), changed + Duration::from_millis(age)), expected, "{age} ms");
        }
        // A clock that was set back.
        assert!(!has_just_changed(dir.path(), changed - Duration::from_secs(60)));
        assert!(!has_just_changed(&dir.path().join("none"), changed));
    }
}
