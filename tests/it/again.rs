//! What a tool does to an output that it opens again is what it would do to a file.
#![cfg(all(target_os = "linux", not(portable)))]

use std::fs;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use rgbpipe::Until;
use rgbpipe::program::{Content, Failure, Finished, Need, Program};

use crate::fake::{BOUND, fake};
use crate::sandbox::without_system_call_of;
use crate::support::{Folder, needs};

/// Scripts whose output is `$1`, and the programs that they need.
const SCRIPTS: &[(&str, &str)] = &[
    // Emptied, and appended to at once.
    ("echo old > $1; : > $1; echo x >> $1", ""),
    ("echo old > $1; : > $1; : >> $1; : > $1", ""),
    ("echo old > $1; cat /dev/null >> $1", ""),
    ("echo old > $1; : >> $1; echo x >> $1; : >> $1", ""),
    ("echo old > $1; touch $1", ""),
    // Written over in place.
    ("echo hello > $1; printf J | dd of=$1 conv=notrunc 2>/dev/null", ""),
    ("echo hello > $1; printf J | dd of=$1 bs=1 seek=8 conv=notrunc 2>/dev/null", ""),
    ("echo hello > $1; printf J | dd of=$1 bs=1 seek=2 2>/dev/null", ""),
    ("echo hello > $1; printf J 1<>$1", ""),
    ("echo hello > $1; exec 3<>$1; read line <&3; echo $line; echo more >&3", ""),
    (
        "python3 -c 'import sys; p = sys.argv[1]; open(p, \"w\").write(\"hello\"); f = open(p, \"r+\"); f.seek(2); f.write(\"J\")' $1",
        "python3",
    ),
    // Read back.
    ("echo hi > $1; cat $1", ""),
    ("seq 100000 > $1; tail -n 1 $1; wc -c < $1; echo x >> $1; tail -n 2 $1", ""),
    ("exec 3> $1; echo a >&3; cat $1; echo b >&3; cat $1 > /dev/null", ""),
    ("echo hello > $1; if test -f $1; then grep -c hello $1; fi", ""),
    ("echo hello > $1; exec 4< $1; cat <&4; cat < /dev/fd/4 > /dev/null", ""),
    ("printf '3\\n1\\n2\\n' > $1; sort -o $1 $1", ""),
    (": > $1; read line < $1 || echo nothing; echo x >> $1", ""),
    // Common tools.
    ("printf a | tee $1; printf b | tee -a $1", ""),
    ("echo old > $1; sed -i s/o/x/ $1", ""),
    ("echo old > $1; install -m 600 /dev/null $1", ""),
    ("echo old > $1; cp --reflink=auto $1 $1.new; echo more >> $1.new; cp $1.new $1; rm $1.new", ""),
    ("echo old > $1; gzip -nc < $1 > $1.gz; mv $1.gz $1", "gzip"),
    ("echo one > $1; split -b 2 $1 $1.; cat $1.a* > $1; rm $1.a*", ""),
    ("echo one > $1; exec python3 -c 'import os, sys; os.truncate(sys.argv[1], 1)' $1", "python3"),
    // Other names.
    ("echo old > $1; ln $1 $1.link; echo more >> $1.link; rm $1.link", ""),
    ("echo old > $1; ln $1 $1.link; rm $1; mv $1.link $1; echo more >> $1", ""),
    ("echo old > $1; mv $1 $1.old; { cat $1.old; echo new; } > $1; rm $1.old", ""),
    ("echo old > $1; mv $1 $1.old; mv $1.old $1", ""),
    ("echo old > $1; rm $1; echo new > $1", ""),
    ("echo old > $1; chmod 400 $1; cat $1", ""),
    // Children.
    ("echo old > $1; (echo a >> $1) & wait; (echo b >> $1) & wait", ""),
    ("seq 9 > $1; for n in 1 2 3 4 5 6 7 8; do (echo same >> $1) & done; wait", ""),
];

fn program(script: &str) -> Program<'static> {
    Program::new("sh").args(["-c", script, "sh"]).output("o").until(&Until::after(BOUND))
}

fn run(script: &str) -> Finished {
    program(script).run().unwrap()
}

#[test]
fn an_output_that_is_opened_again_is_what_a_file_would_be() {
    for (script, need) in SCRIPTS {
        if !need.is_empty() && !needs(need) {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("0-o");
        let plain = Command::new("sh").args(["-c", script, "sh"]).arg(&file).stdin(Stdio::null()).output().unwrap();
        assert!(plain.status.success(), "{script}: {plain:?}");
        let bytes = fs::read(file).unwrap();
        for turn in 0..10 {
            // Also if there is time after an open.
            let script = if turn < 8 { (*script).to_owned() } else { script.replace("> $1; ", "> $1; sleep 0.01; ") };
            let mut finished = run(&script);
            assert_eq!(finished.verdict(), Ok(()), "{script}: {:?}", finished.stderr);
            assert!(finished.stdout.bytes == plain.stdout, "{script}: {:?}", finished.stdout);
            let (_, content) = finished.outputs.remove(0);
            assert!(content == Content::Complete(bytes.clone()), "{script}: {content:?}");
        }
    }
}

/// What goes through a pipe has no order with what goes into the file.
#[test]
fn two_opens_that_write_in_turns_are_an_error() {
    for script in [
        "exec 3> $1; echo a >&3; echo b >> $1; echo c >&3",
        "exec 3>> $1; echo a >&3; echo b >> $1; echo c >&3",
        "exec 3> $1; echo longer >&3; printf x > $1; sleep 0.05; printf y >&3",
    ] {
        let finished = run(script);
        assert_eq!(finished.verdict(), Err(Failure::NeedsFile("o".into(), Need::OpenedTwice)), "{script}");
    }
}

#[test]
fn outputs_that_take_each_others_place_have_what_files_would_have() {
    let script = "echo one > $1; echo two > $2; mv $1 $1.x; mv $2 $1; mv $1.x $2";
    let finished = Program::new("sh").args(["-c", script, "sh"]).output("o").output("p").run().unwrap();
    assert_eq!(finished.verdict(), Ok(()));
    let complete = |bytes: &[u8]| Content::Complete(bytes.to_vec());
    assert_eq!((&finished.outputs[0].1, &finished.outputs[1].1), (&complete(b"two\n"), &complete(b"one\n")));
}

#[test]
fn an_output_that_is_opened_again_has_its_limit() {
    let program = program("echo x > $1; exec cat /dev/zero >> $1").output_limit(1 << 20);
    let verdict = program.run().unwrap().verdict();
    assert_eq!(verdict, Err(Failure::TooLarge { output: "o".into(), limit: 1 << 20 }));
}

#[test]
fn a_process_left_behind_with_an_output_that_was_opened_again_is_an_error() {
    let left = |open: &str| {
        let until_open = "until test -e $1.go; do :; done; rm $1.go";
        run(&format!("echo a > $1; ({open}; : > $1.go; exec sleep 1000) & {until_open}; echo b >> $1"))
    };
    assert_eq!(left("exec 3>> $1").verdict(), Err(Failure::HeldOpen("o".into())));
    // One that only reads does not matter.
    let finished = left("exec 3< $1");
    assert_eq!((finished.verdict(), &finished.outputs[0].1), (Ok(()), &Content::Complete(b"a\nb\n".to_vec())));
    // One that is done soon has written.
    for script in ["a h 1; leave; orphaned; text h y", "leave; a h 1; orphaned; text h y"] {
        let ran = fake(&format!("w h 1; text h x; close h; {script}")).output("o").run();
        let seen = (ran.verdict(), ran.content("o"));
        let done = (Ok(()), &Content::Complete(b"x\ny\n".to_vec()));
        let not_begun = (Ok(()), &Content::Complete(b"x\n".to_vec()));
        let not_done = (Err(Failure::HeldOpen("o".into())), &Content::HeldOpen);
        assert!(seen == done || seen == not_done || (script.starts_with("leave") && seen == not_begun), "{seen:?}");
    }
}

/// As on a file system of the network, or in user space.
#[cfg(target_endian = "little")]
#[test]
fn where_files_have_no_leases_an_output_that_is_opened_again_has_the_last_content_or_all_of_them() {
    use nix::libc::{F_SETLEASE, SYS_fcntl};

    let folder = Folder::new();
    let emptied = "opened 'o' again without writing, which may have emptied it, which a pipe does not allow";
    for (script, status, expected) in [
        ("printf one > $1; printf two > $1", 0, "two"),
        ("printf longer > $1; printf x > $1", 0, "x"),
        ("printf one > $1; printf two >> $1; printf three >> $1", 0, "onetwothree"),
        ("printf one >> $1; printf two > $1; printf three >> $1", 0, "twothree"),
        ("exec 3> $1; printf one >&3; printf two >> $1; printf three >&3", 0, "onethree"),
        ("exec 3> $1; printf longer >&3; printf x > $1; printf y >&3", 0, "x\0\0\0\0\0y"),
        // Nobody sees whether it was emptied.
        ("printf one > $1; : > $1", 1, emptied),
        ("printf one > $1; sleep 0.02; touch $1", 1, emptied),
        ("printf one > $1; : > $1; printf two > $1", 0, "two"),
        ("printf one > $1; cat $1", 124, "try rgbpipe exec --seekable"),
    ] {
        let timeout = if status == 124 { "0.3" } else { "20" };
        let words = ["exec", "--timeout", timeout, "--out", "o=-", "--", "sh", "-c", script, "sh", "{o}"];
        let mut invocation = folder.rgbpipe(words);
        let command = F_SETLEASE.cast_unsigned();
        without_system_call_of(&mut invocation.command, SYS_fcntl, Some(command), Errno::EINVAL);
        let ended = invocation.run();
        assert_eq!(ended.status, status, "{script}: {}", ended.stderr);
        if status == 0 {
            assert_eq!(String::from_utf8(ended.stdout).unwrap(), expected, "{script}");
        } else {
            assert!(ended.stderr.contains(expected), "{script}: {}", ended.stderr);
        }
    }
}
