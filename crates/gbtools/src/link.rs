//! The linker. It turns modules into a ROM, a map and a symbol file, as rgblink(1) of RGBDS 1.0.4 does.

mod checks;
mod evaluate;
mod image;
mod map;
mod merge;
mod messages;
mod patches;
mod placement;
mod region;
mod resolve;
mod script;
mod sym;

use std::borrow::Borrow;
use std::path::PathBuf;

use bstr::{BString, ByteSlice};

use crate::files::{Content, Files};
use crate::limits::Limits;
use crate::memory::Region;
use crate::module::Module;
use crate::near::SEARCHES;
use crate::report::Report;
use crate::report::warnings::{LinkerFlag, Warnings};
use crate::until::{Stop, Until};
use merge::Merged;
use region::Layout;
use resolve::Exports;

pub use placement::Scramble;

/// The options of a link.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-l`: the path of the linker script.
    pub script: Option<BString>,
    /// `-O`: the path of the overlay, the ROM under the sections.
    pub overlay: Option<BString>,
    /// `-t`: one ROM bank of 32 KiB.
    pub tiny: bool,
    /// `-w`: one WRAM bank of 8 KiB.
    pub wram0: bool,
    /// `-d`: no VRAM banks. Implies `-w`.
    pub dmg: bool,
    /// `-x`: the ROM ends with its last section. Implies `-t`.
    pub no_pad: bool,
    /// `-p`: the value of unused ROM. None for the default, 0.
    pub pad: Option<u8>,
    /// `-S`
    pub scramble: Scramble,
    /// `-M`: the map has no symbols.
    pub no_symbols_in_map: bool,
    /// `-W`, `-w`
    pub warnings: Warnings<LinkerFlag>,
    /// The results to make.
    pub wanted: Wanted,
    /// Limits on resources.
    pub limits: Limits,
}

/// The results to make.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The ROM.
    pub rom: bool,
    /// The map.
    pub map: bool,
    /// The symbols.
    pub sym: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { rom: true, map: true, sym: true }
    }
}

/// The results of a link.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// The ROM, if [`Wanted`] asks for it.
    pub rom: Option<Vec<u8>>,
    /// The map, if [`Wanted`] asks for it.
    pub map: Option<Vec<u8>>,
    /// The symbol file, if [`Wanted`] asks for it.
    pub sym: Option<Vec<u8>>,
    /// The linker script, the files that it includes, and the overlay.
    pub reads: Vec<PathBuf>,
    /// The usage of each bank that has sections.
    pub usage: Vec<BankUsage>,
}

/// The usage of a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankUsage {
    /// The bank's region.
    pub region: Region,
    /// The bank's number.
    pub bank: u32,
    /// The number of bytes in use.
    pub used: u32,
    /// The size of the bank.
    pub size: u32,
}

/// A failed link. Messages have reported the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The number of errors.
    pub errors: u64,
    /// Whether the last error was fatal.
    pub fatal: bool,
    /// The reason, if the caller stopped the link.
    pub stopped: Option<Stop>,
    /// The files read so far, as in [`Linked`].
    pub reads: Vec<PathBuf>,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.stopped, self.errors) {
            (Some(Stop::Cancelled), _) => f.write_str("the link was cancelled"),
            (Some(Stop::TimedOut), _) => f.write_str("the link took too long"),
            (None, 1) => f.write_str("the link failed with 1 error"),
            (None, errors) => write!(f, "the link failed with {errors} errors"),
        }
    }
}

impl std::error::Error for Failed {}

/// The link ends. The reason has been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Halt;

pub(crate) type Done<T = ()> = Result<T, Halt>;

/// The largest file that is read: an overlay of 65536 banks.
const LARGEST_FILE: u64 = 1 << 30;

/// The state of a link.
pub(crate) struct Link<'a> {
    pub modules: &'a [(BString, &'a Module)],
    pub options: &'a Options,
    pub files: &'a dyn Files,
    pub until: &'a dyn Until,
    pub report: &'a mut dyn Report,
    pub layout: Layout,
    pub merged: Merged,
    /// Computed for the first message that needs it.
    pub hidden: Option<resolve::Hidden<'a>>,
    pub errors: u64,
    pub fatal: bool,
    pub stopped: Option<Stop>,
    pub patience: u32,
    /// How many more searches for similar names are allowed.
    pub searches_left: u32,
    pub reads: Vec<PathBuf>,
}

/// Links modules, each with the name of its object. Modules can be borrowed.
///
/// # Errors
/// See [`Failed`]. `report` receives the reasons.
pub fn link<M: Borrow<Module>>(
    modules: &[(BString, M)],
    options: &Options,
    files: &dyn Files,
    until: &dyn Until,
    report: &mut dyn Report,
) -> Result<Linked, Failed> {
    let modules: Vec<_> = modules.iter().map(|(name, module)| (name.clone(), module.borrow())).collect();
    let mut link = Link {
        modules: &modules,
        options,
        files,
        until,
        report,
        layout: Layout::of(options),
        merged: Merged::default(),
        hidden: None,
        errors: 0,
        fatal: false,
        stopped: None,
        patience: 0,
        searches_left: SEARCHES,
        reads: Vec::new(),
    };
    let linked = link.run();
    let Link { errors, fatal, stopped, reads, .. } = link;
    match linked {
        Ok(linked) if errors == 0 && stopped.is_none() => Ok(Linked { reads, ..linked }),
        _ => Err(Failed { errors, fatal, stopped, reads }),
    }
}

impl Link<'_> {
    fn run(&mut self) -> Done<Linked> {
        let mut exports = Exports::default();
        for module in 0..self.modules.len() {
            self.export(module, &mut exports)?;
            self.merge(module)?;
        }
        let symbols = self.resolve(exports);
        if let Some(path) = &self.options.script {
            self.run_script(path.as_bstr())?;
        }
        self.check_sections()?;
        let overlay = match &self.options.overlay {
            Some(path) => Some(self.read_overlay(path.as_bstr())?),
            None => None,
        };
        self.place()?;
        self.check_assertions(&symbols)?;
        let rom = self.image(&symbols, overlay.as_deref())?;
        let wanted = self.options.wanted;
        self.stop_on_errors()?;
        Ok(Linked {
            rom: wanted.rom.then_some(rom),
            map: wanted.map.then(|| self.map()),
            sym: wanted.sym.then(|| self.sym(&symbols)),
            reads: Vec::new(),
            usage: self.usage(),
        })
    }

    fn read(&mut self, path: &bstr::BStr, what: &str) -> Done<Content> {
        let file = path.to_path_lossy();
        match self.files.read(&file, LARGEST_FILE, self.until) {
            Ok(content) => {
                self.reads.push(file.into_owned());
                Ok(content)
            }
            Err(error) => {
                self.stopped = self.until.stop();
                if self.stopped.is_none() {
                    return Err(self.fatal("unreadable-file", format!("The {what} \"{path}\" cannot be read: {error}")));
                }
                Err(Halt)
            }
        }
    }
}
