//! Random programs that use the whole language, valid or not.
//!
//! A run tries a thousand, or `$PROGRAMS`, starting with number `$PROGRAMS_FROM`.

use std::collections::BTreeSet;
use std::fmt::Write;

use bstr::{BString, ByteSlice};
use gbtools::asm::{self, Options};
use gbtools::files::Disk;
use gbtools::limits::{Budget, Limits};
use gbtools::link;
use gbtools::module::rgb9;
use gbtools::report::Collected;
use gbtools::report::form::Form;
use gbtools::until::Never;

use crate::grammar::Grammar;
use crate::rgbasm::{Random, run};

/// The folder of the files that the programs include.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/against_rgbds/programs/");

/// The result of assembling a program.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    printed: BString,
    /// The severity, flag and places of each message.
    messages: BTreeSet<BString>,
    object: Option<Vec<u8>>,
}

fn real(folder: &str, source: &[u8]) -> Made {
    let (printed, said) = run(&["-Weverything", "-X0", "-I", folder, "-"], source);
    let fails = said.lines().any(|line| line.starts_with(b"error: ") || line.starts_with(b"FATAL: "));
    let object = (!fails).then(|| {
        let (mut object, _) = run(&["-w", "-I", folder, "-o", "-", "-"], source);
        object.drain(..printed.len());
        object
    });
    Made { printed: printed.into(), messages: messages(&said), object }
}

fn ours(folder: &str, source: &[u8]) -> Made {
    let mut options = Options { include_dirs: vec![folder.into()], ..Options::default() };
    options.warnings.set(b"everything").unwrap();
    let mut report = Collected::default();
    let assembly = asm::assemble("<stdin>".into(), source.into(), &options, &Disk, &Never, &mut report);
    let mut said = Vec::new();
    for message in &report.messages {
        Form::default().print(message, &mut said);
    }
    let object = assembly.ok().map(|assembly| rgb9::write(&assembly.module.unwrap()));
    Made { printed: report.printed.into(), messages: messages(&said), object }
}

/// The parts of messages that are compared. The wording may differ.
fn messages(said: &[u8]) -> BTreeSet<BString> {
    let severities = ["warning: ", "error: ", "FATAL: "];
    let places = ["    at ", "    <- ", "    and also:", "    while expanding symbol "];
    let mut found = Vec::new();
    for line in said.lines() {
        if let Some(severity) = severities.into_iter().find(|word| line.starts_with_str(word)) {
            found.push(BString::from(severity));
        }
        let Some(message) = found.last_mut() else { continue };
        if places.into_iter().any(|start| line.starts_with_str(start)) {
            message.extend_from_slice(&[line, b"\n"].concat());
        } else if let Some(flag) = line.rfind(" [-W") {
            message.extend_from_slice(&[&line[flag..], b"\n"].concat());
        }
    }
    found.into_iter().collect()
}

/// The ROM and symbols linked from an object, or the messages if linking fails.
fn linked(object: &[u8]) -> (Option<[BString; 2]>, BTreeSet<BString>) {
    let module = rgb9::read(object, &Budget::new(Limits::default(), &Never)).unwrap();
    let mut report = Collected::default();
    let result = link::link(&[("o".into(), module)], &link::Options::default(), &Disk, &Never, &mut report);
    let mut said = Vec::new();
    for message in &report.messages {
        Form::default().print(message, &mut said);
    }
    let files = result.ok().map(|linked| [linked.rom.unwrap().into(), linked.sym.unwrap().into()]);
    (files, messages(&said))
}

/// Describes how the assemblers differ on a program.
pub(crate) fn difference(source: &str) -> Option<String> {
    difference_in(FOLDER, source)
}

/// Like [`difference`], with included files from a folder. Its name ends with `/`.
pub(crate) fn difference_in(folder: &str, source: &str) -> Option<String> {
    let (real, ours) = (real(folder, source.as_bytes()), ours(folder, source.as_bytes()));
    let mut text = String::new();
    if real.printed != ours.printed {
        write!(text, "printed:\n{}\nbut ours:\n{}\n", real.printed, ours.printed).unwrap();
    }
    for (whose, which) in
        [("missing", real.messages.difference(&ours.messages)), ("too many", ours.messages.difference(&real.messages))]
    {
        for message in which {
            write!(text, "{whose}: {message}").unwrap();
        }
    }
    if real.object.is_some() != ours.object.is_some() {
        writeln!(text, "an object: {}, ours: {}", real.object.is_some(), ours.object.is_some()).unwrap();
    }
    if let (Some(real), Some(ours)) = (real.object, ours.object)
        && linked(&real) != linked(&ours)
    {
        text.push_str("the objects are linked to different files\n");
    }
    (!text.is_empty()).then_some(text)
}

/// Whether the real assembler makes no object.
pub(crate) fn fails(source: &str) -> bool {
    real(FOLDER, source.as_bytes()).object.is_none()
}

/// Removes all lines that are not needed to make the assemblers differ.
fn smallest(program: &str) -> String {
    let mut lines: Vec<_> = program.lines().collect();
    let differs = |lines: &[&str]| difference(&(lines.join("\n") + "\n")).is_some();
    let mut at = 0;
    while at < lines.len() {
        let line = lines.remove(at);
        if !differs(&lines) {
            lines.insert(at, line);
            at += 1;
        }
    }
    lines.join("\n") + "\n"
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |number| number.parse().unwrap())
}

#[test]
fn programs_agree() {
    let grammar = Grammar::new(include_str!("programs/grammar.txt"));
    let first = number("PROGRAMS_FROM", 0);
    let mut assembled = 0;
    for seed in first..first + number("PROGRAMS", 1000) {
        let program = grammar.program(&mut Random::new(seed));
        if difference(&program).is_some() {
            let program = smallest(&program);
            panic!("program {seed}:\n{program}\n{}", difference(&program).unwrap());
        }
        assembled += usize::from(ours(FOLDER, program.as_bytes()).object.is_some());
    }
    assert!(assembled > 50, "only {assembled} programs assemble");
}
