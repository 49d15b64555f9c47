//! What a build gives, and where it goes.

pub(crate) mod destinations;
pub(crate) mod facts;
pub(crate) mod make_rule;
pub(crate) mod payload;
pub(crate) mod report;
pub(crate) mod sink;
