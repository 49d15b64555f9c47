//! What a program needs to start, as the dynamic loader says.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::SandboxError;
use crate::cancel::Cancel;
use crate::program::Program;

/// The loader's list of where libraries are; all that a tool needs of `/etc`.
const CACHE: &str = "/etc/ld.so.cache";

/// What glibc's malloc reads to use huge pages where `GLIBC_TUNABLES` asks for them. Without it a tool works, but slower.
const HUGE_PAGES: &str = "/sys/kernel/mm/transparent_hugepage";

/// Where programs that name no place find their libraries (`ld.so(8)`; musl's list is the same).
const SYSTEM: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// See [`Sandbox::start_files`](super::Sandbox::start_files).
pub(super) fn start_files(
    program: &Path,
    deadline: Option<Instant>,
    cancel: &Cancel,
) -> Result<Vec<PathBuf>, SandboxError> {
    if begins_with(program, b"#!") {
        return Err(SandboxError::Script(program.to_owned()));
    }
    let listing = Program::new(program)
        .env("LD_TRACE_LOADED_OBJECTS", "1")
        .arg("--version")
        .with_patience(deadline, cancel)
        .run()
        .map_err(|error| SandboxError::Loader(program.to_owned(), error.to_string()))?;
    let mut files = listed(&String::from_utf8_lossy(&listing.stdout.bytes));
    if files.is_empty() {
        files.extend(SYSTEM.map(PathBuf::from));
        files.push(format!("/etc/ld-musl-{}.path", std::env::consts::ARCH).into());
    }
    files.extend([program.to_owned(), CACHE.into(), HUGE_PAGES.into()]);
    Ok(files)
}

fn begins_with(path: &Path, magic: &[u8]) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(magic.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == magic
}

/// The paths in lines such as `libc.so.6 => /lib/libc.so.6 (0x00007f...)` and `/lib64/ld-linux.so.2 (0x00007f...)`.
fn listed(listing: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let (named, address) = line.rsplit_once(" (0x")?;
        let path = named.split_once(" => ").map_or(named, |(_, path)| path).trim();
        (address.ends_with(')') && path.starts_with('/')).then(|| PathBuf::from(path))
    };
    listing.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_list_is_read() {
        let listing = "\tlinux-vdso.so.1 (0x00007ffd2b5f2000)\n\
            \tlibm.so.6 => /my libs/libm.so.6 (0x00007f1a1d54e000)\n\
            \tlibgone.so.1 => not found\n\
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f1a1d66e000)\n";
        assert_eq!(listed(listing), ["/my libs/libm.so.6", "/lib64/ld-linux-x86-64.so.2"].map(PathBuf::from));
        assert_eq!(listed("rgbasm v1.0.4\n"), Vec::<PathBuf>::new());
        assert_eq!(listed("\tstatically linked\n"), Vec::<PathBuf>::new());
    }
}
