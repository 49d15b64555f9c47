//! What a build gives, and where it goes.

pub(crate) mod check;
pub(crate) mod delivery;
pub(crate) mod destinations;
pub(crate) mod facts;
pub(crate) mod kind;
pub(crate) mod make_rule;
mod new_file;
pub(crate) mod payload;
pub(crate) mod place;
mod replacement;
pub(crate) mod report;
pub(crate) mod sink;
pub(crate) mod write;
