//! The library as a server would use it: from many threads at once.

use std::sync::Barrier;
use std::thread;

use rgbpipe::program::{Failure, Program, Stop};
use rgbpipe::toolchain::{Run, rgbds::Rgbds};
use rgbpipe::{Artifacts, Cancel, Error, Input, Request, Silent, build_with};

use crate::support::{Folder, rgbds};

const THREADS: usize = 16;

/// A build of two sources, one by name and one by content, that no other build has.
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
    let (rgbds, cancel) = (Rgbds::with_prefix(rgbds()), Cancel::new());
    let run = Run::new(&cancel, &Silent);
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
                        let Error::Tools(failures) = error else { panic!("{number}: {error}") };
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
    let (doomed, other) = (Cancel::new(), Cancel::new());
    let endless = || Request::new([Input::Stdin(b"FOR N, $7FFFFFFF\nENDR\n".to_vec())]);
    thread::scope(|scope| {
        let ends: Vec<_> =
            (0..4).map(|_| scope.spawn(|| build_with(&endless(), &rgbds, &Run::new(&doomed, &Silent)))).collect();
        let sleeps = scope.spawn(|| Program::new("sleep").arg("1000").cancel(&doomed).run());
        let goes_on = scope.spawn(|| {
            (0..20).map(|number| build_with(&request(&folder, number), &rgbds, &Run::new(&other, &Silent))).collect()
        });
        doomed.cancel();
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
