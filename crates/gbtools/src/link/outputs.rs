//! Makes the symbol file, the map and the ROM, two at a time if another thread may help.

use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::thread;

use bstr::BString;

use super::labels::Labels;
use super::listing::Listing;
use super::merge::Merged;
use super::region::Layout;
use super::resolve::Symbols;
use super::{Done, Link, Options};
use crate::limits::{Budget, Limits, Spent};
use crate::module::Module;
use crate::until::Until;

/// The number of symbols from which a file takes longer than starting a thread.
const MANY: usize = 4096;

/// What was made, and the memory that it took.
type Made<T> = Result<(T, u64), Spent>;

/// Makes listings. Each of them has as much memory as the other, whether they are made at the same time or not.
struct Listings<'l, 'a> {
    options: &'l Options,
    layout: Layout,
    modules: &'l [(BString, &'a Module)],
    merged: &'l Merged<'a>,
    room: u64,
    until: &'l dyn Until,
}

impl<'l, 'a> Listings<'l, 'a> {
    /// Makes something of what is left when this much memory has been taken.
    fn make<T>(&self, taken: u64, work: impl FnOnce(&Listing<'l, 'a>) -> Result<T, Spent>) -> Made<T> {
        let &Self { options, layout, modules, merged, room, until } = self;
        let limits = Limits { memory: room - taken, ..options.limits };
        let listing = Listing { options, layout, modules, merged, budget: Budget::new(limits, until) };
        let made = work(&listing)?;
        Ok((made, limits.memory - listing.budget.room()))
    }

    /// Makes a file that lists the labels.
    fn file(
        &self,
        labels: &Made<Labels<'a>>,
        work: impl FnOnce(&Listing<'l, 'a>, &Labels<'a>) -> Result<Vec<u8>, Spent>,
    ) -> Made<Vec<u8>> {
        let (labels, taken) = labels.as_ref().map_err(|&spent| spent)?;
        self.make(*taken, |listing| work(listing, labels))
    }
}

impl Link<'_> {
    /// Makes the symbol file and the map, as far as they are wanted, and then the ROM. Where another thread may help, it makes
    /// the symbol file while this one makes the ROM and the map.
    pub(super) fn outputs(&mut self, symbols: &Symbols<'_>) -> Done<Vec<u8>> {
        let merged = Arc::clone(&self.merged);
        let (options, wanted) = (self.options, self.options.wanted);
        let listings = Listings {
            options,
            layout: self.layout,
            modules: self.modules,
            merged: &merged,
            room: self.budget.room(),
            until: self.budget.until(),
        };
        let listed = OnceLock::new();
        let labels = || listed.get_or_init(|| listings.make(0, Listing::labels));
        let sym = || wanted.sym.then(|| listings.file(labels(), |listing, labels| listing.sym(labels, symbols)));
        let map = || wanted.map.then(|| listings.file(labels(), Listing::map));

        let count = self.modules.iter().map(|(_, module)| module.symbols.len()).sum::<usize>();
        let memory = || listed.get().and_then(|made| made.as_ref().ok()).map_or(0, |&(_, memory)| memory);
        if !options.parallel || count < MANY {
            let (sym, map) = (sym(), map());
            self.hand_over(sym, map, memory())?;
            return self.rom(symbols);
        }
        let (sym, map, rom) = thread::scope(|scope| {
            // Without a thread, this one makes all.
            let thread = thread::Builder::new().spawn_scoped(scope, sym).ok();
            let rom = self.rom(symbols);
            let map = map();
            let sym = match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                None => sym(),
            };
            (sym, map, rom)
        });
        self.hand_over(sym, map, memory())?;
        rom
    }

    /// Gives the symbol file and the map to the receiver. Together with the labels, they may not take more memory than there is.
    fn hand_over(&mut self, sym: Option<Made<Vec<u8>>>, map: Option<Made<Vec<u8>>>, labels: u64) -> Done {
        let (sym, map) = self.within("symbol file or the map", |link| {
            let take = |memory: u64| link.budget.take(usize::try_from(memory).unwrap_or(usize::MAX));
            let taken = |made: Option<Made<Vec<u8>>>| {
                let Some((file, memory)) = made.transpose()? else { return Ok(None) };
                take(memory).map(|()| Some(file))
            };
            let files = (taken(sym)?, taken(map)?);
            take(labels).map(|()| files)
        })?;
        self.receiver.listings(sym, map).map_err(|refused| self.refused(*refused))
    }
}
