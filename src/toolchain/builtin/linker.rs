//! The link, of objects in files or in memory.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};
use gbtools::asm::Moment;
use gbtools::command::{Parsed, linker_options};
use gbtools::files::Files;
use gbtools::limits::Budget;
use gbtools::link;
use gbtools::module::{Module, object};

use super::messages::Collector;
use super::options;
use super::until::Polled;
use super::{LARGEST, ended, errors, fault, text, unreadable};
use crate::error::Fault;
use crate::jobserver::Jobserver;
use crate::request::{Artifacts, Request};
use crate::toolchain::rgbds::banks;
use crate::toolchain::{Linkable, Object, Run};

/// The name in messages of a ROM that has none.
const ROM: &str = "ROM";

/// Links. Also returns the files that were read.
pub(super) fn link(
    objects: &[Linkable<'_>],
    arguments: Vec<OsString>,
    request: &Request,
    (files, now): (&dyn Files, Moment),
    run: &Run<'_>,
    said: &mut Collector,
) -> (Vec<PathBuf>, Result<Artifacts, Fault>) {
    let wanted = &request.wanted;
    let name = wanted.rom.as_deref().unwrap_or(Path::new(ROM));
    let Parsed { mut options, operands, errors: before, .. } =
        match options::read(arguments, (files, now), run, said, linker_options) {
            Ok(parsed) => parsed,
            Err(status) => return (Vec::new(), Err(ended(status, name, run))),
        };
    options.wanted = link::Wanted {
        rom: wanted.rom.is_some(),
        // The map says how full the banks are.
        map: wanted.map.is_some() || wanted.banks,
        sym: wanted.sym.is_some(),
    };
    options.limits = options::limits(run);
    // The link's own job is one, so a second thread needs another.
    let may_have_two = request.jobs.is_none_or(|jobs| jobs.get() > 1);
    let slot = run.jobserver.filter(|_| may_have_two).and_then(Jobserver::try_acquire);
    options.parallel = may_have_two && (run.jobserver.is_none() || slot.is_some());
    let until = Polled(run.until);
    let budget = Budget::new(options.limits, &until);
    let mut read = Vec::new();
    let mut buffer = Vec::new();
    let mut modules = Vec::new();
    // Objects among the arguments come first, as on a command line.
    let operands: Vec<PathBuf> = operands.iter().map(|path| path.to_path_lossy().into_owned()).collect();
    let named = operands.iter().map(|path| Linkable::File(path));
    for object in named.chain(objects.iter().copied()) {
        match module(object, &mut buffer, files, &budget, run, said) {
            Ok(module) => modules.push(module),
            Err(fault) => return (read, Err(fault)),
        }
    }
    read.extend(operands.iter().cloned());
    match link::link(&modules, &options, files, &until, said) {
        Ok(linked) if before == 0 => {
            read.extend(linked.reads);
            let banks = linked.map.as_deref().filter(|_| wanted.banks).and_then(banks);
            let map = linked.map.filter(|_| wanted.map.is_some());
            let artifacts = Artifacts { rom: linked.rom, map, sym: linked.sym, banks, ..Artifacts::default() };
            (read, Ok(artifacts))
        }
        Ok(_) => {
            said.ending(&format!("Linking failed with {}", errors(before)), "");
            (read, Err(Fault::Reported))
        }
        Err(failed) => {
            if failed.stopped.is_none() {
                let how = if failed.fatal { "aborted" } else { "failed" };
                said.ending(&format!("Linking {how} with {}", errors(failed.errors + before)), "");
            }
            read.extend(failed.reads);
            (read, Err(fault(failed.stopped)))
        }
    }
}

/// A module, borrowed if it is in memory already.
enum Given<'a> {
    Here(&'a Module),
    Read(Module),
}

impl std::borrow::Borrow<Module> for Given<'_> {
    fn borrow(&self) -> &Module {
        match self {
            Self::Here(module) => module,
            Self::Read(module) => module,
        }
    }
}

fn module<'a>(
    object: Linkable<'a>,
    buffer: &mut Vec<u8>,
    files: &dyn Files,
    budget: &Budget<'_>,
    run: &Run<'_>,
    said: &mut Collector,
) -> Result<(BString, Given<'a>), Fault> {
    let (path, bytes) = match object {
        Linkable::Assembled(name, Object::Module(module)) => return Ok((text(name.as_os_str()), Given::Here(module))),
        Linkable::Assembled(name, object) => (name, object.bytes()),
        Linkable::File(path) => match files.read_into(buffer, path, LARGEST.min(budget.room()), budget.until()) {
            Ok(()) => (path, Cow::Borrowed(buffer.as_slice())),
            Err(error) => return Err(unreadable(path, &error, run, said)),
        },
    };
    let name = text(path.as_os_str());
    match object::read(&bytes, name.as_ref(), budget, said) {
        Ok(module) => Ok((name, Given::Read(module))),
        Err(unread) => Err(fault(unread.stopped)),
    }
}
