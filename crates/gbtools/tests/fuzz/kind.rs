//! The kinds of input, and how to make them.

use std::sync::LazyLock;

use crate::grammar::Grammar;
use crate::random::Random;
use crate::{mutate, run};

/// A kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A source. Its object is written, read and linked.
    Source,
    /// A file that a source includes, reads with READFILE, and preincludes.
    Included,
    /// Character maps and uses of them.
    Charmap,
    /// A state file, which a source includes.
    State,
    /// An object of RGBDS.
    Object,
    /// An object of SDCC.
    Area,
    /// A linker script.
    Script,
    /// A ROM for the fixer.
    Rom,
    /// The arguments of a tool, one a line, and an `@file` with the same.
    Rgbasm,
    Rgblink,
    Rgbfix,
}

impl Kind {
    /// Each kind as often as it should come.
    pub(crate) const ALL: [Self; 15] = [
        Self::Source,
        Self::Object,
        Self::Included,
        Self::Source,
        Self::Script,
        Self::Charmap,
        Self::Source,
        Self::Object,
        Self::State,
        Self::Area,
        Self::Source,
        Self::Rom,
        Self::Rgbasm,
        Self::Rgblink,
        Self::Rgbfix,
    ];

    pub(crate) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|kind| format!("{kind:?}").eq_ignore_ascii_case(name));
        found.unwrap_or_else(|| panic!("there is no kind {name}"))
    }

    /// The input with this number.
    pub(crate) fn input(self, number: u64) -> Vec<u8> {
        let mut random = Random::new(number);
        let random = &mut random;
        if random.below(50) == 0 {
            return mutate::noise(random);
        }
        let mut input = self.seed(random);
        if random.below(20) == 0 {
            return input;
        }
        let other = if random.below(8) == 0 { Self::ALL[random.below(Self::ALL.len())] } else { self };
        let other = other.seed(random);
        match self {
            Self::Object | Self::Rom => mutate::bytes(&mut input, &other, random),
            _ => mutate::text(&mut input, &other, random),
        }
        input
    }

    /// A valid input.
    fn seed(self, random: &mut Random) -> Vec<u8> {
        let file = |random: &mut Random, files: &[&str]| files[random.below(files.len())].as_bytes().to_vec();
        match self {
            Self::Source | Self::Included => source(random),
            Self::Charmap => charmap(random),
            Self::State => STATES[random.below(STATES.len())].clone(),
            Self::Object => OBJECTS[random.below(OBJECTS.len())].clone(),
            Self::Area => file(random, &AREAS),
            Self::Script => file(random, &SCRIPTS),
            Self::Rom => rom(random),
            Self::Rgbasm => arguments(RGBASM, random),
            Self::Rgblink => arguments(RGBLINK, random),
            Self::Rgbfix => arguments(RGBFIX, random),
        }
    }
}

pub(crate) const SOURCES: [&str; 3] =
    [include_str!("seeds/game.asm"), include_str!("seeds/macros.asm"), include_str!("seeds/text.asm")];
pub(crate) const AREAS: [&str; 2] = [include_str!("seeds/areas.rel"), include_str!("seeds/areas2.rel")];
const SCRIPTS: [&str; 2] = [include_str!("seeds/game.link"), include_str!("seeds/more.link")];

/// Valid arguments. Each line has a few that belong together.
const RGBASM: &str = include_str!("seeds/rgbasm.txt");
const RGBLINK: &str = include_str!("seeds/rgblink.txt");
const RGBFIX: &str = include_str!("seeds/rgbfix.txt");

static GRAMMAR: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(include_str!("../against_rgbds/programs/grammar.txt")));
/// Sources from the folder that `FUZZ_SOURCES` names, such as RGBDS's public tests.
static THEIRS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let Some(folder) = std::env::var_os("FUZZ_SOURCES") else { return Vec::new() };
    let paths = std::fs::read_dir(folder).expect("the folder of sources").map(|entry| entry.expect("a file").path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "asm")).collect();
    paths.sort();
    let small = |source: &Vec<u8>| source.len() < 8 << 10;
    paths.iter().map(|path| std::fs::read(path).expect("a source")).filter(small).collect()
});
static OBJECTS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| all_sources().filter_map(|text| run::object(&text)).collect());
static STATES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| all_sources().filter_map(|text| run::state(&text)).collect());

/// The sources for objects and states.
fn all_sources() -> impl Iterator<Item = Vec<u8>> {
    let programs = (0..300).map(|number| GRAMMAR.program(&mut Random::new(number)).into_bytes());
    SOURCES.into_iter().map(|source| source.as_bytes().to_vec()).chain(programs)
}

fn source(random: &mut Random) -> Vec<u8> {
    match random.below(if THEIRS.is_empty() { 6 } else { 9 }) {
        0 | 1 => SOURCES[random.below(SOURCES.len())].as_bytes().to_vec(),
        2..=5 => GRAMMAR.program(random).into_bytes(),
        _ => THEIRS[random.below(THEIRS.len())].clone(),
    }
}

fn charmap(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..=random.below(20) {
        text.push_str(&GRAMMAR.text("charmap", random));
        text.push('\n');
    }
    text.push_str(
        "SECTION \"s\", ROM0\n\tdb \"AB<end>é\"\nPRINTLN CHARLEN(\"ABé\"), STRCHAR(\"ABC\", -1), REVCHAR(1)\n",
    );
    text.into_bytes()
}

fn rom(random: &mut Random) -> Vec<u8> {
    let len = [0, 0x14F, 0x150, 0x200, 0x4000, 0x8000, 0xC001][random.below(7)];
    let mut rom: Vec<u8> = (0..len / 8).flat_map(|_| random.next().to_le_bytes()).collect();
    rom.resize(len, 0);
    rom
}

fn arguments(all: &str, random: &mut Random) -> Vec<u8> {
    let all: Vec<_> = all.lines().collect();
    let mut arguments = String::new();
    for _ in 0..=random.below(5) {
        for argument in all[random.below(all.len())].split(' ') {
            arguments.push_str(argument);
            arguments.push('\n');
        }
    }
    arguments.into_bytes()
}
