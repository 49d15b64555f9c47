//! This process as the system sees it: its signals, its standard streams, and the make that started it.

pub(crate) mod interrupt;
pub(crate) mod make;
pub(crate) mod memory;
pub(crate) mod patient;
pub(crate) mod signals;
pub(crate) mod standard_streams;
