//! Programs, and the results of RGBDS 1.0.4.
//!
//! Each topic is a file `programs/TOPIC.asm`. It starts with the commands to run, in lines that start with `;$ `. Other
//! files follow lines of the form `;== NAME`. The results are in `programs/TOPIC.txt`. To record them again:
//! `RGBPIPE_BLESS=1 scripts/with-rgbds cargo test -p gbtools golden`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice, ByteVec};

use crate::tool::Ran;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/programs");

/// The commands of a topic that names none.
const COMMANDS: [&str; 2] = ["rgbasm -Weverything -o main.o main.asm", "rgblink -o main.gb -n main.sym main.o"];

pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A program, its commands, and its files.
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
            // Commands stay in the program as comments, so that line numbers are those of the topic's file.
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

    /// The file with the recorded results.
    pub(crate) fn record(&self) -> PathBuf {
        Path::new(FOLDER).join(&self.name).with_extension("txt")
    }

    pub(crate) fn recorded(&self) -> BString {
        fs::read(self.record()).unwrap_or_default().into()
    }

    /// The results of these tools, as text.
    pub(crate) fn transcript(&self, run: impl Fn(&str, &[String], Files) -> Ran) -> BString {
        self.run(run).0
    }

    /// The results of these tools, as text and files.
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
                // After an error, the files of the real tools have no meaning.
                if ran.status == 0 && old.as_ref() != Some(&files[&path]) {
                    show(&path, &files[&path], &mut text);
                }
            }
            text.push(b'\n');
        }
        (text, files)
    }
}

/// Lets `write!` append to bytes.
struct Out<'a>(&'a mut BString);

impl Write for Out<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push_str(text);
        Ok(())
    }
}

/// The severity, flag and places of each message. The wording may differ.
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

/// Shows the content of a file. Objects are left out, since links show them.
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

/// A hexadecimal dump. Repeated lines are left out.
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

/// A map with the labels of each address sorted by name. RGBDS prints them in no particular order.
pub(crate) fn sorted_map(map: &[u8]) -> Vec<u8> {
    let mut lines: Vec<_> = map.lines_with_terminator().collect();
    let address = |line: &[u8]| line.starts_with(b"\t         $").then(|| line.get(..15).unwrap_or(line).to_owned());
    for run in lines.chunk_by_mut(|left, right| address(left).is_some() && address(left) == address(right)) {
        run.sort_unstable();
    }
    lines.concat()
}
