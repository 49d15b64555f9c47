//! `rgbpipe exec`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::files;
use super::options::Bounds;
use super::values::{Named, NamedOutput, named, named_output};

pub(super) const EXAMPLES: &str = "\
Examples:
  cat tiles.png | rgbpipe exec --in png=- --out bpp=- -- rgbgfx -o {bpp} {png} > tiles.2bpp
      A program that only takes files, in a pipeline.
  rgbpipe exec --in png=tiles.png --out tiles --out map --tar all.tar -- \\
    rgbgfx -u -o {tiles} -t {map} {png}
      Several outputs, as one tar.
  rgbpipe exec --in names=names.txt --out sorted=names.txt -- sort -o {sorted} {names}
      In place: all or nothing.
  rgbpipe exec --in old=- --in new=new.txt -- diff -u {old} {new}
      No output at all: what the program prints is passed on.

Exit status:
  That of the program, 128+n if it died of signal n. Of rgbpipe itself:
  1      the program did not write an output, or not so that it can be taken
  2      usage: what was typed cannot work
  3      cannot run: the program is missing, an output cannot be written, no named pipes here
  124    timed out
  128+n  ended by signal n

Environment:
  SOURCE_DATE_EPOCH  the time of the tar's members, in seconds; 0 if unset
  TMPDIR             where the named pipes are made";

// `rgbpipe exec`.
#[derive(Args, Debug)]
pub(crate) struct Exec {
    /// The program to run, and its arguments; {NAME} in an argument is a pipe's path, {{ is a brace
    ///
    /// It comes after --, so that its options are not taken for those of rgbpipe. Its standard input is empty. What it
    /// prints is passed on when it has ended, with NAME for each pipe's path if it is text: to standard output, or to standard
    /// error if an output or the tar goes there. Standard output counts for --max-output; of standard error 16 MiB are
    /// passed on.
    #[arg(value_names = ["PROGRAM", "ARG"], num_args = 1.., required = true, last = true)]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) command: Vec<OsString>,

    /// Put the path of a named pipe that gives the content of FILE in the place of {NAME}; - is standard input
    ///
    /// FILE is read to its end before PROGRAM starts. The pipe's path ends with NAME, for programs that go by a file
    /// name's ending: --in tiles.png=-. NAME has no slash and no brace. Each {NAME} is a pipe of its own.
    #[arg(long = "in", value_name = "NAME=FILE", value_parser = named(), add = files::named())]
    pub(crate) inputs: Vec<Named>,
    /// Put the path of a named pipe in the place of {NAME}, and what is written to it into FILE; - is standard output
    ///
    /// FILE appears when PROGRAM has ended well and all outputs are complete. It may be an input as well. Without =FILE
    /// the output goes into the tar only.
    #[arg(long = "out", value_name = "NAME[=FILE]", value_parser = named_output(), add = files::named())]
    pub(crate) outputs: Vec<NamedOutput>,
    /// Write all outputs to FILE as one tar, whose members are called NAME; - is standard output
    #[arg(long, value_name = "FILE", requires = "outputs", add = files::of_or_stdio(files::TARS))]
    pub(crate) tar: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) bounds: Bounds,
    /// Let PROGRAM read only the working directory and what is named here, and write nothing but its pipes (Linux)
    ///
    /// Where the kernel cannot confine it (Landlock, Linux 5.13), or it is a script, that is an error. See SECURITY.md.
    #[arg(long, help_heading = "Running the tools")]
    pub(crate) sandbox: bool,
    /// Let PROGRAM read the files in DIR, or the file DIR, as well
    #[arg(long, value_name = "DIR", requires = "sandbox", value_hint = ValueHint::AnyPath)]
    #[arg(help_heading = "Running the tools")]
    pub(crate) allow_read: Vec<PathBuf>,
}
