//! Runs the real tools with a set of files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::tool::{Ran, messages};

/// Longer than the real tools need for any of these tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// The path of a real tool. These tests fail without it.
pub(crate) fn program(tool: &str) -> String {
    static FOUND: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    found.entry(tool.to_owned()).or_insert_with(|| find(tool)).clone()
}

fn find(tool: &str) -> String {
    let prefix = std::env::var("RGBDS").unwrap_or_default();
    let program = std::env::var(tool.to_uppercase()).unwrap_or_else(|_| format!("{prefix}{tool}"));
    let version = Command::new(&program).arg("--version").output();
    let expected = format!("{tool} v1.0.4");
    assert!(
        version.is_ok_and(|output| output.stdout.trim_ascii() == expected.as_bytes()),
        "these tests need RGBDS 1.0.4, which '{program}' is not: scripts/with-rgbds cargo test"
    );
    program
}

/// Runs a real tool.
pub(crate) fn theirs(tool: &str, arguments: &[String], stdin: &[u8], files: &BTreeMap<PathBuf, Vec<u8>>) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let (status, stdout, stderr) = run(Command::new(program(tool)).args(arguments).current_dir(&folder), stdin);
    let mut files = BTreeMap::new();
    read_folder(folder.path(), Path::new(""), &mut files);
    Ran { status, stdout, messages: messages(&stderr), stderr, files }
}

/// Runs a tool, and ends it if it hangs, as a random program may have it do. Returns the exit
/// status, and what it printed.
pub(crate) fn run(command: &mut Command, stdin: &[u8]) -> (i32, Vec<u8>, Vec<u8>) {
    // Output goes to files, so the tool never waits for a reader.
    let [stdout, stderr] = [(); 2].map(|()| tempfile::NamedTempFile::new().unwrap());
    let mut child = command
        .env_remove("FORCE_COLOR")
        .env_remove("SOURCE_DATE_EPOCH")
        .stdin(Stdio::piped())
        .stdout(File::create(stdout.path()).unwrap())
        .stderr(File::create(stderr.path()).unwrap())
        .spawn()
        .unwrap();
    // The tools read their input before they do anything that can hang. Writing fails if a tool does not read it.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let status = wait(&mut child);
    (status, fs::read(stdout.path()).unwrap(), fs::read(stderr.path()).unwrap())
}

/// The exit status, or -1 if the tool hangs.
fn wait(child: &mut Child) -> i32 {
    let end = Instant::now() + PATIENCE;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or(-1);
        }
        if Instant::now() > end {
            child.kill().unwrap();
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn read_folder(folder: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            read_folder(folder, &path, files);
        } else {
            files.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}
