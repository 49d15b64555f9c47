//! What the map and the symbol file list.

use bstr::BString;

use super::Options;
use super::merge::Merged;
use super::region::Layout;
use crate::limits::Budget;
use crate::module::Module;

/// Everything that the map and the symbol file list, with what is left for one of them.
pub(super) struct Listing<'l, 'a> {
    pub options: &'l Options,
    pub layout: Layout,
    pub modules: &'l [(BString, &'a Module)],
    pub merged: &'l Merged<'a>,
    pub budget: Budget<'l>,
}
