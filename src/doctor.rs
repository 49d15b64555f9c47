//! `rgbpipe doctor`: whether builds can work here, and what to do if not.

use std::fmt::Write;

use rgbpipe::INSTALL;
use rgbpipe::program::Program;
use rgbpipe::toolchain::Tool;
use rgbpipe::toolchain::rgbds::{Rgbds, Version};

/// A report for people, and whether all is well.
pub(crate) fn examine(rgbds: &Rgbds) -> (String, bool) {
    let mut report = String::new();
    let mut well = true;
    let mut versions: Vec<Version> = Vec::new();
    for tool in Tool::ALL {
        let line = match rgbds.find(tool).and_then(|found| Ok((found, found.version(tool)?))) {
            Ok((found, version)) => {
                versions.extend(version);
                let version = version.map_or_else(|| "of unknown version".to_owned(), |version| version.to_string());
                format!("{version}  {}  (from {})", found.path.display(), found.origin)
            }
            Err(error) => {
                well = false;
                let words = error.to_string();
                let words = words.split(INSTALL).next().unwrap_or_default().trim_end();
                words.strip_prefix(tool.name()).unwrap_or(words).trim_start().to_owned()
            }
        };
        let _ = writeln!(report, "{:8} {line}", tool.name());
    }
    if versions.iter().any(|version| *version != versions[0]) {
        report.push_str("         the tools are of different releases: rgblink may refuse rgbasm's objects\n");
    }
    let (fifos, fifos_work) = fifos();
    let _ = writeln!(report, "{:8} {fifos}", "FIFOs");
    if !well {
        let _ = write!(report, "\n{INSTALL}\nor say where it is: --rgbds PREFIX, or RGBDS in the environment\n");
    }
    (report, well && fifos_work)
}

/// Sends a byte through one, there and back.
fn fifos() -> (String, bool) {
    let dir = std::env::temp_dir();
    let program = Program::new("cp").input("in", b"x").output("out");
    match program.run().map(|mut finished| finished.take_output("out")) {
        Ok(Some(bytes)) if bytes == b"x" => (format!("work in {}", dir.display()), true),
        Ok(_) => (format!("do not work in {}", dir.display()), false),
        Err(error) => (error.to_string(), false),
    }
}
