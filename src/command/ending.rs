//! Why the command fails: the facts, their texts, and the exit status, in one place.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use rgbpipe::program::Failure;
use rgbpipe::{Error, StepFailure, Stop};

use crate::build::look::Look;
use crate::outputs::kind::Kind;
use crate::outputs::make_rule::NoName;
use crate::rgbds;
use crate::show::words;

/// Why a command ends without a result.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The command line cannot work.
    Refused(Refusal),
    /// Something around the build failed, such as reading standard input or writing an output.
    CannotRun(anyhow::Error),
    /// The build failed.
    Build(Error),
    /// The program of `exec` failed. It may have printed that it does not like pipes.
    Program { program: OsString, verdict: Failure, has_pipes: bool, dislikes_pipes: bool },
    /// The reason has been reported.
    Reported { exit_status: u8 },
    /// The time ran out while no tool was running.
    TimedOut,
    /// A signal arrived while no tool was running.
    Cancelled,
}

/// Why a command line cannot work.
#[derive(Debug)]
pub(crate) enum Refusal {
    ResponseFile {
        path: PathBuf,
        cause: String,
    },
    StdinTwice,
    Input {
        path: PathBuf,
        cause: io::Error,
    },
    InputIsDirectory(PathBuf),
    /// The place where rgbfix's `-t` has a title.
    Title {
        path: PathBuf,
        cause: io::Error,
    },
    NotASource {
        path: PathBuf,
        look: Look,
    },
    NotFromStdin(&'static str),
    StdoutTwice {
        first: Kind,
        second: Kind,
    },
    Terminal(Kind),
    /// For a build without an output: the tar, which is the default, and the whole command with an output.
    NoOutput {
        instead: String,
    },
    SameOutput {
        first: Kind,
        second: Kind,
        path: PathBuf,
    },
    OutputIsInput {
        output: Kind,
        path: PathBuf,
    },
    OutputIsStderr {
        output: Kind,
        path: PathBuf,
    },
    Name(OsString),
    NoTarget,
    NotInMakefile(NoName),
    NotMade(Vec<PathBuf>),
    Flags {
        option: &'static str,
        flags: String,
        cause: shell_words::ParseError,
    },
    Epoch(OsString),
    SandboxOfAll(&'static str),
    NamedTwice(String),
    UnknownName(String),
    UnusedName(String),
    Unclosed(OsString),
    Nowhere(String),
    NoCommands,
    RgbdsForBuiltin,
    Toolchain(OsString),
}

impl Ending {
    /// See the man page, EXIT STATUS.
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Build(Error::Unsupported(_)) => 2,
            Self::CannotRun(_) | Self::Build(Error::Unavailable(_)) => 3,
            Self::TimedOut | Self::Build(Error::TimedOut(_)) => 124,
            Self::Program { verdict, .. } => status_of_program(verdict),
            Self::Reported { exit_status } => *exit_status,
            // Steps that failed, and cancelled builds, which end by the signal that cancelled them.
            Self::Build(_) | Self::Cancelled => 1,
        }
    }

    /// The text to print, one or more lines. `None` if a tool has already explained everything: one mistake, one
    /// message.
    pub(crate) fn words(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => Some(refusal.to_string()),
            Self::CannotRun(error) => Some(plain(&format!("{error:#}"))),
            Self::Build(Error::Steps(failures)) => {
                let words: Vec<_> = failures.iter().filter_map(words_of_step).collect();
                (!words.is_empty()).then(|| words.join("\n"))
            }
            Self::Build(Error::TimedOut(step)) => Some(format!("timed out during {}", words::step(step))),
            Self::Build(Error::Unsupported(cause) | Error::Unavailable(cause)) => Some(plain(&rgbds::words(cause))),
            Self::Program { program, verdict, has_pipes, dislikes_pipes } => {
                words_of_program(program, verdict, *has_pipes, *dislikes_pipes)
            }
            // The signal that ends this process says enough.
            Self::Build(Error::Cancelled) | Self::Cancelled | Self::Reported { .. } => None,
            Self::Build(error) => Some(plain(&error.to_string())),
            Self::TimedOut => Some("timed out".to_owned()),
        }
    }
}

/// `None` if the step's messages explain everything.
fn words_of_step(failure: &StepFailure) -> Option<String> {
    let cause = failure.cause.as_ref()?;
    Some(format!("{}: {cause}", words::step(&failure.messages.step)))
}

/// The program's own status, as a shell would report it. If it has none, a status of rgbpipe's.
fn status_of_program(verdict: &Failure) -> u8 {
    match verdict {
        Failure::Stopped(Stop::TimedOut) => 124,
        Failure::Status(status) | Failure::AtLimit(status, _) => {
            let status = status.code().or(status.signal().map(|signal| 128 + signal));
            status.and_then(|status| u8::try_from(status).ok()).unwrap_or(1)
        }
        _ => 1,
    }
}

/// `None` if the exit status explains everything.
fn words_of_program(program: &OsStr, verdict: &Failure, has_pipes: bool, dislikes_pipes: bool) -> Option<String> {
    let program = program.display();
    match verdict {
        Failure::Stopped(Stop::Cancelled) => None,
        Failure::Status(status) if status.code().is_some() => {
            dislikes_pipes.then(|| format!("{program} seems to need regular files; {SEEKABLE}"))
        }
        Failure::NeedsFile(..) => Some(format!("{program}: {verdict}; {SEEKABLE}")),
        Failure::Stopped(Stop::TimedOut) if has_pipes => {
            Some(format!("{program}: {verdict}; if it seeks in a file, or reads back what it has written, {SEEKABLE}"))
        }
        verdict => Some(format!("{program}: {verdict}")),
    }
}

/// The advice for a program that cannot work with pipes.
const SEEKABLE: &str = "try rgbpipe exec --seekable";

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResponseFile { path, cause } => {
                write!(f, "cannot read the response file '@{}': {}", path.display(), plain(cause))
            }
            Self::StdinTwice => write!(f, "standard input can be an input only once"),
            Self::Input { path, cause } => {
                write!(f, "cannot read {}: {}", path.display(), plain(&cause.to_string()))?;
                write_to(f, path, Look::by_ending(path))
            }
            Self::Title { path, cause } => {
                let (path, cause) = (path.display(), plain(&cause.to_string()));
                write!(
                    f,
                    "cannot read {path}: {cause}; -t is rgblink's here, so for a title, use --fix-flags \"-t '{path}'\""
                )
            }
            Self::NotASource { path, look } => {
                let what = match look {
                    Look::Object => "an object, not a source; write it to a file and name that",
                    Look::Rom => "a ROM, not a source",
                    Look::Map => "a map, not a source",
                    Look::Symbols => "a symbol file, not a source",
                    Look::Utf16 => "in UTF-16; save it as UTF-8",
                    Look::Text | Look::Binary => "not text, so it is no source; a source takes in data with INCBIN",
                };
                write!(f, "{} is {what}", path.display())?;
                write_to(f, path, Some(*look))
            }
            Self::InputIsDirectory(path) => write!(f, "{} is a directory, not an input", path.display()),
            Self::NotFromStdin(what) => write!(f, "the {what} cannot be standard input: give a file"),
            Self::StdoutTwice { first, second } => {
                write!(f, "{first} and {second} cannot both go to standard output")?;
                let advice = if first.fits_in_tar() && second.fits_in_tar() { "; --tar - takes both" } else { "" };
                f.write_str(advice)
            }
            Self::Terminal(what) => {
                write!(f, "{what} cannot be written to a terminal: redirect standard output, or name a file")
            }
            Self::NoOutput { instead } => {
                write!(f, "no output is named, and the tar of all cannot be written to a terminal; type\n  {instead}")
            }
            Self::SameOutput { first, second, path } => {
                write!(f, "{first} and {second} cannot both go to {}", path.display())
            }
            Self::OutputIsInput { output, path } => {
                write!(f, "{output} would overwrite an input, {}", path.display())
            }
            Self::OutputIsStderr { output, path } => {
                write!(f, "{output} cannot go to {}, where standard error goes", path.display())
            }
            Self::Name(name) => write!(f, "--name '{}' is not a file name", name.display()),
            Self::NoTarget => {
                write!(f, "the rule of -M has no target: write an output to a file (-o FILE), or use --MT TARGET")
            }
            Self::NotInMakefile(file) => write!(f, "{file}"),
            Self::NotMade(files) => f.write_str(&words::not_made(files)),
            Self::Flags { option, flags, cause } => write!(f, "{option} '{flags}': {cause}"),
            Self::SandboxOfAll(why) => {
                write!(f, "--sandbox would let the tools read every file: {why}")
            }
            Self::NamedTwice(name) => write!(f, "more than one input or output is called '{name}'"),
            Self::UnknownName(name) => {
                write!(
                    f,
                    "an argument uses '{name}', but no --in or --out is called '{name}'; for literal braces, write {{{{ and }}}}"
                )
            }
            Self::UnusedName(name) => write!(f, "'{name}' is not used: put {{{name}}} into an argument of the program"),
            Self::Unclosed(argument) => {
                write!(f, "missing closing brace in '{}'; for literal braces, write {{{{ and }}}}", argument.display())
            }
            Self::Nowhere(name) => {
                write!(f, "output '{name}' has no destination: use --out {name}=FILE, or --tar FILE")
            }
            Self::RgbdsForBuiltin => {
                write!(f, "--rgbds names tools, and --toolchain builtin uses none: use one of the two")
            }
            Self::Toolchain(word) => {
                write!(f, "RGBPIPE_TOOLCHAIN is '{}', not auto, rgbds or builtin", word.display())
            }
            Self::NoCommands => write!(f, "the built-in toolchain has no commands to print"),
            Self::Epoch(value) => {
                write!(f, "SOURCE_DATE_EPOCH is '{}', not a number of seconds", value.display())
            }
        }
    }
}

/// The advice for an output that was given as an input.
fn write_to(f: &mut fmt::Formatter<'_>, path: &Path, what: Option<Look>) -> fmt::Result {
    match what.and_then(Look::option) {
        Some((what, option)) => write!(f, "; to write the {what} to it, use {option} {}", path.display()),
        None => Ok(()),
    }
}

/// Removes Rust's `(os error 2)` after the text of a system error.
pub(crate) fn plain(words: &str) -> String {
    const BEGIN: &str = " (os error ";
    let mut parts = words.split(BEGIN);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| match part.split_once(')') {
        Some((number, rest)) if number.parse::<i32>().is_ok() => plain + rest,
        // This may be part of a file name.
        _ => plain + BEGIN + part,
    })
}

impl From<Stop> for Ending {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TimedOut => Self::TimedOut,
            Stop::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Refusal> for Ending {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<anyhow::Error> for Ending {
    fn from(error: anyhow::Error) -> Self {
        Self::CannotRun(error)
    }
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Self::Build(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_have_no_number() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(
            plain(&format!("one: {error}, two: {error}\nthree")),
            "one: No such file or directory, two: No such file or directory\nthree"
        );
        for other in ["no number", "a (os error z/x", "a (os error z) q"] {
            assert_eq!(plain(other), other);
        }
    }
}
