//! A damaged object is an error that names it, or it links. Nothing worse happens.

use std::path::PathBuf;

use bstr::ByteSlice;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::programs::{Files, topics};
use crate::tool::{Ran, our};

/// The objects of all golden programs.
fn objects() -> Vec<Vec<u8>> {
    let mut objects = Vec::new();
    for topic in topics() {
        let (_, files) = topic.run(|tool, arguments, files| our(tool, arguments, b"", files));
        let is_object = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "o");
        let made = files.into_iter().filter(|(path, content)| is_object(path) && content.starts_with(b"RGB9"));
        objects.extend(made.map(|(_, content)| content));
    }
    assert!(objects.len() > 30);
    objects
}

fn link(object: Vec<u8>) -> Ran {
    let arguments = ["-Weverything", "-o", "out.gb", "-n", "out.sym", "-m", "out.map", "bad.o"].map(String::from);
    our("rgblink", &arguments, b"", Files::from([("bad.o".into(), object)]))
}

#[test]
fn a_cut_object_is_an_error_that_names_it() {
    for object in objects() {
        // Long objects are not cut at every byte.
        for length in (0..object.len()).step_by(1 + object.len() / 100) {
            let ran = link(object[..length].to_vec());
            assert_eq!(ran.status, 1);
            assert!(ran.stderr.starts_with(b"FATAL: ") && ran.stderr.contains_str("bad.o"), "{}", ran.stderr.as_bstr());
        }
    }
}

/// Changes to an object: positions and new bytes.
fn changes() -> impl Strategy<Value = Vec<(Index, Vec<u8>)>> {
    let numbers =
        prop::sample::select(vec![0, 1, 2, 255, 256, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, u32::MAX]);
    let bytes =
        prop_oneof![any::<u8>().prop_map(|byte| vec![byte]), numbers.prop_map(|number| number.to_le_bytes().to_vec())];
    prop::collection::vec((any::<Index>(), bytes), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_object_is_an_error_or_a_link(which in any::<Index>(), changes in changes()) {
        static OBJECTS: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let objects = OBJECTS.get_or_init(objects);
        let mut object = which.get(objects).clone();
        for (at, bytes) in changes {
            let at = at.index(object.len());
            let end = object.len().min(at + bytes.len());
            object[at..end].copy_from_slice(&bytes[..end - at]);
        }
        let ran = link(object);
        prop_assert_eq!(ran.status != 0, ran.messages.iter().any(|message| !message.starts_with("warning")));
    }
}
