//! The real tools' own command lines, as functions: options, `@file` arguments, standard streams, output files, exit statuses.

mod arguments;
mod console;
mod number;
mod parsed;
mod rgbasm;
mod rgbfix;
mod rgblink;
mod usage;
mod verbose;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use bstr::{BString, ByteVec};

use crate::asm;
use crate::asm::Moment;
use crate::files::{Disk, Files};
use crate::link;
use crate::report::Report;
use crate::until::Until;

pub use parsed::{FixerOptions, Parsed};

/// The release of RGBDS that the tools are compatible with.
const RELEASE: &str = "v1.0.4";

/// What a command may use.
pub struct Io<'a> {
    /// For an input named `-`.
    pub stdin: &'a mut dyn Read,
    /// For an output named `-`, and for what a source prints.
    pub stdout: &'a mut dyn Write,
    /// For messages, and for how a tool is used.
    pub stderr: &'a mut dyn Write,
    /// For messages as data, in the place of standard error.
    pub messages: Option<&'a mut dyn Report>,
    /// Whether [`stderr`](Self::stderr) is a terminal, which takes colours and not more than 100 errors.
    pub stderr_is_terminal: bool,
    /// What the environment variables say.
    pub environment: &'a Environment,
    /// What is read, by the paths of the command line and the source.
    pub files: &'a dyn Files,
    /// Where results go.
    pub outputs: &'a dyn Outputs,
    /// When to stop.
    pub until: &'a dyn Until,
    /// The second line of `--version`: what these tools are part of.
    pub part_of: &'a str,
}

/// What environment variables, the terminal and the clock say.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `NO_COLOR` is set, and not empty.
    pub no_color: bool,
    /// `FORCE_COLOR` is set, and neither empty nor 0. It takes precedence.
    pub force_color: bool,
    /// How wide help text may be, by `COLUMNS` or the terminal.
    pub columns: Option<usize>,
    /// `SOURCE_DATE_EPOCH`.
    pub source_date_epoch: Option<OsString>,
    /// Now.
    pub now: Moment,
}

impl Environment {
    /// Whether messages have colours if no option says, on a terminal or elsewhere.
    pub fn is_coloured(&self, on_terminal: bool) -> bool {
        self.force_color || (!self.no_color && on_terminal)
    }
}

/// Where results go.
pub trait Outputs {
    /// Makes a file with this content, or gives an old one this content.
    ///
    /// # Errors
    /// Whatever opening and writing it gives.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Changes a file in place.
    ///
    /// # Errors
    /// As for [`write`](Self::write), and for a file that does not exist or is not a regular one.
    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()>;
}

impl Outputs for Disk {
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::write(path, content)
    }

    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()> {
        use std::io::Seek;
        let mut file: File = OpenOptions::new().read(true).write(true).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mut content = Vec::new();
        // One byte more than any ROM has is enough to refuse a file.
        (&mut file).take(rgbfix::LARGEST_ROM).read_to_end(&mut content)?;
        if let Some(changed) = change(content) {
            file.rewind()?;
            file.write_all(&changed)?;
        }
        Ok(())
    }
}

/// Runs rgbasm(1) with these arguments, without the program's name. Returns the exit status.
pub fn rgbasm(arguments: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> u8 {
    rgbasm::run(bytes(arguments), io)
}

/// Runs rgblink(1) with these arguments, without the program's name. Returns the exit status.
pub fn rgblink(arguments: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> u8 {
    rgblink::run(bytes(arguments), io)
}

/// Runs rgbfix(1) with these arguments, without the program's name. Returns the exit status.
pub fn rgbfix(arguments: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> u8 {
    rgbfix::run(bytes(arguments), io)
}

/// What these arguments of rgbasm(1) say, without a source.
///
/// # Errors
/// The exit status of a command that ends with its arguments.
pub fn assembler_options(
    arguments: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Result<Parsed<asm::Options>, u8> {
    rgbasm::options(bytes(arguments), io)
}

/// What these arguments of rgblink(1) say, without objects.
///
/// # Errors
/// As for [`assembler_options`].
pub fn linker_options(
    arguments: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Result<Parsed<link::Options>, u8> {
    rgblink::options(bytes(arguments), io)
}

/// What these arguments of rgbfix(1) say, without a ROM.
///
/// # Errors
/// As for [`assembler_options`].
pub fn fixer_options(
    arguments: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Result<Parsed<FixerOptions>, u8> {
    rgbfix::options(bytes(arguments), io)
}

/// Arguments as the tools see them.
fn bytes(arguments: impl IntoIterator<Item = OsString>) -> Vec<BString> {
    arguments.into_iter().map(|argument| Vec::from_os_str_lossy(&argument).into_owned().into()).collect()
}
