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
//! for its version once, for all builds), a deadline, a [`Cancel`] handle, limits, a sandbox, and a [`Reporter`].
//!
//! ```
//! use std::thread;
//! use std::time::{Duration, Instant};
//! use rgbpipe::toolchain::{Run, rgbds::Rgbds};
//! use rgbpipe::{Cancel, Error, Input, Request, Silent, build_with};
//!
//! let (rgbds, cancel) = (Rgbds::from_env(), Cancel::new());
//! let run = Run { deadline: Some(Instant::now() + Duration::from_secs(60)), ..Run::new(&cancel, &Silent) };
//! let build = |source: &str| build_with(&Request::new([Input::Stdin(source.into())]), &rgbds, &run);
//!
//! thread::scope(|scope| {
//!     let one = scope.spawn(|| build("SECTION \"one\", ROM0\n\tdb 1\n"));
//!     let two = scope.spawn(|| build("SECTION \"two\", ROM0\n\tdb 2\n"));
//!     assert_eq!(one.join().expect("no panic")?.rom.expect("wanted")[0], 1);
//!     assert_eq!(two.join().expect("no panic")?.rom.expect("wanted")[0], 2);
//!
//!     let endless = scope.spawn(|| build("FOR N, $7FFFFFFF\nENDR\n"));
//!     cancel.cancel();
//!     assert!(matches!(endless.join().expect("no panic"), Err(Error::Cancelled)));
//!     Ok::<(), Error>(())
//! })?;
//! # Ok::<(), Error>(())
//! ```
//!
//! What a failed build's tools have said is data as well: see [`diagnostics`].
//!
//! # Architecture
//!
//! The tools only know files. rgbpipe gives them named pipes (FIFOs) for the files that only one tool writes and the
//! next one reads, and for the results; it serves each FIFO with a thread of its own, so the order in which a tool
//! opens, reads and writes does not matter. A build goes top to bottom:
//!
//! ```text
//! argv ─ cli ─ plan ─▶ Request ─▶ pipeline ─▶ Artifacts ─▶ sinks ─▶ exit status
//!                                    │
//!                                 Toolchain        assemble, link, fix: options and bytes in, bytes out
//!                                    │
//!                                  Rgbds           finds the tools; argv that fits their release
//!                                    │
//!                                 Program          one run of a file-based tool: ports, FIFOs, threads,
//!                                                  process group, deadline, one verdict
//! ```
//!
//! - [`Request`] and [`Artifacts`] are plain data: what is wanted, and what came of it.
//! - [`build_with`] has the order of the steps: all sources, several at once, each into an object in memory; only then
//!   the linker, with the objects in the order of the command line; then the header fixer. So no tool waits for
//!   another one, and one mistake has one message. [`assemble_with`] and [`link_with`] are its two halves, and
//!   [`toolchain::rgbds::Rgbds::commands`] tells what one would type instead.
//! - [`toolchain::Toolchain`] is the seam. It knows options and bytes, not processes: a second toolchain, inside
//!   rgbpipe, implements the same few calls. [`toolchain::rgbds::Rgbds`] is the external one.
//! - [`diagnostics`] reads what the tools print on standard error: each message as data, and the rest as it is.
//! - [`program::Program`], a crate of its own, calls any file-based program as a function, and knows nothing of RGBDS. The plan (`Program`), the
//!   wiring (FIFOs made, readers open) and the running tool are three types; the tool's exit, its ports,
//!   [`Cancel`] and the deadline meet in one event loop.
//! - What a build has read is data ([`Dependencies`]), and so is how full its banks are ([`usage`]); the rule for make,
//!   the bars and the report are the binary's.
//! - What a tool may use and read is plain data as well, [`program::Limits`] and [`program::Sandbox`], carried by
//!   [`toolchain::Run`]; the kernel is told between fork and exec. [`Request::reads`] says what a build has to read.
//! - How many tools run at once is up to [`Request::jobs`] and, where a caller has one, a [`toolchain::Jobserver`] that
//!   knows of the others on the machine.
//! - The command line is in the binary alone, `src/command`: `cli` says what can be typed, `plan` what it means (and
//!   refuses what cannot work, before any process starts), `sink` puts artifacts where they belong, all or none.
//!
//! Two rules keep it honest. Threads return results: they never print, and are all joined before anyone is blamed.
//! And nothing reaches a final path, or standard output, before the whole build has succeeded.
//!
//! Only `program`, and in the binary `signals`, `standard_streams` and `make`, know descriptors, pids and signals.

#[cfg(not(unix))]
compile_error!("rgbpipe needs the FIFOs of a POSIX system; on Windows use it in WSL");

mod dependencies;
pub mod diagnostics;
mod error;
mod jobs;
mod jobserver;
mod messages;
mod names;
mod pipeline;
mod reads;
mod request;
pub mod toolchain;
pub mod usage;

pub use dependencies::Dependencies;
pub use error::{Error, INSTALL, ToolFailure};
pub use messages::{Messages, Reporter, Silent, Step};
pub use pipeline::{assemble_with, build_with, link_with};
pub use program::{self, Cancel, Subscription, Urgency};
pub use request::{
    Artifacts, AssembleOptions, Assembled, FixOptions, Input, LinkOptions, MissingFiles, Request, Wanted,
};

/// Builds `request` with the RGBDS that the environment names, without a deadline: the tools are looked for anew, each
/// time. [`build_with`] for more.
///
/// ```
/// use rgbpipe::{Error, Input, Request};
///
/// let source = b"SECTION \"main\", ROM0\n\tdw Nowhere\n".to_vec();
/// match rgbpipe::build(&Request::new([Input::Stdin(source)])) {
///     Err(Error::Tools(failures)) => {
///         let words = String::from_utf8_lossy(&failures[0].messages.stderr.bytes);
///         assert!(words.contains("Nowhere"), "{words}");
///     }
///     other => panic!("{other:?}"),
/// }
/// ```
///
/// # Errors
/// See [`Error`]; what the tools said is in [`Error::Tools`].
pub fn build(request: &Request) -> Result<Artifacts, Error> {
    let rgbds = toolchain::rgbds::Rgbds::from_env();
    let cancel = Cancel::new();
    build_with(request, &rgbds, &toolchain::Run::new(&cancel, &Silent))
}
