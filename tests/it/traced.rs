//! A tool that another process traces (`ptrace(2)`). It is not among the [`faults`](crate::faults), which also run under
//! strace: a tool has only one tracer.

use std::time::Duration;

use rgbpipe::program::Failure;
use rgbpipe::{Stop, Until};

use crate::fake::{BOUND, fake};

#[test]
fn a_tool_that_another_process_traces_is_not_waited_for() {
    // It exits, and stays a zombie whose status the tracer must take first.
    let ran = fake("traced; w b 1; text b x").output("b").run_or_error();
    let error = ran.map(|ran| ran.verdict()).unwrap_err().to_string();
    let (path, words) = error.split_once(" ended, but ").expect("the tool is named");
    assert!(path.contains("fake_tool-") && words.starts_with("its exit status is unknown: "), "{error}");
    // Where it was stopped, its status does not matter.
    let soon = Until::after(Duration::from_millis(500));
    let ran = fake("traced; pause 60000").output("b").with(|program| program.until(&soon)).run();
    assert_eq!(ran.verdict(), Err(Failure::Stopped(Stop::TimedOut)));
    assert!(ran.took < BOUND / 2, "{:?}", ran.took);
    ran.log.kill_left();
}
