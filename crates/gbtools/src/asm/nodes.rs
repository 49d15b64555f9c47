//! Where the assembler is and was: files, macro calls and loop iterations, each with what it was called from.
//!
//! Most nodes are never mentioned by anything that outlives them. Such a node's place is used again, so a source with a
//! million macro calls does not keep a million nodes.

use bstr::{BString, ByteVec};

use super::names::{Name, Names};
use crate::module::{NodeId, Place};
use crate::report::{Backtrace, Frame, FrameName};

/// A file, a macro call or a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// What it was called from, and the line there.
    pub parent: Option<Place>,
    pub kind: Kind,
    /// Marked with `?`.
    pub quiet: bool,
    /// Something that stays mentions it, or one of its children.
    held: bool,
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A file, by its path.
    File(Name),
    /// A macro, and where it was defined.
    Macro { name: Name, definition: Option<NodeId> },
    /// A loop, in this iteration, from 1.
    Loop(u32),
    /// What `-D` defines.
    CommandLine,
}

/// All nodes of one assembly.
#[derive(Clone, Default)]
pub(crate) struct Nodes {
    nodes: Vec<Node>,
}

impl Nodes {
    /// Adds a node. What it was called from stays as long as it does.
    pub(crate) fn enter(&mut self, parent: Option<Place>, kind: Kind, quiet: bool) -> NodeId {
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { parent, kind, quiet, held: false });
        id
    }

    /// The context of a node has ended.
    pub(crate) fn leave(&mut self, node: NodeId) {
        // Later nodes that are still there are held, and so is what they were called from.
        if node as usize + 1 == self.nodes.len() && !self.nodes[node as usize].held {
            self.nodes.pop();
        }
    }

    /// The node of a loop's next iteration.
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

    /// Gives a file's node another path.
    pub(crate) fn rename(&mut self, node: NodeId, path: Name) {
        self.nodes[node as usize].kind = Kind::File(path);
    }

    /// Something that stays mentions this place.
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

    /// What messages call a node: `main.asm`, `macros.inc::say`, `main.asm::REPT~2`.
    pub(crate) fn name(&self, node: NodeId, names: &Names) -> BString {
        match self.get(node).kind {
            Kind::File(path) => names.get(path).into(),
            Kind::CommandLine => "<command-line>".into(),
            Kind::Macro { name, definition } => {
                let mut text = definition.map(|node| self.name(node, names)).unwrap_or_default();
                text.push_str("::");
                text.push_str(names.get(name));
                text
            }
            Kind::Loop(_) => {
                let mut base = node;
                while let (Kind::Loop(_), Some(parent)) = (self.get(base).kind, self.get(base).parent) {
                    base = parent.node;
                }
                let mut text = self.name(base, names);
                let iterations: Vec<_> = self.iterations(node).collect();
                for iteration in iterations.iter().rev() {
                    text.push_str(format!("::REPT~{iteration}"));
                }
                text
            }
        }
    }

    /// How the assembler came to a place.
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
