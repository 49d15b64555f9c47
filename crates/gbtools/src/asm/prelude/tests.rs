use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use bstr::{BStr, ByteSlice};

use super::Preludes;
use crate::asm::{Assembly, Failed, Options, assemble, assemble_one_of};
use crate::files::{Content, Files, InMemory};
use crate::report::Collected;
use crate::until::{Never, Stop, Until};

/// Leaves something of every kind that a source can see.
const PRELUDE: &str = "
OPT b.X
OPT p0xAB
PUSHO
NEWCHARMAP runes
CHARMAP \"A\", 7
DEF COUNT EQU 3
DEF TEXT EQUS \"db 1, 2\"
DEF VARIABLE = 5
RSSET 9
MACRO entry
Label\\@:
    db \\1, %.X
ENDM
SECTION \"from the prelude\", ROM0
Start::
    entry COUNT
    dw Later
    ASSERT Later > 0
:   jr :-
PUSHS
";

const SOURCES: [(&str, &str); 3] = [
    (
        "one.asm",
        "POPS\n db 1\nSECTION \"one\", ROMX\n entry \"A\"\n TEXT\nDEF VARIABLE += 1\n db VARIABLE, _RS\n ds 2\nPOPO\n",
    ),
    ("two.asm", "SECTION \"two\", ROM0\nLater::\n entry BANK(Start)\nDEF VARIABLE += 2\n db VARIABLE\nPOPO\nPOPS\n"),
    ("three.asm", "WARN \"here\"\n entry 1\n db UNKNOWN +\n"),
];

/// Counts how often files are read.
#[derive(Default)]
struct Counted {
    files: InMemory,
    reads: AtomicUsize,
}

impl Files for Counted {
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.files.read(path, most, until)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.is_file(path)
    }
}

fn with_prelude(text: &str) -> (Counted, Options) {
    let mut files = Counted::default();
    files.files.add("prelude.inc", text.as_bytes());
    let options = Options { preincludes: vec!["prelude.inc".into()], ..Options::default() };
    (files, options)
}

/// The result of a source and its messages, as text.
fn outcome(result: &Result<Assembly, Failed>, said: &Collected) -> String {
    format!("{result:?}\n{said:?}")
}

fn alone(source: (&str, &str), options: &Options, files: &Counted) -> String {
    let mut said = Collected::default();
    let result = assemble(source.0.into(), source.1.as_bytes().into(), options, files, &Never, &mut said);
    outcome(&result, &said)
}

fn among(preludes: &Preludes, source: (&str, &str), options: &Options, files: &Counted) -> String {
    let mut said = Collected::default();
    let result =
        assemble_one_of(preludes, source.0.into(), source.1.as_bytes().into(), options, files, &Never, &mut said);
    outcome(&result, &said)
}

#[test]
fn a_cached_prelude_does_not_change_the_result() {
    let (files, options) = with_prelude(PRELUDE);
    let preludes = Preludes::default();
    for round in 0..2 {
        for source in SOURCES {
            let expected = alone(source, &options, &files);
            assert_eq!(among(&preludes, source, &options, &files), expected, "{} in round {round}", source.0);
        }
    }
    assert!(alone(SOURCES[0], &options, &files).starts_with("Ok("), "{}", alone(SOURCES[0], &options, &files));
}

#[test]
fn a_source_may_change_what_the_prelude_defines() {
    let prelude =
        "DEF ONE EQU 1\nDEF TEXT EQUS \"two\"\nDEF VARIABLE = 3\nMACRO four\nENDM\nDEF GONE EQU 5\nPURGE GONE\n";
    let (files, options) = with_prelude(prelude);
    let preludes = Preludes::default();
    for (text, exported) in [
        ("", vec![]),
        ("EXPORT ONE\n", vec!["ONE"]),
        ("PURGE ONE\nONE::\n", vec!["ONE"]),
        ("PURGE TEXT\nDEF TEXT EQU 2\nEXPORT TEXT\n", vec!["TEXT"]),
        ("DEF VARIABLE += 1\nEXPORT VARIABLE\n", vec!["VARIABLE"]),
        ("PURGE four\nfour::\nOther::\n", vec!["four", "Other"]),
        ("dw GONE\nGONE::\n", vec!["GONE"]),
    ] {
        let source = ("a.asm", &*format!("SECTION \"a\", ROM0\n{text}"));
        let expected = alone(source, &options, &files);
        assert_eq!(among(&preludes, source, &options, &files), expected, "{text}");
        let mut said = Collected::default();
        let text = source.1.as_bytes().into();
        let result = assemble_one_of(&preludes, "a.asm".into(), text, &options, &files, &Never, &mut said);
        let module = result.unwrap().module.unwrap();
        let names = module.symbols.iter().map(|symbol| module.get(symbol.name).as_bstr());
        assert!(names.eq(exported.iter().map(BStr::new)), "{source:?} {:?}", module.symbols);
    }
}

#[test]
fn a_prelude_is_read_once_for_all_sources_with_the_same_options() {
    let (files, options) = with_prelude(PRELUDE);
    let preludes = Preludes::default();
    for source in SOURCES {
        among(&preludes, source, &options, &files);
    }
    assert_eq!(files.reads.load(Ordering::Relaxed), 1);

    let others = Options { defines: vec![("OTHER".into(), "1".into())], ..options };
    for source in SOURCES {
        among(&preludes, source, &others, &files);
    }
    assert_eq!(files.reads.load(Ordering::Relaxed), 2);
}

#[test]
fn sources_in_parallel_wait_for_the_prelude() {
    let (files, options) = with_prelude(PRELUDE);
    let preludes = Preludes::default();
    std::thread::scope(|scope| {
        for source in [SOURCES[0]; 8] {
            let (preludes, options, files) = (&preludes, &options, &files);
            scope.spawn(move || assert_eq!(among(preludes, source, options, files), alone(source, options, files)));
        }
    });
    // Each source also was assembled alone.
    assert_eq!(files.reads.load(Ordering::Relaxed), 1 + 8);
}

#[test]
fn a_source_that_waits_for_a_prelude_stops_when_it_must() {
    struct Cancelled;

    impl Until for Cancelled {
        fn stop(&self) -> Option<Stop> {
            Some(Stop::Cancelled)
        }
    }

    /// Reads a file once the other source has stopped.
    struct Waiting(Mutex<Receiver<()>>, Sender<()>);

    impl Files for Waiting {
        fn read(&self, _: &Path, _: u64, _: &dyn Until) -> io::Result<Content> {
            self.1.send(()).unwrap();
            self.0.lock().unwrap().recv().unwrap();
            Ok(Content::default())
        }

        fn is_file(&self, _: &Path) -> bool {
            true
        }
    }

    let options = with_prelude("").1;
    let preludes = Preludes::default();
    let ((stopped, has_stopped), (begun, has_begun)) = (channel(), channel());
    let files = Waiting(Mutex::new(has_stopped), begun);
    let run = |until: &dyn Until| {
        assemble_one_of(
            &preludes,
            "a.asm".into(),
            Content::default(),
            &options,
            &files,
            until,
            &mut Collected::default(),
        )
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&Never).is_ok());
        has_begun.recv().unwrap();
        assert_eq!(run(&Cancelled).unwrap_err().stopped, Some(Stop::Cancelled));
        stopped.send(()).unwrap();
        assert!(first.join().unwrap());
    });
}

#[test]
fn messages_of_a_prelude_are_repeated_for_each_source() {
    for prelude in
        ["PRINTLN \"hello\"\n", "WARN \"hello\"\n", "db 1\n", "IF 1\n", "INCLUDE \"missing.inc\"\n", "OPT Wnone\n"]
    {
        let (files, options) = with_prelude(prelude);
        let preludes = Preludes::default();
        for source in SOURCES {
            let said = among(&preludes, source, &options, &files);
            assert_eq!(said, alone(source, &options, &files), "{prelude}");
            assert_eq!(said, among(&preludes, source, &options, &files), "{prelude}");
        }
    }
}
