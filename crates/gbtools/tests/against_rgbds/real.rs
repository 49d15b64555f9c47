//! The real tools, with files around them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::tool::{Ran, messages};

/// More than the real tools need for anything in these tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program. Without it no test here means anything.
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

/// Runs the real tool of this name.
pub(crate) fn theirs(tool: &str, arguments: &[String], stdin: &[u8], files: &BTreeMap<PathBuf, Vec<u8>>) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    // Files, so that nobody has to read while the tool runs.
    let [stdout, stderr] = [(); 2].map(|()| tempfile::NamedTempFile::new().unwrap());
    let mut child = Command::new(program(tool))
        .args(arguments)
        .current_dir(&folder)
        .env_remove("FORCE_COLOR")
        .env_remove("SOURCE_DATE_EPOCH")
        .stdin(Stdio::piped())
        .stdout(File::create(stdout.path()).unwrap())
        .stderr(File::create(stderr.path()).unwrap())
        .spawn()
        .unwrap();
    // An input of these tests fits in the pipe, and a tool that wants none of it breaks the pipe.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let status = wait(&mut child);
    let (stdout, stderr) = (fs::read(stdout.path()).unwrap(), fs::read(stderr.path()).unwrap());
    let mut files = BTreeMap::new();
    read_folder(folder.path(), Path::new(""), &mut files);
    Ran { status, stdout, messages: messages(&stderr), stderr, files }
}

/// Its exit status; of one that hangs, -1.
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
