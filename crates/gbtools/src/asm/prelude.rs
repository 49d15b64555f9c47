//! The text before a source: built-in symbols, `-D`, and the files of `-P`.
//!
//! The sources of a project often start with the same long prelude. Its result depends only on the options and the
//! files. So it is kept, and the next source with the same options continues from there.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxBuildHasher;

use super::charmap::Charmaps;
use super::input::{Bodies, Body, ContextKind, Input};
use super::lexer::Lexer;
use super::names::{Name, Names};
use super::nodes::{Kind as NodeKind, Nodes};
use super::output::Output;
use super::sections::Sections;
use super::settings::Settings;
use super::symbols::Symbols;
use super::{Asm, Done, Options};
use crate::files::Content;
use crate::module::NodeId;
use crate::report::{Diagnostic, Report};

/// The prelude of several sources. They may be assembled in sequence or in parallel.
#[derive(Default)]
pub struct Preludes {
    /// The last prelude, and the options that it depends on.
    last: Mutex<Option<(Options, Arc<After>)>>,
}

impl std::fmt::Debug for Preludes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preludes").field("any", &self.last().is_some()).finish()
    }
}

impl Preludes {
    fn last(&self) -> MutexGuard<'_, Option<(Options, Arc<After>)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, options: &Options) -> Option<Arc<After>> {
        self.last().as_ref().filter(|(others, _)| others == options).map(|(_, after)| Arc::clone(after))
    }
}

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
    pub(super) fn read_prelude(&mut self, preludes: &Preludes, name: &str) -> Done<NodeId> {
        let shared = !self.options.preincludes.is_empty();
        if let Some(after) = preludes.find(self.options).filter(|_| shared) {
            return Ok(self.go_on(&after, name));
        }
        self.define_builtins();
        self.define_from_command_line();
        self.reads.push(name.into());
        let path = self.names.intern(name.as_bytes());
        let source = self.nodes.enter(None, NodeKind::File(path), false);
        if shared {
            self.input.enter(ContextKind::File, source, 1, Body::whole(Content::default()), None);
            self.enter_preincludes()?;
            self.lines(false)?;
            (self.input, self.lexer) = (Input::default(), Lexer::default());
            // Each source needs the messages of its prelude, so a prelude with messages is not kept.
            if !self.report.anything && !self.incomplete {
                let after = Arc::new(self.after(source));
                *preludes.last() = Some((self.options.clone(), after));
            }
        }
        Ok(source)
    }

    fn after(&self, source: NodeId) -> After {
        After {
            settings: self.settings.clone(),
            pushed_settings: self.pushed_settings.clone(),
            names: self.names.clone(),
            symbols: self.symbols.clone(),
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

    fn go_on(&mut self, after: &After, name: &str) -> NodeId {
        self.settings.clone_from(&after.settings);
        self.pushed_settings.clone_from(&after.pushed_settings);
        self.names = after.names.clone();
        self.symbols = after.symbols.clone();
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
        self.reads[0] = name.into();
        let path = self.names.intern(name.as_bytes());
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
}
