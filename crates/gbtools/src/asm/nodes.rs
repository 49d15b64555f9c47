//! The places of the assembler, past and present: files, macro calls and loop iterations, each with the place it was
//! called from.
//!
//! Most nodes are needed only while they are read. The number of such a node is used again afterwards, so a source with
//! a million macro calls does not keep a million nodes.

use bstr::{BString, ByteVec};

use super::names::{Name, Names};
use crate::module::{NodeId, Place};
use crate::report::{Backtrace, Frame, FrameName};

/// A file, a macro call or a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// The place that it was called from.
    pub parent: Option<Place>,
    pub kind: Kind,
    /// Marked with `?` in the source.
    pub quiet: bool,
    /// Whether something permanent refers to it or to one of its children.
    held: bool,
}

/// The kind of a [`Node`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A file with its path.
    File(Name),
    /// A macro, and the node that defined it.
    Macro { name: Name, definition: Option<NodeId> },
    /// A loop in this iteration, counted from 1.
    Loop(u32),
    /// The definitions of `-D`.
    CommandLine,
}

/// All nodes of an assembly.
#[derive(Clone, Default)]
pub(crate) struct Nodes {
    nodes: Vec<Node>,
}

impl Nodes {
    /// Adds a node. The place that it was called from is kept as long as the node.
    pub(crate) fn enter(&mut self, parent: Option<Place>, kind: Kind, quiet: bool) -> NodeId {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { parent, kind, quiet, held: false });
        id
    }

    /// Frees a node when its context ends, unless it is held.
    pub(crate) fn leave(&mut self, node: NodeId) {
        // The remaining later nodes are held, and so are the places that they were called from.
        if node as usize + 1 == self.nodes.len() && !self.nodes[node as usize].held {
            self.nodes.pop();
        }
    }

    /// The node for the next iteration of a loop.
    pub(crate) fn next_iteration(&mut self, node: NodeId) -> NodeId {
        let Node { parent, kind, quiet, held } = self.nodes[node as usize];
        let Kind::Loop(iteration) = kind else { return node };
        let kind = Kind::Loop(iteration.wrapping_add(1));
        if held {
            return self.enter(parent, kind, quiet);
        }
        self.nodes[node as usize].kind = kind;
        node
    }

    /// Changes the path of a file's node.
    pub(crate) fn rename(&mut self, node: NodeId, path: Name) {
        self.nodes[node as usize].kind = Kind::File(path);
    }

    /// Keeps a place permanently.
    pub(crate) fn hold(&mut self, place: Place) -> Place {
        let mut next = Some(place);
        while let Some(Place { node, .. }) = next {
            let node = &mut self.nodes[node as usize];
            if std::mem::replace(&mut node.held, true) {
                break;
            }
            next = node.parent;
        }
        place
    }

    /// The approximate memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn get(&self, node: NodeId) -> &Node {
        &self.nodes[node as usize]
    }

    /// The iterations of a loop and of the loops directly around it, innermost first.
    pub(crate) fn iterations(&self, node: NodeId) -> impl Iterator<Item = u32> {
        let mut next = Some(node);
        std::iter::from_fn(move || {
            let node = self.get(next?);
            let Kind::Loop(iteration) = node.kind else { return None };
            next = node.parent.map(|parent| parent.node);
            Some(iteration)
        })
    }

    /// The name of a node in messages: `main.asm`, `macros.inc::say`, `main.asm::REPT~2`.
    pub(crate) fn name(&self, node: NodeId, names: &Names) -> BString {
        let mut text = BString::default();
        self.each_part(node, names, &mut |part| text.push_str(part));
        text
    }

    /// The length of a node's name.
    pub(crate) fn name_len(&self, node: NodeId, names: &Names) -> usize {
        let mut len = 0;
        self.each_part(node, names, &mut |part| len += part.len());
        len
    }

    /// Calls `take` with the parts of a node's name. The name of a macro starts with the node that defined it, which
    /// may itself be a macro.
    fn each_part(&self, node: NodeId, names: &Names, take: &mut dyn FnMut(&[u8])) {
        let mut way = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next {
            way.push(node);
            next = match self.get(node).kind {
                Kind::File(_) | Kind::CommandLine => None,
                Kind::Macro { definition, .. } => definition,
                Kind::Loop(_) => self.base(node),
            };
        }
        while let Some(node) = way.pop() {
            match self.get(node).kind {
                Kind::File(path) => take(names.get(path)),
                Kind::CommandLine => take(b"<command-line>"),
                Kind::Macro { name, .. } => {
                    take(b"::");
                    take(names.get(name));
                }
                Kind::Loop(_) => {
                    let iterations: Vec<_> = self.iterations(node).collect();
                    for iteration in iterations.iter().rev() {
                        take(format!("::REPT~{iteration}").as_bytes());
                    }
                }
            }
        }
    }

    /// The innermost node around a loop that is not a loop itself.
    fn base(&self, node: NodeId) -> Option<NodeId> {
        let mut base = node;
        while let Kind::Loop(_) = self.get(base).kind {
            base = self.get(base).parent?.node;
        }
        Some(base)
    }

    /// The backtrace of a place.
    pub(crate) fn backtrace(&self, place: Place, names: &Names) -> Backtrace {
        let mut frames = Vec::new();
        let mut next = Some(place);
        while let Some(Place { node: id, line }) = next {
            let node = self.get(id);
            let name = match node.kind {
                Kind::Loop(iteration) => FrameName::Loop(iteration),
                Kind::CommandLine => FrameName::CommandLine,
                Kind::File(_) | Kind::Macro { .. } => FrameName::Source(self.name(id, names)),
            };
            frames.push(Frame { name, line, quiet: node.quiet });
            next = node.parent;
        }
        Backtrace { frames }
    }
}
