//! How the tools get their memory: a good part of their time, and nothing that they have to be changed for.
//!
//! Of glibc's manual, "Memory Allocation Tunables"; other C libraries take no notice.

use super::memory::FreedMemory;
use crate::toolchain::{Object, Source};

/// What the tools get as `GLIBC_TUNABLES` on Linux, unless the environment has that variable.
///
/// Most of a small link is the making and the giving back of `rgblink`'s own tables, some 40 MB in small pieces:
///
/// - `tcache_count`: a freed piece is put on a list, and not joined with its neighbours, which nobody needs any more;
/// - `top_pad`: the heap grows by 8 MiB at a time, not by 132 KiB.
///
/// So a small link takes some nine tenths of the time.
pub const MALLOC_TUNABLES: &str = "glibc.malloc.tcache_count=65535:glibc.malloc.top_pad=8388608";

/// The same, and `hugetlb=1`: huge pages, where the kernel leaves the choice to programs, for less of the kernel's work.
///
/// So a small link takes half of the time, one of 20 MB of objects nine tenths, and the assembly of a large source
/// nineteen twentieths.
///
/// Not where a virtual machine gives its free memory back to the host, and has done so with what was freed before: a huge
/// page takes milliseconds to get again, and a small link, of twenty such pages, up to four times its time.
pub const MALLOC_TUNABLES_HUGE_PAGES: &str =
    "glibc.malloc.tcache_count=65535:glibc.malloc.top_pad=8388608:glibc.malloc.hugetlb=1";

/// So much of source, in bytes, is worth huge pages. With less, an assembly takes some hundredths longer.
const MUCH_SOURCE: u64 = 256 << 10;

/// So much of objects, in bytes, is linked with the memory that a build before has freed a moment ago.
const FEW_OBJECTS: u64 = 2 << 20;

/// For the assembly of this source.
pub(super) fn of_assembly(source: &Source<'_>, freed: FreedMemory) -> &'static str {
    tunables(freed == FreedMemory::Kept && source.size() >= MUCH_SOURCE)
}

/// For a link of these objects.
pub(super) fn of_link(objects: &[Object<'_>], freed: FreedMemory) -> &'static str {
    tunables(match freed {
        FreedMemory::Kept => true,
        FreedMemory::StillHere => objects.iter().map(Object::size).sum::<u64>() <= FEW_OBJECTS,
        FreedMemory::Returned => false,
    })
}

fn tunables(huge_pages: bool) -> &'static str {
    if huge_pages { MALLOC_TUNABLES_HUGE_PAGES } else { MALLOC_TUNABLES }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::FreedMemory::{Kept, Returned, StillHere};
    use super::*;

    #[test]
    fn huge_pages_are_for_all_but_small_sources_where_memory_is_kept() {
        let assembly = |size, freed| of_assembly(&Source::Stdin(&vec![b'\n'; size]), freed);
        assert_eq!(assembly(100, Kept), MALLOC_TUNABLES);
        assert_eq!(assembly(1 << 20, Kept), MALLOC_TUNABLES_HUGE_PAGES);
        assert_eq!(assembly(1 << 20, StillHere), MALLOC_TUNABLES);
        assert_eq!(assembly(1 << 20, Returned), MALLOC_TUNABLES);
        assert_eq!(link(9, Kept), MALLOC_TUNABLES_HUGE_PAGES);
    }

    #[test]
    fn huge_pages_are_for_small_links_where_memory_is_still_here() {
        assert_eq!(link(0, StillHere), MALLOC_TUNABLES_HUGE_PAGES);
        assert_eq!(link(2, StillHere), MALLOC_TUNABLES_HUGE_PAGES);
        assert_eq!(link(3, StillHere), MALLOC_TUNABLES);
        assert_eq!(link(0, Returned), MALLOC_TUNABLES);
    }

    /// Of so many objects of 1 MiB.
    fn link(count: usize, freed: FreedMemory) -> &'static str {
        let object = vec![0; 1 << 20];
        of_link(&vec![Object::Bytes(Path::new("a.o"), &object); count], freed)
    }
}
