//! Random tools, compared with a model of what files would have held. There are any number of ports, sizes around the
//! edges of pages and pipes, any order and any end.
//!
//! `RGBPIPE_STRESS_SECONDS=3600 cargo test --release schedules` runs for an hour. The seed of a failed schedule is
//! saved in `schedules.seeds`, and tried first from then on.

use std::fmt;
use std::io::Write as _;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use rgbpipe::program::{Content, Failure, Need, Stop};
use rgbpipe::{Cancel, Until};

use crate::fake::{Digest, digest, fake, pattern};

/// The number of random tools in one `cargo test`.
const RUNS: u32 = 2500;
/// Runs that leave a process behind take the grace period of half a second each.
const RUNS_WITH_LEFTOVERS: u32 = 100;
/// A tool that ignores SIGTERM takes a second.
const RUNS_STOPPED: u32 = 300;

/// On other systems, the content of an output that is reopened at the same moment is unknown.
const RUNS_ARE_TOLD_APART: bool = cfg!(all(target_os = "linux", not(portable)));

/// A run mostly waits.
const AT_ONCE: u32 = 4;

#[test]
fn random_tools_give_what_files_would_hold() {
    try_many(RUNS, || schedule(Just(Extra::Nothing).boxed(), end()));
}

#[test]
fn random_tools_that_leave_a_process_behind_give_what_files_would_hold_or_an_error() {
    let extra = || prop_oneof![Just(Extra::Linger("")), Just(Extra::Linger("setsid"))].boxed();
    try_many(RUNS_WITH_LEFTOVERS, || schedule(extra(), end()));
}

#[test]
fn random_tools_that_are_stopped_in_the_middle_end() {
    let end = || prop_oneof![Just(End::Hang), (0..20_000_u64).prop_map(End::Cancel)].boxed();
    try_many(RUNS_STOPPED, || schedule(Just(Extra::Nothing).boxed(), end()));
}

/// What a random tool does.
pub(crate) trait Script: fmt::Debug {
    /// Runs it and compares. Returns how long it took.
    fn try_it(&self) -> Duration;
}

/// Runs this many random schedules, or runs for as long as the environment says.
pub(crate) fn try_many<S: Strategy<Value: Script>>(runs: u32, schedules: impl Fn() -> S + Sync) {
    let stress: Option<u64> = std::env::var("RGBPIPE_STRESS_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(stress.unwrap_or(0));
    let count = Mutex::new((0_u64, Duration::ZERO));
    let work = || {
        loop {
            let config = Config {
                cases: runs.div_ceil(AT_ONCE),
                failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/it/schedules.seeds"))),
                // A schedule that hangs takes the whole time limit each time.
                max_shrink_time: 120_000,
                ..Config::default()
            };
            let result = TestRunner::new(config).run(&schedules(), |schedule| {
                let took = schedule.try_it();
                let mut count = count.lock().unwrap();
                *count = (count.0 + 1, count.1.max(took));
                Ok(())
            });
            if let Err(error) = result {
                panic!("{error}");
            }
            if until <= Instant::now() {
                break;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let (tried, longest) = *count.lock().unwrap();
    let test = thread::current().name().unwrap_or_default().to_owned();
    let told = format!("{test}: {tried} schedules, the longest run took {longest:?}");
    println!("{told}");
    if stress.is_some() {
        // Not captured by the test runner.
        let _ = writeln!(std::io::stderr(), "{told}");
    }
}

/// The steps of a tool, and its ports.
#[derive(Clone)]
struct Schedule {
    /// The sizes of the inputs.
    inputs: Vec<usize>,
    outputs: usize,
    stdin: Option<usize>,
    steps: Vec<Step>,
    end: End,
}

/// A step. Ports are numbered, inputs first.
#[derive(Clone, Debug)]
enum Step {
    Open(usize),
    /// Reads this many bytes, or all, in chunks.
    Read(usize, Option<usize>, usize),
    /// Writes: the length, the seed, the chunks.
    Write(usize, usize, usize, usize),
    Close(usize),
    Extra(Extra),
}

#[derive(Clone, Debug)]
enum Extra {
    Nothing,
    /// Pauses, in milliseconds.
    Pause(u8),
    Print(&'static str, usize),
    /// Leaves a process behind that has all open files.
    Linger(&'static str),
    /// A child does the rest, and the tool waits for it.
    Delegate,
    IgnoreTerm,
    CloseStdin,
}

#[derive(Clone, Debug)]
enum End {
    Exit(u8),
    Raise(&'static str),
    /// Never ends by itself. The deadline is soon.
    Hang,
    /// Never ends by itself. It is cancelled after this many microseconds.
    Cancel(u64),
}

/// Sizes around the edges of a page, of a pipe and of a mebibyte.
fn size() -> BoxedStrategy<usize> {
    let around = |edge: usize| edge - 2..=edge + 2;
    prop_oneof![
        4 => 0..300_usize,
        3 => around(4096),
        3 => around(65_536),
        1 => 0..200_000_usize,
        // The fake tool is not optimized.
        1 => prop_oneof![2 => around(1 << 17), 1 => around(1 << 20)],
    ]
    .boxed()
}

fn chunk() -> BoxedStrategy<usize> {
    prop_oneof![Just(1_usize), 2..100_usize, 4095..=4097_usize, 65_535..=65_537_usize, Just(1 << 20)].boxed()
}

/// A chunk size with which a run does not take seconds.
fn sensible(chunk: usize, size: usize) -> usize {
    chunk.max(size / 500)
}

/// Usually few ports, rarely many.
fn count() -> BoxedStrategy<usize> {
    prop_oneof![6 => 0..4_usize, 1 => 0..=20_usize].boxed()
}

fn end() -> BoxedStrategy<End> {
    prop_oneof![
        8 => Just(End::Exit(0)),
        1 => (1..=255_u8).prop_map(End::Exit),
        1 => proptest::sample::select(&["SIGSEGV", "SIGKILL", "SIGPIPE", "SIGABRT"][..]).prop_map(End::Raise),
    ]
    .boxed()
}

fn extra() -> BoxedStrategy<Extra> {
    prop_oneof![
        (0..4_u8).prop_map(Extra::Pause),
        (proptest::sample::select(&["stdout", "stderr"][..]), size()).prop_map(|(to, len)| Extra::Print(to, len)),
        Just(Extra::IgnoreTerm),
    ]
    .boxed()
}

/// One open of an input: the reads, in chunks, and whether it is closed at the end.
type Reading = (Vec<(Option<usize>, usize)>, bool);
/// One open of an output: the writes, in chunks, and whether it is closed at the end.
type Writing = (Vec<(usize, usize)>, bool);

fn reading() -> BoxedStrategy<Reading> {
    let amount = prop_oneof![2 => Just(None), 1 => size().prop_map(Some)];
    (vec((amount, chunk()), 0..3), proptest::bool::weighted(0.8)).boxed()
}

fn writing() -> BoxedStrategy<Writing> {
    (vec((size(), chunk()), 0..3), proptest::bool::weighted(0.8)).boxed()
}

/// How often a port is opened. Usually once.
fn opens<T: fmt::Debug + 'static>(one: BoxedStrategy<T>, again: bool) -> BoxedStrategy<Vec<T>> {
    let times = prop_oneof![1 => 0..1_usize, 15 => 1..2_usize, 2 => 2..4_usize];
    let times = times.prop_map(move |times| if again { times } else { times.min(1) });
    times.prop_flat_map(move |times| vec(one.clone(), times)).boxed()
}

fn schedule(always: BoxedStrategy<Extra>, end: BoxedStrategy<End>) -> impl Strategy<Value = Schedule> {
    let inputs = count().prop_flat_map(|count| vec((size(), opens(reading(), true)), count));
    let outputs = count().prop_flat_map(|count| vec(opens(writing(), RUNS_ARE_TOLD_APART), count));
    let close_stdin = prop_oneof![4 => Just(Extra::Nothing), 1 => Just(Extra::CloseStdin)];
    let extras = (always, close_stdin, vec(extra(), 0..3));
    let extras = extras.prop_map(|(always, close, others)| [vec![always, close], others].concat());
    // The port of each step.
    let turns = vec(any::<u8>(), 1..60);
    // At the start, so that the waiting parent has nothing open. If both had opened an output, the pipe would have two
    // writers.
    let delegate = proptest::bool::weighted(0.1);
    // Where the script is cut off, if not at the end.
    let cut = prop_oneof![4 => Just(None), 1 => any::<u16>().prop_map(Some)];
    (inputs, outputs, proptest::option::weighted(0.2, size()), extras, turns, delegate, end, cut).prop_map(
        |(inputs, outputs, stdin, extras, turns, delegate, end, cut)| {
            let mut queues = Vec::new();
            for (port, (size, opens)) in inputs.iter().enumerate() {
                queues.push(reading_steps(port, *size, opens));
            }
            for (index, opens) in outputs.iter().enumerate() {
                queues.push(writing_steps(inputs.len() + index, opens));
            }
            queues.extend(extras.into_iter().map(|extra| vec![Step::Extra(extra)]));
            let mut steps = in_turns(queues, &turns);
            if delegate {
                steps.insert(0, Step::Extra(Extra::Delegate));
            }
            if let Some(cut) = cut {
                steps.truncate(usize::from(cut) % (steps.len() + 1));
            }
            let sizes = inputs.into_iter().map(|(size, _)| size).collect();
            Schedule { inputs: sizes, outputs: outputs.len(), stdin, steps, end }
        },
    )
}

fn reading_steps(port: usize, size: usize, opens: &[Reading]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, (reads, close)) in opens.iter().enumerate() {
        steps.push(Step::Open(port));
        steps.extend(reads.iter().map(|(amount, chunk)| Step::Read(port, *amount, sensible(*chunk, size))));
        // Only the last open may stay until the exit. For an output that is opened while it is open, see `faults`.
        if *close || index + 1 < opens.len() {
            steps.push(Step::Close(port));
        }
    }
    steps
}

fn writing_steps(port: usize, opens: &[Writing]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, (writes, close)) in opens.iter().enumerate() {
        steps.push(Step::Open(port));
        for (turn, (len, chunk)) in writes.iter().enumerate() {
            let seed = port * 100 + index * 10 + turn;
            steps.push(Step::Write(port, *len, seed, sensible(*chunk, *len)));
        }
        if *close || index + 1 < opens.len() {
            steps.push(Step::Close(port));
        }
    }
    steps
}

/// Mixes the queues, each in its own order.
fn in_turns(queues: Vec<Vec<Step>>, turns: &[u8]) -> Vec<Step> {
    let mut queues: Vec<_> = queues.into_iter().map(std::collections::VecDeque::from).collect();
    let mut steps = Vec::new();
    for turn in turns.iter().cycle() {
        queues.retain(|queue| !queue.is_empty());
        if queues.is_empty() {
            break;
        }
        let next = usize::from(*turn) % queues.len();
        steps.extend(queues[next].pop_front());
    }
    steps
}

/// What files would hold at the tool's exit.
struct Expected {
    /// What each open of an input should have read, by port.
    read: Vec<Vec<String>>,
    outputs: Vec<Output>,
    leftovers: usize,
    /// A port is opened again while a process that was left behind has it open and nothing has gone through it.
    opens_twice: bool,
}

#[derive(Clone, Default)]
struct Output {
    /// The bytes since the last open. `None` before the first.
    bytes: Option<Vec<u8>>,
    open: bool,
    /// Whether a process that was left behind has it open.
    held: bool,
}

impl Schedule {
    fn script(&self) -> String {
        let mut lines: Vec<_> = self.steps.iter().map(|step| self.line(step)).collect();
        lines.push(match self.end {
            End::Exit(status) => format!("exit {status}"),
            End::Raise(signal) => format!("raise {signal}"),
            End::Hang | End::Cancel(_) => "raise SIGSTOP; pause 60000".to_owned(),
        });
        lines.join("; ")
    }

    fn line(&self, step: &Step) -> String {
        match step {
            Step::Open(port) => {
                let how = if *port < self.inputs.len() { "r" } else { "w" };
                format!("{how} p{port} {}", port + 1)
            }
            Step::Read(port, None, chunk) => format!("read p{port} all {chunk}"),
            Step::Read(port, Some(amount), chunk) => format!("read p{port} {amount} {chunk}"),
            Step::Write(port, len, seed, chunk) => format!("write p{port} {len} {seed} {chunk}"),
            Step::Close(port) => format!("close p{port}"),
            Step::Extra(extra) => match extra {
                Extra::Nothing => String::new(),
                Extra::Pause(milliseconds) => format!("pause {milliseconds}"),
                Extra::Print(to, len) => format!("write {to} {len} 9"),
                Extra::Linger(session) => format!("linger 60 {session}"),
                Extra::Delegate => "delegate".to_owned(),
                Extra::IgnoreTerm => "ignore SIGTERM".to_owned(),
                Extra::CloseStdin => "close stdin".to_owned(),
            },
        }
    }

    fn expected(&self) -> Expected {
        let inputs = self.inputs.len();
        let mut offsets = vec![0; inputs];
        // Whether it is open, and whether a process that was left behind has it unread.
        let (mut open, mut held) = (vec![false; inputs], vec![false; inputs]);
        let mut expected = Expected {
            read: vec![Vec::new(); inputs],
            outputs: vec![Output::default(); self.outputs],
            leftovers: 0,
            opens_twice: false,
        };
        for step in &self.steps {
            match *step {
                Step::Open(port) if port < inputs => {
                    (offsets[port], open[port]) = (0, true);
                    expected.opens_twice |= held[port];
                }
                Step::Open(port) => {
                    let output = &mut expected.outputs[port - inputs];
                    expected.opens_twice |= output.held && output.bytes.as_ref().is_some_and(Vec::is_empty);
                    output.bytes = Some(Vec::new());
                    output.open = true;
                }
                Step::Read(port, amount, _) => {
                    let end = amount.map_or(usize::MAX, |amount| offsets[port] + amount);
                    offsets[port] = end.min(self.inputs[port]);
                }
                Step::Write(port, len, seed, _) => {
                    let bytes = &mut expected.outputs[port - inputs].bytes;
                    bytes.as_mut().expect("it is open").extend(pattern(seed as u64, len));
                }
                Step::Close(port) if port < inputs => {
                    open[port] = false;
                    let read = pattern(port as u64, self.inputs[port]);
                    expected.read[port].push(Digest::of(&read[..offsets[port]]).to_string());
                }
                Step::Close(port) => expected.outputs[port - inputs].open = false,
                Step::Extra(Extra::Linger(_)) => {
                    expected.leftovers += 1;
                    (0..inputs).for_each(|port| held[port] |= open[port] && offsets[port] == 0);
                    expected.outputs.iter_mut().for_each(|output| output.held |= output.open);
                }
                Step::Extra(_) => {}
            }
        }
        expected
    }
}

impl Script for Schedule {
    fn try_it(&self) -> Duration {
        let mut run = fake(&self.script());
        for (port, size) in self.inputs.iter().enumerate() {
            run = run.input(pattern(port as u64, *size));
        }
        for output in 0..self.outputs {
            run = run.output(&format!("o{output}"));
        }
        if let Some(size) = self.stdin {
            run = run.with(|program| program.stdin(pattern(77, size)));
        }
        let stopped = match self.end {
            End::Hang => {
                let soon = Until::after(Duration::from_millis(30));
                run = run.with(|program| program.until(&soon));
                Some(Stop::TimedOut)
            }
            End::Cancel(microseconds) => {
                let cancel = Cancel::new();
                run = run.with(|program| program.until(&Until::cancelled(&cancel)));
                thread::spawn(move || {
                    thread::sleep(Duration::from_micros(microseconds));
                    cancel.cancel();
                    // A tool may ignore SIGTERM, and the grace period is long.
                    cancel.cancel();
                });
                Some(Stop::Cancelled)
            }
            End::Exit(_) | End::Raise(_) => None,
        };

        let ran = run.run();
        ran.log.kill_left_of(self.expected().leftovers);
        if let Some(stop) = stopped {
            assert_eq!(ran.verdict(), Err(Failure::Stopped(stop)));
            return ran.took;
        }
        let expected = self.expected();
        if expected.opens_twice && matches!(ran.verdict(), Err(Failure::NeedsFile(_, Need::OpenedTwice))) {
            return ran.took;
        }
        for (port, read) in expected.read.iter().enumerate() {
            assert_eq!(ran.log.read_by(&format!("p{port}")), *read, "input {port}\n{:?}", ran.log);
        }
        let mut verdict = Ok(());
        for (index, output) in expected.outputs.iter().enumerate().rev() {
            let name = format!("o{index}");
            match (output, ran.content(&name)) {
                (Output { held: true, .. }, content) => assert_eq!(*content, Content::HeldOpen, "{name}"),
                (Output { bytes: None, .. }, content) => assert_eq!(*content, Content::Unopened, "{name}"),
                (Output { bytes: Some(bytes), .. }, Content::Complete(found)) if bytes == found => {}
                (Output { bytes: Some(bytes), .. }, content) => {
                    assert_eq!(digest(content), Ok(Digest::of(bytes)), "{name}\n{:?}", ran.log);
                }
            }
            // Failures have an order: first the tool's own, then that of its first output.
            let found = match ran.content(&name) {
                Content::HeldOpen => Some((0, Failure::HeldOpen(name))),
                Content::Unopened => Some((1, Failure::NotWritten(name))),
                _ => None,
            };
            if let Some((rank, failure)) = found
                && verdict.as_ref().err().is_none_or(|(worst, _)| rank <= *worst)
            {
                verdict = Err((rank, failure));
            }
        }
        match self.end {
            End::Exit(0) => assert_eq!(ran.verdict(), verdict.map_err(|(_, failure)| failure)),
            _ => assert!(matches!(ran.verdict(), Err(Failure::Status(_))), "{:?}", ran.verdict()),
        }
        ran.took
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "inputs {:?}, {} outputs, stdin {:?}, ", self.inputs, self.outputs, self.stdin)?;
        write!(f, "end {:?}\n{}", self.end, self.script().replace("; ", "\n"))
    }
}
