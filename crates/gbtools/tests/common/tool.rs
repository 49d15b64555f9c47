//! Runs a built-in tool with files in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use gbtools::command::{Environment, Io, Outputs, rgbasm, rgbfix, rgblink};
use gbtools::files::{Content, Files};
use gbtools::until::{Never, Until};

/// The result of running a tool.
#[derive(PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// The severity and flag of each message, and the number of errors at the end.
    pub(crate) messages: Vec<String>,
    /// The files after the run.
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
}

/// Files in memory that can be written.
struct Memory(RefCell<BTreeMap<PathBuf, Vec<u8>>>);

// Each run has only one thread.
struct Read(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Read {
    fn read(&self, path: &Path, _most: u64, _until: &dyn Until) -> io::Result<Content> {
        if is_folder(&self.0, path) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(self.0.get(path).ok_or(io::ErrorKind::NotFound)?.as_slice().into())
    }

    fn is_file(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }
}

impl Outputs for Memory {
    /// The folder `nowhere` does not exist.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.foresee(path)?;
        self.0.borrow_mut().insert(path.into(), content.to_vec());
        Ok(())
    }

    fn foresee(&self, path: &Path) -> io::Result<()> {
        match () {
            () if path == Path::new("") || path.starts_with("nowhere") => Err(io::ErrorKind::NotFound.into()),
            () if is_folder(&self.0.borrow(), path) => Err(io::ErrorKind::IsADirectory.into()),
            () => Ok(()),
        }
    }

    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()> {
        let content = self.0.borrow().get(path).cloned().ok_or(io::ErrorKind::NotFound)?;
        if let Some(content) = change(content) {
            self.write(path, &content)?;
        }
        Ok(())
    }
}

/// A folder has files below it.
fn is_folder(files: &BTreeMap<PathBuf, Vec<u8>>, path: &Path) -> bool {
    path != Path::new("") && files.keys().any(|file| file != path && file.starts_with(path))
}

/// Runs a built-in tool.
pub(crate) fn our(tool: &str, arguments: &[String], stdin: &[u8], files: BTreeMap<PathBuf, Vec<u8>>) -> Ran {
    let (mut stdin, mut stdout, mut stderr) = (stdin, Vec::new(), Vec::new());
    let outputs = Memory(RefCell::new(files.clone()));
    let mut io = Io {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        messages: None,
        stderr_is_terminal: false,
        environment: &Environment::default(),
        files: &Read(files),
        outputs: &outputs,
        until: &Never,
        part_of: "a test",
    };
    let arguments = arguments.iter().map(OsString::from);
    let status = match tool {
        "rgbasm" => rgbasm(arguments, &mut io),
        "rgblink" => rgblink(arguments, &mut io),
        "rgbfix" => rgbfix(arguments, &mut io),
        _ => panic!("there is no tool '{tool}'"),
    };
    let messages = messages(&stderr);
    Ran { status: status.into(), stdout, stderr, messages, files: outputs.0.into_inner() }
}

/// The parts of messages that are compared. The wording may differ.
pub(crate) fn messages(stderr: &[u8]) -> Vec<String> {
    let severity =
        |line: &[u8]| ["warning", "error", "FATAL"].into_iter().find(|word| line.starts_with_str(format!("{word}: ")));
    let mut found = Vec::new();
    for line in stderr.lines() {
        if let Some(severity) = severity(line) {
            let flag = line.rfind(" [-W").map_or("", |at| line[at..].to_str().unwrap());
            found.push(format!("{severity}{flag}"));
        } else if line.starts_with(b"Fixing \"") {
            let count = line.rsplit_once_str(" failed with ").unwrap().1;
            found.push(count.to_str().unwrap().into());
        }
    }
    found
}
