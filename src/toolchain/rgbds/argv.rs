//! Arguments that fit the RGBDS found. The manual pages and the `CHANGELOG` of each release say which options it has.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::error::Error;
use super::releases::{LINKER_WARNINGS, MAX_ERRORS};
use super::version::Version;
use crate::names::is_odd;
use crate::request::{AssembleOptions, FixOptions, LinkOptions};

/// A warning of `rgblink(1)`.
struct LinkerWarning {
    name: &'static str,
    /// The first rgblink that knows it.
    since: Version,
    /// The first rgblink that knows its levels, `NAME=1`, if it has any.
    levels: Option<Version>,
}

impl LinkerWarning {
    const fn new(name: &'static str) -> Self {
        Self { name, since: LINKER_WARNINGS, levels: None }
    }
}

/// Those of all releases. rgblink complains about others, such as those of `rgbasm`.
const WARNINGS_OF_THE_LINKER: [LinkerWarning; 10] = [
    LinkerWarning::new("all"),
    LinkerWarning::new("everything"),
    LinkerWarning::new("error"),
    LinkerWarning::new("assert"),
    LinkerWarning::new("div"),
    LinkerWarning { since: LARGE_CONSTANT, ..LinkerWarning::new("large-constant") },
    LinkerWarning::new("obsolete"),
    LinkerWarning::new("shift"),
    LinkerWarning::new("shift-amount"),
    LinkerWarning { levels: Some(WARNING_LEVELS), ..LinkerWarning::new("truncation") },
];

/// The first `rgblink` with `-Wlarge-constant`.
const LARGE_CONSTANT: Version = Version::new(1, 0, 2);
/// The first `rgblink` with `-Wtruncation=1`.
const WARNING_LEVELS: Version = Version::new(1, 0, 0);

/// `--`, if one of these file names would be read as an option. It goes before all operands.
pub(super) fn end_of_options<'p>(operands: impl IntoIterator<Item = &'p Path>) -> Option<OsString> {
    operands.into_iter().any(is_odd).then(|| "--".into())
}

pub(super) fn has_max_errors(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| {
        let argument = argument.as_encoded_bytes();
        argument.starts_with(b"-X") || argument.starts_with(b"--max-errors")
    })
}

/// The limit that rgbasm uses by itself if standard error is a terminal.
pub(super) fn max_errors(version: Option<Version>) -> Vec<OsString> {
    if knows(version, MAX_ERRORS) { ["-X", "100"].map(OsString::from).to_vec() } else { Vec::new() }
}

/// All arguments except the output and the source. `flags` are the caller's own.
pub(super) fn assemble(options: &AssembleOptions, flags: &[OsString]) -> Vec<OsString> {
    let mut argv = Argv::default();
    argv.each("-D", &options.defines);
    argv.each("-I", &options.include_dirs);
    argv.each("-P", &options.preincludes);
    argv.flag("-E", options.export_all);
    argv.each("-Q", &options.precision);
    argv.each("-p", &options.pad.as_deref().map(number));
    argv.warnings(options.warnings.iter().map(String::as_str));
    argv.0.extend(flags.iter().cloned());
    argv.0
}

/// An unknown release is treated like the latest.
fn knows(version: Option<Version>, since: Version) -> bool {
    version.is_none_or(|version| version >= since)
}

/// All arguments except the outputs and the objects. `flags` are the caller's own. `version` is called only if
/// something depends on it.
pub(super) fn link(
    options: &LinkOptions,
    flags: &[OsString],
    version: impl FnOnce() -> Result<Option<Version>, Error>,
) -> Result<Vec<OsString>, Error> {
    let mut argv = Argv::default();
    argv.each("-l", &options.script);
    argv.flag("-t", options.tiny);
    argv.flag("-d", options.dmg);
    argv.flag("-w", options.wramx);
    argv.flag("-x", options.nopad);
    argv.each("-O", &options.overlay);
    argv.each("-S", &options.scramble);
    argv.each("-p", &options.pad.as_deref().map(number));
    let warnings: Vec<_> = options.warnings.iter().filter_map(|name| Some((name, of_the_linker(name)?))).collect();
    if !warnings.is_empty() {
        let version = version()?;
        let known = warnings.into_iter().filter(|(_, since)| knows(version, *since));
        argv.warnings(known.map(|(name, _)| name.as_str()));
    }
    argv.0.extend(flags.iter().cloned());
    Ok(argv.0)
}

/// All arguments except the ROM. `flags` are the caller's own and come last: rgbfix uses the last of several values.
pub(super) fn fix(options: &FixOptions, flags: &[OsString]) -> Vec<OsString> {
    let mut argv = Argv::default();
    argv.flag("-v", options.validate);
    argv.each("-p", &options.pad);
    argv.0.extend(flags.iter().cloned());
    argv.0
}

/// The first `rgblink` that knows this argument of `-W`: `NAME`, `no-NAME`, `NAME=LEVEL`, `error=NAME`, `no-error=NAME`. `None` if
/// none does.
fn of_the_linker(warning: &str) -> Option<Version> {
    let name = warning.strip_prefix("no-").unwrap_or(warning);
    let name = name.strip_prefix("error=").unwrap_or(name);
    let (name, has_level) = name.split_once('=').map_or((name, false), |(name, _)| (name, true));
    let LinkerWarning { since, levels, .. } = WARNINGS_OF_THE_LINKER.iter().find(|warning| warning.name == name)?;
    match (has_level, warning.starts_with("no-")) {
        (false, _) => Some(*since),
        (true, false) => *levels,
        // Switched off, none has a level.
        (true, true) => None,
    }
}

/// Writes `$FF`, which RGBDS reads since 1.0, as `0xFF`, which every release reads.
fn number(text: &str) -> OsString {
    text.strip_prefix('$').map_or_else(|| text.into(), |digits| format!("0x{digits}").into())
}

#[derive(Default)]
struct Argv(Vec<OsString>);

impl Argv {
    fn each<'v, V: AsRef<OsStr> + 'v>(&mut self, option: &str, values: impl IntoIterator<Item = &'v V>) {
        for value in values {
            self.0.extend([option.into(), value.as_ref().to_owned()]);
        }
    }

    fn flag(&mut self, option: &str, set: bool) {
        self.0.extend(set.then(|| option.into()));
    }

    /// In one argument, `-Wall`, as people write them.
    fn warnings<'w>(&mut self, warnings: impl Iterator<Item = &'w str>) {
        self.0.extend(warnings.map(|warning| format!("-W{warning}").into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_linkers_warnings_reach_the_linker() {
        for warning in ["all", "no-all", "error", "error=assert", "no-error=shift", "no-truncation", "obsolete"] {
            assert_eq!(of_the_linker(warning), Some(LINKER_WARNINGS), "{warning}");
        }
        for warning in ["truncation=2", "error=truncation=1"] {
            assert_eq!(of_the_linker(warning), Some(WARNING_LEVELS), "{warning}");
        }
        for warning in ["large-constant", "no-error=large-constant"] {
            assert_eq!(of_the_linker(warning), Some(LARGE_CONSTANT), "{warning}");
        }
        for warning in [
            "extra",
            "no-unmapped-char",
            "unmapped-char=2",
            "error=user",
            "numeric-string",
            "all=2",
            "shift=1",
            "no-truncation=1",
        ] {
            assert_eq!(of_the_linker(warning), None, "{warning}");
        }
    }

    #[test]
    fn numbers_are_written_as_every_release_reads_them() {
        assert_eq!(["$FF", "0xFF", "255"].map(number), ["0xFF", "0xFF", "255"]);
    }

    #[test]
    fn odd_paths_are_operands_all_the_same() {
        let end_of_options = |paths: &[&str]| end_of_options(paths.iter().map(Path::new));
        assert_eq!(end_of_options(&["a b.asm", "./-x.asm"]), None);
        assert_eq!(end_of_options(&["a.o", "-x.o"]), Some("--".into()));
        assert_eq!(end_of_options(&["@x.asm"]), Some("--".into()));
    }
}
