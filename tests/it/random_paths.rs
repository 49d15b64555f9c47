//! Random tools that change paths, modes, names and links while they use them. The same tool with plain files says what is
//! right: it is that, or an error.

use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rgbpipe::Until;
use rgbpipe::program::{Content, Failure, Program, RunError, Sandbox};

use crate::fake::{Log, Ran, fake, fake_tool, pattern};
use crate::sandbox::landlock;
use crate::schedules::{Script, try_many};

const RUNS: u32 = 1000;
const RUNS_CONFINED: u32 = 300;

/// None takes nearly as long.
const BOUND: Duration = Duration::from_secs(10);

/// Those that succeeded, so that there was something to compare.
static COMPARED: AtomicU64 = AtomicU64::new(0);

#[test]
fn random_tools_that_change_their_paths_give_what_files_would_hold_or_an_error() {
    try_many(RUNS, script);
    let compared = COMPARED.load(Ordering::Relaxed);
    assert!(compared > u64::from(RUNS / 10), "only {compared} succeeded");
}

/// There, the tool can change modes, and its attempts at anything else fail. What files would hold then depends on the
/// user who runs this. But it ends, in time, with the outputs that it has written or an error.
#[test]
fn random_tools_that_change_their_paths_in_a_sandbox_end() {
    if landlock() {
        try_many(RUNS_CONFINED, || script().prop_map(Confined));
    }
}

/// The steps of a tool. Its first arguments are inputs.
#[derive(Clone)]
struct Changes {
    inputs: Vec<usize>,
    outputs: usize,
    steps: Vec<String>,
}

/// A port, by a number that is taken modulo the number of its kind, and by which of its names.
#[derive(Clone, Debug)]
struct Name {
    input: bool,
    index: usize,
    ending: &'static str,
}

#[derive(Clone, Debug)]
enum Step {
    /// Opens it, reads or writes in pieces, with something between them, and closes it.
    Use(Name, bool, Vec<(usize, Option<Change>)>),
    Change(Change),
    Pause(u8),
}

#[derive(Clone, Debug)]
enum Change {
    Mode(Name, &'static str),
    Unlink(Name),
    Rename(Name, &'static str),
    Link(Name),
    Exchange(Name, usize),
    Put(Name, &'static str),
    Dir(&'static str),
}

fn name() -> impl Strategy<Value = Name> {
    let ending = prop_oneof![4 => Just(""), 1 => Just(".old")];
    (any::<bool>(), 0..4_usize, ending).prop_map(|(input, index, ending)| Name { input, index, ending })
}

fn change() -> impl Strategy<Value = Change> {
    let mode = select(&["0", "444", "200", "600", "666"][..]);
    let kind = select(&["file", "symlink", "socket", "directory"][..]);
    let dir =
        select(&["chmod dir 0", "chmod dir 500", "chmod dir 700", "rename dir dir.old", "rename dir.old dir"][..]);
    prop_oneof![
        4 => (name(), mode).prop_map(|(name, mode)| Change::Mode(name, mode)),
        4 => name().prop_map(Change::Unlink),
        4 => (name(), select(&["", ".old"][..])).prop_map(|(name, to)| Change::Rename(name, to)),
        2 => name().prop_map(Change::Link),
        4 => (name(), 0..4_usize).prop_map(|(name, other)| Change::Exchange(name, other)),
        4 => (name(), kind).prop_map(|(name, kind)| Change::Put(name, kind)),
        1 => dir.prop_map(Change::Dir),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    // More than one byte: whether an open without any has emptied an output does not show.
    let size = prop_oneof![4 => 1..300_usize, 1 => 4095..4098_usize, 1 => 65_535..70_000_usize];
    let parts = vec((size, proptest::option::weighted(0.3, change())), 1..4);
    prop_oneof![
        4 => (name(), proptest::bool::weighted(0.2), parts).prop_map(|(name, append, parts)| Step::Use(name, append, parts)),
        2 => change().prop_map(Step::Change),
        1 => (0..3_u8).prop_map(Step::Pause),
    ]
}

fn script() -> impl Strategy<Value = Changes> {
    (vec(0..100_000_usize, 0..4), 1..4_usize, vec(step(), 1..12)).prop_map(|(inputs, outputs, steps)| {
        let mut changes = Changes { inputs, outputs, steps: Vec::new() };
        // So that many succeed: each output was written before.
        for output in 0..outputs {
            let name = Name { input: false, index: output, ending: "" };
            changes.add(&Step::Use(name, false, vec![(10, None)]), output);
        }
        for (seed, step) in steps.iter().enumerate() {
            changes.add(step, 10 * seed + 10);
        }
        changes
    })
}

impl Changes {
    fn add(&mut self, step: &Step, seed: usize) {
        match step {
            Step::Use(name, append, parts) => {
                let Some(port) = self.port(name) else { return };
                let how = match (name.input, append) {
                    (true, _) => "r",
                    (false, false) => "w",
                    (false, true) => "a",
                };
                self.push(&format!("{how} h {port}"));
                for (part, (size, change)) in parts.iter().enumerate() {
                    if let Some(change) = change {
                        self.change(change);
                    }
                    let piece =
                        if name.input { format!("read h {size}") } else { format!("write h {size} {}", seed + part) };
                    self.push(&piece);
                }
                self.push("close h");
            }
            Step::Change(change) => self.change(change),
            Step::Pause(milliseconds) => self.push(&format!("pause {milliseconds}")),
        }
    }

    fn change(&mut self, change: &Change) {
        let step = match change {
            Change::Dir(step) => Some((*step).to_owned()),
            Change::Mode(name, mode) => self.port(name).map(|port| format!("chmod {port} {mode}")),
            Change::Unlink(name) => self.port(name).map(|port| format!("unlink {port}")),
            Change::Rename(name, to) => {
                let to = self.port(&Name { ending: to, ..name.clone() });
                self.port(name).zip(to).map(|(from, to)| format!("rename {from} {to}"))
            }
            Change::Link(name) => {
                let to = self.port(&Name { ending: ".old", ..name.clone() });
                self.port(name).zip(to).map(|(from, to)| format!("link {from} {to}"))
            }
            Change::Exchange(name, other) => {
                let other = self.port(&Name { index: *other, ending: "", ..name.clone() });
                self.port(name).zip(other).map(|(one, other)| format!("exchange {one} {other}"))
            }
            Change::Put(name, kind) => self.port(name).map(|port| format!("put {port} {kind}")),
        };
        self.steps.extend(step.map(|step| format!("try {step}")));
    }

    fn push(&mut self, step: &str) {
        self.steps.push(format!("try {step}"));
    }

    /// The word for it. Nothing if there is no such port.
    fn port(&self, name: &Name) -> Option<String> {
        let (first, count) = if name.input { (1, self.inputs.len()) } else { (1 + self.inputs.len(), self.outputs) };
        (count > 0).then(|| format!("{}{}", first + name.index % count, name.ending))
    }

    fn with_files(&self) -> Files {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("files");
        fs::create_dir(&dir).unwrap();
        let paths: Vec<_> = (0..self.inputs.len() + self.outputs).map(|port| dir.join(port.to_string())).collect();
        for (port, size) in self.inputs.iter().enumerate() {
            fs::write(&paths[port], pattern(port as u64, *size)).unwrap();
        }
        let log = scratch.path().join("log");
        let mut tool = Command::new(fake_tool());
        tool.args(&paths).env("FAKE_TOOL", self.steps.join("; ")).env("FAKE_TOOL_LOG", &log);
        let status = tool.status().unwrap();
        // An ordinary user could neither read nor remove what the tool has forbidden.
        Command::new("chmod").args(["-R", "u+rwx"]).arg(scratch.path()).status().unwrap();
        let outputs = paths[self.inputs.len()..].iter().map(|path| regular(path)).collect();
        let done = log_of(&Log::read(&log));
        Files { status, outputs, done }
    }
}

/// What the tool did with plain files.
struct Files {
    status: ExitStatus,
    outputs: Vec<Option<Vec<u8>>>,
    done: Vec<String>,
}

fn regular(path: &Path) -> Option<Vec<u8>> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).and_then(|_| fs::read(path).ok())
}

fn log_of(log: &Log) -> Vec<String> {
    log.done().into_iter().map(str::to_owned).collect()
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "inputs {:?}, {} outputs\n{}", self.inputs, self.outputs, self.steps.join("\n"))
    }
}

impl Changes {
    fn run(&self, change: impl FnOnce(Program<'static>) -> Program<'static>) -> Result<Ran, RunError> {
        let mut run = fake(&self.steps.join("; ")).with(|program| change(program.until(&Until::after(BOUND))));
        for (port, size) in self.inputs.iter().enumerate() {
            run = run.input(pattern(port as u64, *size));
        }
        for output in 0..self.outputs {
            run = run.output(&format!("o{output}"));
        }
        run.run_or_error()
    }
}

impl Script for Changes {
    fn try_it(&self) -> Duration {
        let files = self.with_files();
        let ran = match self.run(|program| program) {
            Ok(ran) => ran,
            // Where nothing can be made in the directory, neither a FIFO nor a file can.
            Err(RunError::Ports(error)) if self.steps.iter().any(|step| step.contains(" dir")) => {
                assert!(error.to_string().contains("cannot create a "), "{error}");
                return Duration::ZERO;
            }
            Err(error) => panic!("{error}"),
        };
        ran.log.all_gone();
        nothing_is_left(&ran);
        match ran.verdict() {
            Ok(()) => compare(&ran, &files),
            Err(Failure::NeedsFile(..) | Failure::NotWritten(_)) => {}
            Err(other) => panic!("{other}, and with files {}\n{:?}", files.status, ran.log),
        }
        ran.took
    }
}

/// The same in a sandbox.
#[derive(Clone, Debug)]
struct Confined(Changes);

impl Script for Confined {
    fn try_it(&self) -> Duration {
        static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
        let sandbox = SANDBOX.get_or_init(|| {
            let own = Sandbox::for_program(fake_tool(), &Until::never()).unwrap();
            Sandbox { processes: true, ..own }
        });
        // It cannot write a log.
        let confine = |program: Program<'static>| program.env_remove("FAKE_TOOL_LOG").sandbox(Some(sandbox.clone()));
        let ran = match self.0.run(confine) {
            Ok(ran) => ran,
            Err(RunError::Ports(error)) => {
                assert!(error.to_string().contains("cannot create a FIFO"), "{error}");
                return Duration::ZERO;
            }
            Err(error) => panic!("{error}"),
        };
        match ran.verdict() {
            Ok(()) => {
                let is_complete = |(_, content): &(_, Content)| matches!(content, Content::Complete(_));
                assert!(ran.finished.outputs.iter().all(is_complete), "{ran:?}");
            }
            Err(Failure::NeedsFile(..) | Failure::NotWritten(_)) => {}
            Err(other) => panic!("{other}\n{ran:?}"),
        }
        ran.took
    }
}

fn compare(ran: &Ran, files: &Files) {
    COMPARED.fetch_add(1, Ordering::Relaxed);
    assert_eq!(files.status, ExitStatus::from_raw(0));
    for (index, expected) in files.outputs.iter().enumerate() {
        let content = ran.content(&format!("o{index}"));
        let Content::Complete(found) = content else { panic!("{content:?}") };
        assert!(Some(found) == expected.as_ref(), "o{index}: {:?}\n{:?}", found.len(), ran.log);
    }
    assert_eq!(log_of(&ran.log), files.done);
}

/// Neither the directory of ports, nor one with a name that the tool has given it.
fn nothing_is_left(ran: &Ran) {
    let dirs = ran.log.lines("arg ").into_iter().filter_map(|arg| Some(PathBuf::from(arg).parent()?.to_owned()));
    for dir in dirs {
        let begins = dir.file_name().unwrap().to_str().unwrap();
        let beside = fs::read_dir(dir.parent().unwrap()).unwrap();
        let left: Vec<_> = beside.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!left.iter().any(|name| name.starts_with(begins)), "left: {begins}\n{:?}", ran.log);
    }
}
