//! Options for the built-in tools, read from arguments as the real tools read theirs.

use std::ffi::OsString;
use std::time::{SystemTime, UNIX_EPOCH};

use gbtools::asm::Moment;
use gbtools::command::{Environment, Io, Outputs, Parsed};
use gbtools::files::Files;
use gbtools::limits::Limits;

use super::messages::Collector;
use super::until::Polled;
use crate::toolchain::{Audience, Run};

/// Reads arguments. Fails if they end the step, for example because of an error or `--help`. By then, `said` has the
/// message.
pub(super) fn read<T>(
    arguments: Vec<OsString>,
    (files, now): (&dyn Files, Moment),
    run: &Run<'_>,
    said: &mut Collector,
    parse: impl FnOnce(Vec<OsString>, &mut Io<'_>) -> Result<Parsed<T>, u8>,
) -> Result<Parsed<T>, u8> {
    let (mut stdin, mut stdout, mut stderr) = (std::io::empty(), Vec::new(), Vec::new());
    let environment = environment_at(now, run.audience);
    let is_person = run.audience == Audience::Person;
    said.form.colored = environment.is_coloured(is_person);
    let mut io = Io {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        messages: Some(said),
        stderr_is_terminal: is_person,
        environment: &environment,
        files,
        outputs: &Nowhere,
        until: &Polled(run.until),
        part_of: concat!("rgbpipe ", env!("CARGO_PKG_VERSION")),
    };
    let parsed = parse(arguments, &mut io);
    said.printed(&stdout);
    said.text(&stderr);
    if let Ok(parsed) = &parsed {
        said.form = parsed.form;
    }
    parsed
}

/// The limits of a step.
pub(super) fn limits(run: &Run<'_>) -> Limits {
    let limits = Limits { output: run.limits.output, ..Limits::default() };
    run.limits.memory.map_or(limits, |memory| Limits { memory: memory.min(limits.memory), ..limits })
}

/// The environment of this process, except where `audience` decides.
pub fn environment(audience: Audience) -> Environment {
    environment_at(now(), audience)
}

fn environment_at(now: Moment, audience: Audience) -> Environment {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_forced = || std::env::var_os("FORCE_COLOR").is_some_and(|value| !value.is_empty() && value != "0");
    Environment {
        no_color: audience == Audience::Plain || is_set("NO_COLOR"),
        force_color: match audience {
            Audience::Person | Audience::Coloured => true,
            Audience::Plain => false,
            Audience::Default => is_forced(),
        },
        columns: std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
        source_date_epoch: std::env::var_os("SOURCE_DATE_EPOCH"),
        now,
    }
}

/// The current time, with this machine's time zone.
pub(super) fn now() -> Moment {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let ahead = chrono::Local::now().offset().local_minus_utc() / 60;
    Moment { seconds: seconds.try_into().unwrap_or_default(), ahead }
}

/// Refuses to write files, because the caller takes the results.
struct Nowhere;

impl Outputs for Nowhere {
    fn write(&self, _path: &std::path::Path, _content: &[u8]) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn foresee(&self, _path: &std::path::Path) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn change(
        &self,
        _path: &std::path::Path,
        _change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>,
    ) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}
