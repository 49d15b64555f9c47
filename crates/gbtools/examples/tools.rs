//! The tools as one program: `tools rgbasm ARG...`, or through a link that is named `rgbasm`.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use gbtools::asm::Moment;
use gbtools::command::{Environment, Io, rgbasm, rgbfix, rgblink};
use gbtools::files::Disk;
use gbtools::until::Never;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().collect();
    let mut name = tool(&arguments[0]);
    arguments.remove(0);
    if name == "tools" && !arguments.is_empty() {
        name = tool(&arguments.remove(0));
    }
    let environment = environment();
    let (mut stdin, mut stdout, mut stderr) = (io::stdin(), io::stdout(), io::stderr());
    let mut io = Io {
        stderr_is_terminal: stderr.is_terminal(),
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        messages: None,
        environment: &environment,
        files: &Disk,
        outputs: &Disk,
        until: &Never,
        part_of: concat!("gbtools ", env!("CARGO_PKG_VERSION")),
    };
    match name.as_str() {
        "rgbasm" => rgbasm(arguments, &mut io).into(),
        "rgblink" => rgblink(arguments, &mut io).into(),
        "rgbfix" => rgbfix(arguments, &mut io).into(),
        _ => {
            eprintln!("usage: tools rgbasm|rgblink|rgbfix ARG...");
            ExitCode::from(2)
        }
    }
}

/// The name of a program, without its folder.
fn tool(path: &OsString) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn environment() -> Environment {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    Environment {
        no_color: is_set("NO_COLOR"),
        force_color: is_set("FORCE_COLOR") && env::var_os("FORCE_COLOR").is_none_or(|value| value != "0"),
        columns: env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
        source_date_epoch: env::var_os("SOURCE_DATE_EPOCH"),
        now: Moment { seconds: seconds.try_into().unwrap_or_default(), ahead: 0 },
    }
}
