//! Syntax of older releases is an error in the real assembler too, in the same lines.

use crate::programs::difference;

#[test]
fn what_is_said_to_be_dropped_is() {
    for line in include_str!("../common/dropped.txt").lines().filter(|line| !line.starts_with('#')) {
        let source = line.splitn(3, " | ").last().unwrap().replace("\\n", "\n") + "\n";
        let difference = difference(&source);
        assert_eq!(difference, None, "{line}\n{}", difference.as_deref().unwrap_or_default());
        assert!(crate::programs::fails(&source), "{line}");
    }
}
