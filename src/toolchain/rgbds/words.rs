//! The command lines of one release, for a toolchain that understands them but does not run the tools.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::flags::Flags;
use super::getopt::{RGBASM, Word};
use super::{Version, argv, files, releases};
use crate::object::Object;
use crate::request::{AssembleOptions, FixOptions, LinkOptions, Request};
use crate::role::Role;
use crate::toolchain::{Linkable, Source, Text, in_link_order, sources};

/// Refuses what this release does not know.
pub(in crate::toolchain) fn check(request: &Request, flags: &Flags, release: Version) -> Result<(), Error> {
    releases::check(request, flags, |_| Ok(Some(release)))
}

/// The option by which a caller asks the assembler for a state file.
pub(in crate::toolchain) fn state_file(flags: &Flags) -> Option<String> {
    let is_state = |word: &Word| matches!(word, Word::Value('s', _));
    files::words(&RGBASM, &flags.assembler).iter().any(is_state).then(|| RGBASM.words('s'))
}

/// All arguments except the output and the source.
pub(in crate::toolchain) fn assembler_arguments(options: &AssembleOptions, flags: &Flags) -> Vec<OsString> {
    argv::assemble(options, &flags.assembler)
}

/// All arguments except the outputs and the objects.
pub(in crate::toolchain) fn linker_arguments(options: &LinkOptions, flags: &Flags, release: Version) -> Vec<OsString> {
    // Only finding out the release could fail.
    argv::link(options, &flags.linker, || Ok(Some(release))).unwrap_or_default()
}

/// All arguments except the ROM.
pub(in crate::toolchain) fn fixer_arguments(options: &FixOptions, flags: &Flags) -> Vec<OsString> {
    argv::fix(options, &flags.fixer)
}

/// The whole command, without its name.
pub(in crate::toolchain) fn assembler(source: Source<'_>, options: &AssembleOptions, flags: &Flags) -> Vec<OsString> {
    let mut words = vec!["-o".into(), source.object.into()];
    words.extend(assembler_arguments(options, flags));
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
    Request { link, wanted, .. }: &Request,
    flags: &Flags,
    release: Version,
) -> Vec<OsString> {
    let outputs = [("-o", &wanted.rom), ("-m", &wanted.map), ("-n", &wanted.sym)];
    let outputs = outputs.into_iter().filter_map(|(option, name)| Some([option.into(), name.as_ref()?.into()]));
    let mut words: Vec<OsString> = outputs.flatten().collect();
    words.extend(linker_arguments(link, flags, release));
    let names = objects.iter().map(|object| match object {
        Linkable::File(path) | Linkable::Assembled(path, _) => *path,
    });
    words.extend(argv::end_of_options(names.clone()));
    words.extend(names.map(OsString::from));
    words
}

/// The whole command, without its name, to fix a ROM in place.
pub(in crate::toolchain) fn fixer(name: &Path, options: &FixOptions, flags: &Flags) -> Vec<OsString> {
    let mut words = fixer_arguments(options, flags);
    words.extend(argv::end_of_options([name]));
    words.push(name.into());
    words
}

/// All commands of a build, in order.
pub(in crate::toolchain) fn plain_commands(
    request: &Request,
    flags: &Flags,
    release: Version,
) -> Vec<(Role, Vec<OsString>)> {
    let objects: Vec<_> = request.object_names().into_iter().map(|name| (name, Object::Bytes(Vec::new()))).collect();
    let sources = sources(request, objects.iter().map(|(name, _)| name));
    let assemblies = sources.map(|source| assembler(source, &request.assemble, flags));
    let mut commands: Vec<_> = assemblies.map(|words| (Role::Assembler, words)).collect();
    let objects = in_link_order(request, &objects);
    commands.push((Role::Linker, linker(&objects, request, flags, release)));
    if let (Some(name), Some(options)) = (&request.wanted.rom, &request.fix) {
        commands.push((Role::Fixer, fixer(name, options, flags)));
    }
    commands
}

/// The files that a request's options and `flags` name.
pub(in crate::toolchain) fn named_files(request: &Request, flags: &Flags) -> Vec<PathBuf> {
    files::of_options(request, flags)
}
