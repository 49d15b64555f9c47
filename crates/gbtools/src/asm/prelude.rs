//! The text before a source: built-in symbols, `-D`, and the files of `-P`.
//!
//! The sources of a project often start with the same long prelude. Its result depends only on the options and the
//! files. So it is kept, and the next source with the same options continues from there.

mod shared;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use bstr::BStr;
use rustc_hash::FxBuildHasher;

pub use self::shared::Preludes;
use self::shared::Task;
use super::charmap::Charmaps;
use super::contexts::path_of;
use super::input::{Bodies, Body, ContextKind, Input};
use super::lexer::Lexer;
use super::names::{Name, Names};
use super::nodes::{Kind as NodeKind, Nodes};
use super::output::Output;
use super::sections::Sections;
use super::settings::Settings;
use super::symbols::Symbols;
use super::{Asm, Done};
use crate::files::Content;
use crate::module::NodeId;
use crate::report::{Diagnostic, Report};

/// The state after a prelude that caused no message.
struct After {
    settings: Settings,
    pushed_settings: Vec<Settings>,
    names: Names,
    symbols: Symbols,
    nodes: Nodes,
    bodies: Bodies,
    sections: Sections,
    charmaps: Charmaps,
    pc: Name,
    rs: Name,
    unique_ids: u32,
    fragments: u32,
    memory: u64,
    kept_texts: HashSet<usize, FxBuildHasher>,
    reads: Vec<std::path::PathBuf>,
    output: Output,
    /// The node of the source. Each source gives it another name.
    source: NodeId,
}

impl Asm<'_> {
    /// Reads the prelude, or reuses that of an earlier source. Returns the node of the source.
    pub(super) fn read_prelude(&mut self, preludes: &Preludes, name: &BStr) -> Done<NodeId> {
        let sharing = if self.options.preincludes.is_empty() {
            None
        } else {
            loop {
                match preludes.task(self.options) {
                    Task::GoOn(after) => return Ok(self.go_on(&after, name)),
                    Task::Share(sharing) => break Some(sharing),
                    Task::Read => break None,
                    Task::Wait => self.ask()?,
                }
            }
        };
        self.define_builtins();
        self.define_from_command_line();
        self.uses(path_of(name));
        let path = self.names.intern(name);
        let source = self.nodes.enter(None, NodeKind::File(path), false);
        if !self.options.preincludes.is_empty() {
            self.input.enter(ContextKind::File, source, 1, Body::whole(Content::default()), None);
            self.enter_preincludes()?;
            self.lines(false)?;
            (self.input, self.lexer) = (Input::default(), Lexer::default());
        }
        // Each source needs the messages of its prelude, so a prelude with messages is not shared.
        if let Some(sharing) = sharing.filter(|_| !self.report.anything && !self.incomplete) {
            sharing.done(self.after(source));
        }
        Ok(source)
    }

    fn after(&self, source: NodeId) -> After {
        After {
            settings: self.settings.clone(),
            pushed_settings: self.pushed_settings.clone(),
            names: self.names.to_share(),
            symbols: self.symbols.to_share(self.options.all_symbols),
            nodes: self.nodes.clone(),
            bodies: self.bodies.clone(),
            sections: self.sections.clone(),
            charmaps: self.charmaps.clone(),
            pc: self.pc,
            rs: self.rs,
            unique_ids: self.unique_ids,
            fragments: self.fragments,
            memory: self.memory,
            kept_texts: self.kept_texts.clone(),
            reads: self.reads.clone(),
            output: self.output.clone(),
            source,
        }
    }

    fn go_on(&mut self, after: &After, name: &BStr) -> NodeId {
        self.settings.clone_from(&after.settings);
        self.pushed_settings.clone_from(&after.pushed_settings);
        self.names = after.names.clone();
        self.symbols = after.symbols.clone();
        self.symbols.own_texts();
        self.nodes = after.nodes.clone();
        self.bodies = after.bodies.clone();
        self.sections = after.sections.clone();
        self.charmaps = after.charmaps.clone();
        (self.pc, self.rs) = (after.pc, after.rs);
        (self.unique_ids, self.fragments) = (after.unique_ids, after.fragments);
        self.memory = after.memory;
        self.kept_texts.clone_from(&after.kept_texts);
        self.reads.clone_from(&after.reads);
        self.output = after.output.clone();
        self.reads[0] = path_of(name);
        let path = self.names.intern(name);
        self.nodes.rename(after.source, path);
        after.source
    }
}

/// Passes on messages and printed text, and notes whether there were any.
pub(crate) struct Heard<'a> {
    to: &'a mut dyn Report,
    anything: bool,
}

impl<'a> Heard<'a> {
    pub(super) fn new(to: &'a mut dyn Report) -> Self {
        Self { to, anything: false }
    }

    pub(super) fn message(&mut self, message: Diagnostic) {
        self.anything = true;
        self.to.message(message);
    }

    pub(super) fn print(&mut self, text: &[u8]) {
        self.anything = true;
        self.to.print(text);
    }

    pub(super) fn uses(&mut self, path: &std::path::Path) {
        self.to.uses(path);
    }
}
