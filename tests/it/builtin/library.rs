//! The built-in toolchain as a library: any number of threads can call it, with files that need not exist.

use std::any::Any;
use std::io;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rgbpipe::toolchain::builtin::{Builtin, Content, Files, InMemory};
use rgbpipe::toolchain::{Jobserver, Run, Toolchain};
use rgbpipe::{Error, FixOptions, Input, MissingFiles, Request, Silent, Until, assemble_with, build_with};

/// A project of many files that are not on a disk.
fn project(number: u32) -> (InMemory, Request) {
    let mut files = InMemory::default();
    files.add("include/all.inc", *b"INCLUDE \"value.inc\"\n");
    files.add("include/value.inc", format!("DEF VALUE EQU {number}\n").into_bytes());
    files.add("data/tiles.bin", *b"tiles");
    files.add("places.link", *b"ROM0\n\tORG $10\n\t\"tiles\"\n");
    files.add("layout.link", *b"INCLUDE \"places.link\"\n");
    let mut inputs = vec![Input::Source("main.asm".into())];
    files.add("main.asm", *b"INCLUDE \"all.inc\"\nSECTION \"main\", ROM0[0]\n\tdb VALUE, BANK(Tiles), LOW(Tiles)\n");
    files.add("tiles.asm", *b"SECTION \"tiles\", ROM0\nTiles::\nINCBIN \"data/tiles.bin\"\n");
    inputs.push(Input::Source("tiles.asm".into()));
    for index in 0..30 {
        let name = format!("src/{index}.asm");
        files.add(&name, format!("SECTION \"s{index}\", ROMX\nS{index}:: dw {number}\n").into_bytes());
        inputs.push(Input::Source(name.into()));
    }
    let mut request = Request::new(inputs);
    request.assemble.include_dirs = vec!["include".into()];
    request.link.script = Some("layout.link".into());
    (files, request)
}

#[test]
fn projects_in_memory_are_built_from_many_threads() {
    thread::scope(|scope| {
        for number in 1..20 {
            scope.spawn(move || {
                let (files, request) = project(number);
                let until = Until::never();
                let artifacts = build_with(&request, &Builtin::with_files(files), &Run::new(&until, &Silent)).unwrap();
                let rom = artifacts.rom.unwrap();
                assert_eq!(rom[..3], [u8::try_from(number).unwrap(), 0, 0x10]);
                assert_eq!(&rom[0x10..0x15], b"tiles");
                assert_eq!(rom[0x4000..0x4002], u16::try_from(number).unwrap().to_le_bytes());
            });
        }
    });
}

#[test]
fn nothing_but_the_files_given_is_read() {
    let (files, mut request) = project(1);
    request.inputs.push(Input::Stdin(b"INCBIN \"/etc/passwd\"\nINCLUDE \"/dev/zero\"\n".to_vec()));
    let until = Until::never();
    let Err(Error::Steps(failures)) = build_with(&request, &Builtin::with_files(files), &Run::new(&until, &Silent))
    else {
        panic!("these files are not there");
    };
    let diagnostics = failures[0].messages.diagnostics();
    assert_eq!(diagnostics.iter().map(|said| said.backtrace[0].line).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(diagnostics[0].backtrace[0].file.to_str(), Some("<stdin>"));
}

#[test]
fn objects_are_modules_and_become_files_on_request() {
    let (files, request) = project(2);
    let until = Until::never();
    let assembled = assemble_with(&request, &Builtin::with_files(files), &Run::new(&until, &Silent)).unwrap();
    assert_eq!(assembled.objects.len(), 32);
    assert!(assembled.objects.iter().all(|(_, object)| object.bytes().starts_with(b"RGB9")));
}

#[test]
fn a_build_can_be_cancelled_and_has_a_deadline() {
    let endless = || Request::new([Input::Stdin(b"REPT $7FFFFFFF\nDEF x = 1\nENDR\n".to_vec())]);
    let builtin = Builtin::new();
    let until = Until::after(Duration::from_millis(50));
    let start = Instant::now();
    assert!(matches!(build_with(&endless(), &builtin, &Run::new(&until, &Silent)), Err(Error::TimedOut(_))));
    assert!(start.elapsed() < Duration::from_secs(5));
    let until = Until::never();
    thread::scope(|scope| {
        let build = scope.spawn(|| build_with(&endless(), &builtin, &Run::new(&until, &Silent)));
        until.cancel.cancel();
        assert!(matches!(build.join().unwrap(), Err(Error::Cancelled)));
    });
}

#[test]
fn a_file_that_changes_between_builds_is_read_again() {
    let folder = crate::support::Folder::new();
    let path = folder.path().join("a.asm");
    let (builtin, until) = (Builtin::new(), Until::never());
    for value in 1..5_u8 {
        std::fs::write(&path, format!("SECTION \"a\", ROM0\n\tdb {value}\n")).unwrap();
        let request = Request::new([Input::Source(path.clone())]);
        let artifacts = build_with(&request, &builtin, &Run::new(&until, &Silent)).unwrap();
        assert_eq!(artifacts.rom.unwrap()[0], value);
    }
}

#[test]
fn which_files_were_read_is_known_after_the_last_build_alone() {
    let folder = crate::support::Folder::new();
    let identity = |name: &str| {
        let metadata = std::fs::metadata(folder.path().join(name)).unwrap();
        (metadata.dev(), metadata.ino())
    };
    std::fs::write(folder.path().join("a.asm"), "SECTION \"a\", ROM0[$150]\n nop\n").unwrap();
    std::fs::write(folder.path().join("other"), "other").unwrap();
    let mut request = Request::new([Input::Source(folder.path().join("a.asm"))]);
    request.fix = Some(FixOptions::default());
    let (builtin, until) = (Builtin::new(), Until::never());
    for (is_last, expected) in [(false, [None, None]), (true, [Some(true), Some(false)])] {
        let run = Run { is_last, ..Run::new(&until, &Silent) };
        build_with(&request, &builtin, &run).unwrap();
        assert_eq!(["a.asm", "other"].map(|name| builtin.has_read(&[identity(name)])), expected, "{is_last}");
    }
}

#[test]
fn files_in_memory_are_dependencies_and_not_missing() {
    let (files, mut request) = project(3);
    request.wanted.dependencies = Some(MissingFiles::Stop);
    let until = Until::never();
    let artifacts = build_with(&request, &Builtin::with_files(files), &Run::new(&until, &Silent)).unwrap();
    let dependencies = artifacts.dependencies.unwrap();
    assert_eq!(dependencies.missing, Vec::<std::path::PathBuf>::new());
    let names: Vec<_> = dependencies.files.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(names[..5], ["main.asm", "include/all.inc", "include/value.inc", "tiles.asm", "data/tiles.bin"]);
    assert_eq!(names[names.len() - 2..], ["layout.link", "places.link"]);
    assert!(artifacts.rom.is_some());
}

/// Reads `late.inc` only when the clock shows another second.
struct Late(InMemory);

impl Files for Late {
    fn read(&self, path: &Path, most: u64, until: &dyn gbtools::until::Until) -> io::Result<Content> {
        let second = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now = second();
        while path.ends_with("late.inc") && second() == now {
            thread::yield_now();
        }
        self.0.read(path, most, until)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.0.is_file(path)
    }
}

#[test]
fn all_sources_of_a_build_have_the_same_time() {
    let mut files = InMemory::default();
    files.add("one.asm", *b"INCLUDE \"late.inc\"\nSECTION \"one\", ROM0[0]\n\tdb __UTC_SECOND__\n");
    files.add("two.asm", *b"SECTION \"two\", ROM0[1]\n\tdb __UTC_SECOND__\n");
    files.add("late.inc", *b"");
    let mut request = Request::new(["one.asm", "two.asm"].map(|name| Input::Source(name.into())));
    request.jobs = NonZeroUsize::new(1);
    let until = Until::never();
    let artifacts = build_with(&request, &Builtin::with_files(Late(files)), &Run::new(&until, &Silent)).unwrap();
    let rom = artifacts.rom.unwrap();
    assert_eq!(rom[0], rom[1]);
}

/// Has one slot, and counts how often it was asked for and given back.
#[derive(Default)]
struct Counted {
    asked: AtomicUsize,
    returned: Arc<AtomicUsize>,
}

struct Slot(Arc<AtomicUsize>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Jobserver for Counted {
    fn try_acquire(&self) -> Option<Box<dyn Any + Send>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Some(Box::new(Slot(Arc::clone(&self.returned))))
    }
}

#[test]
fn a_link_with_several_jobs_asks_the_jobserver_for_one_more() {
    for (jobs, expected) in [(Some(1), 0), (Some(2), 1), (None, 1)] {
        let mut request = Request::new([Input::Stdin(b"SECTION \"a\", ROM0\nMain:: db 1\n".to_vec())]);
        request.jobs = jobs.and_then(NonZeroUsize::new);
        let (jobserver, until) = (Counted::default(), Until::never());
        let run = Run { jobserver: Some(&jobserver), ..Run::new(&until, &Silent) };
        build_with(&request, &Builtin::new(), &run).unwrap();
        let counts = [&jobserver.asked, &jobserver.returned].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(counts, [expected; 2], "{jobs:?}");
    }
}
