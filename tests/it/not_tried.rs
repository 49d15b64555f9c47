//! The tests that counted as passed because a program that they talk to is not on this machine: a summary at the end says which.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command;
use std::sync::{Mutex, Once, PoisonError};

/// The missing programs, and the tests that needed them.
static MISSING: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// Notes that a test was not tried, or only in part.
#[expect(unsafe_code, reason = "the test runner has no end at which anything could be said")]
pub(crate) fn add(test: &str, what: &str) {
    static ONCE: Once = Once::new();
    // SAFETY: the function stays valid, and takes no argument.
    ONCE.call_once(|| assert_eq!(unsafe { nix::libc::atexit(summary) }, 0));
    let mut missing = MISSING.lock().unwrap_or_else(PoisonError::into_inner);
    missing.entry(what.to_owned()).or_default().insert(test.to_owned());
}

/// After the runner's own last line.
extern "C" fn summary() {
    let missing = MISSING.lock().unwrap_or_else(PoisonError::into_inner);
    let tests: BTreeSet<_> = missing.values().flatten().collect();
    let mut text = format!("NOT TRIED, or only in part, though they count as passed: {}\n", count(tests.len()));
    for (what, tests) in missing.iter() {
        let tests: Vec<_> = tests.iter().map(String::as_str).collect();
        let _ = writeln!(text, "  {what} is not on this machine: {}", tests.join(", "));
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn count(tests: usize) -> String {
    format!("{tests} test{}", if tests == 1 { "" } else { "s" })
}

#[test]
fn a_summary_at_the_end_says_which_tests_were_not_tried() {
    let tests = ["deps::make_goes_on_when_a_source_is_gone", "readme::vim_finds_the_mistakes"];
    let mut run = Command::new(std::env::current_exe().unwrap());
    run.args(tests).arg("--exact").env("PATH", "/no/such/dir").env_remove("CI");
    let ended = run.output().unwrap();
    assert!(ended.status.success());
    assert!(String::from_utf8(ended.stdout).unwrap().contains("2 passed"));
    assert_eq!(
        String::from_utf8(ended.stderr).unwrap(),
        "NOT TRIED, or only in part, though they count as passed: 2 tests\n  \
         make is not on this machine: deps::make_goes_on_when_a_source_is_gone\n  \
         vim is not on this machine: readme::vim_finds_the_mistakes\n"
    );
    // If nothing is missing, nothing is printed.
    let mut run = Command::new(std::env::current_exe().unwrap());
    assert_eq!(run.args(["--list"]).output().unwrap().stderr, b"");
}
