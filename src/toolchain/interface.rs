//! The interface of a toolchain.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::run::Run;
use super::step::{Linkable, Outcome, Source};
use crate::dependencies::Presence;
use crate::error::Error;
use crate::object::Object;
use crate::request::{Artifacts, FixOptions, Request};

/// An assembler, a linker and a header fixer. Several threads may call it at once.
///
/// A toolchain has to assemble and to link. Everything else has a default.
pub trait Toolchain: Sync {
    /// Refuses what this toolchain cannot do. Runs before any step.
    ///
    /// # Errors
    /// [`Error::Unsupported`] and [`Error::Unavailable`].
    fn check(&self, request: &Request, run: &Run<'_>) -> Result<(), Error> {
        let _ = (request, run);
        Ok(())
    }

    /// Assembles one source, with the options in [`Request::assemble`].
    ///
    /// # Errors
    /// The step could not be started or finished at all. A mistake in the source is not such an error: it is a
    /// [`Fault`](crate::Fault) in the outcome.
    fn assemble(&self, source: Source<'_>, request: &Request, run: &Run<'_>) -> Result<Outcome<Object>, Error>;

    /// Links objects, in this order, into the artifacts of [`Request::wanted`], with the options in [`Request::link`].
    ///
    /// # Errors
    /// As for [`assemble`](Self::assemble).
    fn link(&self, objects: &[Linkable<'_>], request: &Request, run: &Run<'_>) -> Result<Outcome<Artifacts>, Error>;

    /// Fixes the header of a ROM. Messages call it `name`.
    ///
    /// # Errors
    /// As for [`assemble`](Self::assemble).
    fn fix(&self, rom: &[u8], name: &Path, options: &FixOptions, run: &Run<'_>) -> Result<Outcome<Vec<u8>>, Error> {
        let _ = (rom, name, options, run);
        Err(Error::Unsupported("this toolchain does not fix headers".into()))
    }

    /// The files that a request's options name, and the files that those files name, in the order of use. Inputs and
    /// the files in [`Outcome::used`] may be left out.
    fn named_files(&self, request: &Request) -> Vec<PathBuf> {
        let _ = request;
        Vec::new()
    }

    /// Looks at a file that a build uses, to decide whether it is a dependency.
    fn presence(&self, path: &Path) -> Presence {
        Presence::on_disk(path)
    }

    /// Whether the build that has just ended has read one of these files, by device and inode. `None` if the toolchain
    /// does not know.
    fn has_read(&self, files: &[(u64, u64)]) -> Option<bool> {
        let _ = files;
        None
    }

    /// The commands that would do the same with files: one for each source, then the link, then the fix.
    /// [`Request::object_names`] has the names of the objects. Nothing runs. `None` if this toolchain has no commands
    /// that a user could type.
    ///
    /// ```
    /// use rgbpipe::toolchain::{Run, Toolchain, rgbds::Rgbds};
    /// use rgbpipe::{Input, Request, Silent, Until};
    ///
    /// let mut request = Request::new([Input::Source("game.asm".into())]);
    /// request.assemble.export_all = true;
    /// let commands = Rgbds::from_env().commands(&request, &Run::new(&Until::never(), &Silent))?.expect("RGBDS has them");
    /// assert_eq!(commands[0][1..], ["-o", "game.o", "-E", "game.asm"]);
    /// assert_eq!(commands[1][1..], ["-o", "game.gb", "-m", "game.map", "-n", "game.sym", "game.o"]);
    /// # Ok::<(), rgbpipe::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`check`](Self::check).
    fn commands(&self, request: &Request, run: &Run<'_>) -> Result<Option<Vec<Vec<OsString>>>, Error> {
        let _ = (request, run);
        Ok(None)
    }
}
