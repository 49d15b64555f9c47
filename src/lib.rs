//! rgbpipe builds Game Boy ROMs: assembly source in; ROM, map and symbols out.
//!
//! It has an assembler and a linker of its own, or runs those of [RGBDS](https://rgbds.gbdev.io) as if they were one
//! function, with no file in between.
//!
//! ```
//! use rgbpipe::{Input, Request};
//!
//! let source = b"SECTION \"main\", ROM0[$150]\nMain:: jr Main\n".to_vec();
//! let artifacts = rgbpipe::build(&Request::new([Input::Stdin(source)]))?;
//!
//! let rom = artifacts.rom.expect("asked for by default");
//! assert_eq!(rom[0x150..0x152], [0x18, 0xFE]);
//! let sym = String::from_utf8_lossy(artifacts.sym.as_deref().unwrap_or_default()).into_owned();
//! assert!(sym.contains("00:0150 Main"));
//! # Ok::<(), rgbpipe::Error>(())
//! ```
//!
//! # In a program that does more than build
//!
//! There is no global state. Any number of threads can run builds at once, and the builds share only what the caller
//! passes to them. [`build_with`] takes everything that [`build`] has defaults for: the toolchain (an RGBDS is found, and
//! asked for its version, once for all builds), when to stop ([`Until`]), limits, a sandbox, and a [`Reporter`].
//!
//! ```
//! use std::thread;
//! use std::time::Duration;
//! use rgbpipe::toolchain::{Run, rgbds::Rgbds};
//! use rgbpipe::{Error, Input, Request, Silent, Until, build_with};
//!
//! let (rgbds, until) = (Rgbds::from_env(), Until::after(Duration::from_secs(60)));
//! let run = Run::new(&until, &Silent);
//! let build = |source: &str| build_with(&Request::new([Input::Stdin(source.into())]), &rgbds, &run);
//!
//! thread::scope(|scope| {
//!     let one = scope.spawn(|| build("SECTION \"one\", ROM0\n\tdb 1\n"));
//!     let two = scope.spawn(|| build("SECTION \"two\", ROM0\n\tdb 2\n"));
//!     assert_eq!(one.join().expect("no panic")?.rom.expect("wanted")[0], 1);
//!     assert_eq!(two.join().expect("no panic")?.rom.expect("wanted")[0], 2);
//!
//!     let endless = scope.spawn(|| build("FOR N, $7FFFFFFF\nENDR\n"));
//!     until.cancel.cancel();
//!     assert!(matches!(endless.join().expect("no panic"), Err(Error::Cancelled)));
//!     Ok::<(), Error>(())
//! })?;
//! # Ok::<(), Error>(())
//! ```
//!
//! The messages of a build are data as well: see [`diagnostics`].
//!
//! # Words
//!
//! - **source**: an assembly file, or standard input. **object**: what an assembler makes and a linker reads.
//! - **artifact**: a result that a user can ask for: ROM, map, symbols, dependencies.
//! - **request**: what to build. **run**: what all steps of a build share: when to stop, limits, a sandbox, a reporter.
//! - **step**: an assembly, the link, or the fix of the header.
//! - **toolchain**: what does the steps. Its parts have **roles**: assembler, linker, fixer. **RGBDS** is the external
//!   toolchain; its parts are **tools**, which are programs with a path and a release.
//! - **program**: a file-based program as a function ([`program`]). It has **ports**: inputs and outputs, each a FIFO.
//! - **messages**: what a step prints. A **diagnostic** is one warning or error; a **frame** is a place that it names.
//! - **until**: when work has to stop even if it is not done: at a deadline, when it is cancelled, or never.
//!
//! Four words for results, from the inside out:
//!
//! - **content**: the bytes of a file or of one output of a program, or why there are none.
//! - **finished**: a run of a program: its status, what it printed, and the content of each output.
//! - **outcome**: a step: its messages, the files that it used, and its product or a **fault**.
//! - **artifacts**: a build.
//!
//! In the command, a **sink** is where something is written. An **output** is a sink and its artifact, which may also be a tar
//! of several.
//!
//! # Architecture
//!
//! The tools of RGBDS only work with files. rgbpipe gives them named pipes (FIFOs) for their results and for the files that
//! one tool writes and the next one reads. One event loop serves all FIFOs of a tool and waits for none of them, so it does
//! not matter in which order a tool opens, reads and writes them. A build goes from left to right, and down:
//!
//! ```text
//! argv ─ cli ─ plan ─▶ Request ─▶ pipeline ─▶ Artifacts ─▶ sinks ─▶ exit status
//!                                    │
//!                                 Toolchain        assemble, link, fix: options and bytes in, bytes out
//!                                    │
//!                      ┌─────────────┴─────────────┐
//!                    Rgbds                      Builtin
//!        finds the tools, fits arguments     reads the same options,
//!        to their release, reads what        calls the crate gbtools
//!        they print                          in this process
//!                      │
//!                   Program
//!        one run of a program: ports, FIFOs,
//!        an event loop, a process group, a deadline
//! ```
//!
//! - [`Request`] and [`Artifacts`] are plain data.
//! - [`build_with`] has the order of the steps. First all sources are assembled, several at once, each into an object in
//!   memory. Only then the linker runs, with the objects in the order of the inputs, and then the fixer. So no step
//!   waits for another one, and one mistake has one message. [`assemble_with`] and [`link_with`] are its two halves.
//! - [`toolchain::Toolchain`] is the seam. It knows options and bytes, but no processes, exit statuses or names of tools.
//!   If a toolchain cannot do something, its own error is in [`Error::Unsupported`] or [`Error::Unavailable`].
//! - [`toolchain::rgbds`] has everything that only RGBDS has: its tools and releases, its arguments, its printed messages.
//! - [`toolchain::builtin`] is an adapter for the crate `gbtools`: an assembler, a linker and a fixer that are functions.
//! - [`program::Program`], in a crate of its own, calls any file-based program as a function, and knows nothing of RGBDS. The
//!   plan (`Program`), the wiring (FIFOs created, readers open) and the running program are three types. The program's exit,
//!   its ports and early stops meet in one event loop.
//! - The files that a build reads are data ([`Dependencies`]), and so is how full its banks are ([`usage`]). The make rule,
//!   the bars and the report belong to the command.
//! - Limits and sandboxes are plain data as well ([`program::Limits`], [`program::Sandbox`]), which [`toolchain::Run`]
//!   carries. [`Request::may_read`] lists what a build has to read.
//! - [`Request::jobs`] limits how many steps run at once. So does a [`toolchain::Jobserver`], which knows what else runs on
//!   the machine.
//! - The command is in the binary alone, in `src/command`. `cli` defines what can be typed. `build::plan` decides what it
//!   means, and refuses what cannot work before any step runs. `outputs` writes the artifacts, all or none. Texts for people
//!   and exit statuses are there too.
//!
//! Two rules keep this reliable. Threads return results: they never print, and all are joined before anything is blamed.
//! And nothing reaches a final path, or standard output, before the whole build has succeeded.
//!
//! Only the crate `program`, and `process` in the command, know descriptors, pids and signals.

#[cfg(not(unix))]
compile_error!("rgbpipe needs the FIFOs of a POSIX system; on Windows use it in WSL");

mod confine;
mod dependencies;
pub mod diagnostics;
mod error;
mod jobs;
mod jobserver;
mod messages;
mod names;
mod object;
mod pipeline;
mod readable;
mod request;
mod role;
pub mod toolchain;
pub mod usage;

pub use dependencies::Dependencies;
pub use error::{Cause, Error, Fault, StepFailure};
pub use messages::{MOST_PIECES, Messages, Reader, Reporter, Said, Silent};
pub use pipeline::{assemble_with, build_with, link_with};
pub use program::{self, Cancel, Stop, Until};
pub use request::{
    Artifacts, AssembleOptions, Assembled, FixOptions, Input, LinkOptions, MissingFiles, Request, Wanted,
};
pub use role::{Role, Step};

/// Its example in Rust is a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/languages.md")]
struct Languages;

/// Builds `request` without a deadline, with the RGBDS that the environment names or that is on `PATH`, or else with the
/// built-in toolchain. RGBDS is looked for at each call.
///
/// The variable `RGBPIPE_TOOLCHAIN` can choose one of the two: see [`toolchain::Choice::named`]. An unknown value is ignored.
/// [`build_with`] has more options.
///
/// ```
/// use rgbpipe::{Error, Input, Request};
///
/// let source = b"SECTION \"main\", ROM0\n\tdw Nowhere\n".to_vec();
/// match rgbpipe::build(&Request::new([Input::Stdin(source)])) {
///     Err(Error::Steps(failures)) => {
///         let words = String::from_utf8_lossy(&failures[0].messages.text()).into_owned();
///         assert!(words.contains("Nowhere"), "{words}");
///     }
///     other => panic!("{other:?}"),
/// }
/// ```
///
/// # Errors
/// See [`Error`]. The messages of failed steps are in [`Error::Steps`].
pub fn build(request: &Request) -> Result<Artifacts, Error> {
    let choice = std::env::var_os(toolchain::VARIABLE).and_then(|word| toolchain::Choice::named(&word));
    let chosen = toolchain::Chosen::of(choice.unwrap_or_default(), toolchain::rgbds::Rgbds::from_env());
    build_with(request, chosen.toolchain(), &toolchain::Run::new(&Until::never(), &Silent))
}
