//! The source of characters: a stack of files, macro bodies and loop bodies, and the expansions in them.
//!
//! Each of them is a [`Layer`] over shared bytes. The end of an expansion is invisible: a token may start in it and end
//! in the text around it. The end of the text of a file, macro or loop is visible.

mod arguments;
mod context;
mod lexed;
mod lines;

use std::rc::Rc;

use super::names::Name;
use crate::files::Content;
use crate::module::{NodeId, Place};

pub(crate) use arguments::Arguments;
pub(crate) use context::{Body, Context, ContextKind, If, Iteration};
pub(crate) use lexed::{Bodies, LexedId, Skipped, Skipping};

/// A text that is being read.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    text: Content,
    at: usize,
    end: usize,
    kind: LayerKind,
    /// The tokens that are kept of it.
    lexed: Option<LexedId>,
}

/// The kind of a [`Layer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayerKind {
    /// The text of a file, a macro or a loop.
    Context,
    /// A macro argument. Its text is not expanded again.
    Argument,
    /// An EQUS symbol or an interpolation, with the name of the symbol.
    Expansion(Name),
}

/// Everything that is being read.
pub(crate) struct Input {
    /// The innermost layer.
    top: Layer,
    /// The other layers, outermost first.
    below: Vec<Layer>,
    pub contexts: Vec<Context>,
    pub ifs: Vec<If>,
    /// The value of `\@` for each macro call and loop. 0 until it is used.
    pub unique: Vec<u32>,
    /// Expansions that have ended although nothing after them has been read yet, innermost first. Messages still name
    /// them, and they count as nesting.
    ended: Vec<Layer>,
    /// The start of the current line in the context's own text.
    line_start: usize,
    /// Whether the end of a line has been read, but nothing after it. Until then, messages are about that line.
    line_ended: bool,
}

impl Default for Input {
    fn default() -> Self {
        let top = Layer { text: Content::default(), at: 0, end: 0, kind: LayerKind::Context, lexed: None };
        Self {
            top,
            below: Vec::new(),
            contexts: Vec::new(),
            ifs: Vec::new(),
            unique: Vec::new(),
            ended: Vec::new(),
            line_start: 0,
            line_ended: false,
        }
    }
}

impl Input {
    /// The rest of the innermost layer.
    #[inline]
    pub(crate) fn rest(&self) -> &[u8] {
        &self.top.text[self.top.at..self.top.end]
    }

    /// The next byte of the innermost layer.
    #[inline]
    pub(crate) fn byte(&self) -> Option<u8> {
        if self.top.at < self.top.end { Some(self.top.text[self.top.at]) } else { None }
    }

    #[inline]
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.top.at += bytes;
        if !self.ended.is_empty() {
            self.forget_ended();
        }
    }

    /// Goes on from a place in the text of the innermost layer, where [`goes_on`](Self::goes_on).
    #[inline]
    pub(crate) fn go_to(&mut self, at: usize) {
        self.top.at = at;
    }

    /// Whether a place in the text of the innermost layer is not behind its end. A loop's body ends before the text that it is in.
    #[inline]
    pub(crate) fn has(&self, at: usize) -> bool {
        at <= self.top.end
    }

    /// Whether the line goes on, and nothing has just been expanded in it.
    #[inline]
    pub(crate) fn goes_on(&self) -> bool {
        !self.line_ended && self.ended.is_empty()
    }

    /// The byte behind the innermost layer. A backslash, which may be anything, if it cannot be told at a glance.
    #[inline]
    pub(crate) fn after(&self) -> u8 {
        if self.in_own_text() {
            // Nothing is behind a context's text.
            return b'\n';
        }
        self.below.last().and_then(|layer| layer.text[..layer.end].get(layer.at)).copied().unwrap_or(b'\\')
    }

    /// Forgets expansions that have ended, although nothing after them has been read.
    #[cold]
    pub(crate) fn forget_ended(&mut self) {
        self.ended.clear();
    }

    /// Whether the context's own text is being read, not an expansion in it.
    #[inline]
    pub(crate) fn in_own_text(&self) -> bool {
        matches!(self.top.kind, LayerKind::Context)
    }

    /// Whether a macro argument is being read.
    #[inline]
    pub(crate) fn in_argument(&self) -> bool {
        matches!(self.top.kind, LayerKind::Argument)
    }

    /// The byte after the next one, even if an expansion ends between them.
    pub(crate) fn second(&self) -> Option<u8> {
        let mut skip = 1;
        for layer in std::iter::once(&self.top).chain(self.below.iter().rev()) {
            if layer.at + skip < layer.end {
                return Some(layer.text[layer.at + skip]);
            }
            if matches!(layer.kind, LayerKind::Context) {
                return None;
            }
            skip -= layer.end - layer.at;
        }
        None
    }

    /// Ends the innermost expansion. Returns false if the innermost layer is the context's own text.
    #[inline]
    pub(crate) fn end_expansion(&mut self) -> bool {
        if self.in_own_text() {
            return false;
        }
        match self.below.pop() {
            Some(layer) => {
                self.ended.push(std::mem::replace(&mut self.top, layer));
                true
            }
            None => false,
        }
    }

    /// Starts an expansion, unless its text is empty.
    pub(crate) fn expand(&mut self, text: Content, start: usize, end: usize, kind: LayerKind) {
        if start < end {
            while let Some(ended) = self.ended.pop() {
                self.below.push(std::mem::replace(&mut self.top, ended));
            }
            let layer = Layer { text, at: start, end, kind, lexed: None };
            self.below.push(std::mem::replace(&mut self.top, layer));
        }
    }

    /// The number of expansions in the current context.
    pub(crate) fn depth(&self) -> usize {
        self.ended.len() + self.below.len() - self.contexts.last().map_or(0, |context| context.layers)
    }

    /// The EQUS symbols and interpolations in the current context, innermost first.
    pub(crate) fn expanding(&self) -> impl Iterator<Item = Name> {
        let open = std::iter::once(&self.top).chain(self.below.iter().rev());
        self.ended.iter().chain(open.take_while(|layer| !matches!(layer.kind, LayerKind::Context))).filter_map(
            |layer| match layer.kind {
                LayerKind::Expansion(name) => Some(name),
                LayerKind::Context | LayerKind::Argument => None,
            },
        )
    }

    /// Where the next byte is in the text of the innermost layer.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.top.at
    }

    /// The tokens that are kept of the innermost layer.
    #[inline]
    pub(crate) fn lexed(&self) -> Option<LexedId> {
        self.top.lexed
    }

    /// The innermost layer's text, in which [`position`](Self::position) is.
    #[inline]
    pub(crate) fn text(&self) -> &Content {
        &self.top.text
    }

    /// The length of the innermost layer's text.
    pub(crate) fn text_len(&self) -> usize {
        self.top.text.len()
    }

    /// The approximate memory use in bytes, without texts.
    pub(crate) fn memory(&self) -> usize {
        (self.below.capacity() + self.ended.capacity()) * size_of::<Layer>()
            + self.contexts.capacity() * (size_of::<Context>() + size_of::<Arguments>())
            + self.ifs.capacity() * size_of::<If>()
            + self.unique.capacity() * size_of::<u32>()
    }

    /// The number of bytes in the texts of EQUS symbols and interpolations. Those of macro arguments are a part of others.
    pub(crate) fn expanded(&self) -> usize {
        let layers = self.below.iter().chain(&self.ended).chain([&self.top]);
        layers.filter(|layer| matches!(layer.kind, LayerKind::Expansion(_))).map(|layer| layer.text.len()).sum()
    }

    /// The innermost context.
    ///
    /// # Panics
    /// If no file is being read.
    pub(crate) fn context(&self) -> &Context {
        self.contexts.last().expect("something is being read")
    }

    /// The place that is being read.
    pub(crate) fn place(&self) -> Place {
        let context = self.context();
        Place { node: context.node, line: context.line }
    }

    pub(crate) fn context_mut(&mut self) -> &mut Context {
        self.contexts.last_mut().expect("something is being read")
    }

    /// Enters a context.
    pub(crate) fn enter(
        &mut self,
        kind: ContextKind,
        node: NodeId,
        line: u32,
        body: Body,
        arguments: Option<Rc<Arguments>>,
    ) {
        self.ended.clear();
        let own_unique = !matches!(kind, ContextKind::File);
        let unique = if own_unique {
            self.unique.push(0);
            Some(self.unique.len() - 1)
        } else {
            self.contexts.last().and_then(|context| context.unique)
        };
        let Body { text, start, end, lexed } = body;
        let layer = Layer { text, at: start, end, kind: LayerKind::Context, lexed };
        // A last line without a newline ends here. In a text whose start has not been reached, nothing has been read
        // yet.
        self.line_ended |= self.own().at == self.own().end && self.own().at > 0;
        self.below.push(std::mem::replace(&mut self.top, layer));
        let (layers, ifs) = (self.below.len(), self.ifs.len());
        if let Some(outer) = self.contexts.last_mut() {
            outer.line_ended = std::mem::take(&mut self.line_ended);
        }
        self.contexts.push(Context { kind, node, line, arguments, unique, ifs, layers, own_unique, line_ended: false });
        self.line_start = self.top.at;
    }

    /// Leaves the innermost context and returns to the text around it.
    pub(crate) fn leave(&mut self) -> Option<Context> {
        let context = self.contexts.pop()?;
        self.ended.clear();
        self.below.truncate(context.layers);
        if let Some(layer) = self.below.pop() {
            self.top = layer;
        }
        self.ifs.truncate(context.ifs);
        if context.own_unique {
            self.unique.pop();
        }
        self.line_start = self.top.at;
        self.line_ended = self.contexts.last().is_some_and(|outer| outer.line_ended);
        Some(context)
    }

    /// Returns to the start of the innermost context's text, for the next iteration of a loop.
    pub(crate) fn rewind(&mut self, start: usize) {
        let layers = self.context().layers;
        self.ended.clear();
        if let Some(own) = self.below.drain(layers..).next() {
            self.top = own;
        }
        self.top.at = start;
        self.line_start = start;
        if let Some(cell) = self.unique.last_mut() {
            *cell = 0;
        }
    }
}
