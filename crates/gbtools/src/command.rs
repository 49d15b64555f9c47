//! The command lines of RGBDS's tools, as functions: options, `@file` arguments, standard streams, output files and
//! exit statuses.

mod arguments;
mod console;
mod end;
mod misuse;
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

/// Everything that a command reads and writes.
pub struct Io<'a> {
    /// The input named `-`.
    pub stdin: &'a mut dyn Read,
    /// The output named `-`, and the text that a source prints.
    pub stdout: &'a mut dyn Write,
    /// Messages and help on usage.
    pub stderr: &'a mut dyn Write,
    /// Receives messages as data. None prints them to standard error.
    pub messages: Option<&'a mut dyn Report>,
    /// Whether [`stderr`](Self::stderr) is a terminal. On a terminal, messages have colours and rgbasm stops after 100
    /// errors.
    pub stderr_is_terminal: bool,
    /// The environment variables.
    pub environment: &'a Environment,
    /// Opens files, by the paths in the command line and the source.
    pub files: &'a dyn Files,
    /// Writes output files.
    pub outputs: &'a dyn Outputs,
    /// Tells the command when to stop.
    pub until: &'a dyn Until,
    /// The second line of `--version`, which names the program that these tools belong to.
    pub part_of: &'a str,
}

/// Settings from environment variables, the terminal and the clock.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `FORCE_COLOR` is set, and neither empty nor 0. It takes precedence over `NO_COLOR`.
    pub force_color: bool,
    /// The width of help text, from `COLUMNS` or the terminal.
    pub columns: Option<usize>,
    /// `SOURCE_DATE_EPOCH`.
    pub source_date_epoch: Option<OsString>,
    /// The current time.
    pub now: Moment,
}

impl Environment {
    /// Whether messages have colours when no option decides it.
    pub fn is_coloured(&self, on_terminal: bool) -> bool {
        self.force_color || (!self.no_color && on_terminal)
    }
}

/// Writes output files.
pub trait Outputs {
    /// Creates a file, or replaces the content of an existing one.
    ///
    /// # Errors
    /// Any error from opening or writing the file.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Looks whether a file can be written. Changes nothing.
    ///
    /// # Errors
    /// An error that [`write`](Self::write) would certainly have.
    fn foresee(&self, path: &Path) -> io::Result<()>;

    /// Changes a file in place.
    ///
    /// # Errors
    /// The errors of [`write`](Self::write), and an error if the file does not exist or is not a regular file.
    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()>;
}

impl Outputs for Disk {
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::write(path, content)
    }

    fn foresee(&self, path: &Path) -> io::Result<()> {
        match fs::metadata(path) {
            Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(old) if old.is_file() => OpenOptions::new().write(true).open(path).map(drop),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match path.parent() {
                Some(folder) if folder != Path::new("") => fs::metadata(folder).map(drop),
                Some(_) => Ok(()),
                None => Err(error),
            },
            known => known.map(drop),
        }
    }

    fn change(&self, path: &Path, change: &mut dyn FnMut(Vec<u8>) -> Option<Vec<u8>>) -> io::Result<()> {
        use std::io::Seek;
        let mut file: File = OpenOptions::new().read(true).write(true).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mut content = Vec::new();
        // One byte more than the largest ROM is enough to refuse a file.
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

/// The options in these arguments of rgbasm(1). The caller supplies the source.
///
/// # Errors
/// The exit status, if the arguments end the command.
pub fn assembler_options(
    arguments: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Result<Parsed<asm::Options>, u8> {
    rgbasm::options(bytes(arguments), io)
}

/// The options in these arguments of rgblink(1). The caller supplies the objects.
///
/// # Errors
/// As for [`assembler_options`].
pub fn linker_options(
    arguments: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Result<Parsed<link::Options>, u8> {
    rgblink::options(bytes(arguments), io)
}

/// The options in these arguments of rgbfix(1). The caller supplies the ROM.
///
/// # Errors
/// As for [`assembler_options`].
pub fn fixer_options(
    arguments: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Result<Parsed<FixerOptions>, u8> {
    rgbfix::options(bytes(arguments), io)
}

/// Arguments as bytes, as the tools see them.
fn bytes(arguments: impl IntoIterator<Item = OsString>) -> Vec<BString> {
    arguments.into_iter().map(|argument| Vec::from_os_str_lossy(&argument).into_owned().into()).collect()
}
