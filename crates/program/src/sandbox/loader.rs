//! Finds the files that a program needs to start, by asking the dynamic loader.

use std::env::consts::ARCH;
use std::path::Path;
use std::time::Duration;

use super::{Place, Sandbox, SandboxError};
use crate::{Program, RegularFile, Until};

/// The time limit for a loader that normally answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The loader's list of libraries. A tool needs nothing else in `/etc`.
const CACHE: &str = "/etc/ld.so.cache";

/// A file that glibc's malloc reads if `GLIBC_TUNABLES` asks for huge pages. Without it a tool works, but more slowly.
const HUGE_PAGES: &str = "/sys/kernel/mm/transparent_hugepage";

/// Where programs find their libraries by default (`ld.so(8)`; musl's list is the same).
const SYSTEM: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// See [`Sandbox::for_program`].
pub(super) fn for_program(program: &Path, until: &Until) -> Result<Sandbox, SandboxError> {
    if begins_with(program, b"#!") {
        return Err(SandboxError::Script(program.to_owned()));
    }
    let listing = Program::new(program)
        .env("LD_TRACE_LOADED_OBJECTS", "1")
        .arg("--version")
        .until(&until.within(PATIENCE))
        .run()
        .map_err(|error| SandboxError::Loader(program.to_owned(), error.to_string()))?;
    let mut sandbox = listed(&String::from_utf8_lossy(&listing.stdout.bytes));
    if sandbox == Sandbox::default() {
        sandbox.run.push(format!("/lib/ld-musl-{ARCH}.so.1").into());
        sandbox.read.push(format!("/etc/ld-musl-{ARCH}.path").into());
        sandbox.read.extend(SYSTEM.map(Place::new));
    }
    sandbox.run.push(program.into());
    sandbox.read.extend([CACHE, HUGE_PAGES].map(Place::new));
    Ok(sandbox)
}

fn begins_with(path: &Path, magic: &[u8]) -> bool {
    RegularFile::open(path).and_then(|file| file.read(magic.len() as u64)).is_ok_and(|start| start == magic)
}

/// The libraries in lines such as `libc.so.6 => /lib/libc.so.6 (0x00007f...)`, and the loader, which has its path in
/// the place of a name: `/lib64/ld-linux.so.2 (0x00007f...)`. A library that is requested by path looks like a loader
/// too.
fn listed(listing: &str) -> Sandbox {
    let mut sandbox = Sandbox::default();
    for line in listing.lines() {
        let Some((named, _)) = line.rsplit_once(" (0x").filter(|(_, address)| address.ends_with(')')) else { continue };
        let (name, path) = named.split_once(" => ").unwrap_or((named, named));
        let (name, path) = (name.trim(), path.trim());
        if path.starts_with('/') {
            let list = if name.starts_with('/') { &mut sandbox.run } else { &mut sandbox.read };
            list.push(path.into());
        }
    }
    sandbox
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_list_is_read() {
        let listing = "\tlinux-vdso.so.1 (0x00007ffd2b5f2000)\n\
            \tlibm.so.6 => /my libs/libm.so.6 (0x00007f1a1d54e000)\n\
            \tlibgone.so.1 => not found\n\
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f1a1d66e000)\n\
            \t/lib/ld.so => /usr/lib/ld.so (0x00007f1a1d66e000)\n";
        let run = ["/lib64/ld-linux-x86-64.so.2", "/usr/lib/ld.so"].map(Place::new).to_vec();
        assert_eq!(listed(listing), Sandbox { read: vec!["/my libs/libm.so.6".into()], run, processes: false });
        assert_eq!(listed("rgbasm v1.0.4\n"), Sandbox::default());
        assert_eq!(listed("\tstatically linked\n"), Sandbox::default());
    }
}
