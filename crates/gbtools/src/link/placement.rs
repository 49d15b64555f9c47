//! Gives each section its bank and address.
//!
//! The most constrained sections come first, and among those the largest. Each goes to the first place that fits, bank
//! by bank.

mod rooms;

use std::cmp::Reverse;
use std::fmt::Write;

use super::banks::Banks;
use super::merge::{Whole, mask, unshared};
use super::sort::sort;
use super::{BankUsage, Done, Link};
use crate::limits::Spent;
use crate::memory::Region;
use rooms::{Fitting, Room, Rooms};

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

impl Link<'_> {
    /// Places all sections.
    pub(super) fn place(&mut self) -> Done {
        let order = self.within("link", Self::placing_order)?;
        if self.options.overlay.is_some() {
            self.check_fixed(&order)?;
        }
        let mut rooms = Rooms::default();
        let mut turns = Turns::of(self.options.scramble);
        for &index in &order {
            self.poll()?;
            self.place_section(index, &mut rooms, &mut turns)?;
        }
        let banks = self.within("link", |link| link.collect_banks(&order))?;
        unshared(&mut self.merged).banks = banks;
        Ok(())
    }

    fn placing_order(&self) -> Result<Vec<usize>, Spent> {
        let class = |section: &Whole<'_>| match (section.bank, section.address, section.align) {
            (Some(_), Some(_), _) => 0,
            (Some(_), None, 1..) => 1,
            (Some(_), None, 0) => 2,
            (None, Some(_), _) => 3,
            (None, None, 1..) => 4,
            (None, None, 0) => 5,
        };
        let mut order = Vec::with_capacity(self.merged.sections.len());
        for (index, section) in self.merged.sections.iter().enumerate() {
            self.budget.step()?;
            // Among equals, the section defined last comes first.
            order.push((class(section), Reverse(section.size), Reverse(index)));
        }
        sort(&mut order, &self.budget, Ord::cmp)?;
        Ok(order.into_iter().map(|(.., Reverse(index))| index).collect())
    }

    /// Checks that all sections have a fixed place. With an overlay, they must.
    fn check_fixed(&mut self, order: &[usize]) -> Done {
        const MOST: usize = 10;
        let (mut count, mut list) = (0, String::new());
        for &index in order {
            self.poll()?;
            let section = &self.merged.sections[index];
            let missing = match (section.bank, section.address) {
                (Some(_), Some(_)) => continue,
                (None, Some(_)) => "bank",
                (Some(_), None) => "address",
                (None, None) => "bank and address",
            };
            count += 1;
            if count <= MOST {
                let _ = write!(list, "\n- \"{}\" ({missing} not specified)", section.name);
            }
        }
        if count == 0 {
            return Ok(());
        }
        if count > MOST {
            let _ = write!(list, "\n- and {} more", count - MOST);
        }
        let text =
            format!("With an overlay, all sections need a bank and an address, but {count} lack one or both:{list}");
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
        let given = section.bank;
        let search = (region, given, fitting);
        let is_scrambled = given.is_none() && turns.scramble(region);
        let begin = rooms.begin(&search).filter(|_| !is_scrambled);
        let mut scrambled = is_scrambled.then(|| turns.banks(region, bounds.first_bank, bounds.last_bank));
        let last = given.unwrap_or(bounds.last_bank);
        let mut next = given.or(begin.map(|(bank, _)| bank)).unwrap_or(bounds.first_bank);
        loop {
            self.poll()?;
            let bank = if let Some(banks) = &mut scrambled {
                banks.next()
            } else {
                let bank = bounds.first_bank + rooms.first_with(region, next - bounds.first_bank, fitting.size);
                next = bank + 1;
                Some(bank).filter(|&bank| bank <= last)
            };
            let Some(bank) = bank else { return Err(self.no_room(index)) };
            let from = begin.filter(|&(first, _)| first == bank).map_or(start, |(_, address)| address);
            if let Some(address) = rooms.take(region, bank - bounds.first_bank, whole, fitting, from) {
                if given.is_none() {
                    turns.placed(region);
                }
                rooms.remember(search, (bank, address));
                self.settle(index, bank, address);
                return Ok(());
            }
        }
    }

    fn settle(&mut self, index: usize, bank: u32, address: u32) {
        let section = &mut unshared(&mut self.merged).sections[index];
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
    fn collect_banks(&self, order: &[usize]) -> Result<Banks, Spent> {
        let mut banks = Banks::default();
        for &index in order.iter().rev() {
            self.budget.step()?;
            let section = &self.merged.sections[index];
            let bounds = self.layout.bounds(section.region);
            let bank = (section.bank.unwrap_or(bounds.first_bank) - bounds.first_bank) as usize;
            let banks = &mut banks.regions[section.region as usize];
            if banks.len() <= bank {
                banks.resize_with(bank + 1, Vec::new);
            }
            banks[bank].push(index);
        }
        for bank in banks.regions.iter_mut().flatten() {
            self.budget.step()?;
            // An empty section precedes the section at the same address.
            let key = |&index: &usize| {
                let section = &self.merged.sections[index];
                (section.address, section.size != 0)
            };
            sort(bank, &self.budget, |left, right| key(left).cmp(&key(right)))?;
        }
        Ok(banks)
    }

    /// The usage of each bank that has sections.
    pub(super) fn usage(&self) -> Result<Vec<BankUsage>, Spent> {
        let mut usage = Vec::new();
        for region in super::region::LISTED {
            let bounds = self.layout.bounds(region);
            for (bank, sections) in (bounds.first_bank..).zip(self.merged.banks.of(region)) {
                let used = self.merged.used(sections, &self.budget)?;
                usage.push(BankUsage { region, bank, used, size: bounds.size.into() });
            }
        }
        Ok(usage)
    }
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

    fn scramble(&self, region: Region) -> bool {
        self.regions[region as usize].is_some_and(|turn| turn.banks > 0)
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
