//! The assembler. It turns a source into a [`Module`]. The language is that of RGBDS 1.0.4 (rgbasm(5)).
//!
//! ```
//! use gbtools::asm::{self, Options};
//! use gbtools::files::InMemory;
//! use gbtools::report::Collected;
//! use gbtools::until::Never;
//!
//! let mut files = InMemory::default();
//! files.add("answer.inc", *b"DEF ANSWER EQU 42\n");
//! let source = b"INCLUDE \"answer.inc\"\nSECTION \"main\", ROM0\n\tdb ANSWER\n";
//!
//! let mut report = Collected::default();
//! let assembly = asm::assemble("main.asm".into(), source[..].into(), &Options::default(), &files, &Never, &mut report)?;
//! let module = assembly.module.expect("nothing is missing");
//! assert_eq!(module.get(module.sections[0].data), [42]);
//! # Ok::<(), asm::Failed>(())
//! ```

mod bounds;
#[doc(hidden)]
pub mod charmap;
mod chunks;
mod contexts;
mod emit;
mod expression;
#[doc(hidden)]
pub mod fixed;
#[doc(hidden)]
pub mod format;
mod formatting;
mod hints;
mod input;
mod instructions;
#[doc(hidden)]
pub mod issue;
mod keyword;
mod lexer;
mod messages;
mod names;
mod nodes;
mod options;
mod output;
mod prelude;
mod sections;
mod settings;
mod state;
mod statement;
mod symbols;
#[doc(hidden)]
pub mod text_functions;
mod time;
mod token;
pub(crate) mod utf8;
mod warnings;

use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;

use bstr::{BStr, ByteSlice};
use rustc_hash::FxBuildHasher;

use crate::files::{Content, Files};
use crate::module::Module;
use crate::report::{Backtrace, Report};
use crate::until::{Stop, Until};
use input::{Body, ContextKind, Input};
use lexer::Lexer;
use names::{Name, Names};
use nodes::Nodes;
pub use options::{MissingFiles, Options};
use prelude::Heard;
pub use prelude::Preludes;
use sections::Sections;
use settings::Settings;
pub use state::Feature;
use symbols::Symbols;
pub(crate) use symbols::{obsolete, taken};
pub use time::Moment;
pub(crate) use warnings::Warning;

/// How far an error reaches. It has been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Halt {
    /// The rest of the line is skipped.
    Line,
    /// The assembly ends.
    Run,
}

pub(crate) type Done<T = ()> = Result<T, Halt>;

/// The results of an assembly.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// The object. None if a file is missing and [`MissingFiles`] allows that.
    pub module: Option<Module>,
    /// The source and every file that it used, in order, once for each use.
    pub reads: Vec<PathBuf>,
    /// The requested parts of the final state: see [`Options::states`].
    pub states: Vec<Vec<u8>>,
    /// The end of the source.
    pub end: Backtrace,
}

/// A failed assembly. Messages have reported the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The number of errors.
    pub errors: u64,
    /// Whether the last error was fatal.
    pub fatal: bool,
    /// Whether the limit on errors was reached.
    pub limit_reached: bool,
    /// The reason, if the caller stopped the assembly.
    pub stopped: Option<Stop>,
    /// The files read so far, as in [`Assembly`].
    pub reads: Vec<PathBuf>,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.stopped, self.errors) {
            (Some(Stop::Cancelled), _) => f.write_str("the assembly was cancelled"),
            (Some(Stop::TimedOut), _) => f.write_str("the assembly took too long"),
            (None, 1) => f.write_str("the assembly failed with 1 error"),
            (None, errors) => write!(f, "the assembly failed with {errors} errors"),
        }
    }
}

impl std::error::Error for Failed {}

/// The state of an assembly.
pub(crate) struct Asm<'a> {
    pub options: &'a Options,
    pub files: &'a dyn Files,
    pub until: &'a dyn Until,
    pub report: Heard<'a>,
    pub settings: Settings,
    /// The options that PUSHO has saved.
    pub pushed_settings: Vec<Settings>,
    pub names: Names,
    pub symbols: Symbols,
    pub nodes: Nodes,
    pub input: Input,
    pub bodies: input::Bodies,
    pub lexer: Lexer,
    pub sections: Sections,
    pub charmaps: charmap::Charmaps,
    /// `@`
    pub pc: Name,
    /// `_RS`
    pub rs: Name,
    /// The number of values of `\@` so far.
    pub unique_ids: u32,
    /// The nesting of the current expression.
    pub expression_depth: u32,
    /// The tokens that may follow an expression in the current line.
    pub behind: expression::Behind,
    /// The number of open parentheses around the current expression.
    pub parentheses: u32,
    /// Whether `+ C` may end the current expression.
    pub plus_c: expression::PlusC,
    /// The nesting of fragment literals.
    pub fragment_depth: u32,
    /// What begins at the end of this line.
    pub entering: Vec<contexts::Entering>,
    /// The number of fragment literals so far.
    pub fragments: u32,
    /// How many more searches for similar symbols are allowed.
    pub searches_left: u32,
    /// Buffers that are used repeatedly.
    pub scratch: Vec<u8>,
    pub scratch_arguments: Vec<u8>,
    pub scratch_values: Vec<i32>,
    /// Arguments of finished macro calls, for reuse.
    pub spare_arguments: Vec<Rc<input::Arguments>>,
    /// The counted part of the memory use.
    pub memory: u64,
    /// The last measurement of the other part.
    pub measured: u64,
    /// The end of the stack at the start.
    pub stack: usize,
    /// The addresses of texts that bodies of macros belong to.
    pub kept_texts: HashSet<usize, FxBuildHasher>,
    pub errors: u64,
    pub fatal: bool,
    pub limit_reached: bool,
    pub stopped: Option<Stop>,
    /// The number of steps until the next check whether to stop.
    pub patience: u32,
    pub reads: Vec<PathBuf>,
    /// Whether a file is missing and [`MissingFiles`] allows that. There will be no object.
    pub incomplete: bool,
    pub output: output::Output,
}

/// Assembles a source. `name` is its name in messages.
///
/// # Errors
/// See [`Failed`]. `report` receives the reasons.
pub fn assemble(
    name: &BStr,
    source: Content,
    options: &Options,
    files: &dyn Files,
    until: &dyn Until,
    report: &mut dyn Report,
) -> Result<Assembly, Failed> {
    assemble_one_of(&Preludes::default(), name, source, options, files, until, report)
}

/// Like [`assemble`], for one of several sources. Sources with the same options share the work on the files of `-P`.
///
/// All sources that share `preludes` must use the same `files`, which must not change in the meantime.
///
/// # Errors
/// See [`Failed`]. `report` receives the reasons.
pub fn assemble_one_of(
    preludes: &Preludes,
    name: &BStr,
    source: Content,
    options: &Options,
    files: &dyn Files,
    until: &dyn Until,
    report: &mut dyn Report,
) -> Result<Assembly, Failed> {
    let mut asm = Asm {
        options,
        files,
        until,
        report: Heard::new(report),
        settings: Settings::of(options),
        pushed_settings: Vec::new(),
        names: Names::default(),
        symbols: Symbols::default(),
        nodes: Nodes::default(),
        input: Input::default(),
        bodies: input::Bodies::default(),
        lexer: Lexer::default(),
        sections: Sections::default(),
        charmaps: charmap::Charmaps::default(),
        pc: Name::from_index(0),
        rs: Name::from_index(0),
        unique_ids: 0,
        expression_depth: 0,
        behind: expression::Behind::default(),
        parentheses: 0,
        plus_c: expression::PlusC::default(),
        fragment_depth: 0,
        entering: Vec::new(),
        fragments: 0,
        searches_left: crate::near::SEARCHES,
        scratch: Vec::new(),
        scratch_arguments: Vec::new(),
        scratch_values: Vec::new(),
        spare_arguments: Vec::new(),
        memory: 0,
        measured: 0,
        stack: bounds::stack(),
        kept_texts: HashSet::default(),
        errors: options.errors,
        fatal: false,
        limit_reached: false,
        stopped: None,
        patience: 0,
        reads: Vec::new(),
        incomplete: false,
        output: output::Output::default(),
    };
    let done = asm.run(preludes, name, source);
    let made = match done {
        Ok(()) | Err(Halt::Line) if asm.errors == 0 => asm.results().ok(),
        _ => None,
    };
    let end = asm.here().map(|end| asm.nodes.backtrace(end, &asm.names)).unwrap_or_default();
    let Asm { errors, fatal, limit_reached, stopped, reads, incomplete, .. } = asm;
    match made {
        _ if errors > 0 || stopped.is_some() => {}
        Some((module, states)) => {
            return Ok(Assembly { module: Some(module).filter(|_| !incomplete), reads, states, end });
        }
        None if incomplete => return Ok(Assembly { module: None, reads, states: Vec::new(), end }),
        None => {}
    }
    Err(Failed { errors, fatal, limit_reached, stopped, reads })
}

impl Asm<'_> {
    fn run(&mut self, preludes: &Preludes, name: &BStr, source: Content) -> Done {
        let node = self.read_prelude(preludes, name)?;
        self.input.enter(ContextKind::File, node, 1, Body::whole(source), None);
        self.lines(false)?;
        self.check_end();
        Ok(())
    }

    /// The object and the requested parts of the final state.
    fn results(&mut self) -> Done<(Module, Vec<Vec<u8>>)> {
        let options = self.options;
        let states = options.states.iter().map(|features| self.state(features)).collect::<Done<_>>()?;
        Ok((self.module()?, states))
    }

    /// Defines the symbols of `-D`.
    fn define_from_command_line(&mut self) {
        let options = self.options;
        let node = self.nodes.enter(None, nodes::Kind::CommandLine, false);
        self.input.enter(ContextKind::File, node, 0, Body::whole(Content::default()), None);
        for (name, value) in &options.defines {
            let name = self.names.intern(name);
            self.define_text(name, value.as_bytes().into(), symbols::Again::No);
        }
        self.input.leave();
    }
}
