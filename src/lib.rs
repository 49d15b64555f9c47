//! rgbpipe runs the assembler and the linker of [RGBDS](https://rgbds.gbdev.io) as if they were one function:
//! assembly source in; ROM, map and symbols out; no file in between.
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
//! There is no global state: builds run from as many threads as one likes, each in the thread that calls it, and share
//! nothing but what is passed to them. [`build_with`] takes what [`build`] has defaults for: which RGBDS (found and asked
//! for its version once, for all builds), when to end it ([`Until`]), limits, a sandbox, and a [`Reporter`].
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
//! What a failed build's steps have to say is data as well: see [`diagnostics`].
//!
//! # Words
//!
//! - **source**: an assembly file, or standard input. **object**: what an assembler makes, and a linker takes.
//! - **artifact**: a result that a user can ask for: ROM, map, symbols, dependencies.
//! - **request**: what to build, and how. **run**: what its steps share: until when, limits, a sandbox, who hears of it.
//! - **step**: an assembly, the link, the fix. Its **outcome** is what it had to say, what it used, and what it made or why
//!   not: a **fault**.
//! - **messages**: what a step had to say; a **diagnostic** is one of them, a **frame** a place that it names.
//! - **toolchain**: what does the steps. Its parts are known by **role**: assembler, linker, fixer. **RGBDS** is the
//!   external toolchain; its parts are **tools**: programs with a path and a release.
//! - **program**: one run of a file-based tool ([`program`]). It has **ports**, inputs and outputs, each a FIFO; it has
//!   **finished** when all is known of it, and the **content** of each output with it.
//! - **until**: when work ends even if it is not done: a deadline, a handle to cancel it, or never.
//!
//! Of the command line: a **sink** is where an artifact goes; a **delivery** is the artifact on its way there.
//!
//! # Architecture
//!
//! Tools like RGBDS only know files. rgbpipe gives them named pipes (FIFOs) for the files that only one tool writes and the
//! next one reads, and for the results; it serves each FIFO with a thread of its own, so the order in which a tool
//! opens, reads and writes does not matter. A build goes top to bottom:
//!
//! ```text
//! argv ─ cli ─ plan ─▶ Request ─▶ pipeline ─▶ Artifacts ─▶ sinks ─▶ exit status
//!                                    │
//!                                 Toolchain        assemble, link, fix: options and bytes in, bytes out
//!                                    │
//!                                  Rgbds           finds the tools; argv that fits their release; reads what they print
//!                                    │
//!                                 Program          one run of a file-based tool: ports, FIFOs, threads,
//!                                                  process group, deadline, one verdict
//! ```
//!
//! - [`Request`] and [`Artifacts`] are plain data: what is wanted, and what came of it.
//! - [`build_with`] has the order of the steps: all sources, several at once, each into an object in memory; only then
//!   the linker, with the objects in the order of the command line; then the header fixer. So no step waits for
//!   another one, and one mistake has one message. [`assemble_with`] and [`link_with`] are its two halves.
//! - [`toolchain::Toolchain`] is the seam. It knows options and bytes; not processes, exit statuses or the names of tools.
//!   What a toolchain cannot do is an error of its own, in [`Error::Unsupported`] or [`Error::Unavailable`].
//! - [`toolchain::rgbds`] has all that only RGBDS has: its tools and releases, its arguments, its printed messages.
//! - [`program::Program`], a crate of its own, calls any file-based program as a function, and knows nothing of RGBDS. The
//!   plan (`Program`), the wiring (FIFOs made, readers open) and the running tool are three types; the tool's exit, its
//!   ports and what ends it early meet in one event loop.
//! - What a build has read is data ([`Dependencies`]), and so is how full its banks are ([`usage`]); the rule for make,
//!   the bars and the report are the binary's.
//! - What a tool may use and read is plain data as well, [`program::Limits`] and [`program::Sandbox`], carried by
//!   [`toolchain::Run`]. [`Request::may_read`] says what a build has to read.
//! - How many steps run at once is up to [`Request::jobs`] and, where a caller has one, a [`toolchain::Jobserver`] that
//!   knows of the others on the machine.
//! - The command line is in the binary alone, `src/command`: `cli` says what can be typed, `build::plan` what it means (and
//!   refuses what cannot work, before any step), `outputs` puts artifacts where they belong, all or none. Words for people
//!   and exit statuses are there.
//!
//! Two rules keep it honest. Threads return results: they never print, and are all joined before anyone is blamed.
//! And nothing reaches a final path, or standard output, before the whole build has succeeded.
//!
//! Only the crate `program`, and in the binary `process`, know descriptors, pids and signals.

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
pub use messages::{Messages, Reader, Reporter, Said, Silent};
pub use pipeline::{assemble_with, build_with, link_with};
pub use program::{self, Cancel, Stop, Until};
pub use request::{
    Artifacts, AssembleOptions, Assembled, FixOptions, Input, LinkOptions, MissingFiles, Request, Wanted,
};
pub use role::{Role, Step};

/// Builds `request` with the toolchain that the environment names, without a deadline: the RGBDS that is named or on `PATH`,
/// looked for anew each time, or else the built-in. The variable `RGBPIPE_TOOLCHAIN` decides otherwise, as
/// [`toolchain::Choice::named`] has it; any other word in it counts as none. [`build_with`] for more.
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
/// See [`Error`]; what the steps had to say is in [`Error::Steps`].
pub fn build(request: &Request) -> Result<Artifacts, Error> {
    let choice = std::env::var_os(toolchain::VARIABLE).and_then(|word| toolchain::Choice::named(&word));
    let chosen = toolchain::Chosen::of(choice.unwrap_or_default(), toolchain::rgbds::Rgbds::from_env());
    build_with(request, chosen.toolchain(), &toolchain::Run::new(&Until::never(), &Silent))
}
