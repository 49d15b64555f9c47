//! The source of characters: a stack of files, macro bodies and loop bodies, and the expansions in them.
//!
//! Each of them is a [`Layer`] over shared bytes. The end of an expansion is invisible: a token may start in it and end
//! in the text around it. The end of the text of a file, macro or loop is visible.

mod arguments;

use std::ops::Range;
use std::rc::Rc;

use bstr::ByteSlice;

use super::names::Name;
use crate::files::Content;
use crate::module::{NodeId, Place};

pub(crate) use arguments::Arguments;

/// The longest part of a line that a message marks, in bytes.
const LONGEST_RANGE: usize = 4096;

/// A text that is being read.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    text: Content,
    at: usize,
    end: usize,
    kind: LayerKind,
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

/// The body of a macro or loop, which is a part of a shared text.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub text: Content,
    pub start: usize,
    pub end: usize,
}

impl Body {
    pub(crate) fn whole(text: Content) -> Self {
        Self { start: 0, end: text.len(), text }
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
    Loop { body: Body, first_line: u32, iteration: Iteration, broken: bool },
}

/// A file, macro call or loop that is being read.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub kind: ContextKind,
    pub node: NodeId,
    pub line: u32,
    /// The arguments for `\1`. In a loop, those of the macro around it.
    pub arguments: Option<Rc<Arguments>>,
    /// The index in [`Input::unique`] of the value of `\@`.
    pub unique: Option<usize>,
    /// The number of IFs that were open when the context was entered.
    pub ifs: usize,
    /// The number of layers when the context was entered, without its own.
    layers: usize,
    /// Whether the context has its own value of `\@`.
    own_unique: bool,
    /// The saved [`Input::line_ended`] while something inside is read.
    line_ended: bool,
}

/// An open IF.
#[derive(Clone, Copy, Debug)]
pub(crate) struct If {
    /// Whether one of its branches has been taken.
    pub taken: bool,
    /// Whether its ELSE has been reached.
    pub last: bool,
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
        let top = Layer { text: Content::default(), at: 0, end: 0, kind: LayerKind::Context };
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
            self.ended.clear();
        }
    }

    /// Forgets expansions that have ended, although nothing after them has been read.
    pub(crate) fn forget_ended(&mut self) {
        self.ended.clear();
    }

    #[inline]
    pub(crate) fn kind(&self) -> LayerKind {
        self.top.kind
    }

    /// The byte after the next one, even if an expansion ends between them.
    pub(crate) fn second(&self) -> Option<u8> {
        let mut skip = 1;
        for layer in std::iter::once(&self.top).chain(self.below.iter().rev()) {
            if layer.at + skip < layer.end {
                return Some(layer.text[layer.at + skip]);
            }
            if layer.kind == LayerKind::Context {
                return None;
            }
            skip -= layer.end - layer.at;
        }
        None
    }

    /// Ends the innermost expansion. Returns false if the innermost layer is the context's own text.
    #[inline]
    pub(crate) fn end_expansion(&mut self) -> bool {
        if self.top.kind == LayerKind::Context {
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
            let layer = Layer { text, at: start, end, kind };
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
        self.ended.iter().chain(open.take_while(|layer| layer.kind != LayerKind::Context)).filter_map(|layer| {
            match layer.kind {
                LayerKind::Expansion(name) => Some(name),
                LayerKind::Context | LayerKind::Argument => None,
            }
        })
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

    /// The number of bytes in the texts of expansions.
    pub(crate) fn expanded(&self) -> usize {
        let layers = self.below.iter().chain(&self.ended).chain([&self.top]);
        layers.filter(|layer| layer.kind != LayerKind::Context).map(|layer| layer.text.len()).sum()
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
        let layer = Layer { text: body.text, at: body.start, end: body.end, kind: LayerKind::Context };
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
    pub(crate) fn rewind(&mut self, body: &Body) {
        let layers = self.context().layers;
        self.ended.clear();
        self.below.truncate(layers);
        self.top = Layer { text: body.text.clone(), at: body.start, end: body.end, kind: LayerKind::Context };
        self.line_start = body.start;
        if let Some(cell) = self.unique.last_mut() {
            *cell = 0;
        }
    }

    /// Counts a line if its end was in the context's own text.
    #[inline]
    pub(crate) fn count_line(&mut self) {
        if self.top.kind == LayerKind::Context {
            self.context_mut().line += 1;
            self.line_start = self.top.at;
        }
    }

    /// Notes the end of a line. It is counted when more is read, so that messages until then are about that line.
    #[inline]
    pub(crate) fn end_line(&mut self) {
        if self.top.kind == LayerKind::Context {
            self.line_ended = true;
        }
    }

    /// Counts the line whose end was read last.
    #[inline]
    pub(crate) fn begin_line(&mut self) {
        if self.line_ended {
            self.line_ended = false;
            self.context_mut().line += 1;
            self.line_start = self.top.at;
        }
    }

    /// The context's own text, even if something is being expanded in it.
    fn own(&self) -> &Layer {
        if self.top.kind == LayerKind::Context {
            return &self.top;
        }
        self.contexts.last().and_then(|context| self.below.get(context.layers)).unwrap_or(&self.top)
    }

    /// The position of the next byte in the context's own text. During an expansion, this is the end of its name.
    #[inline]
    pub(crate) fn at(&self) -> usize {
        self.own().at
    }

    /// A part of the context's own text.
    pub(crate) fn own_text(&self, start: usize, end: usize) -> Option<&[u8]> {
        let own = self.own();
        own.text.get(start..end.min(own.end))
    }

    /// The part of this range that is in the current line, without spaces around it, as a range in that line. A long
    /// range is cut, so that a long line with many errors does not take much time for each.
    pub(crate) fn range(&self, start: usize, end: usize) -> Option<Range<u32>> {
        let start = start.max(self.line_start);
        let text = self.own_text(start, end.min(start.saturating_add(LONGEST_RANGE)))?;
        let line = text.find_byteset("\r\n").map_or(text, |end| &text[..end]);
        let end = start + line.trim_ascii_end().len();
        let column = |at: usize| u32::try_from(at - self.line_start).ok();
        Some(column(start)?..column(end)?)
    }

    /// The rest of the context's own text as a body. Used to capture a macro or loop outside of expansions.
    pub(crate) fn here(&self) -> Body {
        Body { text: self.top.text.clone(), start: self.top.at, end: self.top.end }
    }
}
