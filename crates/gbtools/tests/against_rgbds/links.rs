//! Random links: several objects of both assemblers, with linker scripts, overlays and options, valid or not.
//!
//! A run tries some hundreds, or `$LINKS`, starting with number `$LINKS_FROM`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::golden_programs::{Files, messages, sorted_map};
use crate::grammar::Grammar;
use crate::random::Random;
use crate::real::theirs;
use crate::tool::{Ran, our};

/// The input of a link.
#[derive(Clone)]
pub(crate) struct Case {
    /// Sources and other files, split into lines.
    files: BTreeMap<String, Vec<String>>,
    flags: Vec<String>,
}

/// The result of a link.
#[derive(PartialEq, Eq)]
struct Linked {
    status: i32,
    /// The severity, flag and places of each message.
    messages: BTreeSet<BString>,
    rom: Option<Vec<u8>>,
    sym: Option<BString>,
    map: Option<BString>,
}

impl Linked {
    fn of(mut ran: Ran) -> Self {
        let mut file = |name| if ran.status == 0 { ran.files.remove(Path::new(name)) } else { None };
        Self {
            rom: file("out.gb"),
            sym: file("out.sym").map(BString::from),
            map: file("out.map").map(|map| sorted_map(&map).into()),
            status: ran.status,
            messages: messages(&ran.stderr).into_iter().collect(),
        }
    }
}

/// Replaces placeholders with the numbers of labels and sections.
fn number(text: &str, object: char) -> String {
    let (mut labels, mut sections) = (0, BTreeMap::<String, u32>::new());
    let mut numbered = String::new();
    for character in text.chars() {
        match character {
            '§' => {
                labels += 1;
                write!(numbered, "L{object}{labels}").unwrap();
            }
            '¤' => {
                let count = sections.entry(numbered[numbered.len() - 2..].to_owned()).or_default();
                *count += 1;
                write!(numbered, "{object}{count}").unwrap();
            }
            _ => numbered.push(character),
        }
    }
    numbered
}

/// The constants that the first object exports.
const CONSTANTS: &str = "\nEXPORT DEF zero EQU 0\nEXPORT DEF five EQU 5\nEXPORT DEF minus EQU -3\n";

/// The labels that an object exports.
fn exported(text: &str) -> impl Iterator<Item = String> {
    let label =
        |line: &str| line.split_once("::").filter(|(name, _)| name.starts_with('L')).map(|(name, _)| name.to_owned());
    text.lines().filter_map(label)
}

/// Replaces placeholders with labels.
fn with_labels(text: &str, labels: &[String], random: &mut Random) -> String {
    let parts: Vec<_> = text.split('¢').collect();
    let mut text = parts[0].to_owned();
    for part in &parts[1..] {
        let label = labels.get(random.below(labels.len() + 1)).map_or("zero", String::as_str);
        text += if random.below(60) == 0 { "missing" } else { label };
        text += part;
    }
    text
}

impl Case {
    pub(crate) fn new(grammar: &Grammar, random: &mut Random) -> Self {
        let mut files = BTreeMap::new();
        let mut add = |name: String, text: &str| files.insert(name, text.lines().map(String::from).collect());
        let objects: Vec<_> = ['a', 'b', 'c'].into_iter().take(1 + random.below(3)).collect();
        let mut texts: Vec<_> = objects.iter().map(|&object| number(&grammar.text("object", random), object)).collect();
        let labels = texts.iter().flat_map(|text| exported(text)).collect::<Vec<_>>();
        texts[0].push_str(CONSTANTS);
        for (object, text) in objects.into_iter().zip(&texts) {
            add(format!("{object}.asm"), &with_labels(text, &labels, random));
        }
        if random.below(12) == 0 {
            let size = [0, 100, 0x4000, 0x8000, 0x8001, 0x14000][random.below(6)];
            add("overlay".to_owned(), &"o".repeat(size));
        }
        let mut flags: Vec<_> = (0..random.below(4)).map(|_| grammar.text("flag", random)).collect();
        if random.below(2) == 0 {
            add("script".to_owned(), &grammar.text("script", random));
            add("inc.link".to_owned(), &grammar.text("place", random));
            flags.push("-l script".to_owned());
        }
        if files.contains_key("overlay") {
            flags.push("-O overlay".to_owned());
        }
        Self { files, flags }
    }

    fn sources(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str).filter(|name| name.strip_suffix(".asm").is_some())
    }

    fn bytes(&self) -> Files {
        let bytes = |(name, lines): (&String, &Vec<String>)| {
            let end = if name == "overlay" { "" } else { "\n" };
            (name.into(), (lines.join("\n") + end).into_bytes())
        };
        self.files.iter().map(bytes).collect()
    }

    /// The objects of the sources that assemble.
    fn objects(&self, run: impl Fn(&str, &[String], Files) -> Ran) -> Vec<(PathBuf, Vec<u8>)> {
        let mut objects = Vec::new();
        for source in self.sources() {
            let object = PathBuf::from(source).with_extension("o");
            let arguments = ["-w", "-o", object.to_str().unwrap(), source].map(String::from);
            let mut ran = run("rgbasm", &arguments, self.bytes());
            if ran.status == 0 {
                objects.push((object.clone(), ran.files.remove(&object).unwrap()));
            }
        }
        objects
    }

    fn arguments(&self, objects: &[(PathBuf, Vec<u8>)]) -> Vec<String> {
        let fixed = "-o out.gb -n out.sym -m out.map".split(' ');
        let flags = self.flags.iter().flat_map(|flag| flag.split(' '));
        let objects = objects.iter().map(|(name, _)| name.to_str().unwrap());
        fixed.chain(flags).chain(objects).map(String::from).collect()
    }

    /// Describes how the linkers differ. If they agree, returns whether the link succeeded.
    pub(crate) fn difference(&self) -> Result<bool, String> {
        let theirs = |tool: &str, arguments: &[String], files: Files| theirs(tool, arguments, b"", &files);
        let our = |tool: &str, arguments: &[String], files: Files| our(tool, arguments, b"", files);
        let both = [self.objects(theirs), self.objects(our)];
        let names = |objects: &[(PathBuf, Vec<u8>)]| objects.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if names(&both[0]) != names(&both[1]) {
            return Err(format!("objects: {:?}, but ours: {:?}", names(&both[0]), names(&both[1])));
        }
        if both[0].is_empty() {
            return Ok(false);
        }
        let arguments = self.arguments(&both[0]);
        let link = |linker: &dyn Fn(&str, &[String], Files) -> Ran, objects: &[(PathBuf, Vec<u8>)]| {
            let mut files = self.bytes();
            files.extend(objects.iter().cloned());
            Linked::of(linker("rgblink", &arguments, files))
        };
        let expected = link(&theirs, &both[0]);
        let differs = |what: &str, made: Linked| match describe(&expected, &made) {
            text if text.is_empty() => Ok(()),
            text => Err(format!("{what}:\n{text}")),
        };
        differs("their objects, our linker", link(&our, &both[0]))?;
        differs("our objects, their linker", link(&theirs, &both[1]))?;
        differs("our objects, our linker", link(&our, &both[1]))?;
        Ok(expected.status == 0)
    }

    /// Removes everything that is not needed to make the linkers differ.
    fn smallest(mut self) -> Self {
        let differs = |case: &Self| case.difference().is_err();
        let names: Vec<_> = self.files.keys().cloned().collect();
        for name in names {
            let mut at = 0;
            while at < self.files[&name].len() {
                let mut less = self.clone();
                less.files.get_mut(&name).unwrap().remove(at);
                if differs(&less) {
                    self = less;
                } else {
                    at += 1;
                }
            }
        }
        for at in (0..self.flags.len()).rev() {
            let mut less = self.clone();
            less.flags.remove(at);
            if differs(&less) {
                self = less;
            }
        }
        self
    }
}

/// Prints the case in the format of the golden programs.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects: Vec<_> = self.sources().map(|source| source.replace(".asm", ".o")).collect();
        for (source, object) in self.sources().zip(&objects) {
            writeln!(f, ";$ rgbasm -w -o {object} {source}")?;
        }
        writeln!(f, ";$ rgblink -o out.gb {} {}", self.flags.join(" "), objects.join(" "))?;
        for (name, lines) in &self.files {
            let lines = if name == "overlay" { format!("({} bytes)", lines.concat().len()) } else { lines.join("\n") };
            writeln!(f, ";== {name}\n{lines}")?;
        }
        Ok(())
    }
}

fn describe(expected: &Linked, made: &Linked) -> String {
    let mut text = String::new();
    if expected.status != made.status {
        writeln!(text, "exit status {}, not {}", made.status, expected.status).unwrap();
    }
    for (whose, messages) in [
        ("missing", expected.messages.difference(&made.messages)),
        ("too many", made.messages.difference(&expected.messages)),
    ] {
        for message in messages {
            write!(text, "{whose}: {message}").unwrap();
        }
    }
    for (what, expected, made) in [("sym", &expected.sym, &made.sym), ("map", &expected.map, &made.map)] {
        let lines = |file: &Option<BString>| {
            file.as_ref().map_or_else(Vec::new, |file| file.lines().map(BString::from).collect())
        };
        let (expected, made) = (lines(expected), lines(made));
        if expected != made {
            let at = expected.iter().zip(&made).take_while(|(expected, made)| expected == made).count();
            writeln!(text, "{what}, line {}: {:?}, not {:?}", at + 1, made.get(at), expected.get(at)).unwrap();
        }
    }
    if let (Some(expected), Some(made)) = (&expected.rom, &made.rom)
        && expected != made
    {
        let at = expected.iter().zip(made).take_while(|(expected, made)| expected == made).count();
        let sizes = (made.len(), expected.len());
        writeln!(text, "ROM, byte ${at:X}: {:?}, not {:?} {sizes:?}", made.get(at), expected.get(at)).unwrap();
    }
    text
}

fn variable(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

#[test]
fn links_agree() {
    let grammar = Grammar::new(include_str!("links/grammar.txt"));
    let (first, count) = (variable("LINKS_FROM", 0), variable("LINKS", 300));
    let mut linked = 0;
    for seed in first..first + count {
        let case = Case::new(&grammar, &mut Random::new(seed));
        let Ok(is) = case.difference() else {
            let case = case.smallest();
            panic!("link {seed}:\n{case}\n{}", case.difference().unwrap_err());
        };
        linked += u64::from(is);
    }
    assert!(linked > count / 8, "only {linked} of {count} are linked");
}
