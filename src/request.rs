//! A request for a build, and its results.

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::dependencies::Dependencies;
use crate::messages::Messages;
use crate::object::Object;
use crate::readable::Size;
use crate::usage::Bank;

/// A build to do.
///
/// The options have the names and the syntax of `rgbasm(1)`, `rgblink(1)` and `rgbfix(1)`. A toolchain may have more:
/// see [`rgbds::Flags`](crate::toolchain::rgbds::Flags).
#[derive(Clone, Debug)]
pub struct Request {
    /// Sources and objects, in link order.
    pub inputs: Vec<Input>,
    /// The artifacts to return.
    pub wanted: Wanted,
    /// Options for every source.
    pub assemble: AssembleOptions,
    /// Options for the link.
    pub link: LinkOptions,
    /// Fix the ROM's header, with these options.
    pub fix: Option<FixOptions>,
    /// The directory in the names of the objects. By default each is next to its source. See
    /// [`object_names`](Self::object_names). No file is created.
    pub object_dir: Option<PathBuf>,
    /// How many tools may run at once. The default is the number of cores.
    pub jobs: Option<NonZeroUsize>,
}

impl Request {
    /// Asks for ROM, map and symbols of these inputs, with default options.
    pub fn new(inputs: impl IntoIterator<Item = Input>) -> Self {
        Self {
            inputs: inputs.into_iter().collect(),
            wanted: Wanted::all("game"),
            assemble: AssembleOptions::default(),
            link: LinkOptions::default(),
            fix: None,
            object_dir: None,
            jobs: None,
        }
    }
}

/// A source or an object.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// An assembly file. The assembler gets exactly this path, so INCLUDE, diagnostics and the file names in the object
    /// are as the user expects.
    Source(PathBuf),
    /// The text of an assembly file. The assembler gets it on standard input, and diagnostics call it `<stdin>`.
    Stdin(Vec<u8>),
    /// An object file. The linker gets exactly this path.
    Object(PathBuf),
}

impl Input {
    /// The path, unless it is standard input.
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Source(path) | Self::Object(path) => Some(path),
            Self::Stdin(_) => None,
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(path) => f.debug_tuple("Source").field(path).finish(),
            Self::Stdin(text) => f.debug_tuple("Stdin").field(&Size::of(text)).finish(),
            Self::Object(path) => f.debug_tuple("Object").field(path).finish(),
        }
    }
}

/// The artifacts that are wanted. Each has the file name that messages and printed commands use. No file of that name
/// is created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The ROM.
    pub rom: Option<PathBuf>,
    /// The map file.
    pub map: Option<PathBuf>,
    /// The symbol file.
    pub sym: Option<PathBuf>,
    /// How full each bank is. A toolchain may have to create a map to know.
    pub banks: bool,
    /// The list of the files that the build reads, and what happens if one is missing.
    pub dependencies: Option<MissingFiles>,
    /// The same list, as far as the toolchain knows it, for a caller that is about to overwrite a file. Unlike with
    /// `dependencies`, a missing list is not an error.
    pub reads: bool,
}

/// The reaction to a missing file when dependencies are requested. It may be a file that a source includes, a linker
/// script or a file that it includes, an overlay, or a logo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingFiles {
    /// An error, as without dependencies.
    #[default]
    Refused,
    /// It is listed, and the assembler stops reading the source that includes it (`rgbasm -MG`). The build returns only
    /// dependencies.
    Stop,
    /// It is listed, and the assembler continues (`rgbasm -MC`, since RGBDS 0.9.4). The build returns only
    /// dependencies.
    Continue,
}

impl Wanted {
    /// All outputs of `rgblink`: `STEM.gb`, `STEM.map`, `STEM.sym`.
    pub fn all(stem: &str) -> Self {
        let name = |ending| Some(format!("{stem}.{ending}").into());
        Self { rom: name("gb"), map: name("map"), sym: name("sym"), banks: false, dependencies: None, reads: false }
    }
}

/// Options of `rgbasm(1)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssembleOptions {
    /// `-D`: `NAME` or `NAME=VALUE`.
    pub defines: Vec<OsString>,
    /// `-I`: where INCLUDE, INCBIN and READFILE look.
    pub include_dirs: Vec<PathBuf>,
    /// `-P`: files to include before the source. More than one needs RGBDS 0.9.4.
    pub preincludes: Vec<PathBuf>,
    /// `-E`: export all labels.
    pub export_all: bool,
    /// `-Q`: precision of fixed-point numbers.
    pub precision: Option<String>,
    /// `-W`: warnings, without the `-W`.
    pub warnings: Vec<String>,
    /// `-p`: the byte that `DS` fills with.
    pub pad: Option<String>,
}

/// Options of `rgblink(1)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct LinkOptions {
    /// `-l`: the linker script.
    pub script: Option<PathBuf>,
    /// `-t`: one ROM bank of 32 KiB.
    pub tiny: bool,
    /// `-d`: no VRAM banks, as on the first Game Boy; implies `-w`.
    pub dmg: bool,
    /// `-w`: one WRAM bank of 8 KiB.
    pub wramx: bool,
    /// `-x`: do not pad the end of the ROM.
    pub nopad: bool,
    /// `-O`: the ROM to place the sections over.
    pub overlay: Option<PathBuf>,
    /// `-S`: the regions to scramble.
    pub scramble: Option<String>,
    /// `-W`: warnings, without the `-W`. Warnings that only `rgbasm` has are left out. An `rgblink` before 0.9.4 gets
    /// none, because it has no `-W`.
    pub warnings: Vec<String>,
    /// `-p`: the byte that fills unused ROM.
    pub pad: Option<String>,
}

/// Options of `rgbfix(1)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixOptions {
    /// `-v`: write a valid logo and both checksums.
    pub validate: bool,
    /// `-p`: pad the ROM with this byte to a size that cartridges have.
    pub pad: Option<String>,
}

impl FixOptions {
    /// Neither validates nor pads.
    pub fn none() -> Self {
        Self { validate: false, pad: None }
    }
}

impl Default for FixOptions {
    /// `-v -p 0xFF`
    fn default() -> Self {
        Self { validate: true, pad: Some("0xFF".to_owned()) }
    }
}

/// The result of [`assemble_with`](crate::assemble_with), for [`link_with`](crate::link_with).
#[derive(Clone, Debug, Default)]
pub struct Assembled {
    /// The object of each source, in the order of the sources, with its name ([`Request::object_names`]).
    pub objects: Vec<(PathBuf, Object)>,
    /// Whether every source has an object. A source without one includes a missing file, and such files are to be
    /// listed ([`MissingFiles`]). Then nothing can be linked.
    pub complete: bool,
    /// If dependencies or reads are wanted: each source and the files that it used, in order, once for each use.
    pub used: Vec<PathBuf>,
    /// The messages of the steps, in the order of the sources. Steps without messages are left out.
    pub messages: Vec<Messages>,
}

/// The result of a build.
#[derive(Clone, Default)]
pub struct Artifacts {
    /// The ROM, if it was wanted.
    pub rom: Option<Vec<u8>>,
    /// The map, if it was wanted.
    pub map: Option<Vec<u8>>,
    /// The symbols, if they were wanted.
    pub sym: Option<Vec<u8>>,
    /// How full each bank is, if that was wanted and is known.
    pub banks: Option<Vec<Bank>>,
    /// The files that the build reads, if they were wanted ([`Wanted::dependencies`], [`Wanted::reads`]). With
    /// [`MissingFiles::Stop`] and [`MissingFiles::Continue`] there may be nothing else.
    pub dependencies: Option<Dependencies>,
    /// The messages of the steps: the sources in their order, then the link, then the fix. Steps without messages are
    /// left out.
    pub messages: Vec<Messages>,
}

impl fmt::Debug for Artifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rom, map, sym, banks, dependencies, messages } = self;
        let [rom, map, sym] = [rom, map, sym].map(|bytes| bytes.as_deref().map(Size::of));
        f.debug_struct("Artifacts")
            .field("rom", &rom)
            .field("map", &map)
            .field("sym", &sym)
            .field("banks", banks)
            .field("dependencies", dependencies)
            .field("messages", messages)
            .finish()
    }
}
