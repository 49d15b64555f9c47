//! What the command line of rgbasm(1) can say, and what a caller limits.

use bstr::BString;

use super::state::Feature;
use super::time::Moment;
use super::warnings::Warnings;
use crate::limits::Limits;

/// How to assemble.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// `-D`: the names and values of EQUS symbols.
    pub defines: Vec<(BString, BString)>,
    /// `-I`: where files are looked for, after the path itself. Put before a path as they are.
    pub include_dirs: Vec<BString>,
    /// `-P`: files that are read before the source.
    pub preincludes: Vec<BString>,
    /// `-E`: export all labels.
    pub export_all: bool,
    /// `-Q`: how many bits of a fixed-point number are behind its point.
    pub precision: u8,
    /// `-p`: what DS fills with.
    pub pad: u8,
    /// `-b`: the digits of binary numbers.
    pub binary: [u8; 2],
    /// `-g`: the digits of graphics.
    pub graphics: [u8; 4],
    /// `-r`: how deep expansions, macros, loops and files may be nested.
    pub depth: u32,
    /// `-X`: after how many errors to end. 0 for no end.
    pub max_errors: u64,
    /// `-W`, `-w`: what becomes of warnings.
    pub warnings: Warnings,
    /// `-MG`, `-MC`: what becomes of a file that is missing.
    pub missing_files: MissingFiles,
    /// `-s`: parts of the final state that are wanted as text, for each [`Assembly::states`](super::Assembly::states).
    pub states: Vec<Vec<Feature>>,
    /// When the assembly is, for the symbols that tell it.
    pub moment: Moment,
    /// What an assembly may use.
    pub limits: Limits,
}

/// What becomes of a file that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingFiles {
    /// It is an error.
    #[default]
    Refused,
    /// It is listed, and the assembly ends there, without an object.
    Stop,
    /// It is listed, and the assembly goes on, without an object.
    Continue,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            defines: Vec::new(),
            include_dirs: Vec::new(),
            preincludes: Vec::new(),
            export_all: false,
            precision: 16,
            pad: 0,
            binary: *b"01",
            graphics: *b"0123",
            depth: 64,
            max_errors: 0,
            warnings: Warnings::default(),
            missing_files: MissingFiles::default(),
            states: Vec::new(),
            moment: Moment::default(),
            limits: Limits::default(),
        }
    }
}
