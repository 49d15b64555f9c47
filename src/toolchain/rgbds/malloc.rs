//! How the tools get their memory. docs/decisions.md has the figures.

use std::fs;

use crate::program::Program;
use crate::toolchain::Source;

/// What a tool gets as `GLIBC_TUNABLES` on Linux where that is worth it, unless the environment has that variable: huge
/// pages, where the kernel leaves the choice to programs (glibc's manual, "Memory Allocation Tunables"). Most of a small
/// link is the making of `rgblink`'s own tables, some 40 MB in small pieces.
pub const HUGE_PAGES: &str = "glibc.malloc.hugetlb=1";

/// So much of source, in bytes, is worth huge pages. With less, an assembly takes some hundredths longer.
const MUCH_SOURCE: u64 = 256 << 10;

/// The least that Linux gives back to a virtual machine's host when it is free, as a power of two of pages. Until a device asks
/// for it, that is no size that Linux has: -1, or, before 6.4, 11 (`mm/page_reporting.c`).
const RETURNED: &str = "/sys/module/page_reporting/parameters/page_reporting_order";

/// The largest size that Linux has, where pages are of 4 KiB (`MAX_PAGE_ORDER`).
const LARGEST: u32 = 10;

/// Gives an assembler what it should have.
pub(super) fn for_assembly<'a>(program: Program<'a>, source: &Source<'_>) -> Program<'a> {
    if source.size() >= MUCH_SOURCE { with_huge_pages(program) } else { program }
}

/// Gives a linker what it should have. What the user has set stays.
pub(super) fn with_huge_pages(program: Program<'_>) -> Program<'_> {
    let kept = || !is_returned(fs::read_to_string(RETURNED).ok().as_deref());
    let is_free = std::env::var_os("GLIBC_TUNABLES").is_none();
    if cfg!(target_os = "linux") && is_free && kept() { program.env("GLIBC_TUNABLES", HUGE_PAGES) } else { program }
}

/// Whether this machine gives freed memory back to its host: there a huge page takes milliseconds to get again, and a small
/// link, of twenty such pages, up to four times its time. `order` is what the kernel says in [`RETURNED`].
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
