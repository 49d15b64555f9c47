//! The limits of a build or of `exec`: time, size, memory, and what may be read.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use rgbpipe::program::{Limits, Place, Sandbox};
use rgbpipe::toolchain::Run;

use crate::cli::Bounds;
use crate::ending::{Ending, Refusal};

/// As for timeout(1), 0 means no limit.
pub(crate) fn timeout(bounds: &Bounds) -> Option<Duration> {
    bounds.timeout.filter(|timeout| !timeout.is_zero())
}

/// 0 means no limit.
pub(crate) fn limits(bounds: &Bounds) -> Limits {
    let output = match bounds.max_output {
        None => Run::MAX_OUTPUT,
        Some(0) => u64::MAX,
        Some(bytes) => bytes,
    };
    Limits {
        output,
        memory: bounds.max_memory.filter(|bytes| *bytes > 0),
        cpu: bounds.max_cpu.filter(|time| !time.is_zero()),
    }
}

/// The sandbox of a build. It is refused if it would allow everything, because of the working directory.
pub(crate) fn sandbox(reads: impl FnOnce(&Path) -> Vec<PathBuf>, allowed: &[PathBuf]) -> Result<Sandbox, Ending> {
    let cwd = std::env::current_dir().context("cannot determine the working directory")?;
    let mut read = reads(&cwd);
    let is_root = |path: &&PathBuf| fs::canonicalize(path).is_ok_and(|path| path == Path::new("/"));
    if let Some(path) = read.iter().find(is_root) {
        let what = if *path == cwd {
            "the working directory is /"
        } else {
            "a file or directory named on the command line is in /"
        };
        return Err(Refusal::SandboxOfAll(what).into());
    }
    for path in allowed {
        fs::metadata(path).map_err(|cause| Refusal::Input { path: path.clone(), cause })?;
    }
    read.extend_from_slice(allowed);
    let read = read.into_iter().map(Place::new).collect();
    Ok(Sandbox { read, ..Sandbox::default() })
}
