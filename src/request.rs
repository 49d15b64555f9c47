//! What a caller asks for, and what it gets.

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::dependencies::Dependencies;
use crate::messages::Messages;
use crate::object::Object;
use crate::readable::Size;
use crate::usage::Bank;

/// What to build: [`build`](crate::build)'s question.
///
/// The options are those of `rgbasm(1)`, `rgblink(1)` and `rgbfix(1)`, in their words and syntax. A toolchain may have
/// more: see [`rgbds::Flags`](crate::toolchain::rgbds::Flags).
#[derive(Clone, Debug)]
pub struct Request {
    /// Sources and objects, linked in this order.
    pub inputs: Vec<Input>,
    /// The artifacts to give back.
    pub wanted: Wanted,
    /// For every source.
    pub assemble: AssembleOptions,
    /// For the link.
    pub link: LinkOptions,
    /// Run `rgbfix` on the ROM, with these options.
    pub fix: Option<FixOptions>,
    /// The directory that objects are named in; beside their sources if there is none. See
    /// [`object_names`](Self::object_names). No file is made.
    pub object_dir: Option<PathBuf>,
    /// How many tools may run at once; as many as there are cores if it is not said.
    pub jobs: Option<NonZeroUsize>,
}

impl Request {
    /// ROM, map and sym of these inputs, with no option set.
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
    /// An assembly file. The assembler is given this very path: INCLUDE, diagnostics and the object's record of
    /// file names are as the user knows them.
    Source(PathBuf),
    /// An assembly file's text, given to the assembler as its standard input; diagnostics call it `<stdin>`.
    Stdin(Vec<u8>),
    /// An object file. The linker is given this very path.
    Object(PathBuf),
}

impl Input {
    /// The file, if it is one.
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

/// Which artifacts are wanted, each with the file name that messages and printed commands call it by. No file of
/// that name is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The ROM.
    pub rom: Option<PathBuf>,
    /// The map file.
    pub map: Option<PathBuf>,
    /// The symbol file.
    pub sym: Option<PathBuf>,
    /// How full each bank is. A toolchain may need to make a map to know.
    pub banks: bool,
    /// The list of the files that the build reads, and what becomes of one that is missing.
    pub dependencies: Option<MissingFiles>,
}

/// What becomes of a file that is not there, when dependencies are wanted: one that a source includes, or a linker
/// script, what it includes, an overlay, a logo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingFiles {
    /// It is an error, as without dependencies.
    #[default]
    Refused,
    /// It is listed, and a source that includes it is read no further (`rgbasm -MG`). The build gives dependencies and
    /// nothing else.
    Stop,
    /// It is listed, and a source that includes it is read on (`rgbasm -MC`, since RGBDS 0.9.4). The build gives
    /// dependencies and nothing else.
    Continue,
}

impl Wanted {
    /// All that `rgblink` makes: `STEM.gb`, `STEM.map`, `STEM.sym`.
    pub fn all(stem: &str) -> Self {
        let name = |ending| Some(format!("{stem}.{ending}").into());
        Self { rom: name("gb"), map: name("map"), sym: name("sym"), banks: false, dependencies: None }
    }
}

/// Options of `rgbasm(1)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssembleOptions {
    /// `-D`: `NAME` or `NAME=VALUE`.
    pub defines: Vec<OsString>,
    /// `-I`: where INCLUDE, INCBIN and READFILE look.
    pub include_dirs: Vec<PathBuf>,
    /// `-P`: files included before the source. More than one needs RGBDS 0.9.4.
    pub preincludes: Vec<PathBuf>,
    /// `-E`: export all labels.
    pub export_all: bool,
    /// `-Q`: precision of fixed-point numbers.
    pub precision: Option<String>,
    /// `-W`: warnings, without the `-W`.
    pub warnings: Vec<String>,
    /// `-p`: what `DS` fills with.
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
    /// `-x`: do not pad the ROM's end.
    pub nopad: bool,
    /// `-O`: the ROM that sections are laid over.
    pub overlay: Option<PathBuf>,
    /// `-S`: the regions to scramble.
    pub scramble: Option<String>,
    /// `-W`: warnings, without the `-W`. Those that only `rgbasm` knows are left out, and all of them for an
    /// `rgblink` before 0.9.4, which knows none.
    pub warnings: Vec<String>,
    /// `-p`: what unused ROM is filled with.
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

/// The sources of a build, assembled: what [`assemble_with`](crate::assemble_with) gives, and
/// [`link_with`](crate::link_with) takes.
#[derive(Clone, Debug, Default)]
pub struct Assembled {
    /// Each source's object, in the order of the sources, and what it is called ([`Request::object_names`]).
    pub objects: Vec<(PathBuf, Object)>,
    /// Whether every source has an object. One that includes a file that is missing has none, if that is to be listed
    /// ([`MissingFiles`]); nothing can be linked then.
    pub complete: bool,
    /// If dependencies are wanted: each source and the files that it used, in order, once for each use.
    pub used: Vec<PathBuf>,
    /// What the steps had to say, in the order of the sources. One that had nothing to say is left out.
    pub messages: Vec<Messages>,
}

/// What a build gives: [`build`](crate::build)'s answer.
#[derive(Clone, Default)]
pub struct Artifacts {
    /// The ROM, if it was wanted.
    pub rom: Option<Vec<u8>>,
    /// The map, if it was wanted.
    pub map: Option<Vec<u8>>,
    /// The symbols, if they were wanted.
    pub sym: Option<Vec<u8>>,
    /// How full each bank is, if it was wanted and can be told.
    pub banks: Option<Vec<Bank>>,
    /// What the build reads, if it was wanted. Only with [`MissingFiles::Stop`] and [`MissingFiles::Continue`] it may be
    /// all that there is.
    pub dependencies: Option<Dependencies>,
    /// What the steps had to say, in the order of the sources, then the link, then the fix. One that had nothing to
    /// say is left out.
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
