//! The files that a linker script includes: the one statement of `rgblink(5)` that names a file.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use rustix::fs::{Mode, OFlags};

use program::RegularFile;

/// More bytes than any linker script written by people has.
const LIMIT: u64 = 16 << 20;

/// The linker script at `path` and the scripts that it includes, in the order in which `rgblink` opens them. Each is
/// listed once, even if it has several names. Unreadable files are skipped, because reporting them is `rgblink`'s job.
pub(super) fn files(path: &Path) -> Vec<PathBuf> {
    let (mut files, mut seen) = (Vec::new(), HashSet::new());
    // The next one is at the end. This is a list because scripts may be nested to any depth.
    let mut ahead = vec![path.to_owned()];
    while let Some(path) = ahead.pop() {
        // One file can have any number of paths.
        if seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
            // Paths are relative to the working directory.
            let mut included: Vec<_> = includes(&read(&path)).collect();
            files.push(path);
            included.reverse();
            ahead.append(&mut included);
        }
    }
    files
}

/// Reads a file if it is a regular one. Others may never end, or be empty after one reading.
pub(super) fn read(path: &Path) -> Vec<u8> {
    RegularFile::open(path).and_then(|file| file.read(LIMIT)).unwrap_or_default()
}

/// Whether a tool may read something here that [`read`] does not see, because the file is not regular or too large.
pub(super) fn is_hidden(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() > 0 => metadata.len() > LIMIT,
        // Only one that has content after all, as files of the kernel have.
        Ok(metadata) if metadata.is_file() => {
            let file = rustix::fs::open(path, OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty());
            file.is_ok_and(|file| !matches!(fs::File::from(file).read(&mut [0]), Ok(0)))
        }
        Ok(metadata) => !metadata.is_dir(),
        // The tool itself reports that it cannot read it.
        Err(_) => false,
    }
}

fn includes(script: &[u8]) -> impl Iterator<Item = PathBuf> {
    script.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(included)
}

/// The path of an `INCLUDE "path"`, if the line is one. Keywords are case-insensitive.
fn included(line: &[u8]) -> Option<PathBuf> {
    const KEYWORD: &[u8] = b"INCLUDE";
    let blank = |byte: char| matches!(byte, ' ' | '\t');
    let (keyword, rest) = line.trim_start_with(blank).split_at_checked(KEYWORD.len())?;
    let mut string = rest.trim_start_with(blank).strip_prefix(b"\"")?.iter();
    if !keyword.eq_ignore_ascii_case(KEYWORD) {
        return None;
    }
    let mut path = Vec::new();
    loop {
        match string.next()? {
            b'"' => return Some(std::ffi::OsString::from_vec(path).into()),
            b'\\' => path.push(match string.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                itself @ (b'\\' | b'"' | b'\'') => *itself,
                // This includes `\0`, which no path can contain.
                _ => return None,
            }),
            byte => path.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_include_is_found_as_rgblink_finds_it() {
        for line in [
            r#"INCLUDE "a b.link""#,
            r#"include"a b.link""#,
            "\t Include \t\"a b.link\" ; and a comment",
            r#"INCLUDE "a b.link" nonsense"#,
        ] {
            assert_eq!(included(line.as_bytes()), Some("a b.link".into()), "{line}");
        }
        assert_eq!(included(br#"INCLUDE "\"\\\'\t""#), Some("\"\\'\t".into()));
        for line in [
            "",
            "; INCLUDE \"x\"",
            "INCLUDE",
            "INCLUDE x",
            "INCLUDE \"x",
            "INCLUDE \"x\\",
            "\"INCLUDE\"",
            "INCLUDES \"x\"",
            "ROM0",
            "INCLUDE \"\\0\"",
            "\"INCLUDE \\\"x\\\"\"",
        ] {
            assert_eq!(included(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn includes_are_followed_once_each_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let write = |name: &str, includes: &[&str]| {
            let lines = includes.iter().map(|name| format!("INCLUDE \"{}\"\r\n", path(name).display()));
            std::fs::write(path(name), lines.collect::<String>()).unwrap();
        };
        write("a", &["b", "missing", "c", "b"]);
        write("b", &["d"]);
        write("c", &["a"]);
        write("d", &[]);
        assert_eq!(files(&path("a")), ["a", "b", "d", "missing", "c"].map(path));
        assert_eq!(files(Path::new("/dev/zero")), [Path::new("/dev/zero")]);
    }

    #[test]
    fn a_script_that_includes_itself_by_many_names_is_read_once() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("d")).unwrap();
        let path = |turns: usize| dir.path().join("d/../".repeat(turns)).join("s");
        let names = (0..400).map(|turns| format!("INCLUDE \"{}\"\n", path(turns).display()));
        std::fs::write(path(0), names.collect::<String>()).unwrap();
        assert_eq!(files(&path(0)), [path(0)]);
    }

    #[test]
    fn scripts_of_any_depth_and_length_are_followed() {
        let dir = tempfile::tempdir().unwrap();
        let path = |number: u32| dir.path().join(number.to_string());
        let include = |number| format!("INCLUDE \"{}\"\n", path(number).display());
        let (depth, length) = (10_000, 100_000);
        for number in 0..depth {
            std::fs::write(path(number), include(number + 1)).unwrap();
        }
        std::fs::write(path(depth), (depth..=length).map(include).collect::<String>()).unwrap();
        assert!(files(&path(0)).into_iter().eq((0..=length).map(path)));
    }
}
