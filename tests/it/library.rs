//! The library as a server would use it, from many threads at once.

use std::sync::Barrier;
use std::thread;

use rgbpipe::program::{Failure, Program};
use rgbpipe::toolchain::rgbds::{Flags, Rgbds};
use rgbpipe::toolchain::{Run, Toolchain};
use rgbpipe::{Artifacts, Error, Input, Request, Role, Silent, Stop, Until, build_with};

use crate::sandbox::landlock;
use crate::support::{Folder, has, rgbds};

const THREADS: usize = 16;

/// A build of two sources, one by name and one by content. No other build has the same.
fn request(folder: &Folder, number: usize) -> Request {
    let name = format!("{number}.asm");
    folder.write(&name, format!("SECTION \"a\", ROM0[0]\n\tdw {number}, Other\n"));
    let other = format!("SECTION \"b\", ROM0\n\tds {number}, $FF\nOther:: db \"{number}\"\n");
    Request::new([Input::Source(folder.path().join(name)), Input::Stdin(other.into_bytes())])
}

#[track_caller]
fn expect(number: usize, artifacts: &Artifacts) {
    let rom = artifacts.rom.as_ref().unwrap();
    let other = 4 + number;
    let words = [number, other].map(|word| u16::try_from(word).unwrap().to_le_bytes());
    assert_eq!(rom[..4], words.concat(), "{number}");
    assert_eq!(rom[4..other], vec![0xFF; number], "{number}");
    assert!(rom[other..].starts_with(number.to_string().as_bytes()), "{number}");
    let sym = String::from_utf8_lossy(artifacts.sym.as_ref().unwrap()).into_owned();
    assert!(sym.contains(&format!("00:{other:04x} Other")), "{sym}");
}

#[test]
fn many_builds_at_once_give_each_its_own() {
    let folder = Folder::new();
    let (rgbds, until) = (Rgbds::with_prefix(rgbds()), Until::never());
    let run = Run::new(&until, &Silent);
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (folder, rgbds, run, start) = (&folder, &rgbds, &run, &start);
            scope.spawn(move || {
                start.wait();
                for number in (thread..100).step_by(THREADS) {
                    if number % 10 == 9 {
                        let bad = format!("SECTION \"bad\", ROM0\n\tdw Nothing{number}\n").into_bytes();
                        let error = build_with(&Request::new([Input::Stdin(bad)]), rgbds, run).unwrap_err();
                        let Error::Steps(failures) = error else { panic!("{number}: {error}") };
                        let text = &failures[0].messages.diagnostics()[0].text;
                        assert!(text.contains(&format!("Nothing{number}")), "{number}: {text}");
                    } else {
                        expect(number, &build_with(&request(folder, number), rgbds, run).unwrap());
                    }
                }
            });
        }
    });
}

#[test]
fn cancelling_ends_what_runs_under_the_handle_and_nothing_else() {
    let folder = Folder::new();
    let rgbds = Rgbds::with_prefix(rgbds());
    let (doomed, other) = (Until::never(), Until::never());
    let endless = || Request::new([Input::Stdin(b"FOR N, $7FFFFFFF\nENDR\n".to_vec())]);
    thread::scope(|scope| {
        let ends: Vec<_> =
            (0..4).map(|_| scope.spawn(|| build_with(&endless(), &rgbds, &Run::new(&doomed, &Silent)))).collect();
        let sleeps = scope.spawn(|| Program::new("sleep").arg("1000").until(&doomed).run());
        let goes_on = scope.spawn(|| {
            (0..20).map(|number| build_with(&request(&folder, number), &rgbds, &Run::new(&other, &Silent))).collect()
        });
        doomed.cancel.cancel();
        for end in ends {
            assert!(matches!(end.join().unwrap(), Err(Error::Cancelled)));
        }
        assert_eq!(sleeps.join().unwrap().unwrap().verdict(), Err(Failure::Stopped(Stop::Cancelled)));
        let built: Vec<Result<Artifacts, Error>> = goes_on.join().unwrap();
        for (number, artifacts) in built.into_iter().enumerate() {
            expect(number, &artifacts.unwrap());
        }
    });
}

#[test]
fn a_sandbox_is_not_wider_after_a_build_that_was_cancelled() {
    use rgbpipe::program::Sandbox;

    if !landlock() {
        return;
    }
    let folder = Folder::new();
    // This file is in a directory that the sandbox opens if the loader did not list the libraries.
    folder.write("bad.asm", "SECTION \"a\", ROM0\nINCBIN \"/usr/lib/os-release\"\n");
    let bad = Request::new([Input::Source(folder.path().join("bad.asm"))]);
    let tools = Rgbds::with_prefix(rgbds());
    if !has(build_with(&bad, &tools, &Run::new(&Until::never(), &Silent)).is_ok(), "/usr/lib/os-release") {
        return;
    }
    let sandbox = Sandbox { read: vec![folder.path().into()], ..Sandbox::default() };
    let (over, until) = (Until::never(), Until::never());
    over.cancel.cancel();
    over.cancel.cancel();
    for _ in 0..20 {
        let tools = Rgbds::with_prefix(rgbds());
        let _ = tools.check(&bad, &Run { sandbox: Some(&sandbox), ..Run::new(&over, &Silent) });
        let ended = build_with(&bad, &tools, &Run { sandbox: Some(&sandbox), ..Run::new(&until, &Silent) });
        assert!(matches!(ended, Err(Error::Steps(_))), "{ended:?}");
    }
}

#[test]
fn a_version_that_timed_out_is_asked_for_again() {
    use std::time::Duration;

    let folder = Folder::new();
    let real = rgbds();
    folder.write(
        "slow/rgbasm",
        format!(
            "#!/bin/sh\n[ -e '{}/awake' ] || exec sleep 1000\nexec '{real}rgbasm' \"$@\"\n",
            folder.path().display()
        ),
    );
    folder.sh(&format!("chmod +x slow/rgbasm; ln -s \"$(command -v '{real}rgblink')\" slow/rgblink")).ok();
    // Whether there is an option -X depends on the version.
    let flags = Flags { assembler: vec!["-X".into(), "5".into()], ..Flags::default() };
    let tools = Rgbds::with_prefix(folder.path().join("slow/")).with_flags(flags);
    let request = request(&folder, 1);
    let soon = Until::after(Duration::from_millis(200));
    assert!(matches!(build_with(&request, &tools, &Run::new(&soon, &Silent)), Err(Error::TimedOut(_))));
    folder.write("awake", "");
    assert!(tools.version(Role::Assembler, &Until::never()).unwrap().is_some());
    expect(1, &build_with(&request, &tools, &Run::new(&Until::never(), &Silent)).unwrap());
}
