//! Programs of our own, and what RGBDS 1.0.4 makes of them.
//!
//! Each topic is a file `programs/TOPIC.asm`. It begins with the commands to run, in lines that begin with `;$ `. Other files
//! follow below lines of the form `;== NAME`. What comes of it is in `programs/TOPIC.txt`. To make these files anew:
//! `RGBPIPE_BLESS=1 scripts/with-rgbds cargo test -p gbtools golden`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice, ByteVec};

use crate::tool::Ran;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/programs");

/// What is run if a topic does not say.
const COMMANDS: [&str; 2] = ["rgbasm -Weverything -o main.o main.asm", "rgblink -o main.gb -n main.sym main.o"];

pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A program, what to do with it, and where it says what comes of it.
pub(crate) struct Topic {
    pub(crate) name: String,
    files: Files,
    commands: Vec<String>,
}

/// All topics, by name.
pub(crate) fn topics() -> Vec<Topic> {
    let mut paths: Vec<_> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let sources = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "asm"));
    sources.map(|path| Topic::read(path)).collect()
}

impl Topic {
    fn read(path: &Path) -> Self {
        let text = fs::read(path).unwrap();
        let (mut files, mut commands) = (Files::new(), Vec::new());
        let mut file = PathBuf::from("main.asm");
        for line in text.lines_with_terminator() {
            if let Some(name) = line.strip_prefix(b";== ") {
                file = name.trim_ascii().to_path().unwrap().into();
                continue;
            }
            // Commands stay in the program, as comments, so that its lines have the numbers of the topic's.
            if let Some(command) = line.strip_prefix(b";$ ") {
                commands.push(command.trim_ascii().to_str().unwrap().to_owned());
            }
            files.entry(file.clone()).or_default().extend_from_slice(line);
        }
        if commands.is_empty() {
            commands.extend(COMMANDS.map(String::from));
        }
        Self { name: path.file_stem().unwrap().to_str().unwrap().to_owned(), files, commands }
    }

    /// Where what comes of it is written down.
    pub(crate) fn record(&self) -> PathBuf {
        Path::new(FOLDER).join(&self.name).with_extension("txt")
    }

    pub(crate) fn recorded(&self) -> BString {
        fs::read(self.record()).unwrap_or_default().into()
    }

    /// What comes of it by these tools, as text.
    pub(crate) fn transcript(&self, run: impl Fn(&str, &[String], Files) -> Ran) -> BString {
        self.run(run).0
    }

    /// What comes of it by these tools, as text and as files.
    pub(crate) fn run(&self, run: impl Fn(&str, &[String], Files) -> Ran) -> (BString, Files) {
        let mut files = self.files.clone();
        let mut text = BString::default();
        for command in &self.commands {
            let mut words = command.split(' ').map(String::from);
            let tool = words.next().unwrap();
            let ran = run(&tool, &words.collect::<Vec<_>>(), files.clone());
            writeln!(Out(&mut text), "$ {command}\nexit status {}", ran.status).unwrap();
            for line in ran.stdout.lines_with_terminator() {
                text.push_str("| ");
                text.push_str(line);
                if !line.ends_with(b"\n") {
                    text.push_str("(no end of line)\n");
                }
            }
            for message in messages(&ran.stderr) {
                text.push_str(message);
            }
            for (path, content) in ran.files {
                let old = files.insert(path.clone(), content);
                // After a mistake the real tools leave files that mean nothing.
                if ran.status == 0 && old.as_ref() != Some(&files[&path]) {
                    show(&path, &files[&path], &mut text);
                }
            }
            text.push(b'\n');
        }
        (text, files)
    }
}

/// Writes text into bytes.
struct Out<'a>(&'a mut BString);

impl Write for Out<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push_str(text);
        Ok(())
    }
}

/// Each message: severity, flag and places. The words are free.
pub(crate) fn messages(said: &[u8]) -> Vec<BString> {
    let severities = ["warning: ", "error: ", "FATAL: "];
    let places = ["    at ", "    <- ", "    and also:", "    while expanding symbol ", "    ..."];
    let mut found: Vec<BString> = Vec::new();
    for line in said.lines() {
        if let Some(severity) = severities.into_iter().find(|word| line.starts_with_str(word)) {
            found.push(severity[..severity.len() - 2].into());
            found.last_mut().unwrap().push(b'\n');
        }
        let Some(message) = found.last_mut() else { continue };
        if places.into_iter().any(|start| line.starts_with_str(start)) {
            message.extend_from_slice(&[line, b"\n"].concat());
        } else if let Some(flag) = line.rfind(" [-W") {
            message.pop();
            message.extend_from_slice(&[&line[flag..], b"\n"].concat());
        }
    }
    found
}

/// Shows what a file holds. Objects are shown by what is linked from them.
fn show(path: &Path, content: &[u8], text: &mut BString) {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("o") => {}
        Some("gb") => {
            writeln!(Out(text), "{}: {} bytes", path.display(), content.len()).unwrap();
            dump(content, text);
        }
        Some("map") => {
            writeln!(Out(text), "{}:", path.display()).unwrap();
            text.push_str(sorted_map(content));
        }
        _ => {
            writeln!(Out(text), "{}:", path.display()).unwrap();
            text.push_str(content);
        }
    }
}

/// In hexadecimal, without lines that are as the one before.
fn dump(content: &[u8], text: &mut BString) {
    const LINE: usize = 16;
    let mut before = &[][..];
    for (number, line) in content.chunks(LINE).enumerate() {
        if line != before {
            write!(Out(text), "{:06x}", number * LINE).unwrap();
            for byte in line {
                write!(Out(text), " {byte:02x}").unwrap();
            }
            text.push(b'\n');
        }
        before = line;
    }
}

/// A map with the labels at each address in the order of their names: in RGBDS their order means nothing.
pub(crate) fn sorted_map(map: &[u8]) -> Vec<u8> {
    let mut lines: Vec<_> = map.lines_with_terminator().collect();
    let address = |line: &[u8]| line.starts_with(b"\t         $").then(|| line.get(..15).unwrap_or(line).to_owned());
    for run in lines.chunk_by_mut(|left, right| address(left).is_some() && address(left) == address(right)) {
        run.sort_unstable();
    }
    lines.concat()
}
