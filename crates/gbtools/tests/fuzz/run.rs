//! Gives an input to the tools, and checks the results.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use bstr::{BString, ByteSlice};
use gbtools::asm::{self, Assembly, Feature, MissingFiles, Options};
use gbtools::command::{self, Environment, Io, Outputs};
use gbtools::files::{Files, InMemory};
use gbtools::limits::{Budget, Limits};
use gbtools::link;
use gbtools::module::object::{self, Unreadable};
use gbtools::module::{Module, rgb9};
use gbtools::report::form::Form;
use gbtools::report::{Diagnostic, Report, Severity};
use gbtools::until::Never;

use crate::bounds::{Clock, MEMORY};
use crate::kind::{AREAS, Kind, SOURCES};
use crate::random::Random;

const ALL: [Feature; 5] =
    [Feature::Constants, Feature::Variables, Feature::Strings, Feature::Charmaps, Feature::Macros];

/// Files for every run.
static FILES: LazyLock<InMemory> = LazyLock::new(|| {
    let mut files = InMemory::default();
    files.add("code.inc", *include_bytes!("../against_rgbds/programs/code.inc"));
    files.add("inc/data.inc", *include_bytes!("../against_rgbds/programs/data.inc"));
    files.add("self.inc", *b"INCLUDE \"self.inc\"\n");
    files.add("main.asm", SOURCES[0].as_bytes());
    files.add("areas.rel", AREAS[0].as_bytes());
    files.add("main.o", object(SOURCES[0].as_bytes()).expect("an object"));
    files.add("game.link", *include_bytes!("seeds/game.link"));
    files.add("more.link", *include_bytes!("seeds/more.link"));
    files.add("overlay", vec![7; 0x8000]);
    files.add("game.gb", vec![0; 0x8000]);
    files.add("logo", [1; 48]);
    files
});

/// A game of three objects.
static MODULES: LazyLock<Vec<(BString, Module)>> = LazyLock::new(|| {
    let objects = [object(SOURCES[0].as_bytes()).expect("an object"), AREAS[0].into(), AREAS[1].into()];
    let module = |file: Vec<u8>| {
        let budget = Budget::new(Limits::default(), &Never);
        object::read(&file, "main.o".into(), &budget, &mut Checked::default()).expect("an object")
    };
    objects.into_iter().map(|file| ("main.o".into(), module(file))).collect()
});

/// Links the objects and the script that other inputs are made from.
pub(crate) fn link_seeds() {
    let options = link::Options { script: Some("game.link".into()), ..link::Options::default() };
    let mut report = Checked::default();
    let linked = link::link(&MODULES, &options, &*FILES, &Never, &mut report);
    assert!(linked.is_ok(), "{}", report.text.as_bstr());
}

/// The object of a source, if it assembles.
pub(crate) fn object(source: &[u8]) -> Option<Vec<u8>> {
    assembly(source).map(|assembly| rgb9::write(&assembly.module.expect("no file is missing")))
}

/// The final state of a source, if it assembles.
pub(crate) fn state(source: &[u8]) -> Option<Vec<u8>> {
    assembly(source).and_then(|mut assembly| assembly.states.pop())
}

fn assembly(source: &[u8]) -> Option<Assembly> {
    let mut files = InMemory::default();
    files.add("code.inc", *include_bytes!("../against_rgbds/programs/code.inc"));
    files.add("data.inc", *include_bytes!("../against_rgbds/programs/data.inc"));
    let options = Options { states: vec![ALL.to_vec()], ..Options::default() };
    asm::assemble("main.asm".into(), source.into(), &options, &files, &Never, &mut Checked::default()).ok()
}

/// Checks that messages have places, and counts the messages.
#[derive(Default)]
struct Checked {
    errors: u64,
    fatal: bool,
    without_place: Option<String>,
    text: Vec<u8>,
}

impl Report for Checked {
    fn message(&mut self, message: Diagnostic) {
        self.text.clear();
        Form::default().print(&message, &mut self.text);
        if message.severity == Severity::Warning {
            return;
        }
        self.errors += 1;
        self.fatal |= message.severity == Severity::Fatal;
        let frame = message.places.first().and_then(|place| place.frames.first());
        if frame.is_none() || message.code.is_empty() {
            self.without_place = Some(format!("{message:?}"));
        }
    }

    fn print(&mut self, _text: &[u8]) {}
}

/// Gives this input to the tools.
pub(crate) fn run(kind: Kind, number: u64, input: &[u8], clock: &Clock) -> Result<(), String> {
    let random = &mut Random::new(!number);
    match kind {
        Kind::Source | Kind::Charmap => {
            if let Some(module) = assemble(input, &FILES, random, clock)? {
                let file = rgb9::write(&module);
                let budget = Budget::new(Limits::default(), &Never);
                let module = rgb9::read(&file, &budget).map_err(|problem| format!("our own object: {problem:?}"))?;
                link(&[("main.o".into(), module)], &FILES, random, clock)?;
            }
            Ok(())
        }
        Kind::Included | Kind::State => {
            let mut files = FILES.clone();
            files.add("main.inc", input);
            let source = b"INCLUDE \"main.inc\"\nSECTION \"main\", ROM0\nINCBIN \"main.inc\", 1\nPRINTLN READFILE(\"main.inc\")\n";
            assemble(source, &files, random, clock).map(drop)
        }
        Kind::Object | Kind::Area => {
            let mut report = Checked::default();
            let budget = Budget::new(Limits { memory: MEMORY, ..Limits::default() }, clock);
            let module = match object::read(input, "bad.o".into(), &budget, &mut report) {
                Ok(module) => module,
                Err(Unreadable { stopped: Some(_) }) if clock.has_told() => return Ok(()),
                Err(Unreadable { stopped: None })
                    if report.text.contains_str("bad.o") && report.errors == 1 && report.fatal =>
                {
                    return Ok(());
                }
                Err(_) => return Err("no message".to_owned()),
            };
            // The module can be written and read again.
            if kind == Kind::Object
                && rgb9::read(&rgb9::write(&module), &Budget::new(Limits::default(), &Never)).is_err()
            {
                return Err("the object cannot be written".to_owned());
            }
            let mut modules = vec![("bad.o".into(), module)];
            if random.below(4) == 0 {
                let other = object::read(AREAS[1].as_bytes(), "other.rel".into(), &budget, &mut Checked::default());
                modules.extend(other.ok().map(|module| ("other.rel".into(), module)));
            }
            link(&modules, &FILES, random, clock)
        }
        Kind::Script => {
            let mut files = FILES.clone();
            files.add("game.link", input);
            link(&MODULES, &files, random, clock)
        }
        Kind::Rom | Kind::Rgbasm | Kind::Rgblink | Kind::Rgbfix => commanded(kind, input, random, clock),
    }
}

fn assemble(source: &[u8], files: &InMemory, random: &mut Random, clock: &Clock) -> Result<Option<Module>, String> {
    let mut options = Options { limits: Limits { memory: MEMORY, ..Limits::default() }, ..Options::default() };
    options.include_dirs.push("inc".into());
    options.export_all = random.below(4) == 0;
    options.states.push(ALL.to_vec());
    if random.below(2) == 0 {
        options.warnings.set(b"everything").expect("a flag");
    }
    if random.below(8) == 0 {
        options.max_errors = 1 + random.next() % 5;
        options.depth = u32::try_from(random.below(20)).expect("a number");
    }
    if random.below(8) == 0 {
        options.missing_files = [MissingFiles::Stop, MissingFiles::Continue][random.below(2)];
    }
    if random.below(8) == 0 {
        options.preincludes =
            ["main.inc", "code.inc", "self.inc"][..=random.below(3)].iter().map(|&name| name.into()).collect();
        options.defines.push(("NAME".into(), "{NAME}".into()));
    }
    let mut report = Checked::default();
    let result = asm::assemble("main.asm".into(), source.into(), &options, files, clock, &mut report);
    let failed = result.as_ref().err();
    let counts = failed.map(|failed| (failed.errors, failed.fatal, failed.stopped.is_some()));
    check(&report, counts, clock, true)?;
    Ok(result.ok().and_then(|assembly| assembly.module))
}

fn link(modules: &[(BString, Module)], files: &InMemory, random: &mut Random, clock: &Clock) -> Result<(), String> {
    let mut options =
        link::Options { limits: Limits { memory: MEMORY, ..Limits::default() }, ..link::Options::default() };
    options.script = (random.below(2) == 0).then(|| "game.link".into());
    options.overlay = (random.below(8) == 0).then(|| "overlay".into());
    options.tiny = random.below(8) == 0;
    options.wram0 = random.below(8) == 0;
    options.dmg = random.below(8) == 0;
    options.no_pad = random.below(8) == 0;
    options.pad = (random.below(8) == 0).then_some(0xFF);
    options.no_symbols_in_map = random.below(8) == 0;
    if random.below(8) == 0 {
        options.scramble.romx = Some(3);
        options.scramble.wramx = Some(7);
    }
    let mut report = Checked::default();
    let result = link::link(modules, &options, files, clock, &mut report);
    let failed = result.as_ref().err();
    let counts = failed.map(|failed| (failed.errors, failed.fatal, failed.stopped.is_some()));
    // Messages about a whole section have no place.
    check(&report, counts, clock, false)
}

/// Checks that the messages agree with the result.
fn check(report: &Checked, failed: Option<(u64, bool, bool)>, clock: &Clock, places: bool) -> Result<(), String> {
    let agree = match failed {
        None => report.errors == 0,
        Some((_, _, true)) => clock.has_told(),
        Some((errors, fatal, false)) => errors > 0 && errors == report.errors && fatal == report.fatal,
    };
    match &report.without_place {
        _ if !agree => Err(format!("{} errors were told, but it failed with {failed:?}", report.errors)),
        Some(message) if places => Err(format!("there is no place: {message}")),
        _ => Ok(()),
    }
}

/// Discards all results.
struct Nowhere;

impl Outputs for Nowhere {
    fn write(&self, path: &Path, _content: &[u8]) -> io::Result<()> {
        if path.as_os_str() == "" { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
    }

    fn foresee(&self, path: &Path) -> io::Result<()> {
        self.write(path, &[])
    }

    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()> {
        let content = FILES.read(path, u64::MAX, &Never)?;
        change(content.to_vec());
        Ok(())
    }
}

/// Runs a command with random arguments.
fn commanded(kind: Kind, input: &[u8], random: &mut Random, clock: &Clock) -> Result<(), String> {
    let mut files = FILES.clone();
    let mut stdin = b"-v".as_slice();
    let arguments = if kind == Kind::Rom {
        stdin = input;
        let known = crate::kind::Kind::Rgbfix.input(random.next());
        [b"-\n", known.as_slice()].concat()
    } else {
        files.add("args", input);
        input.to_vec()
    };
    let arguments = arguments.lines().map(|line| OsString::from(line.to_str_lossy().into_owned()));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Io {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        stderr_is_terminal: random.below(2) == 0,
        messages: None,
        environment: &Environment { columns: Some(random.below(100)), ..Environment::default() },
        files: &files,
        outputs: &Nowhere,
        until: clock,
        part_of: "a test",
    };
    let status = match kind {
        Kind::Rgbasm => command::rgbasm(arguments, &mut io),
        Kind::Rgblink => command::rgblink(arguments, &mut io),
        _ => command::rgbfix(arguments, &mut io),
    };
    let said = [b"error: ", b"FATAL: "].iter().any(|word| stderr.contains_str(word)) || stderr.contains(&b'\x1b');
    match status {
        0 => Ok(()),
        1 if said || clock.has_told() => Ok(()),
        1 => Err("it failed without a message".to_owned()),
        _ => Err(format!("its status is {status}")),
    }
}
