//! Which files a shell completes: those that suit the option, or all files if there are none.

use std::ffi::OsStr;
use std::path::Path;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter};

/// The extensions of a kind of file.
type Endings = &'static [&'static str];

/// Inputs of a build.
const INPUTS: Endings = &["asm", "s", "z80", "sm83", "o", "obj", "rel"];
/// Files that sources include.
pub(super) const INCLUDES: Endings = &["inc", "asm", "s", "z80"];
/// ROMs.
pub(super) const ROMS: Endings = &["gb", "gbc", "sgb"];
/// Maps.
pub(super) const MAPS: Endings = &["map"];
/// Symbol files.
pub(super) const SYMBOLS: Endings = &["sym"];
/// Tars.
pub(super) const TARS: Endings = &["tar"];
/// Reports.
pub(super) const REPORTS: Endings = &["json"];
/// Make rules.
pub(super) const RULES: Endings = &["d", "mk"];
/// Linker scripts.
pub(super) const SCRIPTS: Endings = &["link", "ld", "lds"];

/// Completes the paths of files of this kind.
pub(super) fn of(kind: Endings) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| candidates(kind, PathCompleter::any, current))
}

/// The same, where `-` is standard input or output.
pub(super) fn of_or_stdio(kind: Endings) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| candidates(kind, || PathCompleter::any().stdio(), current))
}

/// Completes inputs of a build, standard input, and any response file after `@`.
pub(super) fn inputs() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| match current.to_str().and_then(|current| current.strip_prefix('@')) {
        Some(path) => after("@", &PathCompleter::any(), path),
        None => candidates(INPUTS, || PathCompleter::any().stdio(), current),
    })
}

/// Completes any file after the `=` of `NAME=FILE`, or standard input or output.
pub(super) fn named() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        // A shell's command line is text.
        match current.to_str().and_then(|current| current.split_once('=')) {
            Some((name, path)) => after(&format!("{name}="), &PathCompleter::any().stdio(), path),
            None => Vec::new(),
        }
    })
}

fn after(prefix: &str, completer: &PathCompleter, path: &str) -> Vec<CompletionCandidate> {
    completer.complete(path.as_ref()).into_iter().map(|candidate| candidate.add_prefix(prefix)).collect()
}

fn candidates(kind: Endings, completer: impl Fn() -> PathCompleter, current: &OsStr) -> Vec<CompletionCandidate> {
    let is_of_kind = move |path: &Path| {
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
        path.is_file() && kind.contains(&ending.as_str())
    };
    // Directories are always offered, because a file may be in them.
    let found = completer().filter(is_of_kind).complete(current);
    let is_file = |candidate: &CompletionCandidate| is_of_kind(Path::new(candidate.get_value()));
    if found.iter().any(is_file) { found } else { completer().filter(|path| !path.is_dir()).complete(current) }
}
