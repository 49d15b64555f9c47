//! The sections of each bank.

use crate::memory::Region;

/// The sections of each bank, by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Banks {
    pub(super) regions: [Vec<Vec<usize>>; 8],
}

impl Banks {
    /// The sections of each bank of a region, from the first bank to the last one in use.
    pub(crate) fn of(&self, region: Region) -> &[Vec<usize>] {
        &self.regions[region as usize]
    }
}
