//! The modules of each crate depend on each other in one direction. The only circles are between a file and its private
//! halves: a module that is not public may use the module that declares it. So may the halves of a half.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

type Name = Vec<String>;

/// The modules that a file declares and the paths that it uses.
#[derive(Default)]
struct Module {
    private_children: BTreeSet<String>,
    /// The paths behind the names that it re-exports with `pub use`.
    passes_on: BTreeMap<String, Name>,
    uses: Vec<Name>,
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &[],
        };
        let is_test = |attribute: &Attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
        };
        if !attributes.iter().any(is_test) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if matches!(item.vis, Visibility::Inherited) {
            self.private_children.insert(item.ident.to_string());
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut paths = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut paths);
        if matches!(item.vis, Visibility::Inherited) {
            self.uses.extend(paths);
        } else {
            self.passes_on.extend(paths.into_iter().map(|path| (path.last().unwrap().clone(), path)));
        }
    }

    /// `pub(in crate::x)` is not a dependency.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.uses.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// The paths of a `use`.
fn flatten(tree: &UseTree, before: &mut Name, paths: &mut Vec<Name>) {
    let with = |last: &syn::Ident| before.iter().cloned().chain([last.to_string()]).collect();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => paths.push(before.clone()),
        UseTree::Name(name) => paths.push(with(&name.ident)),
        UseTree::Rename(rename) => paths.push(with(&rename.ident)),
        UseTree::Glob(_) => paths.push(before.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, paths)),
    }
}

struct Crate(BTreeMap<Name, Module>);

impl Crate {
    /// Reads all files below `dir`. `top` is the root module. Files below `without` belong to another crate.
    fn read(dir: &str, top: &str, without: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
        let mut modules = BTreeMap::new();
        let mut ahead = vec![root.clone()];
        while let Some(dir) = ahead.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                let inside = path.strip_prefix(&root).unwrap().with_extension("");
                if path.is_dir() && inside != Path::new(without) {
                    ahead.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    let mut module = Module::default();
                    module.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
                    let name: Name = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                    modules.insert(if name == [top] { Vec::new() } else { name }, module);
                }
            }
        }
        Self(modules)
    }

    /// The module to which a path in `module` leads, if it is in this crate.
    fn home(&self, module: &Name, path: &Name, depth: usize) -> Option<Name> {
        let supers = path.iter().take_while(|word| *word == "super").count();
        let (mut full, rest) = match path[0].as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (module.clone(), &path[1..]),
            "super" => (module[..module.len().checked_sub(supers)?].to_vec(), &path[supers..]),
            child if self.0.contains_key(&[module.clone(), vec![child.to_owned()]].concat()) => {
                (module.clone(), &path[..])
            }
            _ => return None,
        };
        full.extend_from_slice(rest);
        let length = (0..=full.len()).rev().find(|length| self.0.contains_key(&full[..*length]))?;
        let (home, rest) = (full[..length].to_vec(), &full[length..]);
        match rest.first().and_then(|name| self.0[&home].passes_on.get(name)) {
            Some(other) if depth < 8 => self.home(&home, &[other, &rest[1..]].concat(), depth + 1).or(Some(home)),
            _ => Some(home),
        }
    }

    /// The modules that this one depends on, except those that it is a private half of.
    fn dependencies(&self, module: &Name) -> BTreeSet<Name> {
        let uses = self.0[module].uses.iter().filter_map(|path| self.home(module, path, 0));
        let is_private = |length: usize| self.0[&module[..length]].private_children.contains(&module[length]);
        let is_half_of = |other: &Name| module.starts_with(other) && (other.len()..module.len()).all(is_private);
        uses.filter(|other| !is_half_of(other)).collect()
    }

    /// A circle, if there is one: each module depends on the next, and the last is the first.
    fn circle(&self) -> Option<Vec<String>> {
        let graph: BTreeMap<_, _> = self.0.keys().map(|module| (module, self.dependencies(module))).collect();
        self.0.keys().find_map(|first| {
            let mut came_from = BTreeMap::new();
            let mut ahead = vec![first];
            while let Some(module) = ahead.pop() {
                for other in &graph[module] {
                    if other == first {
                        let mut circle = vec![first.join("::"), module.join("::")];
                        let mut at = module;
                        while let Some(before) = came_from.get(at) {
                            at = before;
                            circle.push(at.join("::"));
                        }
                        circle.reverse();
                        return Some(circle);
                    }
                    if !came_from.contains_key(other) {
                        came_from.insert(other.clone(), module.clone());
                        ahead.push(self.0.get_key_value(other).unwrap().0);
                    }
                }
            }
            None
        })
    }
}

#[test]
fn no_modules_depend_on_each_other_in_a_circle() {
    for (dir, top, without) in [
        ("src", "lib", "command"),
        ("src/command", "main", ""),
        ("crates/program/src", "lib", ""),
        ("crates/gbtools/src", "lib", ""),
    ] {
        let modules = Crate::read(dir, top, without);
        assert!(modules.0.len() > 10, "{dir}");
        assert_eq!(modules.circle(), None, "{dir}");
    }
}
