//! The places of the assembler, past and present: files, macro calls and loop iterations, each with the place it was
//! called from.
//!
//! A node is kept while something uses it: the text that is being read, a symbol that was defined there, or a node that
//! was called from it. Its number is used again afterwards, so a source with a million macro calls does not keep a
//! million nodes.

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
    /// How many uses it has.
    uses: u32,
}

/// The kind of a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl Node {
    pub(crate) fn is_command_line(&self) -> bool {
        matches!(self.kind, Kind::CommandLine)
    }
}

/// All nodes of an assembly.
#[derive(Default)]
pub(crate) struct Nodes {
    nodes: Vec<Node>,
    /// The nodes without a use.
    free: Vec<NodeId>,
}

impl Clone for Nodes {
    /// A copy with room for as many nodes again, so that they do not move soon.
    fn clone(&self) -> Self {
        let mut nodes = Vec::with_capacity(2 * self.nodes.len());
        nodes.extend_from_slice(&self.nodes);
        Self { nodes, free: self.free.clone() }
    }
}

impl Nodes {
    /// Adds a node, which is used until it is [left](Self::leave).
    pub(crate) fn enter(&mut self, parent: Option<Place>, kind: Kind, quiet: bool) -> NodeId {
        for used in used_by(parent, kind) {
            self.use_node(used);
        }
        let node = Node { parent, kind, quiet, uses: 1 };
        if let Some(id) = self.free.pop() {
            self.nodes[id as usize] = node;
            return id;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the memory limit is far below 4 GiB")]
        let id = self.nodes.len() as NodeId;
        self.nodes.push(node);
        id
    }

    /// Ends the use of a node whose text has ended.
    pub(crate) fn leave(&mut self, node: NodeId) {
        let mut next = self.free.len();
        self.end_use(node);
        // The nodes that it used may be without a use now, too.
        while let Some(&unused) = self.free.get(next) {
            let Node { parent, kind, .. } = self.nodes[unused as usize];
            for used in used_by(parent, kind) {
                self.end_use(used);
            }
            next += 1;
        }
    }

    /// The node for the next iteration of a loop.
    pub(crate) fn next_iteration(&mut self, node: NodeId) -> NodeId {
        let Node { parent, kind, quiet, uses } = self.nodes[node as usize];
        let Kind::Loop(iteration) = kind else { return node };
        let kind = Kind::Loop(iteration.wrapping_add(1));
        if uses > 1 {
            let next = self.enter(parent, kind, quiet);
            self.leave(node);
            return next;
        }
        self.nodes[node as usize].kind = kind;
        node
    }

    /// Changes the path of a file's node.
    pub(crate) fn rename(&mut self, node: NodeId, path: Name) {
        self.nodes[node as usize].kind = Kind::File(path);
    }

    /// Uses a place, until it is [released](Self::release).
    #[inline]
    pub(crate) fn hold(&mut self, place: Place) -> Place {
        self.use_node(place.node);
        place
    }

    /// Ends the use of a place.
    pub(crate) fn release(&mut self, place: Place) {
        self.leave(place.node);
    }

    fn use_node(&mut self, node: NodeId) {
        self.nodes[node as usize].uses += 1;
    }

    fn end_use(&mut self, node: NodeId) {
        let uses = &mut self.nodes[node as usize].uses;
        *uses -= 1;
        if *uses == 0 {
            self.free.push(node);
        }
    }

    /// The approximate memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.free.capacity() * size_of::<NodeId>()
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

/// The nodes that a node uses: what it was called from, and where the macro was defined.
fn used_by(parent: Option<Place>, kind: Kind) -> impl Iterator<Item = NodeId> {
    let definition = if let Kind::Macro { definition, .. } = kind { definition } else { None };
    parent.map(|parent| parent.node).into_iter().chain(definition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_without_a_use_makes_room() {
        let mut nodes = Nodes::default();
        let name = Name::from_index(0);
        let place = |node| Place { node, line: 1 };
        let file = nodes.enter(None, Kind::File(name), false);
        for _ in 0..3 {
            // Something is defined in a loop of a macro, which is defined in the file, and both end.
            let kind = Kind::Macro { name, definition: Some(file) };
            let outer = nodes.enter(Some(place(file)), kind, false);
            let inner = nodes.enter(Some(place(outer)), Kind::Loop(1), false);
            let held = nodes.hold(place(inner));
            let next = nodes.next_iteration(inner);
            assert!(next != inner && nodes.iterations(next).eq([2]) && nodes.iterations(inner).eq([1]));
            assert_eq!(nodes.next_iteration(next), next, "nothing uses it");
            nodes.leave(next);
            nodes.leave(outer);
            assert_eq!((nodes.free.len(), nodes.len()), (1, 4), "what is held has its macro and its file");
            nodes.release(held);
            assert_eq!((nodes.free.len(), nodes.len()), (3, 4));
        }
        nodes.leave(file);
        assert_eq!(nodes.free.len(), 4);
    }
}
