//! The linker. It turns modules into a ROM, a map and a symbol file, as rgblink(1) of RGBDS 1.0.4 does.

mod banks;
mod checks;
mod evaluate;
mod image;
mod labels;
mod listing;
mod map;
mod merge;
mod messages;
mod outputs;
mod overlay;
mod patches;
mod placement;
mod receiver;
mod region;
mod resolve;
mod script;
mod sort;
mod sym;
mod text;

use std::borrow::Borrow;
use std::path::PathBuf;
use std::sync::Arc;

use bstr::{BString, ByteSlice};

use crate::files::{Content, Files};
use crate::limits::{Budget, Limits};
use crate::memory::Region;
use crate::module::{Module, SymbolKind};
use crate::near::SEARCHES;
use crate::report::Report;
use crate::report::warnings::{LinkerFlag, Warnings};
use crate::until::{Stop, Until};
use merge::{Merged, unshared};
use overlay::Overlay;
use receiver::Kept;
use region::Layout;
use resolve::{Exports, Symbols};

pub use placement::Scramble;
pub use receiver::Receiver;

/// The options of a link.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-l`: the path of the linker script.
    pub script: Option<BString>,
    /// `-O`: the path of the overlay, the ROM under the sections.
    pub overlay: Option<BString>,
    /// The overlay's content, if it is not in a file.
    pub overlay_content: Option<Content>,
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
    /// Whether a second thread may make the symbol file while this one makes the ROM and the map. The results are the same. A
    /// [`Receiver`] gets the files only after the messages about the ROM.
    pub parallel: bool,
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
    /// The map, if [`Wanted`] asks for it and no [`Receiver`] has it.
    pub map: Option<Vec<u8>>,
    /// The symbol file, likewise.
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    pub budget: Budget<'a>,
    pub receiver: &'a mut dyn Receiver,
    pub layout: Layout,
    /// After placement, threads share it, and it does not change any more.
    pub merged: Arc<Merged<'a>>,
    /// Computed for the first message that needs it.
    pub hidden: Option<resolve::Hidden<'a>>,
    /// The stack of the current expression.
    pub stack: Vec<evaluate::Computed>,
    pub errors: u64,
    pub fatal: bool,
    pub stopped: Option<Stop>,
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
    let mut kept = Kept { report, map: None, sym: None };
    let linked = link_to(modules, options, files, until, &mut kept)?;
    Ok(Linked { map: kept.map, sym: kept.sym, ..linked })
}

/// Like [`link`], but hands over the map and the symbol file as soon as they are made.
///
/// # Errors
/// See [`Failed`]. `receiver` gets the reasons.
pub fn link_to<M: Borrow<Module>>(
    modules: &[(BString, M)],
    options: &Options,
    files: &dyn Files,
    until: &dyn Until,
    receiver: &mut dyn Receiver,
) -> Result<Linked, Failed> {
    run(modules, options, files, until, receiver, |link| {
        let linked = link.run()?;
        Ok(Linked { reads: std::mem::take(&mut link.reads), ..linked })
    })
}

/// Reports the first conflict of modules that have the same section or export the same symbol. A linker that reads one
/// object after the other finds it before it reads the next.
///
/// # Errors
/// If there is a conflict. See [`Failed`].
pub fn check<M: Borrow<Module>>(
    modules: &[(BString, M)],
    options: &Options,
    files: &dyn Files,
    until: &dyn Until,
    report: &mut dyn Report,
) -> Result<(), Failed> {
    let mut kept = Kept { report, map: None, sym: None };
    run(modules, options, files, until, &mut kept, |link| link.join().map(drop))
}

fn run<M: Borrow<Module>, T>(
    modules: &[(BString, M)],
    options: &Options,
    files: &dyn Files,
    until: &dyn Until,
    receiver: &mut dyn Receiver,
    work: impl FnOnce(&mut Link<'_>) -> Done<T>,
) -> Result<T, Failed> {
    let modules: Vec<_> = modules.iter().map(|(name, module)| (name.clone(), module.borrow())).collect();
    let mut link = Link {
        modules: &modules,
        options,
        files,
        budget: Budget::new(options.limits, until),
        receiver,
        layout: Layout::of(options),
        merged: Arc::default(),
        hidden: None,
        stack: Vec::new(),
        errors: 0,
        fatal: false,
        stopped: None,
        searches_left: SEARCHES,
        reads: Vec::new(),
    };
    let done = work(&mut link);
    let Link { errors, fatal, stopped, reads, .. } = link;
    match done {
        Ok(done) if errors == 0 && stopped.is_none() => Ok(done),
        _ => Err(Failed { errors, fatal, stopped, reads }),
    }
}

impl<'a> Link<'a> {
    /// Joins the modules.
    fn join(&mut self) -> Done<Exports<'a>> {
        let mut exports = self.room_for_modules()?;
        for module in 0..self.modules.len() {
            self.export(module, &mut exports)?;
            self.merge(module)?;
        }
        Ok(exports)
    }

    fn run(&mut self) -> Done<Linked> {
        let exports = self.join()?;
        let symbols = self.resolve(exports)?;
        if let Some(path) = &self.options.script {
            self.receiver.step("Reading linker script...");
            self.run_script(path.as_bstr())?;
        }
        self.check_sections()?;
        self.receiver.step("Beginning assignment...");
        self.place()?;
        let rom = self.outputs(&symbols)?;
        let usage = self.within("link", Self::usage)?;
        Ok(Linked { rom: self.options.wanted.rom.then_some(rom), usage, ..Linked::default() })
    }

    /// Checks assertions, and makes the ROM.
    fn rom(&mut self, symbols: &Symbols<'_>) -> Done<Vec<u8>> {
        self.receiver.step("Checking assertions...");
        self.check_assertions(symbols)?;
        let overlay = match &self.options.overlay {
            Some(path) => Some(self.read_overlay(path.as_bstr())?),
            None => None,
        };
        let rom = self.image(symbols, overlay.as_ref().and_then(Overlay::content))?;
        self.stop_on_errors()?;
        self.receiver.rom().map_err(|refused| self.refused(*refused))?;
        if let Some(overlay) = &overlay {
            self.check_overlay(overlay, rom.len())?;
        }
        Ok(rom)
    }

    /// Reserves tables for everything that the modules have. A large table takes long to grow, and cannot be stopped.
    fn room_for_modules(&mut self) -> Done<Exports<'a>> {
        let (mut sections, mut symbols, mut exports, mut imports) = (0, 0, 0, 0);
        let counted = self.modules.iter().try_for_each(|(_, module)| {
            self.budget.take(module.memory())?;
            sections += module.sections.len();
            symbols += module.symbols.len();
            for symbol in &module.symbols {
                self.budget.step()?;
                match symbol.kind {
                    SymbolKind::Exported(_) => exports += 1,
                    SymbolKind::Imported => imports += 1,
                    SymbolKind::Local(_) => {}
                }
            }
            Ok(())
        });
        self.within("link", |_| counted)?;
        self.within("link", |link| {
            link.budget.take(sections * Merged::SIZE)?;
            link.budget.take_room_for::<u32>(symbols)?;
            link.budget.take_room_for::<(usize, usize)>(imports)?;
            link.budget.take(exports * Exports::SIZE)
        })?;
        unshared(&mut self.merged).make_room(sections);
        Ok(Exports::with_room_for(exports))
    }
}

#[cfg(test)]
mod tests;
