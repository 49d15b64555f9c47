//! The built-in tools with the real tools' own command lines: `rgbpipe rgbasm ARG...`, or rgbpipe called by that name; and
//! `rgbpipe tools`, which makes links of these names.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Cursor, ErrorKind, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use gbtools::command::{Io, Outputs, rgbasm, rgbfix, rgblink};
use gbtools::files;
use rgbpipe::toolchain::builtin::{Disk, Polled, environment};
use rgbpipe::toolchain::{Audience, rgbds};
use rgbpipe::{Role, Until};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::ending::Ending;
use crate::outputs::artifact::Artifact;
use crate::outputs::sink::Sink;
use crate::outputs::write::write;
use crate::process::interrupt::interruptible;
use crate::process::signals;
use crate::process::standard_streams::{read_stdin, stdout};

/// The tool that a command line asks for, and its arguments.
pub(crate) fn asked(words: &[OsString]) -> Option<(Role, &[OsString])> {
    let named = |word: &OsStr| Role::ALL.into_iter().find(|role| word == rgbds::name(*role));
    let (program, rest) = words.split_first()?;
    if let Some(role) = Path::new(program).file_name().and_then(named) {
        return Some((role, rest));
    }
    let (command, rest) = rest.split_first()?;
    Some((named(command)?, rest))
}

/// Does what the real tool does with these arguments.
pub(crate) fn run(role: Role, arguments: &[OsString]) -> Result<(), Ending> {
    signals::cancellable(|cancel| {
        let until = Until::cancelled(cancel);
        let environment = environment(Audience::Default);
        let mut io = Io {
            stdin: &mut Stdin { until: &until, text: None },
            stdout: &mut Stream { until: &until, is_error: false },
            stderr: &mut Stream { until: &until, is_error: true },
            messages: None,
            stderr_is_terminal: io::stderr().is_terminal(),
            environment: &environment,
            files: &Disk::new(),
            outputs: &Written { until: &until },
            until: &Polled(&until),
            part_of: concat!("rgbpipe ", env!("CARGO_PKG_VERSION")),
        };
        let arguments = arguments.iter().cloned();
        let exit_status = match role {
            Role::Assembler => rgbasm(arguments, &mut io),
            Role::Linker => rgblink(arguments, &mut io),
            Role::Fixer => rgbfix(arguments, &mut io),
        };
        if exit_status == 0 { Ok(()) } else { Err(Ending::Reported { exit_status }) }
    })
}

/// Creates a link for each tool in a directory. Returns a report.
pub(crate) fn links(dir: &Path) -> anyhow::Result<String> {
    fs::create_dir_all(dir).with_context(|| format!("cannot create the directory {}", dir.display()))?;
    let itself = std::env::current_exe().context("cannot tell where rgbpipe is")?;
    let rgbgfx = rgbgfx(dir);
    let tools = Role::ALL.map(|role| (rgbds::name(role), Some(&itself)));
    let links = tools.into_iter().chain([("rgbgfx", rgbgfx.as_ref())]).map(|(name, target)| (dir.join(name), target));
    let links: Vec<_> = links.collect();
    if let Some((path, _)) = links.iter().find(|(path, target)| target.is_some() && is_no_link(path)) {
        bail!("{} is not a link, and stays as it is", path.display());
    }
    let mut report = String::new();
    for (path, target) in links {
        let Some(target) = target else {
            let _ = writeln!(report, "{}: there is none: graphics need the rgbgfx of RGBDS", path.display());
            continue;
        };
        link(target, &path).with_context(|| format!("cannot create {}", path.display()))?;
        let _ = writeln!(report, "{} -> {}", path.display(), target.display());
    }
    Ok(report)
}

fn is_no_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| !metadata.is_symlink())
}

fn link(target: &Path, path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(target, path)
}

/// The real `rgbgfx`, named by the environment or on `PATH`, but not in this directory.
fn rgbgfx(dir: &Path) -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let word = set("RGBGFX").or_else(|| {
        let prefix = set("RGBDS")?;
        Some(if Path::new(&prefix).is_dir() { Path::new(&prefix).join("rgbgfx").into() } else { glued(prefix) })
    });
    let found = which::which_all(word.unwrap_or_else(|| "rgbgfx".into())).ok()?;
    let dir = dir.canonicalize().ok()?;
    found.filter_map(|path| path.canonicalize().ok()).find(|path| path.parent() != Some(&dir))
}

fn glued(mut prefix: OsString) -> OsString {
    prefix.push("rgbgfx");
    prefix
}

/// Standard input, read only when it is needed.
struct Stdin<'a> {
    until: &'a Until,
    text: Option<Cursor<Vec<u8>>>,
}

impl Read for Stdin<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let text = match &mut self.text {
            Some(text) => text,
            None => self.text.insert(Cursor::new(interruptible(self.until, read_stdin).map_err(of_ending)?)),
        };
        text.read(buffer)
    }
}

/// Standard output or error. It must not delay the end of the process: its reader may never read. What is said after a
/// signal would only be about the signal, so it is dropped.
struct Stream<'a> {
    until: &'a Until,
    is_error: bool,
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(PIECE)];
        let (out, error) = (io::stdout(), io::stderr());
        if !self.is_error {
            // The runtime has put `/dev/null` in the place of a closed stream.
            drop(stdout()?);
        }
        let stream = if self.is_error { error.as_fd() } else { out.as_fd() };
        loop {
            if self.until.over().is_some() {
                return Err(stopped());
            }
            match poll(&mut [PollFd::new(&stream, PollFlags::OUT)], Some(&PATIENCE)) {
                Ok(0) | Err(Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            match rustix::io::write(stream, piece) {
                Err(Errno::INTR | Errno::AGAIN) => {}
                written => return Ok(written?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How much a pipe takes at once if it takes anything (`PIPE_BUF`).
const PIECE: usize = 4096;

/// How long a write waits before it looks whether the process has to end.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };

/// Not [`ErrorKind::Interrupted`]: what fails with that is tried again.
fn stopped() -> io::Error {
    io::Error::other("a signal ends the process")
}

/// Writes files that appear complete or stay unchanged.
struct Written<'a> {
    until: &'a Until,
}

impl Outputs for Written<'_> {
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let sink = Sink::at(path).map_err(|error| of_ending(error.into()))?;
        write(vec![(sink, Artifact::Bytes(Arc::new(content.to_owned())))], self.until).map_err(of_ending)
    }

    fn foresee(&self, path: &Path) -> io::Result<()> {
        Sink::at(path).map(drop).map_err(|error| of_ending(error.into()))
    }

    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()> {
        files::Disk.change(path, change)
    }
}

/// The system's error, if there is one.
fn of_ending(ending: Ending) -> io::Error {
    match ending {
        Ending::CannotRun(error) => match error.root_cause().downcast_ref::<io::Error>() {
            Some(cause) => cause.raw_os_error().map_or_else(|| cause.kind().into(), io::Error::from_raw_os_error),
            None => io::Error::other(error.to_string()),
        },
        Ending::Cancelled | Ending::TimedOut => stopped(),
        ending => io::Error::other(ending.words().unwrap_or_default()),
    }
}
