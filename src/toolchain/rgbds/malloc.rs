//! How the tools allocate memory. docs/decisions.md has the figures.

use std::fs;

use crate::toolchain::Source;
use program::Program;

/// The `GLIBC_TUNABLES` that give a tool huge pages, if the kernel lets programs choose (glibc's manual, "Memory
/// Allocation Tunables"). `rgblink` spends most of a small link on its own tables: about 40 MB in small pieces.
pub const HUGE_PAGES: &str = "glibc.malloc.hugetlb=1";

/// The size from which a source is worth huge pages, in bytes. Assembling a smaller one takes a few percent longer with
/// them.
const MUCH_SOURCE: u64 = 256 << 10;

/// The smallest block of free memory that Linux returns to the host of a virtual machine, as a power of two of pages.
/// If no device asks for that, the value is not a valid size: -1, or 11 before Linux 6.4 (`mm/page_reporting.c`).
const RETURNED: &str = "/sys/module/page_reporting/parameters/page_reporting_order";

/// The largest valid size, with pages of 4 KiB (`MAX_PAGE_ORDER`).
const LARGEST: u32 = 10;

/// Gives an assembler huge pages if its source is large.
pub(super) fn for_assembly<'a>(program: Program<'a>, source: &Source<'_>) -> Program<'a> {
    if source.size() >= MUCH_SOURCE { with_huge_pages(program) } else { program }
}

/// Gives a program huge pages if the kernel keeps freed memory. `GLIBC_TUNABLES` in the environment takes precedence.
pub(super) fn with_huge_pages(program: Program<'_>) -> Program<'_> {
    let kept = || !is_returned(fs::read_to_string(RETURNED).ok().as_deref());
    let is_free = std::env::var_os("GLIBC_TUNABLES").is_none();
    if cfg!(target_os = "linux") && is_free && kept() { program.env("GLIBC_TUNABLES", HUGE_PAGES) } else { program }
}

/// Whether this machine returns freed memory to its host. There the host takes milliseconds to provide a huge page
/// again, and a small link, which needs twenty, may take four times as long. `order` is the content of [`RETURNED`].
fn is_returned(order: Option<&str>) -> bool {
    order.and_then(|order| order.trim().parse().ok()).is_some_and(|order: u32| order <= LARGEST)
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
}
