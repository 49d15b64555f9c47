//! The page about failures names a test for each. A name without a test would prove nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// The names of the functions with `#[test]`.
#[derive(Default)]
struct Tests(BTreeSet<String>);

impl<'ast> Visit<'ast> for Tests {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if function.attrs.iter().any(|attribute| attribute.path().is_ident("test")) {
            self.0.insert(function.sig.ident.to_string());
        }
        visit::visit_item_fn(self, function);
    }
}

impl Tests {
    fn read(&mut self, path: &Path) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                self.read(&entry.unwrap().path());
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            self.visit_file(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap());
        }
    }
}

#[test]
fn each_failure_has_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = Tests::default();
    for dir in ["src", "tests/it", "crates/program/src"] {
        tests.read(&root.join(dir));
    }
    let page = fs::read_to_string(root.join("docs/failures.md")).unwrap();
    let rows: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")).collect();
    assert!(rows.len() > 60, "{}", rows.len());
    for row in rows.into_iter().filter(|row| !row.ends_with("| test")) {
        let named = row.rsplit(" | ").next().unwrap();
        for name in named.split(", ") {
            let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
            assert!(name.is_some_and(|name| tests.0.contains(name)), "no such test: {row}");
        }
    }
}
