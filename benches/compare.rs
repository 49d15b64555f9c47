//! Compares rgbpipe with other ways to run the same tools, in one paired run: `scripts/with-rgbds cargo bench`.
//!
//! In each round every contender runs once, in a new order. The report has the median of the rounds' ratios or
//! differences, and the range of their middle half. Absolute times are for orientation only, because they differ
//! between machines and times of day.
//!
//! `RGBPIPE_BENCH_ROUNDS=N` sets the number of rounds. Words on the command line select benchmarks.

#![expect(clippy::cast_precision_loss, reason = "sizes in megabytes, for people")]

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rgbpipe::program::Program;

fn main() {
    if std::env::var_os(ONLY_SPAWN).is_some() {
        return only_spawn();
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let bench = Bench::new();
    for (name, run) in [
        ("small", Bench::small as fn(&Bench)),
        ("idle", Bench::idle),
        ("large", Bench::large),
        ("gigabyte", Bench::gigabyte),
        ("memory", Bench::memory),
    ] {
        if chosen(name) {
            run(&bench);
        }
    }
}

/// A directory in memory, and the tools.
struct Bench {
    dir: tempfile::TempDir,
    rgbds: String,
}

/// One way to do a job.
struct Contender<'a> {
    name: &'static str,
    /// Runs it. The argument is the number of the round.
    run: Box<dyn Fn(usize) + 'a>,
}

impl Bench {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let rgbds = std::env::var("RGBDS").unwrap_or_default();
        let version = Command::new(format!("{rgbds}rgbasm")).arg("--version").output();
        let version = version.expect("RGBDS is not here: scripts/with-rgbds cargo bench").stdout;
        println!("{}, files in {}", String::from_utf8_lossy(&version).trim(), place.display());
        Self { dir: tempfile::tempdir_in(place).unwrap(), rgbds }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(format!("{}{name}", self.rgbds));
        command.current_dir(self.dir.path());
        command
    }

    fn rgbpipe(&self, args: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rgbpipe"));
        command.args(args.split_whitespace()).current_dir(self.dir.path()).env("TMPDIR", self.dir.path());
        finish(&mut command);
    }

    fn sh(&self, script: &str) {
        let mut command = Command::new("sh");
        finish(command.args(["-ec", script]).current_dir(self.dir.path()).env("R", &self.rgbds));
    }

    /// The least that any driver must do: a separate program that only starts the tools, for sources with these names.
    fn only_spawn(&self, names: impl Iterator<Item = String>) {
        let mut driver = Command::new(std::env::current_exe().unwrap());
        finish(driver.args(names).current_dir(self.dir.path()).env(ONLY_SPAWN, &self.rgbds));
    }

    fn small(&self) {
        fs::write(self.path("small.asm"), SMALL).unwrap();
        let results = rounds(
            "one small source",
            100,
            &[
                contender("rgbpipe", || self.rgbpipe("build small.asm -o small.gb")),
                contender("built-in", || self.rgbpipe("build --toolchain builtin small.asm -o builtin.gb")),
                contender("only spawning", || self.only_spawn(["small".to_owned()].into_iter())),
                contender("by hand, &&", || self.sh("${R}rgbasm -o hand.o small.asm && ${R}rgblink -o hand.gb hand.o")),
                contender("shell pipe", || self.sh("${R}rgbasm -o - small.asm | ${R}rgblink -o pipe.gb -")),
            ],
        );
        results.difference("rgbpipe", "only spawning", "at most 1.5 ms");
        results.ratio("rgbpipe", "by hand, &&", "at most 0.6");
        results.ratio("rgbpipe", "shell pipe", "");
        assert!(fs::read(self.path("builtin.gb")).unwrap() == fs::read(self.path("hand.gb")).unwrap(), "other bytes");
        results.ratio("built-in", "by hand, &&", "at most 0.1");
    }

    /// The same after a pause, like a user who edits and then builds. Meanwhile the machine may have done something
    /// with its memory.
    fn idle(&self) {
        fs::write(self.path("small.asm"), SMALL).unwrap();
        let results = rounds_after(
            &|| thread::sleep(Duration::from_secs(3)),
            "one small source, the machine idle before",
            8,
            &[
                contender("rgbpipe", || self.rgbpipe("build small.asm -o small.gb")),
                contender("by hand, &&", || self.sh("${R}rgbasm -o hand.o small.asm && ${R}rgblink -o hand.gb hand.o")),
            ],
        );
        results.ratio("rgbpipe", "by hand, &&", "");
    }

    /// 17 sources of very different sizes, 20 MB of objects.
    ///
    /// The position of a project's large sources among the small ones is an accident, so each round has a new order,
    /// the same for all. Another pair uses the best order for `xargs`, which starts the sources as they are given.
    fn large(&self) {
        let sizes = [2, 3, 6, 1, 9, 4, 60, 6, 2, 36, 1, 12, 6, 3, 18, 6, 12];
        let mut bank = 1;
        for (index, banks) in sizes.into_iter().enumerate() {
            fs::write(self.path(&format!("part{index:02}.asm")), part(bank, banks)).unwrap();
            bank += banks;
        }
        // With this order, each of two cores gets 94 of the 187 banks, as nearly as possible.
        let best: Vec<_> = (0..sizes.len()).collect();
        let any = |round| shuffled(("sources", round), sizes.len());
        let list = |order: &[usize], ending: &str| -> String {
            order.iter().fold(String::new(), |list, index| list + &format!(" part{index:02}{ending}"))
        };
        let script = |jobs: usize, order: &[usize]| {
            self.sh(&format!(
                "printf '%s\\n'{} | xargs -P{jobs} -I@ ${{R}}rgbasm -o @.o @.asm\n\
                 ${{R}}rgblink -o script.gb -m script.map -n script.sym{}",
                list(order, ""),
                list(order, ".o")
            ));
        };
        let ours_by = |toolchain: &str, stem: &str, jobs: usize, order: &[usize]| {
            let outputs = format!("-o {stem}.gb -m {stem}.map -n {stem}.sym");
            self.rgbpipe(&format!("build --toolchain {toolchain} -j{jobs} {outputs}{}", list(order, ".asm")));
        };
        let ours = |jobs: usize, order: &[usize]| ours_by("rgbds", "large", jobs, order);
        let builtin = |jobs: usize, order: &[usize]| ours_by("builtin", "builtin", jobs, order);
        let results = rounds(
            "17 sources of very different sizes",
            9,
            &[
                contender_by_round("rgbpipe -j1", |round| ours(1, &any(round))),
                contender_by_round("script, -P1", |round| script(1, &any(round))),
                contender_by_round("only spawning", |round| {
                    self.only_spawn(any(round).into_iter().map(|index| format!("part{index:02}")));
                }),
                contender_by_round("rgbpipe -j2", |round| ours(2, &any(round))),
                contender_by_round("script, -P2", |round| script(2, &any(round))),
                contender("-j2, best order", || ours(2, &best)),
                contender("-P2, best order", || script(2, &best)),
                contender_by_round("built-in -j1", |round| builtin(1, &any(round))),
                contender_by_round("built-in -j2", |round| builtin(2, &any(round))),
            ],
        );
        let size = |ending: &str| -> u64 {
            let files = fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap());
            let files = files.filter(|file| file.file_name().to_string_lossy().ends_with(ending));
            files.map(|file| file.metadata().unwrap().len()).sum()
        };
        println!("  {:.1} MB of objects", size(".driver.o") as f64 / 1e6);
        for ours in ["large.gb", "builtin.gb"] {
            assert!(fs::read(self.path(ours)).unwrap() == fs::read(self.path("script.gb")).unwrap(), "other bytes");
        }
        results.ratio("rgbpipe -j1", "script, -P1", "at most 0.97");
        results.ratio("only spawning", "script, -P1", "");
        results.ratio("rgbpipe -j2", "script, -P2", "at most 0.95");
        results.ratio("-j2, best order", "-P2, best order", "");
        results.ratio("built-in -j1", "script, -P1", "at most 0.12");
        results.ratio("built-in -j2", "script, -P2", "at most 0.12");
    }

    /// The throughput of a port. An output is held in memory: in memory that is at hand, and in memory that a virtual
    /// machine may have to get from its host.
    fn gigabyte(&self) {
        const SIZE: usize = 1 << 30;
        let bytes = vec![0x5A_u8; SIZE];
        fs::write(self.path("gigabyte"), &bytes).unwrap();
        let contenders = [
            contender("cat | cat", || self.sh("cat gigabyte | cat > /dev/null")),
            contender("cat | cat > file", || self.sh("cat gigabyte | cat > copy && rm copy")),
            contender("input", || {
                let program = Program::new("sh").args(["-c", "exec cat \"$1\" > /dev/null", "sh"]).input("in", &bytes);
                assert!(program.run().unwrap().status.success());
            }),
            contender("output", || {
                let mut program = Program::new("cp").arg(self.path("gigabyte"));
                let out = program.add_output("out");
                let program = program.arg_of([out]);
                assert_eq!(black_box(program.run().unwrap().take(out)).unwrap().len(), SIZE);
            }),
        ];
        let at_hand = || drop(black_box(vec![1_u8; SIZE + SIZE / 2]));
        for (title, before) in [
            ("1 GiB through one port, memory at hand", &at_hand as &dyn Fn()),
            ("1 GiB through one port, memory as it comes", &|| ()),
        ] {
            let results = rounds_after(before, title, 5, &contenders);
            results.ratio("cat | cat", "input", "at least 0.8");
            results.ratio("cat | cat", "output", "at least 0.8");
            results.ratio("cat | cat > file", "output", "");
        }
    }

    /// rgbpipe's own peak memory, beyond artifacts and objects.
    fn memory(&self) {
        println!("\npeak memory of rgbpipe itself");
        for (count, banks) in [(1, 1), (1, 20), (200, 0), (8, 8)] {
            let mut sources = Vec::new();
            for index in 0..count {
                let name = format!("memory{index}.asm");
                fs::write(self.path(&name), part(1 + index * banks, banks)).unwrap();
                sources.push(name);
            }
            let mut held = 0;
            for source in &sources {
                finish(self.tool("rgbasm").args(["-o", "memory.o", source]));
                held += fs::metadata(self.path("memory.o")).unwrap().len();
            }
            let mut command = Command::new(env!("CARGO_BIN_EXE_rgbpipe"));
            command.args(["build", "-j2", "-o", "m.gb", "-m", "m.map", "-n", "m.sym"]).args(&sources);
            let mut child = command.current_dir(self.dir.path()).env("TMPDIR", self.dir.path()).spawn().unwrap();
            let mut peak = 0;
            while child.try_wait().unwrap().is_none() {
                let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
                let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
                peak = peak.max(kib.unwrap_or(0) << 10);
            }
            held +=
                ["m.gb", "m.map", "m.sym"].map(|file| fs::metadata(self.path(file)).unwrap().len()).iter().sum::<u64>();
            let beyond = (peak as f64 - held as f64) / f64::from(1 << 20);
            let held = held as f64 / f64::from(1 << 20);
            println!(
                "  {count} sources, {held:.1} MiB of objects and artifacts: {beyond:+.1} MiB beyond them  (at most 8)"
            );
        }
    }
}

const SMALL: &str = "SECTION \"Main\", ROM0[$150]\nMain:: jr Main\n";

/// If set, this program is the driver that only starts the tools. The value is their prefix.
const ONLY_SPAWN: &str = "RGBPIPE_BENCH_ONLY_SPAWN";

/// Starts rgbasm for each source and then rgblink, with files between them.
fn only_spawn() {
    let prefix = std::env::var(ONLY_SPAWN).unwrap();
    let tool = |name| Command::new(format!("{prefix}{name}"));
    let names: Vec<_> = std::env::args().skip(1).collect();
    for name in &names {
        let words = ["-o", &format!("{name}.driver.o"), &format!("{name}.asm")];
        finish(tool("rgbasm").args(words));
    }
    let outputs: &[_] = match &names[..] {
        [_] => &["-o", "driver.gb"],
        _ => &["-o", "driver.gb", "-m", "driver.map", "-n", "driver.sym"],
    };
    let objects = names.iter().map(|name| format!("{name}.driver.o"));
    finish(tool("rgblink").args(outputs).args(objects));
}

/// A source with this many ROM banks, full of labels and data.
fn part(first: usize, banks: usize) -> String {
    let mut text = String::from("SECTION FRAGMENT \"all\", ROM0\n");
    for bank in first..first + banks {
        writeln!(text, "SECTION \"Bank {bank}\", ROMX, BANK[{bank}]").unwrap();
        for label in 0..1600 {
            writeln!(
                text,
                "Label_{bank}_{label}::\n\tdb {}, {}, {}\n\tdw Label_{bank}_{label}",
                label % 251,
                label % 7,
                label % 91
            )
            .unwrap();
            writeln!(text, "\tld a, {}\n\tcp {}", label % 256, bank % 256).unwrap();
        }
    }
    text
}

fn finish(command: &mut Command) {
    let status = command.stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

fn contender<'a>(name: &'static str, run: impl Fn() + 'a) -> Contender<'a> {
    contender_by_round(name, move |_| run())
}

fn contender_by_round<'a>(name: &'static str, run: impl Fn(usize) + 'a) -> Contender<'a> {
    Contender { name, run: Box::new(run) }
}

/// The times of each contender, by round.
struct Results {
    times: Vec<(&'static str, Vec<Duration>)>,
}

fn rounds(title: &str, default: usize, contenders: &[Contender<'_>]) -> Results {
    rounds_after(&|| (), title, default, contenders)
}

/// `before` runs before each contender, and is not timed.
fn rounds_after(before: &dyn Fn(), title: &str, default: usize, contenders: &[Contender<'_>]) -> Results {
    let rounds = std::env::var("RGBPIPE_BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(default);
    println!("\n{title}, {rounds} rounds");
    let mut times: Vec<_> = contenders.iter().map(|contender| (contender.name, Vec::new())).collect();
    // The first round warms up the caches.
    for round in 0..=rounds {
        // The previous run affects memory and caches, so no contender always comes after the same one.
        for index in shuffled(("contenders", round), contenders.len()) {
            before();
            let start = Instant::now();
            (contenders[index].run)(round);
            if round > 0 {
                times[index].1.push(start.elapsed());
            }
        }
    }
    for (name, times) in &times {
        let [low, median, high] = quartiles(times.iter().map(Duration::as_secs_f64));
        println!("  {name:16} {:9.2} ms  ({:.2} to {:.2})", median * 1e3, low * 1e3, high * 1e3);
    }
    Results { times }
}

/// 0 to `count - 1`, shuffled in a different way for each `seed`.
fn shuffled(seed: impl Hash, count: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    order.sort_by_key(|index| {
        let mut hasher = DefaultHasher::new();
        (&seed, index).hash(&mut hasher);
        hasher.finish()
    });
    order
}

impl Results {
    fn pairs(&self, one: &str, other: &str) -> impl Iterator<Item = (f64, f64)> {
        let times = |wanted: &str| &self.times.iter().find(|(name, _)| *name == wanted).unwrap().1;
        times(one).iter().zip(times(other)).map(|(one, other)| (one.as_secs_f64(), other.as_secs_f64()))
    }

    fn ratio(&self, one: &str, other: &str, goal: &str) {
        let [low, median, high] = quartiles(self.pairs(one, other).map(|(one, other)| one / other));
        println!("  {one} / {other}: {median:.2}  ({low:.2} to {high:.2})  {goal}");
    }

    fn difference(&self, one: &str, other: &str, goal: &str) {
        let [low, median, high] = quartiles(self.pairs(one, other).map(|(one, other)| (one - other) * 1e3));
        println!("  {one} - {other}: {median:+.2} ms  ({low:+.2} to {high:+.2})  {goal}");
    }
}

/// The lower quartile, the median and the upper quartile.
fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[(values.len() - 1) * quarter / 4])
}
