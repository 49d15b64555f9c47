//! Files, macro calls and loops that are being read, and their bodies.

use std::rc::Rc;

use super::{Arguments, LexedId};
use crate::asm::names::Name;
use crate::files::Content;
use crate::module::NodeId;

/// The body of a macro or loop, which is a part of a shared text.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub text: Content,
    pub start: usize,
    pub end: usize,
    /// The tokens that are kept of it, or of a body that it is a part of.
    pub lexed: Option<LexedId>,
}

impl Body {
    pub(crate) fn whole(text: Content) -> Self {
        Self { start: 0, end: text.len(), text, lexed: None }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.text[self.start..self.end]
    }

    /// The number of bytes that only this body keeps. A loop's body that had to be copied has a text of its own.
    pub(crate) fn copied(&self) -> usize {
        if self.start == 0 && self.end == self.text.len() { self.end } else { 0 }
    }
}

/// The state of a FOR or REPT. Only a FOR has a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Iteration {
    pub variable: Option<Name>,
    pub value: i32,
    pub step: i32,
    /// The number of iterations after this one.
    pub left: u64,
}

/// The kind of a context.
#[derive(Clone, Debug)]
pub(crate) enum ContextKind {
    File,
    Macro,
    /// `start` is where its body begins in its text, and `copied` the number of bytes that only this body keeps.
    Loop {
        start: usize,
        copied: usize,
        first_line: u32,
        iteration: Iteration,
        broken: bool,
    },
}

/// A file, macro call or loop that is being read.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub kind: ContextKind,
    pub node: NodeId,
    pub line: u32,
    /// The arguments for `\1`. In a loop, those of the macro around it.
    pub arguments: Option<Rc<Arguments>>,
    /// The index in [`Input::unique`](super::Input::unique) of the value of `\@`.
    pub unique: Option<usize>,
    /// The number of IFs that were open when the context was entered.
    pub ifs: usize,
    /// The number of layers when the context was entered, without its own.
    pub(super) layers: usize,
    /// Whether the context has its own value of `\@`.
    pub(super) own_unique: bool,
    /// The saved [`Input::line_ended`](super::Input) while something inside is read.
    pub(super) line_ended: bool,
}

/// An open IF.
#[derive(Clone, Copy, Debug)]
pub(crate) struct If {
    /// Whether one of its branches has been taken.
    pub taken: bool,
    /// Whether its ELSE has been reached.
    pub last: bool,
}
