//! The options that OPT can change while the source is read.

use super::options::Options;
use super::warnings::Warnings;

/// The current values of these options.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub binary: [u8; 2],
    pub graphics: [u8; 4],
    pub pad: u8,
    pub precision: u8,
    pub depth: u32,
    pub warnings: Warnings,
}

impl Settings {
    pub(crate) fn of(options: &Options) -> Self {
        Self {
            binary: options.binary,
            graphics: options.graphics,
            pad: options.pad,
            precision: options.precision,
            depth: options.depth,
            warnings: options.warnings.clone(),
        }
    }
}
