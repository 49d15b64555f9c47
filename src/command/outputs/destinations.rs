//! The destinations of the artifacts, from the checked command line to the outputs at the end.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rgbpipe::{Artifacts, Input, MissingFiles, Until, Wanted};

use crate::cli::{self, Outputs};
use crate::ending::{Ending, Refusal};
use crate::outputs::artifact::{Artifact, Member, source_date_epoch};
use crate::outputs::check::{old_files, overwritten, sinks};
use crate::outputs::kind::Kind;
use crate::outputs::make_rule::{MakeRule, has_empty_rules};
use crate::outputs::output::Output;
use crate::outputs::report;
use crate::outputs::sink::Sink;
use crate::outputs::target::{Identity, identity};
use crate::show::command_line::typed_with_output;

/// The extensions of the names in the tar.
const ROM: &str = "gb";
const MAP: &str = "map";
const SYM: &str = "sym";

/// The destination of each artifact.
#[derive(Debug, Default)]
pub(crate) struct Destinations {
    sinks: Vec<(Kind, Sink)>,
    /// The names of the tar's members, without extensions.
    stem: String,
    /// The time of the tar's members, in seconds since 1970.
    mtime: u64,
    rule: MakeRule,
}

impl Destinations {
    /// Also returns which artifacts the toolchain must produce. `read` has every file that the build reads by name.
    /// `usage` says whether something else needs the map.
    pub(crate) fn new(
        outputs: &Outputs,
        dependencies: &cli::DependencyOptions,
        inputs: &[Input],
        read: &[&PathBuf],
        usage: bool,
    ) -> Result<(Self, Wanted), Ending> {
        let stem = stem(outputs.name.as_deref(), inputs)?;
        let named = [
            (Kind::Rom, outputs.rom.as_ref()),
            (Kind::Map, outputs.map.as_ref()),
            (Kind::Sym, outputs.sym.as_ref()),
            (Kind::Tar, outputs.tar.as_ref()),
            (Kind::Dependencies, dependencies.deps.as_ref()),
            (Kind::Report, outputs.report.as_ref()),
        ];
        let mut asked: Vec<_> = named.into_iter().filter_map(|(kind, path)| Some((kind, path?))).collect();
        let default_tar = PathBuf::from("-");
        if asked.is_empty() {
            asked.push((Kind::Tar, &default_tar));
        }
        let tar = asked.iter().any(|(kind, _)| *kind == Kind::Tar);
        let mut wanted = wanted(outputs, tar, usage, &stem, read);
        let mtime = if tar { source_date_epoch()? } else { 0 };
        let sinks = sinks(&asked, read, outputs.dry_run, &Until::never()).map_err(|ending| match ending {
            Ending::Refused(Refusal::Terminal(Kind::Tar)) if outputs.tar.is_none() => {
                Refusal::NoOutput { instead: typed_with_output(&format!("{stem}.{ROM}")) }.into()
            }
            ending => ending,
        })?;
        // An old file may be one that a source includes.
        let replaces = !outputs.dry_run && sinks.iter().any(|(_, sink)| sink.old_file().is_some());
        wanted.reads = replaces;
        wanted.dependencies = missing_files(dependencies);
        // If a directory does not exist yet, some sinks are missing.
        let has_rule = dependencies.deps.is_some() && sinks.len() == asked.len();
        let rule = if has_rule { rule(dependencies, &sinks)? } else { MakeRule::default() };
        Ok((Self { sinks, stem, mtime, rule }, wanted))
    }

    /// For a ROM that is not written, so that rgblink checks everything, and rgbfix too.
    pub(crate) fn nowhere(inputs: &[Input], usage: bool) -> Result<(Self, Wanted), Ending> {
        let Wanted { rom, map, .. } = Wanted::all(&stem(None, inputs)?);
        Ok((Self::default(), Wanted { rom, map: map.filter(|_| usage), banks: usage, ..Wanted::default() }))
    }

    /// The kind of output that goes to the same place as `sink`.
    pub(crate) fn at(&self, sink: &Sink) -> Option<&Kind> {
        self.sinks.iter().find(|(_, own)| own.mixes_with(sink)).map(|(kind, _)| kind)
    }

    /// Whether someone gets the ROM.
    pub(crate) fn have_rom(&self) -> bool {
        self.sinks.iter().any(|(kind, _)| matches!(kind, Kind::Rom | Kind::Tar))
    }

    /// Whether the rule that is about to be replaced has an empty rule for each of these files.
    pub(crate) fn had_empty_rules(&self, files: &[PathBuf]) -> bool {
        let rule = self.sinks.iter().find(|(kind, _)| *kind == Kind::Dependencies);
        let old = rule.and_then(|(_, sink)| fs::read(sink.file()?).ok());
        old.is_some_and(|old| has_empty_rules(&old, files))
    }

    /// Refuses to overwrite a file that the build has read. `has_read` may know that there is none. Otherwise all are looked
    /// at, many of them by two threads if allowed.
    pub(crate) fn spare(
        &self,
        read: &[PathBuf],
        has_read: impl FnOnce(&[Identity]) -> Option<bool>,
        two_threads: bool,
    ) -> Result<(), Refusal> {
        let old_files = old_files(&self.sinks);
        if has_read(&old_files) == Some(false) {
            return Ok(());
        }
        match overwritten(&self.sinks, read, two_threads) {
            Some((output, path)) => Err(Refusal::OutputIsInput { output, path: path.clone() }),
            None => Ok(()),
        }
    }

    /// The outputs to write. `toolchain` names the toolchain that built them.
    pub(crate) fn outputs(self, artifacts: Artifacts, toolchain: &str) -> anyhow::Result<Vec<Output>> {
        let banks = artifacts.banks;
        let [rom, map, sym] = [artifacts.rom, artifacts.map, artifacts.sym].map(|bytes| bytes.map(Arc::new));
        let members = [(Kind::Rom, ROM, &rom), (Kind::Map, MAP, &map), (Kind::Sym, SYM, &sym)].into_iter();
        let members = members.filter_map(|(kind, ending, bytes)| {
            Some(Member { kind, name: format!("{}.{ending}", self.stem), bytes: bytes.clone()? })
        });
        let members: Vec<_> = members.collect();
        let is_asked = self.sinks.iter().any(|(kind, _)| *kind == Kind::Dependencies);
        let dependencies = artifacts.dependencies.filter(|_| is_asked);
        let rule = dependencies.map(|found| self.rule.text(&found.files, &found.missing)).transpose();
        let rule = rule.context("cannot write the dependencies")?.map(Arc::new);
        let artifact = |kind: &Kind| match kind {
            Kind::Rom => rom.clone().map(Artifact::Bytes),
            Kind::Map => map.clone().map(Artifact::Bytes),
            Kind::Sym => sym.clone().map(Artifact::Bytes),
            // It has no members if the build only listed dependencies.
            Kind::Tar if members.is_empty() => None,
            Kind::Tar => Some(Artifact::Tar { members: members.clone(), mtime: self.mtime }),
            Kind::Dependencies => rule.clone().map(Artifact::Bytes),
            Kind::Report | Kind::Output(_) => None,
        };
        let (reports, sinks): (Vec<_>, _) = self.sinks.into_iter().partition(|(kind, _)| *kind == Kind::Report);
        let output = |(kind, sink)| Some(Output { artifact: artifact(&kind)?, kind, sink });
        let mut outputs: Vec<_> = sinks.into_iter().filter_map(output).collect();
        // The report is about all other outputs.
        if let (Some((kind, sink)), Some(_linked)) = (reports.into_iter().next(), &map) {
            let artifact = Artifact::Bytes(Arc::new(report::text(&outputs, banks.as_deref(), toolchain)?));
            outputs.push(Output { kind, sink, artifact });
        }
        Ok(outputs)
    }
}

fn missing_files(dependencies: &cli::DependencyOptions) -> Option<MissingFiles> {
    let missing = match dependencies {
        cli::DependencyOptions { all_missing: true, .. } => MissingFiles::Continue,
        cli::DependencyOptions { missing: true, .. } => MissingFiles::Stop,
        _ => MissingFiles::Refused,
    };
    dependencies.deps.as_ref().map(|_| missing)
}

/// A rule for the given targets, or else for all outputs that are files.
fn rule(dependencies: &cli::DependencyOptions, sinks: &[(Kind, Sink)]) -> Result<MakeRule, Refusal> {
    let mut files: Vec<_> = dependencies.target_files.iter().map(PathBuf::as_path).collect();
    if files.is_empty() && dependencies.targets.is_empty() {
        let outputs = sinks.iter().filter(|(kind, _)| *kind != Kind::Dependencies);
        files.extend(outputs.filter_map(|(_, sink)| sink.file()));
        if files.is_empty() {
            return Err(Refusal::NoTarget);
        }
    }
    MakeRule::new(&dependencies.targets, &files, dependencies.phony).map_err(Refusal::NotInMakefile)
}

/// The wanted artifacts. Each has its own path or its name in the tar as its name, unless that is an input or the path
/// of another output, which the plain commands would overwrite.
fn wanted(outputs: &Outputs, tar: bool, usage: bool, stem: &str, read: &[&PathBuf]) -> Wanted {
    let paths = [&outputs.rom, &outputs.map, &outputs.sym];
    let is_taken = |name: &PathBuf| {
        let here = identity(name);
        let is_read = here.is_some() && read.iter().any(|input| identity(input) == here);
        is_read || paths.into_iter().flatten().any(|path| path == name)
    };
    let name = |path: &Option<PathBuf>, ending: &str, otherwise: bool| match path {
        Some(path) if path != Path::new("-") => Some(path.clone()),
        None if !otherwise => None,
        _ => {
            let numbered = (2..).map(|number| format!("{stem}-{number}.{ending}"));
            let mut names = std::iter::once(format!("{stem}.{ending}")).chain(numbered).map(PathBuf::from);
            names.find(|name| !is_taken(name))
        }
    };
    let [rom, map, sym] = paths;
    // Results that only rgbpipe needs are not in the commands of a dry run.
    let insight = (usage || outputs.report.is_some()) && !outputs.dry_run;
    // A ROM that nobody wants is still linked and fixed, because the tools check it.
    let nothing = !tar && !outputs.dry_run && paths.iter().all(|path| path.is_none());
    Wanted {
        rom: name(rom, ROM, tar || nothing),
        map: name(map, MAP, tar || insight),
        sym: name(sym, SYM, tar),
        banks: insight,
        dependencies: None,
        reads: false,
    }
}

fn stem(name: Option<&OsStr>, inputs: &[Input]) -> Result<String, Refusal> {
    if let Some(name) = name {
        // A plain name: no directory, no `..`, nothing that confuses a terminal or an old tar.
        let is_plain =
            |name: &&str| Path::new(name).file_name() == Some(OsStr::new(name)) && !name.chars().any(char::is_control);
        let plain = name.to_str().filter(is_plain);
        return plain.map(str::to_owned).ok_or_else(|| Refusal::Name(name.to_owned()));
    }
    let first = inputs.iter().find(|input| !matches!(input, Input::Object(_))).or(inputs.first());
    let stem = first.and_then(Input::path).and_then(|path| path.file_stem()).map(OsStr::to_string_lossy);
    // A name that `--name` would refuse is not used, and none that is a path on other systems.
    let stem = stem.filter(|stem| !stem.chars().any(|c| c.is_control() || c == '\\' || c == ':'));
    Ok(stem.map_or_else(|| "rom".to_owned(), Into::into))
}
