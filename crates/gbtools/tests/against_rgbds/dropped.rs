//! Checks that syntax which we report as dropped is an error in the real assembler, in the same lines.

use crate::programs::difference;

#[test]
fn syntax_reported_as_dropped_is_an_error_in_rgbds() {
    for line in include_str!("../common/dropped.txt").lines().filter(|line| !line.starts_with('#')) {
        let source = line.splitn(3, " | ").last().unwrap().replace("\\n", "\n") + "\n";
        let difference = difference(&source);
        assert_eq!(difference, None, "{line}\n{}", difference.as_deref().unwrap_or_default());
        assert!(crate::programs::fails(&source), "{line}");
    }
}
