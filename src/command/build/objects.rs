//! `--save-temps`: the objects as files.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use rgbpipe::toolchain::Object;
use rgbpipe::{Assembled, Input, Request, Until};

use crate::ending::Ending;
use crate::outputs::artifact::Artifact;
use crate::outputs::destinations::Destinations;
use crate::outputs::sink::Sink;
use crate::outputs::target::identity;
use crate::outputs::write::write;

/// The directory for the objects, if they are saved and there are any.
pub(crate) fn dir(request: &Request) -> Option<PathBuf> {
    request.object_dir.as_ref()?;
    Some(request.object_names().first()?.parent()?.to_owned())
}

/// Checks that the objects can be written, as far as possible at this time. Changes nothing.
pub(crate) fn check(request: &Request, destinations: &Destinations) -> anyhow::Result<()> {
    let Some(dir) = dir(request) else { return Ok(()) };
    match (fs::metadata(&dir), request.object_names().first()) {
        (Ok(metadata), _) if !metadata.is_dir() => anyhow::bail!("{} is not a directory", dir.display()),
        // The result for one object is the result for all.
        (Ok(_), Some(name)) => Sink::at(name).map(drop)?,
        _ => {}
    }
    let names = request.object_names();
    spare(request.inputs.iter().filter_map(Input::path), &names)?;
    // If the directory does not exist yet, nothing else is written there.
    let other = |name: &PathBuf| destinations.at(&Sink::at(name).ok()?);
    if let Some((name, kind)) = names.iter().find_map(|name| Some((name, other(name)?))) {
        anyhow::bail!("the object {} and {kind} cannot be the same file", name.display());
    }
    Ok(())
}

/// Whether one of them exists already, and would be overwritten.
pub(crate) fn replaces(request: &Request) -> bool {
    dir(request).is_some() && request.object_names().iter().any(|name| identity(name).is_some())
}

/// Refuses to overwrite one of these files. Two different paths may lead to the same file.
fn spare<'a>(read: impl Iterator<Item = &'a PathBuf>, names: &[PathBuf]) -> anyhow::Result<()> {
    let read: HashMap<_, _> = read.filter_map(|path| Some((identity(path)?, path))).collect();
    let overwritten = |name: &PathBuf| read.get(&identity(name)?).map(|path| path.display());
    match names.iter().find_map(|name| Some((name, overwritten(name)?))) {
        Some((name, path)) => anyhow::bail!("the object {} would overwrite {path}", name.display()),
        None => Ok(()),
    }
}

/// Writes the objects, all or none, if the user asked to keep them.
pub(crate) fn keep(request: &Request, assembled: &Assembled, until: &Until) -> Result<(), Ending> {
    let Some(dir) = dir(request) else { return Ok(()) };
    fs::create_dir_all(&dir).with_context(|| format!("cannot create the directory {}", dir.display()))?;
    let names: Vec<_> = assembled.objects.iter().map(|(name, _)| name.clone()).collect();
    spare(assembled.used.iter(), &names)?;
    let output = |(name, object): &(PathBuf, Object)| {
        Ok((Sink::at(name)?, Artifact::Bytes(Arc::new(object.bytes().into_owned()))))
    };
    let outputs = assembled.objects.iter().map(output).collect::<anyhow::Result<_>>()?;
    write(outputs, until)
}
