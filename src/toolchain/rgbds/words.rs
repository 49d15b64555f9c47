//! The arguments of one release's commands, for a toolchain that has its command line and not its tools.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::getopt::{RGBASM, Word};
use super::{Version, argv, files, releases};
use crate::object::Object;
use crate::pipeline;
use crate::request::{AssembleOptions, FixOptions, LinkOptions, Request, Wanted};
use crate::role::Role;
use crate::toolchain::{Linkable, Source, Text};

/// Refuses what that release does not know.
pub(in crate::toolchain) fn check(request: &Request, release: Version) -> Result<(), Error> {
    releases::check(request, |_| Ok(Some(release)))
}

/// The argument by which a caller asks the assembler for a state file.
pub(in crate::toolchain) fn state_file(arguments: &[OsString]) -> Option<String> {
    let is_state = |word: &Word| matches!(word, Word::Value('s', _));
    RGBASM.read(arguments).iter().any(is_state).then(|| RGBASM.words('s'))
}

/// Everything but the output and the source.
pub(in crate::toolchain) fn assembler_arguments(options: &AssembleOptions) -> Vec<OsString> {
    argv::assemble(options)
}

/// Everything but the outputs and the objects.
pub(in crate::toolchain) fn linker_arguments(options: &LinkOptions, release: Version) -> Vec<OsString> {
    // Only asking for the release could fail.
    argv::link(options, || Ok(Some(release))).unwrap_or_default()
}

/// The whole command, without its name.
pub(in crate::toolchain) fn assembler(source: Source<'_>, options: &AssembleOptions) -> Vec<OsString> {
    let mut words = vec!["-o".into(), source.object.into()];
    words.extend(argv::assemble(options));
    match source.text {
        Text::File(path) => {
            words.extend(argv::end_of_options([path]));
            words.push(path.into());
        }
        Text::Stdin(_) => words.push("-".into()),
    }
    words
}

/// The whole command, without its name.
pub(in crate::toolchain) fn linker(
    objects: &[Linkable<'_>],
    options: &LinkOptions,
    wanted: &Wanted,
    release: Version,
) -> Vec<OsString> {
    let outputs = [("-o", &wanted.rom), ("-m", &wanted.map), ("-n", &wanted.sym)];
    let outputs = outputs.into_iter().filter_map(|(option, name)| Some([option.into(), name.as_ref()?.into()]));
    let mut words: Vec<OsString> = outputs.flatten().collect();
    words.extend(linker_arguments(options, release));
    let names = objects.iter().map(|object| match object {
        Linkable::File(path) | Linkable::Assembled(path, _) => *path,
    });
    words.extend(argv::end_of_options(names.clone()));
    words.extend(names.map(OsString::from));
    words
}

/// The whole command, without its name, for a ROM that is fixed where it is.
pub(in crate::toolchain) fn fixer(name: &Path, options: &FixOptions) -> Vec<OsString> {
    let mut words = options.flags.clone();
    words.extend(argv::end_of_options([name]));
    words.push(name.into());
    words
}

/// All commands of a build, in order.
pub(in crate::toolchain) fn plain_commands(request: &Request, release: Version) -> Vec<(Role, Vec<OsString>)> {
    let objects: Vec<_> = request.object_names().into_iter().map(|name| (name, Object::Bytes(Vec::new()))).collect();
    let sources = pipeline::sources(request, objects.iter().map(|(name, _)| name));
    let assemblies = sources.map(|source| assembler(source, &request.assemble));
    let mut commands: Vec<_> = assemblies.map(|words| (Role::Assembler, words)).collect();
    let objects = pipeline::in_link_order(request, &objects);
    commands.push((Role::Linker, linker(&objects, &request.link, &request.wanted, release)));
    if let (Some(name), Some(options)) = (&request.wanted.rom, &request.fix) {
        commands.push((Role::Fixer, fixer(name, options)));
    }
    commands
}

/// What the options of a request name.
pub(in crate::toolchain) fn named_files(request: &Request) -> Vec<PathBuf> {
    files::of_options(request)
}
