//! The options of an assembly: those of rgbasm(1)'s command line, and limits.

use bstr::BString;

use super::state::Feature;
use super::time::Moment;
use super::warnings::Warnings;
use crate::limits::Limits;

/// The options of an assembly.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// `-D`: the names and values of EQUS symbols.
    pub defines: Vec<(BString, BString)>,
    /// `-I`: prefixes for the paths of files. The path without a prefix is tried first.
    pub include_dirs: Vec<BString>,
    /// `-P`: files that are read before the source.
    pub preincludes: Vec<BString>,
    /// `-E`: export all labels.
    pub export_all: bool,
    /// Whether the object has all symbols of the source, as that of `rgbasm`. Otherwise it lacks constants, strings and macros
    /// that are not used by the linker. The linker shows where they are if a symbol of that name is undefined.
    pub all_symbols: bool,
    /// `-Q`: the number of fractional bits of fixed-point numbers.
    pub precision: u8,
    /// `-p`: the padding value of DS.
    pub pad: u8,
    /// `-b`: the digits of binary numbers.
    pub binary: [u8; 2],
    /// `-g`: the digits of graphics.
    pub graphics: [u8; 4],
    /// `-r`: the maximum nesting of expansions, macros, loops and files.
    pub depth: u32,
    /// `-X`: the maximum number of errors. 0 for no maximum.
    pub max_errors: u64,
    /// The number of errors in the options. They count as errors of the assembly, which makes no object then.
    pub errors: u64,
    /// `-W`, `-w`: the state of the warning flags.
    pub warnings: Warnings,
    /// `-MG`, `-MC`: the reaction to missing files.
    pub missing_files: MissingFiles,
    /// `-s`: the parts of the final state to return as text, for each entry of
    /// [`Assembly::states`](super::Assembly::states).
    pub states: Vec<Vec<Feature>>,
    /// The time of the assembly, for symbols such as `__UTC_YEAR__`.
    pub moment: Moment,
    /// Limits on resources.
    pub limits: Limits,
}

/// The reaction to a missing file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingFiles {
    /// Report an error.
    #[default]
    Refused,
    /// List the file and end the assembly there, without an object.
    Stop,
    /// List the file and continue, without an object.
    Continue,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            defines: Vec::new(),
            include_dirs: Vec::new(),
            preincludes: Vec::new(),
            export_all: false,
            all_symbols: false,
            precision: 16,
            pad: 0,
            binary: *b"01",
            graphics: *b"0123",
            depth: 64,
            max_errors: 0,
            errors: 0,
            warnings: Warnings::default(),
            missing_files: MissingFiles::default(),
            states: Vec::new(),
            moment: Moment::default(),
            limits: Limits::default(),
        }
    }
}
