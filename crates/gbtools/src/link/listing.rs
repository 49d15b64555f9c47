//! Makes the map and the symbol file.

use std::panic::resume_unwind;
use std::thread;

use super::labels::Labels;
use super::merge::Merged;
use super::region::Layout;
use super::resolve::Symbols;
use super::{Link, Options};
use crate::limits::{Budget, Limits, Spent};

/// The number of labels from which a file takes longer than starting a thread.
const MANY: usize = 4096;

/// Everything that the map and the symbol file list. Each of them has a listing of its own, so that two threads can make
/// them.
pub(super) struct Listing<'l, 'a> {
    pub options: &'l Options,
    pub layout: Layout,
    pub merged: &'l Merged<'a>,
    pub labels: Option<&'l Labels<'a>>,
    pub budget: Budget<'l>,
}

/// The map and the symbol file.
type MapAndSym = (Option<Vec<u8>>, Option<Vec<u8>>);

/// A file that was made, and the memory that it took.
type File = Result<(Vec<u8>, u64), Spent>;

impl Link<'_> {
    /// The map and the symbol file, as far as they are wanted.
    pub(super) fn listings(&self, symbols: &Symbols<'_>) -> Result<MapAndSym, Spent> {
        let wanted = self.options.wanted;
        let labels = if wanted.sym || wanted.map { Some(self.labels()?) } else { None };
        let (options, layout, merged) = (self.options, self.layout, &self.merged);
        // One has as much memory as the other, whether they are made at the same time or not. Both together may not take more.
        let (room, until) = (self.budget.room(), self.budget.until());
        let limits = Limits { memory: room, ..options.limits };
        let listing =
            || Listing { options, layout, merged, labels: labels.as_ref(), budget: Budget::new(limits, until) };
        let made = |listing: &Listing<'_, '_>, file: Vec<u8>| (file, room - listing.budget.room());
        let map = || -> Option<File> {
            let listing = wanted.map.then(listing)?;
            Some(listing.map().map(|file| made(&listing, file)))
        };
        let sym = || -> Option<File> {
            let listing = wanted.sym.then(listing)?;
            Some(listing.sym(symbols).map(|file| made(&listing, file)))
        };
        let both = wanted.map && wanted.sym && labels.as_ref().is_some_and(|labels| labels.count() >= MANY);
        let (map, sym) = thread::scope(|scope| {
            let thread =
                (both && options.parallel).then(|| thread::Builder::new().spawn_scoped(scope, map).ok()).flatten();
            // Without a thread, this one makes both.
            match thread {
                Some(thread) => {
                    let sym = sym();
                    (thread.join().unwrap_or_else(|panic| resume_unwind(panic)), sym)
                }
                None => (map(), sym()),
            }
        });
        let file = |made: Option<File>| {
            let Some((file, memory)) = made.transpose()? else { return Ok(None) };
            self.budget.take(usize::try_from(memory).unwrap_or(usize::MAX))?;
            Ok(Some(file))
        };
        Ok((file(map)?, file(sym)?))
    }
}
