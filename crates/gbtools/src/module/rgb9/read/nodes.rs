//! The nodes of an object file.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::{NONE, Read, Reader, least};
use crate::limits::{Budget, Spent};
use crate::module::{Module, Node, NodeKind, Place, Slice};

/// Whether some node is its own ancestor.
fn has_circle(nodes: &[Node], budget: &Budget<'_>) -> Result<bool, Spent> {
    /// The state of a node in the search.
    #[derive(Clone, Copy, PartialEq)]
    enum Known {
        Nothing,
        OnTheWay,
        Fine,
    }
    // Usually each parent comes before its children.
    if nodes.iter().enumerate().all(|(id, node)| node.parent.is_none_or(|parent| (parent.node as usize) < id)) {
        return Ok(false);
    }
    budget.take_room_for::<(Known, usize)>(nodes.len())?;
    let mut known = vec![Known::Nothing; nodes.len()];
    let mut way = Vec::new();
    for start in 0..nodes.len() {
        let mut next = Some(start);
        while let Some(node) = next {
            budget.step()?;
            match known[node] {
                Known::Fine => break,
                Known::OnTheWay => return Ok(true),
                Known::Nothing => known[node] = Known::OnTheWay,
            }
            way.push(node);
            next = nodes[node].parent.map(|parent| parent.node as usize);
        }
        for node in way.drain(..) {
            known[node] = Known::Fine;
        }
    }
    Ok(false)
}

impl<'a> Reader<'a> {
    /// Reads the nodes. The file lists them last to first.
    pub(super) fn nodes(&mut self, module: &mut Module) -> Read<()> {
        self.nodes = self.long("the number of nodes")?;
        module.nodes.reserve_exact(self.room::<Node>(self.nodes, least::NODE)?);
        let mut names = HashMap::default();
        for _ in 0..self.nodes {
            self.budget.step()?;
            let [parent, line] = self.longs("a node")?;
            if parent != NONE && parent >= self.nodes {
                return self.wrong(format!("A node's parent is {parent}, which does not exist"));
            }
            let parent = (parent != NONE).then_some(Place { node: parent, line });
            let kind = self.byte("a node")?;
            let quiet = kind & 0x80 != 0;
            let kind = match kind & 0x7F {
                0 if parent.is_none() => return self.wrong("A loop is not in a file"),
                0 => {
                    let depth = self.long("a loop's depth")?;
                    if depth == 0 {
                        return self.wrong("A loop has no iteration");
                    }
                    let iterations = self.bytes((depth as usize).saturating_mul(4), "a loop's iterations")?;
                    NodeKind::Loop(self.keep(iterations)?)
                }
                1 => NodeKind::File(self.node_name("a file's name", &mut names)?),
                2 => NodeKind::Macro(self.node_name("a macro's name", &mut names)?),
                other => return self.wrong(format!("A node has the unknown type {other}")),
            };
            module.nodes.push(Node { parent, kind, quiet });
        }
        module.nodes.reverse();
        if has_circle(&module.nodes, self.budget)? {
            return self.wrong("A node is its own ancestor");
        }
        Ok(())
    }

    /// The name of a node. Many nodes have the same name, which is kept once.
    fn node_name(&mut self, what: &str, known: &mut HashMap<&'a [u8], Slice, FxBuildHasher>) -> Read<Slice> {
        let name = self.string(what)?;
        if let Some(&kept) = known.get(name) {
            return Ok(kept);
        }
        self.budget.take_room_for::<[(&[u8], Slice); 2]>(1)?;
        let kept = self.keep(name)?;
        known.insert(name, kept);
        Ok(kept)
    }
}
