//! The results of a build, and where they go.

pub(crate) mod artifact;
pub(crate) mod check;
pub(crate) mod destinations;
pub(crate) mod facts;
pub(crate) mod kind;
pub(crate) mod make_rule;
mod new_file;
pub(crate) mod output;
mod replacement;
pub(crate) mod report;
pub(crate) mod sink;
pub(crate) mod target;
pub(crate) mod write;
