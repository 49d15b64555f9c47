//! How the tools get their memory: a good part of their time, and nothing that they have to be changed for.
//!
//! Of glibc's manual, "Memory Allocation Tunables"; other C libraries take no notice.

use crate::toolchain::Object;

/// What the tools get as `GLIBC_TUNABLES` on Linux, unless the environment has that variable.
///
/// Most of a small link is the making and the giving back of `rgblink`'s own tables, some 40 MB in small pieces:
///
/// - `hugetlb=1`: huge pages, where the kernel leaves the choice to programs, for less of the kernel's work;
/// - `tcache_count`: a freed piece is put on a list, and not joined with its neighbours, which nobody needs any more;
/// - `top_pad`: the heap grows by 8 MiB at a time, not by 132 KiB.
///
/// So a small link takes a third of the time, one of 10 MB of objects four fifths, and an assembly nineteen twentieths. (A link of
/// more than 12 MiB goes without `hugetlb`.)
pub const MALLOC_TUNABLES: &str = "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=65535:glibc.malloc.top_pad=8388608";

/// The same without huge pages.
const WITH_SMALL_PAGES: &str = "glibc.malloc.tcache_count=65535:glibc.malloc.top_pad=8388608";

/// So much of objects, in bytes, is worth huge pages. From some 20 MB on, a link takes from four fifths of the time to five
/// fourths: where a virtual machine gives its free memory back to the host, each of some 60 pages takes milliseconds to get again.
const WORTH_HUGE_PAGES: u64 = 12 << 20;

/// For a link of these objects.
pub(super) fn tunables_of_link(objects: &[Object<'_>]) -> &'static str {
    if objects.iter().map(Object::size).sum::<u64>() > WORTH_HUGE_PAGES { WITH_SMALL_PAGES } else { MALLOC_TUNABLES }
}
