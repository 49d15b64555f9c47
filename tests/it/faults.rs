//! The rows of the failure model, with one test or more for each, and the fake tool as the tool. The expected content
//! is what a regular file would have held at the tool's exit, or a clear error if a FIFO cannot know that.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use rgbpipe::program::{Content, Failure, Stop};
use rgbpipe::{Cancel, Until};

use crate::fake::{BOUND, Digest, Ran, digest, fake, pattern};

/// More than any pipe in these tests holds. A pipe that carries a lot is enlarged to 1 MiB.
const LARGE: usize = 3_000_000;

fn complete(bytes: &[u8]) -> Content {
    Content::Complete(bytes.to_vec())
}

#[track_caller]
fn died(ran: &Ran) {
    assert!(matches!(ran.verdict(), Err(Failure::Status(_))), "{ran:?}");
}

// Opens its files in any order, or all before using any.

#[test]
fn ports_in_every_order_of_opening() {
    let orders = permutations(&["r a 1", "r b 2", "w c 3", "w d 4"]);
    assert_eq!(orders.len(), 24);
    for order in orders {
        // All files are opened before any is used, and used in reverse order.
        let script = format!("{}; copy b c; copy a d", order.join("; "));
        let (a, b) = (pattern(1, LARGE), pattern(2, LARGE));
        let ran = fake(&script).input(a.clone()).input(b.clone()).output("c").output("d").run();
        ran.gave("c", &b).gave("d", &a);
        assert_eq!(ran.log.done()[..4], order, "the order that was meant");
    }
}

fn permutations<'a>(steps: &[&'a str]) -> Vec<Vec<&'a str>> {
    let Some((first, rest)) = steps.split_first() else { return vec![Vec::new()] };
    let insert = |order: Vec<&'a str>| {
        (0..=order.len()).map(move |at| [&order[..at], &[*first], &order[at..]].concat()).collect::<Vec<_>>()
    };
    permutations(rest).into_iter().flat_map(insert).collect()
}

#[test]
fn ports_used_one_after_the_other_the_last_one_first() {
    let (a, b) = (pattern(1, LARGE), pattern(2, 0));
    let script = "w d 4; text d last; close d; r b 2; read b all; close b; w c 3; r a 1; copy a c; close a; close c";
    let ran = fake(script).input(a.clone()).input(b.clone()).output("c").output("d").run();
    ran.gave("c", &a).gave("d", b"last\n");
    assert_eq!((ran.log.read_by("a"), ran.log.read_by("b")), (vec![told(&a)], vec![told(&b)]));
}

/// A file that was read, as the log reports it.
fn told(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()
}

#[test]
fn ports_written_in_turns_a_byte_at_a_time() {
    let mut script = "w a 1; w b 2".to_owned();
    for _ in 0..3 {
        script += "; write a 5000 7 1; write b 3 8 1";
    }
    let (a, b) = (pattern(7, 5000).repeat(3), pattern(8, 3).repeat(3));
    fake(&script).output("a").output("b").run().gave("a", &a).gave("b", &b);
}

#[test]
fn an_input_read_a_byte_at_a_time() {
    let bytes = pattern(1, 10_000);
    fake("r a 1; w b 2; copy a b 1").input(bytes.clone()).output("b").run().gave("b", &bytes);
}

// Input or output larger than any pipe: `program::content_larger_than_any_pipe_is_whole` has 64 MiB.

#[test]
fn sizes_at_the_edges_of_pages_and_pipes() {
    for edge in [0, 1, 4096, 65_536, 1 << 20] {
        for size in [edge - edge.min(1), edge, edge + 1] {
            let bytes = pattern(3, size);
            let ran = fake("r a 1; w b 2; copy a b; close a").input(bytes.clone()).output("b").run();
            ran.gave("b", &bytes);
            assert_eq!(ran.log.read_by("a"), [told(&bytes)]);
        }
    }
}

// Exits before it opened a FIFO; fails, or is killed, after writing half.

#[test]
fn death_before_any_open_returns_at_once_with_the_tools_own_message() {
    for (end, status) in [("exit 3", "exit status: 3"), ("raise SIGSEGV", "signal: 11"), ("raise SIGKILL", "signal: 9")]
    {
        let ran = fake(&format!("text stderr why; {end}")).input(pattern(1, LARGE)).output("b").run();
        let Err(Failure::Status(found)) = ran.verdict() else { panic!("{ran:?}") };
        assert!(found.to_string().starts_with(status), "{found}");
        assert_eq!((&ran.finished.stderr.bytes[..], ran.content("b")), (&b"why\n"[..], &Content::Unopened));
    }
}

#[test]
fn death_between_the_opens() {
    for end in ["exit 3", "raise SIGSEGV", "raise SIGKILL"] {
        for opens in ["r a 1", "w c 3", "r a 1; w c 3", "w d 4; r b 2", "r a 1; r b 2; w c 3; w d 4"] {
            let script = format!("{opens}; {end}");
            let ran = fake(&script).input(pattern(1, LARGE)).input(pattern(2, 10)).output("c").output("d").run();
            died(&ran);
            for (name, open) in [("c", "w c 3"), ("d", "w d 4")] {
                let expected = if opens.contains(open) { complete(b"") } else { Content::Unopened };
                assert_eq!(*ran.content(name), expected, "{script}");
            }
        }
    }
}

#[test]
fn death_after_half_of_an_output() {
    for end in ["exit 3", "raise SIGSEGV", "raise SIGKILL", "raise SIGPIPE"] {
        for half in [1, 40_000, LARGE] {
            let script = format!("r a 1; read a 1000; w b 2; write b {half} 5; {end}");
            let ran = fake(&script).input(pattern(1, LARGE)).output("b").run();
            died(&ran);
            assert_eq!(digest(ran.content("b")), Ok(Digest::of(&pattern(5, half))), "{script}");
        }
    }
}

// Exits 0 without writing an output asked for.

#[test]
fn an_output_that_is_never_opened_is_an_error_that_names_it() {
    let ran = fake("r a 1; read a all; w b 2; text b x").input(pattern(1, LARGE)).output("b").output("c").run();
    assert_eq!(ran.verdict(), Err(Failure::NotWritten("c".into())));
    assert_eq!(ran.verdict().unwrap_err().to_string(), "ended without an error, but did not write 'c'");
}

#[test]
fn an_output_that_is_opened_and_not_written_is_empty() {
    fake("w b 1; close b").output("b").run().gave("b", b"");
    // The exit closes the file.
    fake("w b 1").output("b").run().gave("b", b"");
}

// Never reads an input, or stops reading early.

#[test]
fn an_input_that_is_never_opened_or_never_read_or_half_read_is_no_error() {
    for reading in ["", "r a 1; close a;", "r a 1;", "r a 1; read a 1; close a;", "r a 1; read a 150000;"] {
        let ran = fake(&format!("{reading} w b 2; text b x")).input(pattern(1, LARGE)).output("b").run();
        ran.gave("b", b"x\n");
        let died = fake(&format!("{reading} w b 2; text b x; exit 1")).input(pattern(1, LARGE)).output("b").run();
        assert!(matches!(died.verdict(), Err(Failure::Status(_))), "{reading}");
    }
}

#[test]
fn standard_input_that_is_closed_at_once_is_no_error() {
    for size in [0, 1, LARGE] {
        let program = fake("close stdin; w b 1; text b x").output("b");
        program.with(|program| program.stdin(pattern(1, size))).run().gave("b", b"x\n");
    }
}

#[test]
fn standard_input_is_whole_or_as_much_as_is_read() {
    let bytes = pattern(1, LARGE);
    let program = fake("w b 1; copy stdin b 777").output("b");
    program.with(|program| program.stdin(pattern(1, LARGE))).run().gave("b", &bytes);
    let program = fake("read stdin 70000; w b 1; text b x").output("b");
    program.with(|program| program.stdin(pattern(1, LARGE))).run().gave("b", b"x\n");
}

// Reads an input twice.

#[test]
fn an_input_read_again_and_again_is_whole_each_time() {
    for size in [0, 1, 4096, 65_536, LARGE] {
        let script = "r a 1; read a all; close a;".repeat(5);
        let ran = fake(&script).input(pattern(1, size)).run();
        assert_eq!(ran.verdict(), Ok(()));
        assert_eq!(ran.log.read_by("a"), vec![told(&pattern(1, size)); 5]);
    }
}

#[test]
fn an_input_opened_again_after_a_part_was_read_is_whole() {
    for part in [0, 1, 65_536, LARGE] {
        let ran =
            fake(&format!("r a 1; read a {part}; close a; r b 1; read b all; close b")).input(pattern(1, LARGE)).run();
        assert_eq!(ran.verdict(), Ok(()));
        assert_eq!(ran.log.read_by("b"), [told(&pattern(1, LARGE))], "after {part}");
    }
}

// Closes an output and opens it again.

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn an_output_written_again_is_the_last_content() {
    for (first, last) in
        [(10, 10), (10, 3), (3, 10), (0, 10), (10, 0), (0, 0), (LARGE, 10), (10, LARGE), (LARGE, LARGE)]
    {
        for (before, after) in [("", "w c 3; text c x"), ("r a 1;", "w c 3; text c x"), ("w c 3; text c x;", "")] {
            let script =
                format!("{before} w b 2; write b {first} 1; close b; w b 2; write b {last} 2; close b; {after}");
            let ran = fake(&script).input(pattern(3, 10)).output("b").output("c").run();
            ran.gave("b", &pattern(2, last));
            // Both are open when it exits.
            let ran = fake(&format!("w b 1; write b {first} 1; close b; w b 1; write b {last} 2")).output("b").run();
            ran.gave("b", &pattern(2, last));
        }
    }
}

#[cfg(all(target_os = "linux", not(portable)))]
#[test]
fn an_output_written_again_many_times_is_the_last_content() {
    for size in [1, 1000, 70_000] {
        let runs = (1..=30).map(|run| format!("w b 1; write b {} {run}; close b", size + run % 3));
        fake(&runs.collect::<Vec<_>>().join("; ")).output("b").run().gave("b", &pattern(30, size));
    }
}

// Leaves a grandchild that holds a FIFO open.

#[test]
fn a_process_left_with_an_output_is_an_error_after_a_grace() {
    for session in ["", "setsid"] {
        let ran = fake(&format!("w b 1; text b x; linger 60 {session}")).output("b").output("c").run();
        assert_eq!(ran.verdict(), Err(Failure::HeldOpen("b".into())), "{session}");
        assert!(ran.took < BOUND / 2, "{session}: {:?}", ran.took);
        if session.is_empty() {
            ran.log.all_gone();
        } else {
            // The process has left the process group, so rgbpipe cannot find it.
            assert_eq!(ran.log.kill_left(), 1);
        }
    }
}

#[test]
fn a_process_left_with_an_input_or_standard_input_does_not_matter() {
    for session in ["", "setsid"] {
        let ran = fake(&format!("r a 1; read a 10; linger 60 {session}; w b 2; text b x; close b"))
            .input(pattern(1, LARGE))
            .output("b")
            .with(|program| program.stdin(pattern(2, LARGE)))
            .run();
        assert!(ran.took < BOUND / 2, "{session}: {:?}", ran.took);
        ran.log.kill_left();
        ran.gave("b", b"x\n");
    }
}

#[test]
fn a_process_left_with_standard_output_and_error_does_not_matter() {
    for session in ["", "setsid"] {
        let ran = fake(&format!("text stderr why; linger 60 {session}; w b 1; text b x")).output("b").run();
        assert!(ran.took < BOUND / 2, "{session}: {:?}", ran.took);
        ran.log.kill_left();
        assert_eq!(ran.gave("b", b"x\n").finished.stderr.bytes, b"why\n");
    }
}

#[test]
fn a_process_left_with_an_output_on_standard_output_is_an_error() {
    let ran = fake("text stdout x; linger 60").with(|program| program.output_on_stdout("b")).run();
    assert_eq!(ran.verdict(), Err(Failure::HeldOpen("b".into())));
    ran.log.all_gone();
}

#[test]
fn a_process_left_behind_that_writes_without_end_is_an_error_after_a_grace() {
    for session in ["", "setsid"] {
        for writers in ["", "fork; fork;"] {
            // The limit only keeps a failing test from using up all memory.
            let ran = fake(&format!("w b 1; leave {session}; {writers} forever b"))
                .output("b")
                .with(|program| program.output_limit(4 << 30))
                .run();
            ran.log.kill_left();
            assert_eq!(ran.verdict(), Err(Failure::HeldOpen("b".into())), "{session} {writers}: {:?}", ran.took);
            assert!(ran.took < BOUND / 2, "{session} {writers}: {:?}", ran.took);
        }
    }
}

#[test]
fn a_child_that_does_the_work_while_the_tool_waits_is_the_tool() {
    let bytes = pattern(1, LARGE);
    let ran = fake("delegate; r a 1; w b 2; copy a b").input(bytes.clone()).output("b").run();
    ran.gave("b", &bytes).log.all_gone();
    let ran = fake("delegate; r a 1; w b 2; copy a b; raise SIGSEGV").input(bytes).output("b").run();
    died(&ran);
}

#[test]
fn a_child_that_does_the_work_after_the_tool_has_left_gives_its_bytes_or_an_error() {
    let bytes = pattern(1, LARGE);
    for session in ["", "setsid"] {
        for (before, after) in [
            // Nothing is open at the tool's exit, so there would be no file.
            ("", "r a 1; w b 2; copy a b"),
            ("r a 1", "w b 2; copy a b"),
            ("r a 1; w b 2", "copy a b"),
            ("w b 2", "r a 1; copy a b"),
            ("r a 1; w b 2; copy a b", ""),
        ] {
            let script = format!("{before}; leave {session}; orphaned; {after}");
            let ran = fake(&script).input(bytes.clone()).output("b").run();
            ran.log.kill_left();
            gave_or_left_undone(&ran, &bytes, &script);
        }
    }
}

/// A child that continues after the tool's exit gives these bytes in `b`, or an error that names it.
#[track_caller]
fn gave_or_left_undone(ran: &Ran, bytes: &[u8], script: &str) {
    match ran.verdict() {
        Ok(()) => drop(ran.gave("b", bytes)),
        Err(Failure::NotWritten(name) | Failure::HeldOpen(name)) => assert_eq!(name, "b"),
        Err(other) => panic!("{script}: {other}"),
    }
}

#[test]
fn a_child_that_closes_an_empty_output_after_the_tool_has_left_has_written_it() {
    let ran = fake("w b 1; leave; orphaned; pause 20").output("b").run();
    // The grace period is long enough, unless the machine is very busy.
    if ran.verdict() != Err(Failure::HeldOpen("b".into())) {
        ran.gave("b", b"");
    }
}

#[test]
fn a_child_that_races_the_end_of_the_tool_gives_its_bytes_or_an_error() {
    let bytes = pattern(1, 100);
    for turn in 0..300 {
        let script = ["w b 2; leave; r a 1; copy a b", "leave; w b 2; r a 1; copy a b"][turn % 2];
        let ran = fake(script).input(bytes.clone()).output("b").run();
        ran.log.kill_left();
        gave_or_left_undone(&ran, &bytes, script);
    }
}

// Floods stderr or stdout.

#[test]
fn floods_before_the_first_open_are_drained() {
    let script = "write stderr 20000000 1; write stdout 20000000 2; write stderr 10 3; r a 1; w b 2; copy a b";
    let ran = fake(script).input(pattern(4, LARGE)).output("b").run();
    ran.gave("b", &pattern(4, LARGE));
    for (printed, whole) in [
        (&ran.finished.stderr, [pattern(1, 20_000_000), pattern(3, 10)].concat()),
        (&ran.finished.stdout, pattern(2, 20_000_000)),
    ] {
        assert!(printed.bytes.len() < 17 << 20, "not capped: {}", printed.bytes.len());
        assert!(printed.bytes == whole[..printed.bytes.len()], "not what was printed first");
        assert_eq!(printed.bytes.len() as u64 + printed.omitted, whole.len() as u64);
    }
}

#[test]
fn floods_in_turns_with_the_work_are_drained() {
    let mut script = "r a 1; w b 2".to_owned();
    for _ in 0..10 {
        script += "; write stderr 200000 1; read a 30000; write stdout 200000 2; write b 30000 3";
    }
    let ran = fake(&script).input(pattern(1, LARGE)).output("b").run();
    ran.gave("b", &pattern(3, 30_000).repeat(10));
    assert_eq!((ran.finished.stdout.bytes.len(), ran.finished.stderr.bytes.len()), (2_000_000, 2_000_000));
}

// Hangs, ignores SIGTERM, is stopped.

#[test]
fn a_deadline_ends_a_tool_wherever_it_is() {
    // By SIGTERM, or by SIGKILL for tools that ignore it.
    for (signal, script) in [
        (15, "linger 60; pause 60000"),
        (9, "ignore SIGTERM; linger 60; pause 60000"),
        (15, "raise SIGSTOP"),
        (9, "ignore SIGTERM; raise SIGSTOP; pause 60000"),
        (15, "r a 1; raise SIGSTOP"),
        (15, "w b 2; text b x; raise SIGSTOP"),
        (15, "r a 1; w b 2; copy a b; pause 60000"),
        (15, "r a 1; w b 2; delegate; ignore SIGTERM; pause 60000"),
    ] {
        // A busy machine may take a while until the tool has announced what it ignores.
        let until = Until::after(Duration::from_millis(500));
        let program = fake(script).input(pattern(1, LARGE)).output("b");
        let ran = program.with(|program| program.until(&until)).run();
        assert_eq!(ran.verdict(), Err(Failure::Stopped(Stop::TimedOut)), "{script}");
        assert_eq!(ran.finished.status.signal(), Some(signal), "{script}\n{:?}", ran.log);
        assert!(ran.took < BOUND / 2, "{script}: {:?}", ran.took);
        ran.log.all_gone();
    }
}

#[test]
fn a_deadline_that_has_passed_ends_the_tool_before_it_does_anything_long() {
    let program = fake("pause 60000").output("b");
    let ran = program.with(|program| program.until(&Until::after(Duration::ZERO))).run();
    assert_eq!(ran.verdict(), Err(Failure::Stopped(Stop::TimedOut)));
    ran.log.all_gone();
}

#[test]
fn cancelling_twice_does_not_wait_for_a_tool_that_ignores_sigterm() {
    let cancel = Cancel::new();
    cancel.cancel();
    cancel.cancel();
    let ran = fake("ignore SIGTERM; pause 60000").with(|program| program.until(&Until::cancelled(&cancel))).run();
    assert_eq!(ran.verdict(), Err(Failure::Stopped(Stop::Cancelled)));
    ran.log.all_gone();
}

// Does to its files what one does to files.

#[test]
fn an_input_that_is_removed_or_replaced_does_not_hang() {
    for change in ["unlink 1", "replace 1 new"] {
        // Repeated, because it is a matter of chance whether a reader already waits at the input.
        for before in ["", "r a 1; read a all; close a;", "r a 1; read a 10;"].repeat(20) {
            let ran = fake(&format!("{before} {change}; w b 2; text b x")).input(pattern(1, LARGE)).output("b").run();
            ran.gave("b", b"x\n");
        }
    }
}

#[test]
fn many_inputs_that_are_removed_after_use_are_no_error() {
    let script: Vec<_> = (1..=60).map(|port| format!("r a {port}; read a all; close a; unlink {port}")).collect();
    let bytes = pattern(1, 1000);
    for turn in 0..5 {
        let fake = fake(&format!("{}; pause {}", script.join("; "), turn * 10));
        let ran = (0..60).fold(fake, |fake, _| fake.input(bytes.clone())).run();
        assert_eq!(ran.verdict(), Ok(()));
        assert_eq!(ran.log.read_by("a"), vec![told(&bytes); 60]);
    }
}

#[test]
fn an_input_that_is_replaced_is_what_it_was_replaced_by() {
    for _ in 0..50 {
        let script = "r a 1; read a all; close a; replace 1 new; r b 1; read b all; close b";
        let ran = fake(script).input(pattern(1, 1000)).run();
        assert_eq!(ran.verdict(), Ok(()));
        assert_eq!((ran.log.read_by("a"), ran.log.read_by("b")), (vec![told(&pattern(1, 1000))], vec![told(b"new\n")]));
    }
}

#[test]
fn an_output_that_is_removed_or_replaced_is_what_it_holds_last_or_an_error() {
    let last = complete(b"last\n");
    for (script, certain) in [
        ("unlink 1", Some(&Content::Unopened)),
        ("replace 1 last", Some(&last)),
        ("w b 1; text b first; unlink 1", None),
        ("w b 1; text b first; close b; unlink 1", Some(&Content::Unopened)),
        ("w b 1; text b first; close b; pause 100; unlink 1; pause 100", None),
        ("w b 1; text b first; replace 1 last", Some(&last)),
        ("w b 1; text b first; replace 1 last; close b; pause 100", None),
        ("w b 1; text b first; unlink 1; close b; pause 100", None),
        ("w b 1; text b first; close b; replace 1 last", Some(&last)),
        ("w b 1; text b first; close b; replace 1 last; pause 100", Some(&last)),
        ("w b 1; text b first; close b; replace 1 early; pause 100; replace 1 last", Some(&last)),
        ("w b 1; text b x; close b; w b 1; text b x; close b; replace 1 last", Some(&last)),
        ("w b 1; text b first; close b; unlink 1; w b 1; text b last; close b", Some(&last)),
        ("w b 1; text b first; close b; unlink 1; w b 1; text b last; close b; pause 100", None),
    ] {
        let ran = fake(script).output("b").run_or_error();
        match (ran, certain) {
            (Ok(ran), Some(certain)) => assert_eq!(ran.content("b"), certain, "{script}"),
            (Ok(ran), None) if ran.verdict().is_ok() => assert_eq!(*ran.content("b"), last, "{script}"),
            (Err(error), Some(_)) => panic!("{script}: {error}"),
            (Ok(_) | Err(_), None) => {}
        }
    }
}

#[test]
#[cfg(all(target_os = "linux", not(portable)))]
fn an_output_that_another_one_is_linked_to_holds_the_same() {
    let both = "w a 1; text a first; close a; w b 2; text b second; close b";
    for (moves, a, b) in [
        ("link 1 1.old; exchange 1.old 2", b"first\n".as_slice(), b"first\n".as_slice()),
        ("link 1 1.old; link 2 2.old; exchange 1.old 2; exchange 2.old 1", b"second\n", b"first\n"),
        ("exchange 1 2", b"second\n", b"first\n"),
    ] {
        let ran = fake(&format!("{both}; {moves}")).output("a").output("b").run();
        assert_eq!((ran.content("a"), ran.content("b")), (&complete(a), &complete(b)), "{moves}");
    }
}

#[test]
fn an_input_at_which_nobody_waits_can_be_replaced() {
    let fake = fake("replace 40 new; pause 100; r a 40; read a all; close a");
    let ran = (0..40).fold(fake, |fake, _| fake.input(pattern(1, 1000))).run();
    assert_eq!(ran.verdict(), Ok(()));
    assert_eq!(ran.log.read_by("a"), [told(b"new\n")]);
}

#[test]
fn an_open_at_the_very_end_is_no_hang() {
    for _ in 0..300 {
        assert_eq!(fake("r a 1").input(pattern(1, 10)).run().verdict(), Ok(()));
    }
}
