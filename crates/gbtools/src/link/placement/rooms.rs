//! The free space of all banks.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::memory::Region;

/// A range of free space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub start: u32,
    pub end: u32,
}

impl Room {
    pub(super) fn size(self) -> u32 {
        self.end - self.start
    }
}

/// The conditions for the address of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fitting {
    pub size: u32,
    pub address: Option<u32>,
    pub mask: u32,
    pub align_offset: u32,
}

impl Fitting {
    /// The first address in a free range that meets the conditions.
    pub(super) fn address_in(self, room: Room) -> Option<u32> {
        let address = match self.address {
            Some(address) => address,
            None => room.start + (self.align_offset.wrapping_sub(room.start) & self.mask),
        };
        (address >= room.start && address.checked_add(self.size)? <= room.end).then_some(address)
    }
}

/// A region, a bank unless any will do, and the conditions. Sections that agree in these get the first free space, one after the other.
pub(super) type Search = (Region, Option<u32>, Fitting);

/// The free space of all banks.
#[derive(Default)]
pub(super) struct Rooms {
    regions: [Banks; 8],
    /// The bank and address of the last section that was placed by each search. Space only gets less, so there is none before it.
    left: HashMap<Search, (u32, u32), FxBuildHasher>,
}

/// The free space of the banks of a region. The list of a bank is made when the bank is first tried, so unused banks cost nothing.
#[derive(Default)]
struct Banks {
    free: Vec<Option<Vec<Room>>>,
    /// The size of the largest free range of each bank, as the leaves of a binary tree. An inner node has the larger one of its two
    /// children, which are at twice its index and the next. The root is at index 1.
    largest: Vec<u32>,
}

impl Rooms {
    /// The bank and address where a search can begin, if there was one like it before.
    pub(super) fn begin(&self, search: &Search) -> Option<(u32, u32)> {
        self.left.get(search).copied()
    }

    /// Remembers what a search found.
    pub(super) fn remember(&mut self, search: Search, found: (u32, u32)) {
        self.left.insert(search, found);
    }

    /// The first bank, from a bank on, that has a free range of this size.
    pub(super) fn first_with(&self, region: Region, bank: u32, size: u32) -> u32 {
        self.regions[region as usize].first_with(bank as usize, size)
    }

    /// Takes the first space in a bank, from an address on, that meets the conditions. Returns its address. The number of the bank
    /// counts from the region's first bank.
    pub(super) fn take(&mut self, region: Region, bank: u32, whole: Room, fitting: Fitting, from: u32) -> Option<u32> {
        let banks = &mut self.regions[region as usize];
        banks.reserve(bank as usize, whole.size());
        let free = banks.free[bank as usize].get_or_insert_with(|| vec![whole]);
        // Only one range can contain a given address.
        let from = fitting.address.unwrap_or(from);
        let first = free.partition_point(|room| room.end <= from);
        let (at, address) =
            (first..).zip(&free[first..]).find_map(|(at, &room)| Some((at, fitting.address_in(room)?)))?;
        let room = free[at];
        let before = Room { end: address, ..room };
        let behind = Room { start: address + fitting.size, ..room };
        match (before.size() > 0, behind.size() > 0) {
            (true, true) => {
                free[at] = before;
                free.insert(at + 1, behind);
            }
            (true, false) => free[at] = before,
            (false, true) => free[at] = behind,
            (false, false) => drop(free.remove(at)),
        }
        if banks.largest_of(bank as usize) == room.size() {
            banks.measure(bank as usize);
        }
        Some(address)
    }
}

impl Banks {
    /// The number of leaves.
    fn capacity(&self) -> usize {
        self.largest.len() / 2
    }

    /// Makes room for a bank. Banks that have not been tried are all free.
    fn reserve(&mut self, bank: usize, whole: u32) {
        if bank < self.free.len() {
            return;
        }
        let old = self.capacity();
        let capacity = (bank + 1).next_power_of_two();
        let mut leaves = vec![whole; 2 * capacity];
        leaves[capacity..capacity + old].copy_from_slice(&self.largest[old..]);
        self.largest = leaves;
        for node in (1..capacity).rev() {
            self.largest[node] = self.largest[2 * node].max(self.largest[2 * node + 1]);
        }
        self.free.resize_with(capacity, || None);
    }

    fn largest_of(&self, bank: usize) -> u32 {
        self.largest[self.capacity() + bank]
    }

    /// Finds the largest free range of a bank again.
    fn measure(&mut self, bank: usize) {
        let mut node = self.capacity() + bank;
        self.largest[node] = self.free[bank].iter().flatten().map(|room| room.size()).max().unwrap_or_default();
        while node > 1 {
            node /= 2;
            self.largest[node] = self.largest[2 * node].max(self.largest[2 * node + 1]);
        }
    }

    fn first_with(&self, bank: usize, size: u32) -> u32 {
        let capacity = self.capacity();
        let number = |bank: usize| u32::try_from(bank).unwrap_or(u32::MAX);
        if bank >= capacity {
            return number(bank);
        }
        let mut node = capacity + bank;
        while self.largest[node] < size {
            // Go to the next subtree on the right, up from right children.
            node >>= node.trailing_ones();
            if node == 0 {
                return number(capacity);
            }
            node += 1;
        }
        while node < capacity {
            node *= 2;
            node += usize::from(self.largest[node] < size);
        }
        number(node - capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Room = Room { start: 0x4000, end: 0x8000 };

    fn take(rooms: &mut Rooms, size: u32, address: Option<u32>, mask: u32, align_offset: u32) -> Option<u32> {
        rooms.take(Region::Romx, 0, WHOLE, Fitting { size, address, mask, align_offset }, WHOLE.start)
    }

    #[test]
    fn the_first_room_that_fits_is_taken() {
        let mut rooms = Rooms::default();
        assert_eq!(take(&mut rooms, 0x10, Some(0x4008), 0, 0), Some(0x4008));
        assert_eq!(take(&mut rooms, 9, None, 0, 0), Some(0x4018));
        assert_eq!(take(&mut rooms, 8, None, 0, 0), Some(0x4000));
        // It begins 2 after a multiple of 16.
        assert_eq!(take(&mut rooms, 1, None, 0xF, 2), Some(0x4022));
        assert_eq!(take(&mut rooms, 1, None, 0, 0), Some(0x4021));
        assert_eq!(rooms.regions[Region::Romx as usize].free[0], Some(vec![Room { start: 0x4023, end: 0x8000 }]));
    }

    #[test]
    fn what_is_taken_or_outside_does_not_fit() {
        let mut rooms = Rooms::default();
        for (size, address) in [(1, 0x3FFF), (2, 0x7FFF), (1, 0x8000), (0x4001, 0x4000)] {
            assert_eq!(take(&mut rooms, size, Some(address), 0, 0), None, "{size} {address:x}");
        }
        assert_eq!(take(&mut rooms, 0x4000, None, 0, 0), Some(0x4000));
        assert_eq!(take(&mut rooms, 1, None, 0, 0), None);
    }

    #[test]
    fn the_first_bank_with_a_range_of_a_size_is_found() {
        let mut rooms = Rooms::default();
        assert_eq!(rooms.first_with(Region::Romx, 7, 0x4000), 7);
        // The free space of each bank. The others are all free.
        let free = [0, 0x10, 0x4000, 0x3000, 0x20, 0];
        for (bank, free) in (0..).zip(free) {
            let fitting = Fitting { size: 0x4000 - free, address: None, mask: 0, align_offset: 0 };
            assert!(fitting.size == 0 || rooms.take(Region::Romx, bank, WHOLE, fitting, WHOLE.start).is_some());
        }
        for from in 0..10 {
            for size in [1, 0x10, 0x11, 0x20, 0x21, 0x3000, 0x3001, 0x4000] {
                let expected = (from..20).find(|&bank| free.get(bank as usize).is_none_or(|&free| free >= size));
                assert_eq!(Some(rooms.first_with(Region::Romx, from, size)), expected, "{from} {size}");
            }
        }
    }
}
