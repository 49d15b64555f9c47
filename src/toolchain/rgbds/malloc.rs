//! How the tools get their memory: a good part of their time, and nothing that they have to be changed for.
//!
//! Of glibc's manual, "Memory Allocation Tunables"; other C libraries take no notice.

use std::ops::RangeInclusive;

use crate::toolchain::{Object, Source};

/// What the tools get as `GLIBC_TUNABLES` on Linux, unless the environment has that variable.
///
/// Most of a small link is the making and the giving back of `rgblink`'s own tables, some 40 MB in small pieces:
///
/// - `tcache_count`: a freed piece is put on a list, and not joined with its neighbours, which nobody needs any more;
/// - `top_pad`: the heap grows by 8 MiB at a time, not by 132 KiB.
///
/// So a small link takes six sevenths of the time.
pub const MALLOC_TUNABLES: &str = "glibc.malloc.tcache_count=65535:glibc.malloc.top_pad=8388608";

/// The same, and `hugetlb=1`: huge pages, where the kernel leaves the choice to programs, for less of the kernel's work.
///
/// So a small link takes a third of the time, one of 10 MB of objects four fifths, and the assembly of a large source
/// nineteen twentieths.
///
/// Where a virtual machine gives its free memory back to the host, a huge page takes milliseconds to get again, when the
/// machine has been idle: a small link, of twenty such pages, then takes twice its time once, and a third from then on.
pub const MALLOC_TUNABLES_HUGE_PAGES: &str =
    "glibc.malloc.tcache_count=65535:glibc.malloc.top_pad=8388608:glibc.malloc.hugetlb=1";

/// So much of source, in bytes, is worth huge pages. With less, an assembly takes some hundredths longer. With more, it takes a
/// tenth longer in such a virtual machine, where only those pages are cheap that tools before it have left.
const OF_SOURCE: RangeInclusive<u64> = 256 << 10..=3 << 20;

/// So much of objects is. From some 20 MB on, a link takes from four fifths of the time to five fourths there.
const OF_OBJECTS: RangeInclusive<u64> = 0..=12 << 20;

/// For the assembly of this source.
pub(super) fn of_assembly(source: &Source<'_>) -> &'static str {
    tunables(OF_SOURCE.contains(&source.size()))
}

/// For a link of these objects.
pub(super) fn of_link(objects: &[Object<'_>]) -> &'static str {
    tunables(OF_OBJECTS.contains(&objects.iter().map(Object::size).sum()))
}

fn tunables(huge_pages: bool) -> &'static str {
    if huge_pages { MALLOC_TUNABLES_HUGE_PAGES } else { MALLOC_TUNABLES }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn huge_pages_are_for_neither_the_smallest_sources_nor_the_largest_of_all() {
        let assemblies = [(100, MALLOC_TUNABLES), (1 << 20, MALLOC_TUNABLES_HUGE_PAGES), (4 << 20, MALLOC_TUNABLES)];
        for (size, expected) in assemblies {
            assert_eq!(of_assembly(&Source::Stdin(&vec![b'\n'; size])), expected, "{size}");
        }
        let object = vec![0; 5 << 20];
        let object = Object::Bytes(Path::new("a.o"), &object);
        for (count, expected) in
            [(0, MALLOC_TUNABLES_HUGE_PAGES), (2, MALLOC_TUNABLES_HUGE_PAGES), (3, MALLOC_TUNABLES)]
        {
            assert_eq!(of_link(&vec![object.clone(); count]), expected, "{count}");
        }
    }
}
