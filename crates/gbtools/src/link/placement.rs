//! Gives each section its bank and address.
//!
//! The most constrained sections come first, and among those the largest. Each goes to the first place that fits, bank
//! by bank. The list of free space of a bank is made when the bank is first tried, so unused banks cost nothing.

use std::cmp::Reverse;

use super::merge::mask;
use super::{BankUsage, Done, Link};
use crate::memory::Region;

/// `-S`: the number of banks over which sections are spread, in each region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scramble {
    /// For ROMX.
    pub romx: Option<u16>,
    /// For SRAM.
    pub sram: Option<u16>,
    /// For WRAMX.
    pub wramx: Option<u16>,
}

/// The sections of each bank, by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Banks {
    regions: [Vec<Vec<usize>>; 8],
}

impl Banks {
    /// The sections of each bank of a region, from the first bank to the last one in use.
    pub(crate) fn of(&self, region: Region) -> &[Vec<usize>] {
        &self.regions[region as usize]
    }
}

/// A range of free space.
#[derive(Clone, Copy, Debug)]
struct Room {
    start: u32,
    end: u32,
}

/// The free space of all banks.
#[derive(Default)]
struct Rooms {
    regions: [Vec<Option<Vec<Room>>>; 8],
}

/// The conditions for the address of a section.
#[derive(Clone, Copy)]
struct Fitting {
    size: u32,
    address: Option<u32>,
    mask: u32,
    align_offset: u32,
}

impl Fitting {
    /// The first address in a free range that meets the conditions.
    fn address_in(self, room: Room) -> Option<u32> {
        let address = match self.address {
            Some(address) => address,
            None => room.start + (self.align_offset.wrapping_sub(room.start) & self.mask),
        };
        (address >= room.start && address.checked_add(self.size)? <= room.end).then_some(address)
    }
}

impl Link<'_> {
    /// Places all sections.
    pub(super) fn place(&mut self) -> Done {
        let mut order: Vec<usize> = (0..self.merged.sections.len()).collect();
        // Among equals, the section defined last comes first.
        order.sort_by_key(|&index| {
            let section = &self.merged.sections[index];
            let class = match (section.bank, section.address, section.align) {
                (Some(_), Some(_), _) => 0,
                (Some(_), None, 1..) => 1,
                (Some(_), None, 0) => 2,
                (None, Some(_), _) => 3,
                (None, None, 1..) => 4,
                (None, None, 0) => 5,
            };
            (class, Reverse(section.size), Reverse(index))
        });
        if self.options.overlay.is_some() {
            self.check_fixed(&order)?;
        }
        let mut rooms = Rooms::default();
        let mut turns = Turns::of(self.options.scramble);
        for &index in &order {
            self.poll()?;
            self.place_section(index, &mut rooms, &mut turns)?;
        }
        self.collect_banks(&order);
        Ok(())
    }

    /// Checks that all sections have a fixed place. With an overlay, they must.
    fn check_fixed(&mut self, order: &[usize]) -> Done {
        const MOST: usize = 10;
        let lines: Vec<_> = order
            .iter()
            .filter_map(|&index| {
                let section = &self.merged.sections[index];
                let missing = match (section.bank, section.address) {
                    (Some(_), Some(_)) => return None,
                    (None, Some(_)) => "bank",
                    (Some(_), None) => "address",
                    (None, None) => "bank and address",
                };
                Some(format!("\n- \"{}\" ({missing} not specified)", section.name))
            })
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let more = if lines.len() > MOST { format!("\n- and {} more", lines.len() - MOST) } else { String::new() };
        let count = lines.len();
        let list = lines[..count.min(MOST)].concat();
        let text = format!(
            "With an overlay, all sections need a bank and an address, but {count} lack one or both:{list}{more}"
        );
        Err(self.fatal("overlay-unfixed", text))
    }

    fn place_section(&mut self, index: usize, rooms: &mut Rooms, turns: &mut Turns) -> Done {
        let section = &self.merged.sections[index];
        let bounds = self.layout.bounds(section.region);
        let fitting = Fitting {
            size: section.size,
            address: section.address.map(u32::from),
            mask: mask(section.align).into(),
            align_offset: section.align_offset.into(),
        };
        let region = section.region;
        let (start, end) = (u32::from(bounds.start), u32::from(bounds.start) + u32::from(bounds.size));
        let whole = Room { start, end };
        if section.size == 0 {
            // An empty section conflicts with nothing.
            let address = fitting.address_in(Room { end: end + 1, ..whole });
            return match address {
                Some(address) => {
                    let bank = section.bank.unwrap_or_else(|| {
                        let first = turns.banks(region, bounds.first_bank, bounds.last_bank).next();
                        turns.placed(region);
                        first.unwrap_or(bounds.first_bank)
                    });
                    self.settle(index, bank, address);
                    Ok(())
                }
                None => Err(self.no_room(index)),
            };
        }
        let mut banks: Box<dyn Iterator<Item = u32>> = match section.bank {
            Some(bank) => Box::new(std::iter::once(bank)),
            None => turns.banks(region, bounds.first_bank, bounds.last_bank),
        };
        let found = banks.find_map(|bank| {
            let free = rooms.of(region, bank - bounds.first_bank, whole);
            let (at, address) =
                free.iter().enumerate().find_map(|(at, &room)| Some((at, fitting.address_in(room)?)))?;
            take(free, at, address, fitting.size);
            Some((bank, address))
        });
        drop(banks);
        match found {
            Some((bank, address)) => {
                if section.bank.is_none() {
                    turns.placed(region);
                }
                self.settle(index, bank, address);
                Ok(())
            }
            None => Err(self.no_room(index)),
        }
    }

    fn settle(&mut self, index: usize, bank: u32, address: u32) {
        let section = &mut self.merged.sections[index];
        section.bank = Some(bank);
        section.address = Some(u16::try_from(address).unwrap_or(u16::MAX));
    }

    /// Reports that a section fits nowhere, and the section that is in its way.
    fn no_room(&mut self, index: usize) -> super::Halt {
        let section = &self.merged.sections[index];
        let (name, size, region) = (&section.name, section.size, section.region.bounds().name);
        let bank = section.bank.map_or_else(String::new, |bank| format!(" in bank {bank}"));
        let place = match (section.address, section.align) {
            (Some(address), _) => format!(" at ${address:04X}"),
            (None, 1..) => format!(" aligned to {} bytes", 1_u32 << section.align),
            (None, 0) => String::new(),
        };
        let other = section.address.and_then(|address| {
            self.merged.sections.iter().find(|other| {
                other.region == section.region
                    && other.bank == section.bank
                    && other.name != section.name
                    && other.address.is_some_and(|start| {
                        u32::from(start) < u32::from(address) + size
                            && u32::from(address) < u32::from(start) + other.size
                    })
            })
        });
        let way = other.map_or_else(String::new, |other| format!("; \"{}\" is in its way", other.name));
        let text = format!("There is no room for section \"{name}\" ({size} bytes) in {region}{bank}{place}{way}");
        self.fatal("no-room", text)
    }

    /// Lists the sections of each bank by address. Among empty sections at one address, the last one placed comes
    /// first.
    fn collect_banks(&mut self, order: &[usize]) {
        for &index in order.iter().rev() {
            let section = &self.merged.sections[index];
            let bounds = self.layout.bounds(section.region);
            let bank = (section.bank.unwrap_or(bounds.first_bank) - bounds.first_bank) as usize;
            let banks = &mut self.merged.banks.regions[section.region as usize];
            if banks.len() <= bank {
                banks.resize_with(bank + 1, Vec::new);
            }
            banks[bank].push(index);
        }
        let sections = &self.merged.sections;
        for bank in self.merged.banks.regions.iter_mut().flatten() {
            // An empty section precedes the section at the same address.
            bank.sort_by_key(|&index| (sections[index].address, sections[index].size != 0));
        }
    }

    /// The usage of each bank that has sections.
    pub(super) fn usage(&self) -> Vec<BankUsage> {
        let mut usage = Vec::new();
        for region in super::region::LISTED {
            let bounds = self.layout.bounds(region);
            for (bank, sections) in (bounds.first_bank..).zip(self.merged.banks.of(region)) {
                let used = sections.iter().map(|&index| self.merged.sections[index].size).sum();
                usage.push(BankUsage { region, bank, used, size: bounds.size.into() });
            }
        }
        usage
    }
}

impl Rooms {
    /// The free space of a bank. The number counts from the region's first bank.
    fn of(&mut self, region: Region, bank: u32, whole: Room) -> &mut Vec<Room> {
        let banks = &mut self.regions[region as usize];
        let bank = bank as usize;
        if banks.len() <= bank {
            banks.resize_with(bank + 1, || None);
        }
        banks[bank].get_or_insert_with(|| vec![whole])
    }
}

/// Takes a part out of a free range.
fn take(free: &mut Vec<Room>, at: usize, address: u32, size: u32) {
    let room = free[at];
    let before = Room { end: address, ..room };
    let behind = Room { start: address + size, ..room };
    let left = [before, behind].into_iter().filter(|room| room.start < room.end);
    free.splice(at..=at, left);
}

/// The next bank of each scrambled region.
struct Turns {
    regions: [Option<Turn>; 8],
}

#[derive(Clone, Copy)]
struct Turn {
    /// The number of banks over which sections are spread.
    banks: u32,
    /// The bank to try first, counted from the region's first bank.
    next: u32,
}

impl Turns {
    fn of(scramble: Scramble) -> Self {
        let mut regions = [None; 8];
        for (region, banks) in
            [(Region::Romx, scramble.romx), (Region::Sram, scramble.sram), (Region::Wramx, scramble.wramx)]
        {
            regions[region as usize] = banks.map(|banks| Turn { banks: banks.into(), next: 0 });
        }
        Self { regions }
    }

    /// The banks to try, in order.
    fn banks(&self, region: Region, first: u32, last: u32) -> Box<dyn Iterator<Item = u32>> {
        match self.regions[region as usize] {
            None | Some(Turn { banks: 0, .. }) => Box::new(first..=last),
            Some(Turn { banks, next }) => {
                let highest = first + banks - 1;
                let start = if next == 0 { highest } else { next + first - 1 };
                Box::new((first..=start.min(last)).rev().chain((start + 1..=highest.min(last)).rev()))
            }
        }
    }

    /// Continues with the previous bank, after a section was placed.
    fn placed(&mut self, region: Region) {
        if let Some(turn) = &mut self.regions[region as usize] {
            turn.next = if turn.next == 0 { turn.banks.saturating_sub(1) } else { turn.next - 1 };
        }
    }
}
